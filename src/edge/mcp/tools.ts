/** Asks this server's own interface, as anybody could: the gate, the limits and the caches are those of everybody. */
export type Get = (path: string) => Promise<{ status: number; body: unknown }>

type Dict = Record<string, unknown>

export interface Tool {
  name: string
  title: string
  description: string
  inputSchema: { type: 'object'; properties: Record<string, object>; required?: string[]; additionalProperties: false }
  run(given: Dict, get: Get): Promise<unknown>
}

/** A refusal that whoever asked can act on. */
export class ToolRefusal extends Error {}

const MOST_ROWS = 200
const text = (description: string, more: object = {}) => ({ type: 'string', maxLength: 2_000, description, ...more })
const whole = (description: string, maximum: number) => ({ type: 'integer', minimum: 1, maximum, description })
const dataset = text('Name of the dataset, as search_datasets gives it')

/** Everything that can be asked. All of it reads. */
export const tools: readonly Tool[] = [
  {
    name: 'search_datasets',
    title: 'Search datasets',
    description:
      'Finds datasets by words and filters. Each result has its name, which the other tools take, its publisher, licence, tables and columns found.',
    inputSchema: object({
      query: text('Words to look for; without them all datasets, newest first'),
      publisher: text('Only this publisher, by name'),
      theme: text('Only this theme, by name'),
      format: text('Only this format of file, such as csv'),
      limit: whole('Results, 10 by default', 50),
      cursor: text('Next page of an earlier answer'),
    }),
    run: async ({ query, limit = 10, ...rest }, get) => {
      const found = (await ask(
        get,
        `/v1/search?${parameters({ ...(query ? { q: query } : { sort: 'modified' }), limit, ...rest })}`,
      )) as Dict
      return { datasets: (found.datasets as Dict[]).map(briefOf), page: found.page, facets: found.facets }
    },
  },
  {
    name: 'describe_dataset',
    title: 'Describe a dataset',
    description: 'What a dataset is: publisher, licence, how often it is updated, its tables, and the name, alias and type of each column.',
    inputSchema: object({ dataset, table: text('Table of the dataset, where it has several') }, ['dataset']),
    run: async ({ dataset: name, table }, get) => {
      const found = (await ask(get, `/v1/datasets/${part(name)}`)) as Dict
      const which = table ? `?${parameters({ distribution: table })}` : ''
      const schema = (found.distributions as unknown[])?.length ? await ask(get, `/v1/datasets/${part(name)}/schema${which}`) : null
      return { dataset: found, schema, source: sourceOf(found) }
    },
  },
  {
    name: 'query_dataset',
    title: 'Query a dataset',
    description:
      'Rows of a dataset that fit conditions, or groups of them with measures. A condition is COLUMN__OPERATOR: exact, not, in, contains, startswith, gt, gte, lt, lte, isnull; columns go by their aliases from describe_dataset. ' +
      'Counts in the answer are exact. Quote the source with what you say of the data.',
    inputSchema: object(
      {
        dataset,
        where: {
          type: 'object',
          description: 'Conditions that all hold, such as {"town__exact": "LEEDS", "price__gte": "100000"}',
          additionalProperties: { type: ['string', 'number', 'boolean'] },
          maxProperties: 50,
        },
        search: text('Words anywhere in the row'),
        columns: text('Columns to give, with commas between'),
        sort: text('Columns to sort by, with commas between; - before one turns it round'),
        group: text('Columns to group by, with commas between'),
        measures: text('With group: count, sum:COLUMN, mean:COLUMN, min:COLUMN, max:COLUMN, with commas between'),
        limit: whole('Rows, 20 by default', MOST_ROWS),
        cursor: text('Next page of an earlier answer'),
        version: text('A version other than the newest'),
        table: text('Table of the dataset, where it has several'),
      },
      ['dataset'],
    ),
    run: async ({ dataset: name, where, table, limit = 20, ...rest }, get) => {
      const conditions = Object.entries((where as Dict) ?? {}).map(([column, value]) => [column, String(value)])
      const asked = parameters({ ...Object.fromEntries(conditions), ...rest, limit, ...(table ? { distribution: table } : {}) })
      const path = `/v1/datasets/${part(name)}`
      const answer = (await ask(get, `${path}/records?${asked}`)) as Dict
      const about = (await ask(get, path)) as Dict
      return {
        records: answer.records,
        page: answer.page,
        source: { ...sourceOf(about), version: answer.version, query: `${path}/records?${asked}` },
      }
    },
  },
  {
    name: 'run_sql',
    title: 'Ask in SQL',
    description:
      'One SELECT over datasets, for joins and what query_dataset cannot ask. A table is the name of a dataset in double quotes, a column its alias. At most 200 rows are given.',
    inputSchema: object({ sql: text('One SELECT statement', { maxLength: 10_000 }) }, ['sql']),
    run: async ({ sql }, get) => {
      const answer = (await ask(get, `/v1/sql?${parameters({ q: sql })}`)) as Dict
      const records = answer.records as unknown[]
      return {
        records: records.slice(0, MOST_ROWS),
        truncated: answer.truncated === true || records.length > MOST_ROWS,
        source: { versions: answer.versions },
      }
    },
  },
  {
    name: 'list_code_lists',
    title: 'List code lists',
    description: 'Registers of codes of government, such as councils, countries and industries, whose names look_up_code takes.',
    inputSchema: object({ query: text('Only those whose name or title has these letters') }),
    run: async ({ query }, get) => {
      const { registers } = (await ask(get, '/v1/registers')) as { registers: Dict[] }
      const words = String(query ?? '').toLowerCase()
      return {
        registers: registers
          .filter(({ register, title }) => `${register} ${title}`.toLowerCase().includes(words))
          .map(({ register, title, records, licence, custodian }) => ({ register, title, codes: records, licence, custodian })),
      }
    },
  },
  {
    name: 'look_up_code',
    title: 'Look a code or a name up',
    description: 'What a code of a register means, or which codes a name may mean, such as the council “Leeds”.',
    inputSchema: object(
      { register: text('Name of the register'), code: text('The code'), name: text('A name, where the code is not known') },
      ['register'],
    ),
    run: async ({ register, code, name }, get) => {
      if (code) return ask(get, `/v1/registers/${part(register)}/lookup?${parameters({ code })}`)
      if (!name) throw new ToolRefusal('Give a code or a name.')
      const found = (await ask(
        get,
        `/registers/${part(register)}/reconcile?${parameters({ queries: JSON.stringify({ q0: { query: name, limit: 10 } }) })}`,
      )) as Dict
      return {
        register,
        candidates: (((found.q0 as Dict | undefined)?.result ?? []) as Dict[]).map(({ id, name: label, score, match, description }) => ({
          code: id,
          name: label,
          score,
          match,
          why: description,
        })),
      }
    },
  },
  {
    name: 'list_apis',
    title: 'List the APIs',
    description:
      'The operations of this server: method, path and what each does. Each dataset with a table has an API of its own: give its name for that one’s OpenAPI document.',
    inputSchema: object({
      query: text('Only operations whose path or summary has these letters'),
      dataset: text('Name of a dataset, for the OpenAPI document of its API'),
    }),
    run: async ({ query, dataset: name }, get) => {
      if (name) return ask(get, `/v1/datasets/${part(name)}/openapi.json`)
      const { paths } = (await ask(get, '/openapi.json')) as { paths: Record<string, Record<string, Dict>> }
      const words = String(query ?? '').toLowerCase()
      const operations = Object.entries(paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, { summary, tags, security }]) => ({
          method: method.toUpperCase(),
          path,
          summary,
          tags,
          token: Boolean(security),
        })),
      )
      return {
        operations: operations.filter(({ path, summary }) => `${path} ${String(summary)}`.toLowerCase().includes(words)).slice(0, 200),
        document: '/openapi.json',
      }
    },
  },
  {
    name: 'list_key_data',
    title: 'List the National Information Infrastructure',
    description: 'Data that the nation relies on: who answers for it, what is promised, and what was measured.',
    inputSchema: object({
      theme: text('Only this theme'),
      publisher: text('Only this publisher, by name'),
      status: { type: 'string', enum: ['green', 'amber', 'red', 'grey'], description: 'Only what the probes found so' },
    }),
    run: async (given, get) => {
      const { entries, summary } = (await ask(get, `/v1/nii?${parameters(given)}`)) as { entries: Dict[]; summary: unknown }
      return {
        summary,
        entries: entries
          .slice(0, 100)
          .map(({ id, title, theme, publisher, publisherTitle, stage, status, stars, dataset: name, nextDue }) => ({
            id,
            title,
            theme,
            publisher: publisher ?? publisherTitle,
            stage,
            status,
            stars,
            dataset: name,
            nextDue,
          })),
        truncated: entries.length > 100,
      }
    },
  },
]

function object(properties: Record<string, object>, required?: string[]): Tool['inputSchema'] {
  return { type: 'object', properties, ...(required && { required }), additionalProperties: false }
}

const part = (value: unknown): string => encodeURIComponent(String(value))

function parameters(given: Dict): string {
  const pairs = Object.entries(given).filter(([, value]) => value !== undefined && value !== null && value !== '')
  return new URLSearchParams(pairs.map(([name, value]): [string, string] => [name, String(value)])).toString()
}

async function ask(get: Get, path: string): Promise<unknown> {
  const { status, body } = await get(path)
  if (status < 400) return body
  const { detail, title, hint } = (body ?? {}) as Dict
  throw new ToolRefusal([detail ?? title ?? `The server answered ${status}.`, hint].filter(Boolean).join(' '))
}

const briefOf = ({
  name,
  title,
  description,
  publisher,
  publisherTitle,
  licence,
  theme,
  modified,
  distributions,
  snippet,
  matched,
}: Dict) => ({
  name,
  title,
  description: typeof description === 'string' ? description.slice(0, 300) : undefined,
  publisher: publisherTitle ?? publisher,
  licence,
  theme,
  modified,
  tables: (distributions as Dict[])?.map(({ name: table, rows, columns }) => ({ table, rows, columns })),
  ...(snippet ? { snippet, matched } : {}),
})

/** What is to be said beside the data: whose it is, under which licence, where its page is. */
const sourceOf = ({ name, title, publisher, licence, modified, links }: Dict) => ({
  dataset: name,
  title,
  publisher,
  licence,
  modified,
  page: (links as Dict)?.page ?? (links as Dict)?.self,
})
