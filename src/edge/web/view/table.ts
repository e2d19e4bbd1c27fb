import type { Column, Manifest } from '../../../core/datastore/index.ts'
import { csvLine } from '../../../foundation/formats/csv.ts'
import type { ReadTable } from '../pages/table.ts'
import { cellText, isNumeric } from './cell.ts'
import { conditionText, operatorWords, questionOf, type ShownCondition, sortOf, stateQuery } from './table-state.ts'

const textOnly = new Set(['contains', 'startswith', 'endswith'])
const ordered = new Set(['gt', 'gte', 'lt', 'lte'])

/** The table with its headers, cells, filter form and links. */
export function tableView(read: ReadTable, path: string) {
  const { columns, manifest, page, records, state } = read
  const nameOf = (alias: string) => manifest.columns.find((column) => column.alias === alias)?.name ?? alias
  const link = (change: Parameters<typeof stateQuery>[1]) => `${path}${stateQuery(state, change)}#data`
  const from = page.total ? state.after + 1 : 0
  return {
    headers: columns.map((column) => {
      const sort = sortOf(state, column.alias)
      return { name: column.name, type: typeWords[column.type], numeric: isNumeric(column), now: sort.now, href: link({ sort: sort.next }) }
    }),
    rows: records.map((record) => columns.map((column) => cellView(record[column.name], column))),
    total: page.total,
    all: manifest.rows,
    cut:
      !state.columns.length && columns.length < manifest.columns.length
        ? { shown: columns.length, all: manifest.columns.length }
        : undefined,
    from,
    to: Math.min(page.total, state.after + records.length),
    next: page.next && link({ cursor: page.next, after: state.after + records.length }),
    first: state.cursor && link({}),
    chips: state.conditions.map((condition) => ({
      text: conditionText({ ...condition, value: valueText(condition, manifest.columns) }, nameOf),
      href: link({ conditions: state.conditions.filter((each) => each !== condition) }),
    })),
    clear: link({ conditions: [] }),
    kept: [...questionOf(state)].map(([name, value]) => ({ name, value })),
    ...choices(read),
  }
}

/** What the forms offer: columns with their types, operators with the types they suit, and what was typed when it was refused. */
function choices({ manifest, columns, refused }: ReadTable) {
  const draft = refused?.condition
  return {
    columnChoices: manifest.columns.map((column) => ({
      value: column.alias,
      text: column.name,
      type: column.type,
      shown: columns.includes(column),
      selected: draft?.column === column.alias,
    })),
    operatorChoices: operatorWords.map((word) => ({ ...word, types: typesOf(word.value), selected: draft?.op === word.value })),
    draftValue: draft?.value ?? '',
  }
}

/** A single figure or date as the cells write it; lists and texts as they were typed. */
function valueText({ column: alias, op, value }: ShownCondition, columns: Column[]): string {
  const column = columns.find((each) => each.alias === alias)
  if (!column || column.type === 'text' || /^(?:in|notin|isnull)$/.test(op)) return value
  return cellText(value, column, Number.isInteger(Number(value)) ? 0 : undefined)
}

const typeWords: Record<Column['type'], string> = {
  integer: 'whole number',
  number: 'number',
  boolean: 'yes or no',
  date: 'date',
  'date-time': 'date and time',
  text: 'text',
}

function typesOf(op: string): string {
  if (textOnly.has(op)) return 'text'
  if (ordered.has(op)) return 'integer number date date-time text'
  return ''
}

function cellView(value: unknown, column: Column) {
  const text = cellText(value, column)
  return { text, kind: kindOf(text, column), empty: value === null || value === undefined }
}

/** How a cell is set: figures to the right, short texts on one line, long ones with room. */
function kindOf(text: string, column: Column): string {
  if (isNumeric(column)) return 'num'
  if (column.type !== 'text') return 'date'
  return text.length > 40 ? 'long' : 'short'
}

/** Downloads that carry the question, with sizes: known for whole Parquet files, otherwise judged by the rows on the page. */
export function downloadsOf(read: ReadTable): Array<{ title: string; href: string; bytes: number; about: boolean; what: string }> {
  const { manifest, page, state } = read
  const question = questionOf(state)
  const query = question.size ? `?${question}` : ''
  const whole = !state.conditions.length && !state.columns.length
  const part = manifest.rows ? page.total / manifest.rows : 1
  const file = (format: string) => `/v1/datasets/${manifest.dataset}/records.${format}${query}`
  const { csv, json } = bytesPerRow(read)
  const about = (bytes: number) => ({ bytes: Math.round(bytes * page.total), about: true })
  return [
    { title: 'CSV', href: file('csv'), ...about(csv), what: 'for spreadsheets and most tools' },
    { title: 'JSON', href: file('json'), ...about(json), what: 'one array' },
    { title: 'NDJSON', href: file('ndjson'), ...about(json), what: 'one record a line, for streams' },
    {
      title: 'Parquet',
      href: file('parquet'),
      bytes: whole ? manifest.dataBytes : Math.round(manifest.dataBytes * part),
      about: true,
      what: 'typed and small, for Python, R, DuckDB',
    },
    {
      title: 'File as received',
      href: sourceAddress(manifest),
      bytes: manifest.source.bytes,
      about: false,
      what: `${manifest.source.name}, unchanged${whole ? '' : ', without your filter'}`,
    },
  ]
}

export function sourceAddress(manifest: Manifest): string {
  return `/v1/datasets/${manifest.dataset}/versions/${manifest.version}/source?distribution=${manifest.distribution}`
}

function bytesPerRow({ records, columns }: ReadTable): { csv: number; json: number } {
  if (!records.length) return { csv: 0, json: 0 }
  const csv = records.map((record) => csvLine(columns.map((column) => String(record[column.name] ?? '')))).join('')
  const json = records.map((record) => JSON.stringify(record)).join('\n')
  return { csv: Buffer.byteLength(csv) / records.length, json: Buffer.byteLength(json) / records.length }
}
