import { type Kysely, sql, type Transaction } from 'kysely'
import { openStore, type Store } from '../../../foundation/engines/sqlite/index.ts'
import type { DatasetRow, Tables } from '../tables.ts'
import { columnTiers } from '../visibility/restrictions.ts'
import { isListed } from '../visibility/sight.ts'

type Db = Kysely<Tables> | Transaction<Tables>

/** What search keeps of a dataset in memory. */
export interface Brief {
  number: number
  change: number
  name: string
  title: string
  publisher: string
  state: string
  visibility: string
  licence: string
  /** JSON array. */
  theme: string
  /** Comma-separated; null without tables. */
  formats: string | null
  frequency: string | null
  spatial: string | null
  modified: string
}

/** Weights of a match in title, keyword, publisher, columns and description. */
const WEIGHTS = '10, 5, 3, 2, 1'

export const wordColumns = ['title', 'keyword', 'publisher', 'columns', 'description'] as const
export type WordColumn = (typeof wordColumns)[number]

/** How much of a description snippets are looked for in. */
const SNIPPET_CHARACTERS = 4_000

/** Statements of the search index: written in the caller's transaction, read while no transaction is open. */
export function searchStore(store: Store) {
  const db = store.as<Tables>()
  return {
    /** Runs `work` while nobody writes: the one connection is held, so half a transaction is never seen. `work` must not await. */
    undisturbed: <T>(work: () => T) => db.connection().execute(async () => work()),
    ...writeStatements(),
    ...matchStatements(store),
    ...scratchStatements(store),
    ...changeStatements(store),
    ...selectStatements(store),
  }
}
export type SearchStore = ReturnType<typeof searchStore>

interface Described {
  keyword?: string[]
  description?: string
  linked?: Array<{ title?: string; description?: string }>
}

function writeStatements() {
  return {
    put: async (on: Db, row: DatasetRow) => {
      const { keyword = [], description = '', linked = [] } = JSON.parse(row.description) as Described
      const resources = linked.map((resource) => `, ${resource.title ?? ''} ${resource.description ?? ''}`).join('')
      const words = sql.table(isListed(row) ? 'dataset_words' : 'restricted_words')
      await takeOut(on, row.number)
      await sql`
        insert into ${words} (rowid, title, keyword, publisher, columns, description)
        select ${row.number}, ${row.title}, ${[...keyword, ...(JSON.parse(row.theme) as string[])].join(', ')}, title || ' ' || coalesce(abbreviation, ''),
          ${await columnWords(on, row)} || ${resources}, ${description}
        from publisher where name = ${row.publisher}`.execute(on)
    },
    remove: takeOut,
    retitle: async (on: Db, publisher: { name: string; title: string; abbreviation: string | null }) => {
      const words = `${publisher.title} ${publisher.abbreviation ?? ''}`
      for (const table of ['dataset_words', 'restricted_words'])
        await sql`update ${sql.table(table)} set publisher = ${words} where rowid in (select number from dataset where publisher = ${publisher.name})`.execute(
          on,
        )
    },
  }
}

async function takeOut(on: Db, number: number): Promise<void> {
  await sql`delete from dataset_words where rowid = ${number}`.execute(on)
  await sql`delete from restricted_words where rowid = ${number}`.execute(on)
}

/** Names of the columns that all who find the dataset may see. */
async function columnWords(on: Db, row: DatasetRow): Promise<string> {
  const found = await on.selectFrom('distribution').select('column_names').where('dataset', '=', row.number).execute()
  const tiers = columnTiers(row)
  const names = found.flatMap(({ column_names }) => JSON.parse(column_names) as string[])
  return names.filter((name) => !tiers.has(name.toLowerCase())).join(', ')
}

function matchStatements({ raw }: Store) {
  const matching = raw.prepare('select group_concat(rowid) as numbers from dataset_words where dataset_words match ?')
  const titles = raw.prepare('select group_concat(rowid) as numbers from dataset_titles where dataset_titles match ?')
  const scoring = raw.prepare(`select rowid, bm25(dataset_words, ${WEIGHTS}) from dataset_words where dataset_words match ?`)
  scoring.setReturnArrays(true)
  const restricted = raw.prepare('select group_concat(rowid) as numbers from restricted_words where restricted_words match ?')
  return {
    /** The same of datasets that a search by anybody must not find. */
    restrictedMatches: (expression: string) => readNumbers((restricted.get(expression)?.numbers ?? '') as string),
    /** Numbers that match. Joined to one text by the engine: handing over 50,000 rows one by one costs three times as much. */
    matches: (expression: string) => readNumbers((matching.get(expression)?.numbers ?? '') as string),
    /** Numbers of those whose title matches. */
    titleMatches: (expression: string) => readNumbers((titles.get(expression)?.numbers ?? '') as string),
    /** Scores of those that match; better ones are larger. */
    scores: (expression: string) =>
      new Map((scoring.all(expression) as unknown as Array<[number, number]>).map(([number, score]) => [number, -score])),
  }
}

/**
 * Questions about a few datasets, put to a small index of their own. Snippets of a page of matches: in the large index each of them costs
 * a walk through everything that the question matches. Of long descriptions they look at the beginning only.
 */
function scratchStatements({ raw }: Store) {
  const scratch = openStore(':memory:').raw
  scratch.exec(`create virtual table page_words using fts5 (${wordColumns.join(', ')}, tokenize = 'porter unicode61 remove_diacritics 2')`)
  const reading = (description: string, table = 'dataset_words') => {
    const columns = wordColumns.map((column) => (column === 'description' ? description : column))
    const statement = raw.prepare(`select ${columns.join(', ')} from ${table} where rowid = ?`)
    statement.setReturnArrays(true)
    return statement
  }
  const whole = reading('description')
  const beginnings = ['dataset_words', 'restricted_words'].map((table) => reading(`substr(description, 1, ${SNIPPET_CHARACTERS})`, table))
  const beginning = { get: (number: number) => beginnings[0]?.get(number) ?? beginnings[1]?.get(number) }
  const copy = scratch.prepare(`insert into page_words (rowid, ${wordColumns.join(', ')}) values (${'?, '.repeat(wordColumns.length)}?)`)
  const snippets = wordColumns.map((column, index) => `snippet(page_words, ${index}, '**', '**', '…', 28) as ${column}`)
  const snippet = scratch.prepare(`select rowid as number, ${snippets.join(', ')} from page_words where page_words match ?`)
  const matching = scratch.prepare('select rowid as number from page_words where page_words match ?')
  const among = <T>(numbers: number[], read: { get(number: number): unknown }, ask: () => T): T => {
    scratch.exec('begin')
    try {
      for (const number of numbers) {
        const texts = read.get(number) as unknown as string[] | undefined
        if (texts) copy.run(number, ...texts)
      }
      return ask()
    } finally {
      scratch.exec('rollback')
    }
  }
  return {
    snippets: (expression: string, numbers: number[]) =>
      among(numbers, beginning, () => snippet.all(expression) as unknown as Array<Record<WordColumn, string> & { number: number }>),
    /** For each expression, which of the datasets match it. */
    matchesAmong: (expressions: string[], numbers: number[]) =>
      among(numbers, whole, () =>
        expressions.map((expression) => (matching.all(expression) as unknown as Array<{ number: number }>).map(({ number }) => number)),
      ),
  }
}

function changeStatements({ raw }: Store) {
  const changed = raw.prepare(`
    select number, change, name, title, publisher, state, visibility, licence, theme, modified,
      (select group_concat(distinct format) from (
        select format from distribution where dataset = number
        union select lower(replace(json_extract(resource.value, '$.format'), ',', ' ')) from json_each(description, '$.linked') as resource
      ) where format is not null and format <> '') as formats,
      json_extract(description, '$.accrualPeriodicity') as frequency, json_extract(description, '$.spatial') as spatial
    from dataset where change > ?`)
  const gone = raw.prepare('select number, change from dataset_gone where change > ?')
  const clock = raw.prepare('select value from dataset_clock')
  const titles = raw.prepare('select name, title from publisher')
  const numbering = raw.prepare('select number from dataset where name = ?')
  return {
    lastChange: () => Number(clock.get()?.value ?? 0),
    goneSince: (change: number) => gone.all(change) as unknown as Array<{ number: number; change: number }>,
    changedSince: (change: number) => changed.iterate(change) as unknown as Iterable<Brief>,
    /** Numbers of datasets by name. */
    numbersOf: (names: Iterable<string>) => {
      const found = new Map<string, number>()
      for (const name of names) {
        const row = numbering.get(name) as { number: number } | undefined
        if (row) found.set(name, row.number)
      }
      return found
    },
    publisherTitles: () => new Map((titles.all() as unknown as Array<{ name: string; title: string }>).map((row) => [row.name, row.title])),
  }
}

/** Columns of their own; every other member is found in the JSON of the description. */
const memberColumns = new Set(['name', 'title', 'publisher', 'licence', 'issued', 'modified'])

/** Selections that the words and facets in memory do not answer. */
function selectStatements({ raw }: Store) {
  const numbers = (text: string, ...values: Array<string | number>) =>
    (raw.prepare(text).all(...values) as unknown as Array<{ number: number }>).map(({ number }) => number)
  return {
    /** Datasets whose member has this value, or begins so; with no value, those that have the member at all. */
    holding: (member: string, value: string | undefined, prefix: boolean) => {
      const test = value === undefined ? 'is not null' : prefix ? "like ? escape '\\'" : '= ? collate nocase'
      const bound = value === undefined ? [] : [prefix ? `${value.replace(/[\\%_]/g, '\\$&')}%` : value]
      if (memberColumns.has(member)) return numbers(`select number from dataset where ${member} ${test}`, ...bound)
      return numbers(
        `select distinct number from dataset, json_each(description, ?) as item where item.value ${test}`,
        `$.${member}`,
        ...bound,
      )
    },
    dated: ({
      date,
      from,
      to,
      fromOpen,
      toOpen,
    }: {
      date: 'modified' | 'issued'
      from?: string
      to?: string
      fromOpen?: boolean
      toOpen?: boolean
    }) => {
      const bounds = [
        ...(from === undefined ? [] : [{ test: `julianday(${date}) ${fromOpen ? '>' : '>='} julianday(?)`, value: from }]),
        ...(to === undefined ? [] : [{ test: `julianday(${date}) ${toOpen ? '<' : '<='} julianday(?)`, value: to }]),
      ]
      const where = bounds.length ? ` where ${bounds.map(({ test }) => test).join(' and ')}` : ''
      return numbers(`select number from dataset${where}`, ...bounds.map(({ value }) => value))
    },
    /** The same numbers in the order of a column. */
    inOrder: (column: 'name' | 'issued', numbers: Uint32Array, descending = false) => {
      const among = new Set(numbers)
      const all = raw.prepare(`select number from dataset order by ${column}${descending ? ' desc' : ''}, number`)
      return (all.all() as unknown as Array<{ number: number }>).flatMap(({ number }) => (among.has(number) ? [number] : []))
    },
    /** How often each keyword occurs among the datasets marked. */
    keywordCounts: (marked: Uint8Array) => {
      const counts = new Map<string, number>()
      const all = raw.prepare("select number, json_extract(description, '$.keyword') as keyword from dataset where keyword is not null")
      for (const row of all.iterate() as unknown as Iterable<{ number: number; keyword: string }>)
        if (marked[row.number]) for (const word of JSON.parse(row.keyword) as string[]) counts.set(word, (counts.get(word) ?? 0) + 1)
      return counts
    },
  }
}

/** The numbers of a text such as "3,14,159", read without splitting it into texts. */
function readNumbers(text: string): Uint32Array {
  const numbers = new Uint32Array(Math.ceil(text.length / 2))
  let count = 0
  let value = 0
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at)
    if (code === COMMA) {
      numbers[count++] = value
      value = 0
    } else value = value * 10 + code - ZERO
  }
  if (text !== '') numbers[count++] = value
  return numbers.slice(0, count)
}

const COMMA = 44
const ZERO = 48
