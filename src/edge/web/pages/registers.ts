import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from '../../../foundation/kernel/index.ts'
import { drawLineage } from '../view/lineage.ts'
import { byCustodian, downloadsOf, lineageOf, yearsOf } from '../view/registers.ts'
import { type Alternates, type Page, type Parts, servePage } from './page.ts'

const PAGE = 100

const formats: Alternates = {
  'text/turtle': '.ttl',
  'application/ld+json': '.jsonld',
  'application/rdf+xml': '.rdf',
  'text/csv': '.csv',
  'application/vnd.oasis.opendocument.spreadsheet': '.ods',
}
const codeFormats: Alternates = { 'text/turtle': '.ttl', 'application/ld+json': '.jsonld', 'application/rdf+xml': '.rdf' }

/** The list of registers, a page for each and for each of its codes. */
export function registerPages(app: FastifyInstance, parts: Parts): void {
  servePage(app, parts, '/registers', async () => list(parts))
  servePage(app, parts, '/registers/:register', (request, parameters) => register(parts, nameIn(request), parameters), {
    alternates: formats,
  })
  servePage(
    app,
    parts,
    '/registers/:register/codes/:code',
    (request) => code(parts, request.params as { register: string; code: string }),
    {
      alternates: codeFormats,
    },
  )
}

const nameIn = (request: FastifyRequest): string => (request.params as { register: string }).register
const trail = (parts: Parts, register?: string) => [
  { text: 'Code lists', href: '/registers' },
  ...(register ? [{ text: parts.registers.definition(register).title, href: `/registers/${register}` }] : []),
]

function list({ registers }: Parts): Page {
  const all = registers.summaries()
  return {
    template: 'registers.njk',
    shell: { title: 'Code lists', section: 'registers' },
    view: {
      groups: byCustodian(all),
      total: all.length,
      codes: all.reduce((sum, { records }) => sum + records, 0),
    },
    data: { registers: all },
  }
}

async function register(parts: Parts, name: string, parameters: URLSearchParams): Promise<Page> {
  const { registers } = parts
  const summary = registers.summary(name)
  const filter = parameters.get('q') ?? ''
  const at = parameters.get('at') ?? ''
  const all = parameters.get('all') !== null
  const offset = Math.max(0, Number(parameters.get('offset')) || 0)
  const found = registers.codes.expand(name, { filter, activeOnly: !all, offset, limit: PAGE, ...(at && { at }) })
  const uses = await registers.changes.uses(name)
  const proposals = (await registers.changes.proposals(name)).filter(({ state }) => state === 'open')
  const page = (from: number) =>
    `?${new URLSearchParams({ ...(filter && { q: filter }), ...(at && { at }), ...(all && { all: '' }), offset: String(from) })}`
  return {
    template: 'register.njk',
    shell: { title: summary.title, section: 'registers', trail: trail(parts) },
    view: {
      register: summary,
      filter,
      at,
      all,
      ...found,
      codes: found.codes.map(({ source, ...one }) => ({
        ...one,
        href: codeHref(name, one.code),
        years: yearsOf(source),
        other: source.notations.map(({ value }) => value).slice(0, 3),
        replacedBy: source.successors.map(({ code: next }) => ({ code: next, href: codeHref(name, next) })),
      })),
      hasOthers: found.codes.some(({ source }) => source.notations.length > 0),
      next: offset + PAGE < found.total ? page(offset + PAGE) : undefined,
      first: offset > 0 ? page(0) : undefined,
      downloads: downloadsOf(name),
      uses,
      proposals,
      base: parts.base(),
    },
    data: {
      ...summary,
      total: found.total,
      codes: found.codes.map(({ source: _source, ...one }) => one),
      uses: uses.map(({ codes: _codes, texts: _texts, issues: _issues, ...use }) => use),
      proposals,
    },
  }
}

const codeHref = (name: string, key: string): string => `/registers/${name}/codes/${encodeURIComponent(key)}`

async function code(parts: Parts, { register: name, code: key }: { register: string; code: string }): Promise<Page> {
  const { registers } = parts
  const list = registers.codes.list(name)
  const one = list.codes.get(key)
  if (!one) throw new Problem('register-code-not-found', { detail: `${list.definition.title} has no code ${key}.` })
  const lookup = registers.codes.lookup(name, key)
  const row = registers.reader.row(name)
  const history = registers.reader.entriesOf(row, key).reverse()
  const lineage = lineageOf(list, one)
  const named = (ref: { register: string; code: string }) => ({
    ...ref,
    name: registers.codes.lists(ref.register)?.codes.get(ref.code)?.name ?? ref.code,
    href: codeHref(ref.register, ref.code),
  })
  const uses = (await registers.changes.uses(name)).flatMap(({ codes, texts: _texts, issues: _issues, ...use }) =>
    codes[key] ? [{ ...use, rows: codes[key] }] : [],
  )
  const [proof] = registers.codes.prove([{ register: name, entry: one.entry }])
  return {
    template: 'register-code.njk',
    shell: { title: `${one.name} (${key})`, section: 'registers', trail: trail(parts, name) },
    view: {
      register: name,
      title: list.definition.title,
      code: lookup,
      fields: list.definition.fields
        .filter(({ field }) => field !== name && one.item[field] !== undefined)
        .map(({ field, text }) => ({ field, text, values: [one.item[field]].flat() })),
      parents: lookup.ancestors.map(named),
      children: lookup.children.map(named),
      replacedBy: lookup.replacedBy.map(named),
      replaces: lookup.replaces.map(named),
      lineage: lineage && drawLineage(lineage),
      lineageRows: lineage?.edges.map(({ from, to, share }) => ({
        from: { code: from, name: list.codes.get(from)?.name, href: codeHref(name, from) },
        to: { code: to, name: list.codes.get(to)?.name, href: codeHref(name, to) },
        share: share ?? 'all',
      })),
      history: history.map(({ number, timestamp, items }) => ({
        number,
        timestamp,
        item: Object.entries(JSON.parse(registers.reader.item(row, items[0] ?? Buffer.alloc(0)) ?? '{}') as Record<string, unknown>)
          .filter(([field]) => field !== name)
          .map(([field, value]) => ({ field, value: [value].flat().join('; ') })),
      })),
      uses,
      proof,
      size: row.size,
      formats: ['ttl', 'jsonld', 'rdf'].map((suffix) => ({ suffix, href: `${codeHref(name, key)}.${suffix}` })),
    },
    data: { ...lookup, history: history.map(({ number, timestamp }) => ({ entry: number, timestamp })), uses, proof },
  }
}
