import { decodeCursor, Problem, sha256Hex } from '../../../foundation/kernel/index.ts'
import type { Column, ColumnType, Manifest } from '../model.ts'
import { positionsOf } from '../positions.ts'
import type { Area } from './area.ts'
import {
  type Bucket,
  type Condition,
  DEFAULT_LIMIT,
  type Filter,
  type InArea,
  type InnerOperator,
  type JoinedColumn,
  type MeasureKind,
  type MeasureRequest,
  type QueryRequest,
  type TimeBucket,
  type WordSearch,
} from './model.ts'
import { typedValue } from './value.ts'

/** A column of the table that a plan reads. `_row` is the row's number in the source. */
export interface PlannedColumn {
  name: string
  alias: string
  type: ColumnType
  scale?: number
  /** A bucket of a column's values instead of the values. */
  bucket?: { of: string; by: Bucket }
  /** What a register says of a column's codes instead of the codes. */
  joined?: Pick<JoinedColumn, 'of' | 'values'>
}

/** The row lies in an area. */
export interface PlannedArea {
  area: Area
  latitude: PlannedColumn
  longitude: PlannedColumn
}

export interface PlannedCondition {
  column: PlannedColumn
  op: Exclude<InnerOperator, 'within'>
  /** Texts in the form of the column's type, or a truth value for isnull. */
  values: readonly (string | boolean)[]
}

export type PlannedFilter = PlannedCondition | PlannedArea | { and: PlannedFilter[] } | { or: PlannedFilter[] } | { not: PlannedFilter }

export interface PlannedMeasure {
  measure: MeasureKind
  column?: PlannedColumn
  as: string
  /** Only rows with this value count: one column of a pivot. */
  where?: { column: PlannedColumn; value: string | null }
}

/** Everything an engine needs to answer, checked against the schema. */
export interface Plan {
  filter?: PlannedFilter
  /** Columns to show, in order. Of a grouped plan, the group's. */
  columns: PlannedColumn[]
  grouped: boolean
  measures: PlannedMeasure[]
  sort: Array<{ column: PlannedColumn; descending: boolean }>
  limit: number
  /** Sort values of the last row seen, as texts, and its place. */
  after?: Array<string | null>
  /** The page before that row is wanted, not the one after. */
  backwards?: boolean
  /** The answer depends on registers too: it is no fact of the version alone. */
  bound?: boolean
  /** What a cursor must agree with: filter, order and columns. */
  signature: string
}

export const rowColumn: PlannedColumn = { name: '_row', alias: '_row', type: 'integer' }

const textOnly = new Set<InnerOperator>(['contains', 'startswith', 'endswith', 'like'])
const ordered = new Set<InnerOperator>(['lt', 'lte', 'gt', 'gte'])

/**
 * The question checked against a version's schema.
 *
 * @throws {Problem} column-not-found, operator-not-allowed, value-invalid, parameter-invalid, cursor-invalid.
 */
export function plan(request: QueryRequest, manifest: Manifest, joined: readonly JoinedColumn[] = []): Plan {
  const find = withJoined(columnFinder(manifest.columns), joined)
  const grouped = request.group !== undefined || request.measures !== undefined || request.distinct === true
  if (grouped && request.columns && !request.distinct)
    throw new Problem('parameter-invalid', {
      detail: 'A grouped query answers its group and measures; columns is for single rows.',
      pointer: '/columns',
    })
  const names = request.distinct ? [...(request.columns ?? []), ...(request.group ?? [])] : (request.group ?? [])
  const group = names.map((name, i) => groupColumn(name, `/group/${i}`, find))
  const columns = grouped ? group : request.columns ? request.columns.map((name) => find(name, '/columns')) : manifest.columns.map(planned)
  if ((!grouped || request.distinct) && !columns.length)
    throw new Problem('parameter-invalid', { detail: 'columns names at least one column.', pointer: '/columns' })
  const measures = planMeasures(request, grouped, find)
  refuseTwice([...columns.map((column) => column.name), ...measures.map((measure) => measure.as)])
  const sort = request.sort.map((term) => ({
    column: grouped ? groupedColumn(term.column, group, measures) : find(term.column, '/sort'),
    descending: term.descending,
  }))
  const filter = request.filter && planFilter(request.filter, { find, manifest })
  const signature = sha256Hex(JSON.stringify([filter, columns.map((column) => column.alias), grouped, measures, sort])).slice(0, 16)
  const position = request.cursor
    ? cursorPosition(request.cursor, signature, grouped ? sort.length + group.length : sort.length + 1)
    : undefined
  return {
    ...(filter && { filter }),
    columns,
    grouped,
    measures,
    sort,
    limit: request.limit ?? DEFAULT_LIMIT,
    ...(position && { after: position.keys }),
    ...(position?.backwards && { backwards: true }),
    signature,
  }
}

/** A column to group by, or a bucket of one: `Date:month`, `Price:bin:1000`. A column of that very name goes first. */
function groupColumn(name: string, pointer: string, find: FindColumn): PlannedColumn {
  const [, of = '', time, width] = /^(.*):(?:(year|quarter|month|week|day|hour)|bin:(\d{1,12}(?:\.\d{1,6})?))$/.exec(name) ?? []
  if (!of) return find(name, pointer)
  const column = find(of, pointer)
  const dated = column.type === 'date' || column.type === 'date-time'
  if (
    time ? !dated || (time === 'hour' && column.type === 'date') : (column.type !== 'integer' && column.type !== 'number') || !Number(width)
  )
    throw new Problem('operator-not-allowed', {
      detail: `${column.name}, which is of type ${column.type}, has no ${time ?? 'bins'}.`,
      pointer,
      hint: 'Dates are grouped by year, quarter, month, week or day, times also by hour; numbers by bin:WIDTH.',
    })
  if (time) {
    const type = time === 'hour' ? 'date-time' : 'date'
    return {
      name: `${column.name}_${time}`,
      alias: `${column.alias}_${time}`,
      type,
      bucket: { of: column.alias, by: { time: time as TimeBucket } },
    }
  }
  return {
    name: `${column.name}_bin`,
    alias: `${column.alias}_bin`,
    type: 'number',
    bucket: { of: column.alias, by: { bin: Number(width) } },
  }
}

/** The measures; under a pivot, each of them for each value of its column. */
function planMeasures(request: QueryRequest, grouped: boolean, find: FindColumn): PlannedMeasure[] {
  const asked = request.measures ?? (grouped && !request.distinct ? [{ measure: 'count' as const, pointer: '' }] : [])
  const measures = asked.map((measure) => planMeasure(measure, find))
  if (request.pivot === undefined) return measures
  if (!grouped || !measures.length)
    throw new Problem('parameter-invalid', { detail: 'A pivot needs a group or measures.', pointer: '/pivot' })
  const column = find(request.pivot, '/pivot')
  return (request.pivotValues ?? []).flatMap((value) =>
    measures.map((measure) => {
      const shown = value ?? '(empty)'
      return { ...measure, as: measures.length === 1 ? shown : `${shown} ${measure.as}`, where: { column, value } }
    }),
  )
}

export type FindColumn = (name: string, pointer: string) => PlannedColumn

const planned = (column: Column): PlannedColumn => ({
  name: column.name,
  alias: column.alias,
  type: column.type,
  ...(column.reading.scale !== undefined && { scale: column.reading.scale }),
})

const finders = new WeakMap<readonly Column[], FindColumn>()

/** Finds a column by its name as published, then by its alias. */
function columnFinder(columns: readonly Column[]): FindColumn {
  const known = finders.get(columns) ?? makeFinder(columns)
  finders.set(columns, known)
  return known
}

/** Finds a joined column by its name as asked; all others as before. */
function withJoined(find: FindColumn, joined: readonly JoinedColumn[]): FindColumn {
  if (!joined.length) return find
  const byName = new Map(joined.map(({ name, of, values }) => [name, { name, alias: name, type: 'text' as const, joined: { of, values } }]))
  return (name, pointer) => byName.get(name) ?? find(name, pointer)
}

function makeFinder(columns: readonly Column[]): FindColumn {
  const byName = new Map<string, PlannedColumn>([['_row', rowColumn]])
  for (const column of columns) byName.set(column.alias, planned(column))
  for (const column of columns) byName.set(column.name, planned(column))
  return (name, pointer) => {
    const found = byName.get(name)
    if (found) return found
    throw new Problem('column-not-found', {
      detail: `There is no column ${JSON.stringify(name)}.`,
      pointer,
      hint: `Columns: ${columns
        .slice(0, 40)
        .map((column) => column.alias)
        .join(', ')}`,
    })
  }
}

interface Schema {
  find: FindColumn
  manifest: Manifest
}

function planFilter(filter: Filter, schema: Schema): PlannedFilter {
  if ('and' in filter) return { and: filter.and.map((part) => planFilter(part, schema)) }
  if ('or' in filter) return { or: filter.or.map((part) => planFilter(part, schema)) }
  if ('not' in filter) return { not: planFilter(filter.not, schema) }
  if ('area' in filter) return planArea(filter, schema)
  if ('areaNamed' in filter)
    throw new Problem('parameter-invalid', { detail: `No area is known by ${JSON.stringify(filter.areaNamed)}.`, pointer: filter.pointer })
  if ('search' in filter) return planSearch(filter, schema)
  return planCondition(filter, schema.find)
}

function planArea({ area, pointer }: InArea, { manifest }: Schema): PlannedArea {
  const positions = positionsOf(manifest)
  if (!positions)
    throw new Problem('parameter-invalid', {
      detail: 'The table has no columns of latitude and longitude.',
      pointer,
      hint: 'Columns named latitude and longitude, in degrees, are positions.',
    })
  return { area, latitude: planned(positions.latitude), longitude: planned(positions.longitude) }
}

const MAX_WORDS = 10

function planSearch({ search, columns: names, pointer }: WordSearch, { find, manifest }: Schema): PlannedFilter {
  const columns = names
    ? names.map((name) => find(name, pointer))
    : manifest.columns.filter((column) => column.type === 'text').map(planned)
  const other = columns.find((column) => column.type !== 'text')
  if (other)
    throw new Problem('operator-not-allowed', { detail: `Words are searched in text; ${other.name} is of type ${other.type}.`, pointer })
  const words = search.split(/\s+/).filter(Boolean)
  if (words.length > MAX_WORDS) throw new Problem('query-too-complex', { detail: `At most ${MAX_WORDS} words are searched.`, pointer })
  return { and: words.map((word) => ({ or: columns.map((column) => ({ column, op: 'contains' as const, values: [word] })) })) }
}

function planCondition({ column: name, op, value, pointer, own }: Condition, find: FindColumn): PlannedCondition {
  const column = find(name, pointer)
  if (op === 'within') throw new Problem('operator-not-allowed', { detail: `${column.name} holds no codes that lie in others.`, pointer })
  if ((textOnly.has(op) && column.type !== 'text') || (ordered.has(op) && column.type === 'boolean'))
    throw new Problem('operator-not-allowed', {
      detail: `${op} cannot be asked of ${column.name}, which is of type ${column.type}.`,
      pointer,
      hint: textOnly.has(op) ? 'It is for text; use exact, in, lt, lte, gt or gte here.' : 'Use exact, not or isnull here.',
    })
  if (op === 'isnull') return { column, op, values: [asTruth(value, pointer)] }
  const values = own ? (value as string[]) : op === 'in' || op === 'notin' ? listOf(value, pointer) : [value]
  return { column, op, values: values.map((each) => typedValue(each, column, pointer)) }
}

function asTruth(value: unknown, pointer: string): boolean {
  if (value === true || value === 'true' || value === '' || value === '1') return true
  if (value === false || value === 'false' || value === '0') return false
  throw new Problem('value-invalid', { detail: 'isnull takes true or false.', pointer })
}

function listOf(value: unknown, pointer: string): unknown[] {
  const list = Array.isArray(value) ? value : splitValues(String(value))
  if (list.length > 1000) throw new Problem('query-too-complex', { detail: 'A list holds at most 1,000 values.', pointer })
  return list
}

function splitValues(text: string): string[] {
  return (text.match(/(?:"(?:[^"]|"")*"|[^,])+/g) ?? ['']).map((part) =>
    /^"(?:[^"]|"")*"$/.test(part) ? part.slice(1, -1).replaceAll('""', '"') : part,
  )
}

function planMeasure(request: MeasureRequest, find: FindColumn): PlannedMeasure {
  const column = request.column === undefined ? undefined : find(request.column, `${request.pointer}/column`)
  if (!/^(?:count|count-distinct|min|max)$/.test(request.measure) && column && column.type !== 'integer' && column.type !== 'number')
    throw new Problem('operator-not-allowed', {
      detail: `${request.measure} needs numbers; ${column.name} is of type ${column.type}.`,
      pointer: request.pointer,
    })
  const as = request.as ?? (column ? `${request.measure.replace(/[-.]/, '_')}_${column.alias}` : 'count')
  return { measure: request.measure, ...(column && { column }), as }
}

function groupedColumn(name: string, group: PlannedColumn[], measures: PlannedMeasure[]): PlannedColumn {
  const found = group.find((column) => column.name === name || column.alias === name)
  if (found) return found
  const measure = measures.find((candidate) => candidate.as === name)
  if (measure)
    return {
      name,
      alias: name,
      type: measure.measure === 'min' || measure.measure === 'max' ? (measure.column?.type ?? 'number') : 'number',
    }
  throw new Problem('column-not-found', {
    detail: `A grouped query is sorted by its group or measures; ${JSON.stringify(name)} is neither.`,
    pointer: '/sort',
  })
}

function refuseTwice(names: string[]): void {
  const twice = names.find((name, i) => names.indexOf(name) !== i)
  if (twice !== undefined)
    throw new Problem('parameter-invalid', { detail: `${JSON.stringify(twice)} is asked for twice.`, pointer: '/columns' })
}

function cursorPosition(text: string, signature: string, length: number): { keys: Array<string | null>; backwards: boolean } {
  const position = decodeCursor(text) as { s?: unknown; k?: unknown; b?: unknown } | null
  const keys = position?.k
  if (
    position?.s !== signature ||
    !Array.isArray(keys) ||
    keys.length !== length ||
    keys.some((key) => key !== null && typeof key !== 'string')
  )
    throw new Problem('cursor-invalid', {
      detail: 'The cursor belongs to another question: filter, sort and columns must stay as they were.',
      pointer: '/cursor',
      hint: 'Follow page.next or the Link header as they are.',
    })
  return { keys: keys as Array<string | null>, backwards: position.b === 1 }
}
