import {
  type Actions,
  type CkanContext,
  invalid,
  listOf,
  notFound,
  resourceHome,
  tableId,
  textOf,
  truthOf,
  wholeOf,
} from '../../../catalogue/index.ts'
import type { Datastore } from '../../index.ts'
import type { Column, Manifest } from '../../model.ts'
import type { Filter, QueryRequest } from '../../query/model.ts'
import { readFilters } from './filters.ts'

type Dict = Record<string, unknown>

/** CKAN's datastore actions that read published tables. */
export function datastoreReads(datastore: Datastore): Actions {
  return {
    datastore_search: { reads: true, run: (given, context) => search(datastore, given, context) },
    datastore_info: { reads: true, run: (given, context) => info(datastore, given, context) },
  }
}

const types = { integer: 'int', number: 'numeric', boolean: 'bool', date: 'date', 'date-time': 'timestamp', text: 'text' } as const

/** The columns of a table as CKAN names them, `_id` first. */
const fieldsOf = (columns: readonly Column[]): Dict[] => [
  { id: '_id', type: 'int' },
  ...columns.map(({ name, type }) => ({ id: name, type: types[type] })),
]

/** The table behind a resource identifier, or `dataset/table`. @throws {CkanError} Not Found Error */
export async function tableOf(datastore: Datastore, context: Pick<CkanContext, 'catalogue'>, id: string): Promise<Manifest> {
  const { dataset, table } = await resourceHome(context, id).catch(() => {
    throw notFound(`Resource "${id}" was not found.`)
  })
  if (!table) throw notFound(`Resource "${id}" was not found.`)
  return datastore.current(dataset.name, table)
}

const MOST_ROWS = 32_000
const PAGE_ROWS = 10_000

async function search(datastore: Datastore, given: Dict, context: CkanContext): Promise<Dict> {
  const id = textOf(given.resource_id ?? given.id)
  if (!id) throw invalid({ resource_id: ['Missing value'] })
  if (id === '_table_metadata') return tables(given, context)
  const manifest = await tableOf(datastore, context, id)
  const asked = readSearch(given, manifest)
  const limit = wholeOf(given.limit, 100, MOST_ROWS)
  const offset = wholeOf(given.offset, 0, Number.MAX_SAFE_INTEGER)
  const { rows, total } = await rowsFrom(datastore, manifest, asked, offset, limit)
  const names = asked.names
  const format = textOf(given.records_format) || 'objects'
  const records = recordsAs(format, rows, names)
  const fields = fieldsOf(manifest.columns).filter(({ id: name }) => names.includes(String(name)))
  const address = (at: number) => `/api/3/action/datastore_search?${new URLSearchParams({ ...texts(given), offset: String(at) })}`
  return {
    include_total: given.include_total === undefined || truthOf(given.include_total),
    resource_id: id,
    fields,
    records_format: format,
    ...(given.q !== undefined && { q: given.q }),
    ...(given.filters !== undefined && { filters: typeof given.filters === 'string' ? JSON.parse(given.filters || '{}') : given.filters }),
    records,
    limit,
    ...(offset > 0 && { offset }),
    _links: { start: address(0).replace(/&?offset=0/, ''), next: address(offset + limit) },
    ...((given.include_total === undefined || truthOf(given.include_total)) && { total, total_was_estimated: false }),
  }
}

const texts = (given: Dict): Record<string, string> =>
  Object.fromEntries(
    Object.entries(given).map(([name, value]) => [name, typeof value === 'object' ? JSON.stringify(value) : String(value)]),
  )

/** The question, and the names of the columns that are answered. */
export interface AskedSearch {
  request: QueryRequest
  names: string[]
  /** Nothing but the place of rows decides which they are and in which order. */
  plain: boolean
}

/** The question that a search's parameters ask. @throws {CkanError} Validation Error */
export function readSearch(given: Dict, manifest: Manifest): AskedSearch {
  const { columns } = manifest
  const wanted = listOf(given.fields)
    .flatMap((field) => field.split(','))
    .map((field) => field.trim())
  const all = ['_id', ...columns.map(({ name }) => name)]
  for (const name of wanted) if (!all.includes(name)) throw invalid({ fields: [`field "${name}" not in table`] })
  const names = wanted.length ? wanted : all
  const filters = [readFilters(given.filters, columns), ...readWords(given.q, columns)].filter((each): each is Filter => each !== undefined)
  const sort = readSort(textOf(given.sort), columns)
  const distinct = truthOf(given.distinct)
  return {
    names,
    plain: !filters.length && !sort.length && !distinct,
    request: {
      ...(filters.length && { filter: { and: filters } }),
      columns: names.map((name) => (name === '_id' ? '_row' : (columns.find((column) => column.name === name)?.alias ?? name))),
      ...(distinct && { distinct }),
      sort: sort.length || distinct ? sort : [{ column: '_row', descending: false }],
      version: manifest.id,
      distribution: manifest.distribution,
    },
  }
}

/** Words anywhere, or by column. */
function readWords(q: unknown, columns: readonly Column[]): Filter[] {
  if (q === undefined || q === null || q === '') return []
  const given = typeof q === 'string' && q.trim().startsWith('{') ? wordsByColumn(q) : q
  if (typeof given !== 'object' || given === null) return [{ search: textOf(given), pointer: '/q' }]
  return Object.entries(given as Dict).map(([name, words]) => {
    const column = columns.find((each) => each.name === name)
    if (!column) throw invalid({ q: [`field "${name}" not in table`] })
    if (column.type !== 'text') return { column: column.alias, op: 'exact', value: textOf(words), pointer: '/q' }
    return { search: textOf(words), columns: [column.alias], pointer: '/q' }
  })
}

function wordsByColumn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function readSort(text: string, columns: readonly Column[]): QueryRequest['sort'] {
  return text
    .split(',')
    .filter((part) => part.trim())
    .map((part) => {
      const [, quoted, bare, way] = /^\s*(?:"([^"]+)"|(.+?))(?:\s+(asc|desc))?(?:\s+nulls\s+(?:first|last))?\s*$/i.exec(part) ?? []
      const name = quoted ?? bare ?? ''
      const column = name === '_id' ? '_row' : columns.find((each) => each.name === name)?.alias
      if (!column) throw invalid({ sort: [`field "${name}" not in table`] })
      return { column, descending: way?.toLowerCase() === 'desc' }
    })
}

/** A stretch of rows. Places are counted on where the question leaves them whole; otherwise the pages before are walked by cursor. */
export async function rowsFrom(
  datastore: Datastore,
  manifest: Manifest,
  { request, plain, names }: AskedSearch,
  offset: number,
  limit: number,
): Promise<{ rows: unknown[][]; total: number }> {
  const from: QueryRequest =
    plain && offset ? { ...request, filter: { column: '_row', op: 'gt', value: String(offset), pointer: '/offset' } } : request
  const skip = plain ? 0 : offset
  const rows: unknown[][] = []
  let total = plain ? manifest.rows : 0
  let seen = 0
  for (let cursor: string | undefined, first = true; first || (cursor && rows.length < limit); first = false) {
    const size = Math.max(1, Math.min(PAGE_ROWS, skip + limit - seen))
    const page = await datastore.page(manifest.dataset, { ...from, limit: size, ...(cursor && { cursor }) })
    if (!plain) total = page.page.total
    for (const record of page.records) {
      seen += 1
      if (seen > skip && rows.length < limit) rows.push(names.map((name) => record[name === '_id' ? '_row' : name] ?? null))
    }
    cursor = page.page.next ?? undefined
  }
  return { rows, total }
}

function recordsAs(format: string, rows: readonly unknown[][], names: readonly string[]): unknown {
  if (format === 'lists') return rows
  if (format === 'csv' || format === 'tsv') return rows.map((row) => lineOf(row, format === 'csv' ? ',' : '\t')).join('')
  if (format !== 'objects') throw invalid({ records_format: ['Invalid value: choose objects, lists, csv or tsv'] })
  return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])))
}

/** A row as CKAN dumps it: line feed at its end. */
export function lineOf(row: readonly unknown[], delimiter: string): string {
  const cells = row.map((cell) => {
    const text = cell === null || cell === undefined ? '' : String(cell)
    return text.includes(delimiter) || /["\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
  })
  return `${cells.join(delimiter)}\n`
}

/** Every table, as the alias `_table_metadata` lists them. */
async function tables(given: Dict, { catalogue }: CkanContext): Promise<Dict> {
  const names: string[] = []
  for (let cursor: string | undefined, more = true; more; ) {
    const page = await catalogue.datasets({ limit: 1000, ...(cursor && { cursor }) })
    for (const dataset of page.items) for (const table of dataset.distributions) names.push(tableId(dataset.identifier, table.name))
    cursor = page.next
    more = cursor !== undefined
  }
  const limit = wholeOf(given.limit, 100, MOST_ROWS)
  const offset = wholeOf(given.offset, 0, Number.MAX_SAFE_INTEGER)
  return {
    resource_id: '_table_metadata',
    fields: [
      { id: '_id', type: 'text' },
      { id: 'name', type: 'name' },
      { id: 'oid', type: 'oid' },
      { id: 'alias_of', type: 'name' },
    ],
    records: names.slice(offset, offset + limit).map((name, i) => ({ _id: name, name, oid: offset + i + 1, alias_of: null })),
    limit,
    total: names.length,
  }
}

async function info(datastore: Datastore, { id, resource_id }: Dict, context: CkanContext): Promise<Dict> {
  const wanted = textOf(id ?? resource_id)
  if (!wanted) throw invalid({ id: ['Missing value'] })
  const manifest = await tableOf(datastore, context, wanted)
  return {
    meta: {
      id: wanted,
      count: manifest.rows,
      table_type: 'BASE TABLE',
      size: manifest.dataBytes,
      idx_size: 0,
      db_size: manifest.dataBytes,
      aliases: [],
    },
    fields: manifest.columns.map(({ name, alias, type, reason }) => ({
      id: name,
      type: types[type],
      info: { label: name, notes: reason },
      schema: {
        native_type: types[type],
        notnull: manifest.key.includes(alias),
        index_name: null,
        is_index: false,
        uniquekey: manifest.key.includes(alias),
      },
    })),
  }
}
