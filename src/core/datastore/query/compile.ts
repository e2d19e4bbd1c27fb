import { quoteName, quoteText } from '../../../foundation/engines/duckdb/index.ts'
import { outlineSql } from '../areas/sql.ts'
import type { Column, Manifest } from '../model.ts'
import { areaSql } from './area.ts'
import type { Bucket } from './model.ts'
import {
  type Plan,
  type PlannedArea,
  type PlannedColumn,
  type PlannedCondition,
  type PlannedFilter,
  type PlannedMeasure,
  plan,
  rowColumn,
} from './plan.ts'
import { type Around, arrowCell, type Cell, type PlaceCells, rowTextOf, type TextFormat } from './row-texts.ts'

export interface Compiled {
  text: string
  values: unknown[]
}

/** Where the rows of a version are. `sorted` files carry each row's number in the source. */
export interface TableFile {
  path: string
  sorted: boolean
  /** Aliases of the columns that say where a row is. */
  place?: { latitude: string; longitude: string }
}

/** Collects bound values in the order of their marks. */
class Binder {
  readonly values: unknown[] = []
  bind(value: unknown): string {
    this.values.push(value)
    return `$${this.values.length}`
  }
}

/** The place of a row in the file, from 0: unique, and the last part of every order. */
const PLACE = 'file_row_number'

function source({ path }: TableFile): string {
  return `read_parquet(${quoteText(path)}, file_row_number=true)`
}

function expression(column: PlannedColumn, table: TableFile): string {
  if (column.bucket) return bucketSql(column.bucket.by, quoteName(column.bucket.of), column.type)
  if (column.joined) return joinedSql(column.joined)
  if (column.alias === '_row') return table.sorted ? '_row' : `(${PLACE} + 1)`
  return quoteName(column.alias)
}

/** A look-up in a list by the place of the text in an enumeration: it keeps the order of rows, which a join would not. */
function joinedSql({ of, values }: NonNullable<PlannedColumn['joined']>): string {
  if (!values.size) return 'cast(null as varchar)'
  const list = (texts: Iterable<string>) => [...texts].map(quoteText).join(', ')
  return `list_extract([${list(values.values())}], enum_code(try_cast(cast(${quoteName(of)} as varchar) as enum(${list(values.keys())}))) + 1)`
}

function bucketSql(by: Bucket, name: string, type: string): string {
  if ('time' in by) return `cast(date_trunc('${by.time}', ${name}) as ${type === 'date' ? 'date' : 'timestamp'})`
  return `cast(floor(${name} / ${by.bin}) * ${by.bin} as double)`
}

/**
 * One page: per row its text, then its sort values and place as texts, for the cursor. One row more than the limit tells whether
 * there is a further page. A page backwards comes last row first.
 */
export function compilePage(plan: Plan, table: TableFile, format: TextFormat): Compiled {
  const binder = new Binder()
  const base = plan.grouped ? groupedBase(plan, table, binder) : source(table)
  const keys = orderKeys(plan, table)
  const where = [...(plan.grouped ? [] : filterClause(plan, table, binder)), ...afterClause(plan, keys, binder)]
  const order = orderBy(keys, plan.backwards ?? false)
  const shown = keys.map(({ sql }, i) => `cast(${sql} as varchar) as k${i}`)
  return {
    text: `select ${[`${rowText(plan, table, format)} as t`, ...shown].join(', ')} from ${base}${whereOf(where)}${order} limit ${plan.limit + 1}`,
    values: binder.values,
  }
}

function orderBy(keys: ReturnType<typeof orderKeys>, backwards: boolean): string {
  if (!keys.length) return ''
  const terms = keys.map(({ sql, descending }) =>
    backwards ? `${sql} ${descending ? 'asc' : 'desc'} nulls first` : `${sql} ${descending ? 'desc' : 'asc'} nulls last`,
  )
  return ` order by ${terms.join(', ')}`
}

/** Every row's text and a line end, from a place on, in order of place: what the row file keeps. `$1` is the place. */
export function compileRowTexts(manifest: Manifest, table: TableFile): string {
  const text = rowText(plan({ sort: [] }, manifest), table, 'json', { after: '\n' })
  return `select ${text} as t from ${source(table)} where ${PLACE} >= cast($1 as bigint)`
}

/** Values of a column with their places, in the order of an index: decimals as whole numbers of their last place. */
export function compileIndex(column: Pick<Column, 'alias' | 'type' | 'reading'>, path: string): string {
  const name = quoteName(column.alias)
  const { scale } = column.reading
  const decimal = scale === undefined ? name : `cast(cast(${name} as decimal(38,${scale})) * ${10 ** scale} as bigint)`
  const value = column.type === 'number' ? decimal : column.type === 'integer' ? name : `cast(${name} as varchar)`
  // As doubles, places are JavaScript numbers at once.
  return `select ${value} as v, cast(${PLACE} as double) as p from read_parquet(${quoteText(path)}, file_row_number=true) order by 1 nulls last, 2`
}

/** The whole result, one text a row, in order. */
export function compileStream(plan: Plan, table: TableFile, format: TextFormat, around: Around = {}): Compiled {
  const binder = new Binder()
  const inner = orderedSelect(plan, table, binder)
  return { text: `select ${rowText(plan, table, format, around)} as t from ${inner}`, values: binder.values }
}

/** The whole result as columns for the Arrow writer, in order. */
export function compileColumns(plan: Plan, table: TableFile): Compiled & { cells: Cell[] } {
  const binder = new Binder()
  const inner = orderedSelect(plan, table, binder)
  const cells = outputs(plan, table)
  return { text: `select ${cells.map(arrowCell).join(', ')} from ${inner}`, values: binder.values, cells }
}

/**
 * The whole result written to a Parquet file under the published names; with `geometry`, positions stand in a column of points.
 *
 * @see GeoParquet 1.1: WKB, longitude first, OGC:CRS84 where no other is named.
 */
export function compileParquet(plan: Plan, table: TableFile, target: string, geometry = false): Compiled {
  const binder = new Binder()
  const inner = orderedSelect(plan, table, binder)
  const columns = outputs(plan, table).map(({ sql, name }) => `${sql} as ${quoteName(name)}`)
  if (geometry && table.place) {
    const { latitude, longitude } = placeCells(plan, table)
    columns.push(
      `case when ${latitude} is not null and ${longitude} is not null then cast('POINT(' || cast(${longitude} as varchar) || ' ' || cast(${latitude} as varchar) || ')' as geometry) end as geometry`,
    )
  }
  return {
    text: `copy (select ${columns.join(', ')} from ${inner}) to ${quoteText(target)} (format parquet, compression zstd, row_group_size 61440)`,
    values: binder.values,
  }
}

/** How many rows or groups the plan answers in all. */
export function compileCount(plan: Plan, table: TableFile): Compiled {
  const binder = new Binder()
  if (plan.grouped) return { text: `select count(*) as total from ${groupedBase(plan, table, binder)}`, values: binder.values }
  const where = filterClause(plan, table, binder)
  return { text: `select count(*) as total from ${source(table)}${whereOf(where)}`, values: binder.values }
}

const whereOf = (parts: string[]): string => (parts.length ? ` where ${parts.join(' and ')}` : '')

function orderedSelect(plan: Plan, table: TableFile, binder: Binder): string {
  const base = plan.grouped ? groupedBase(plan, table, binder) : source(table)
  const where = plan.grouped ? [] : filterClause(plan, table, binder)
  const keys = orderKeys(plan, table)
  // Without a sort the file's own order stands: the engine keeps it, and no sort has to hold the table.
  const order = plan.sort.length || plan.grouped ? orderBy(keys, false) : ''
  return `(select * from ${base}${whereOf(where)}${order})`
}

function groupedBase(plan: Plan, table: TableFile, binder: Binder): string {
  const group = plan.columns.map((column) => `${expression(column, table)} as ${quoteName(column.alias)}`)
  const measures = plan.measures.map((measure, i) => `${measureSql(measure, table, binder)} as m${i}`)
  const by = plan.columns.length ? ` group by ${plan.columns.map((_, i) => i + 1).join(', ')}` : ''
  return `(select ${[...group, ...measures].join(', ')} from ${source(table)}${whereOf(filterClause(plan, table, binder))}${by})`
}

function measureSql({ measure, column, where }: PlannedMeasure, table: TableFile, binder: Binder): string {
  const sql = column ? expression(column, table) : '*'
  const only = where ? ` filter (where ${expression(where.column, table)} is not distinct from ${pivotValue(where, binder)})` : ''
  if (measure === 'count-distinct') return `count(distinct ${sql})${only}`
  if (measure === 'median' || /^p\d/.test(measure))
    return `quantile_cont(cast(${sql} as double), ${measure === 'median' ? 0.5 : Number(measure.slice(1)) / 100})${only}`
  return `${measure}(${sql})${only}`
}

const pivotValue = ({ column, value }: NonNullable<PlannedMeasure['where']>, binder: Binder): string =>
  value === null ? 'null' : boundValue(value, column, binder)

function orderKeys(plan: Plan, table: TableFile): Array<{ sql: string; descending: boolean; type: string }> {
  const chosen = plan.sort.map(({ column, descending }) => ({
    sql: plan.grouped ? groupedName(plan, column) : expression(column, table),
    descending,
    type: sqlType(column),
  }))
  const rest = plan.grouped
    ? plan.columns.map((column) => ({ sql: quoteName(column.alias), descending: false, type: sqlType(column) }))
    : [{ sql: PLACE, descending: false, type: 'bigint' }]
  return [...chosen, ...rest]
}

function groupedName(plan: Plan, column: PlannedColumn): string {
  const at = plan.measures.findIndex((measure) => measure.as === column.alias)
  return at >= 0 && !plan.columns.some((each) => each.alias === column.alias) ? `m${at}` : quoteName(column.alias)
}

function sqlType(column: PlannedColumn): string {
  if (column.type === 'number') return column.scale === undefined ? 'double' : `decimal(18,${column.scale})`
  return { integer: 'bigint', boolean: 'boolean', date: 'date', 'date-time': 'timestamp', text: 'varchar' }[column.type]
}

/** Rows beyond the cursor in the direction of the page: those that differ in the first key that differs. Empty cells come last. */
function afterClause(plan: Plan, keys: ReturnType<typeof orderKeys>, binder: Binder): string[] {
  const { after } = plan
  if (!after) return plan.grouped || plan.sort.length || plan.filter ? [] : [`${PLACE} <= ${plan.limit}`]
  if (keys.length === 1 && keys[0]?.sql === PLACE) return placesAfter(plan, `cast(${binder.bind(after[0])} as bigint)`)
  const marks = after.map((value) => (value === null ? null : binder.bind(value)))
  const equal = (i: number) => (marks[i] === null ? `${keys[i]?.sql} is null` : `${keys[i]?.sql} = cast(${marks[i]} as ${keys[i]?.type})`)
  const beyond = plan.backwards ? earlier : later
  const branches = keys.map((key, i) => `(${[...keys.slice(0, i).map((_, j) => equal(j)), beyond(key, marks[i] ?? null)].join(' and ')})`)
  return [`(${branches.join(' or ')})`]
}

/** Bounded on both sides where nothing is filtered out, so that only the row groups of the page are read. */
function placesAfter(plan: Plan, place: string): string[] {
  const [beyond, within, sign] = plan.backwards ? ['<', '>=', '-'] : ['>', '<=', '+']
  return [`${PLACE} ${beyond} ${place}${plan.filter ? '' : ` and ${PLACE} ${within} ${place} ${sign} ${plan.limit + 1}`}`]
}

type Key = ReturnType<typeof orderKeys>[number]

function later({ sql, descending, type }: Key, mark: string | null): string {
  return mark === null ? 'false' : `(${sql} ${descending ? '<' : '>'} cast(${mark} as ${type}) or ${sql} is null)`
}

function earlier({ sql, descending, type }: Key, mark: string | null): string {
  return mark === null ? `${sql} is not null` : `${sql} ${descending ? '>' : '<'} cast(${mark} as ${type})`
}

function filterClause(plan: Plan, table: TableFile, binder: Binder): string[] {
  return plan.filter ? [filterSql(plan.filter, table, binder)] : []
}

function filterSql(filter: PlannedFilter, table: TableFile, binder: Binder): string {
  if ('and' in filter) return joined(filter.and, ' and ', 'true', table, binder)
  if ('or' in filter) return joined(filter.or, ' or ', 'false', table, binder)
  // An empty cell makes a comparison unknown; here unknown is false, so that not turns it into true.
  if ('not' in filter) return `not coalesce(${filterSql(filter.not, table, binder)}, false)`
  if ('area' in filter) return placedSql(filter, table)
  return conditionSql(filter, table, binder)
}

function placedSql({ area, longitude, latitude }: PlannedArea, table: TableFile): string {
  const [x, y] = [quoteName(longitude.alias), quoteName(latitude.alias)]
  if (!('districts' in area)) return areaSql(area, x, y)
  return outlineSql(area.districts, { longitude: x, latitude: y, source: source(table), place: PLACE })
}

function joined(parts: PlannedFilter[], word: string, none: string, table: TableFile, binder: Binder): string {
  return parts.length ? `(${parts.map((part) => filterSql(part, table, binder)).join(word)})` : none
}

const comparisons = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const

function conditionSql({ column, op, values }: PlannedCondition, table: TableFile, binder: Binder): string {
  // A row's place is compared as it stands, so that the engine reads only the row groups in question.
  const byPlace = column.alias === '_row' && !table.sorted
  const name = byPlace ? PLACE : expression(column, table)
  const mark = (value: string | boolean) => `${boundValue(String(value), column, binder)}${byPlace ? ' - 1' : ''}`
  const [first = ''] = values
  switch (op) {
    case 'isnull':
      return `${name} is ${first ? '' : 'not '}null`
    case 'exact':
      return `${name} = ${mark(first)}`
    case 'not':
      return `${name} is distinct from ${mark(first)}`
    case 'in':
      return values.length ? `${name} in (${values.map(mark).join(', ')})` : 'false'
    case 'notin':
      return `(${name} is null or ${name} not in (${values.map(mark).join(', ')}))`
    case 'like':
      return `${name} like ${mark(first)} escape '\\'`
    case 'contains':
      return `contains(lower(${name}), lower(${mark(first)}))`
    case 'startswith':
      return `starts_with(lower(${name}), lower(${mark(first)}))`
    case 'endswith':
      return `ends_with(lower(${name}), lower(${mark(first)}))`
    default:
      return `${name} ${comparisons[op]} ${mark(first)}`
  }
}

/** Bound as text and cast, so that decimals stay exact. A number with more places than the column's is compared as it is. */
function boundValue(text: string, column: PlannedColumn, binder: Binder): string {
  const mark = binder.bind(text)
  if (column.type === 'text') return mark
  const whole = /^-?\d{1,18}$/.test(text)
  if (column.type === 'integer') return `cast(${mark} as ${whole ? 'bigint' : 'double'})`
  const places = /\.(\d*)$/.exec(text)?.[1]?.length ?? 0
  const exact = column.scale !== undefined && /^-?\d{0,12}(?:\.\d*)?$/.test(text) && places <= column.scale
  if (column.type === 'number') return `cast(${mark} as ${exact ? sqlType(column) : 'double'})`
  return `cast(${mark} as ${sqlType(column)})`
}

/** A row of the result as one text. */
function rowText(plan: Plan, table: TableFile, format: TextFormat, around: Around = {}): string {
  return rowTextOf(outputs(plan, table), format, table.place && placeCells(plan, table), around)
}

function placeCells(plan: Plan, table: TableFile): PlaceCells {
  const { latitude, longitude } = table.place as NonNullable<TableFile['place']>
  return { latitude: quoteName(latitude), longitude: quoteName(longitude), id: plan.grouped ? 'null' : expression(rowColumn, table) }
}

function outputs(plan: Plan, table: TableFile): Cell[] {
  const columns = plan.columns.map((column) => ({
    sql: plan.grouped ? quoteName(column.alias) : expression(column, table),
    name: column.name,
    type: column.type as string,
  }))
  const measures = plan.measures.map(({ as, measure, column }, i) => ({
    sql: `m${i}`,
    name: as,
    type:
      measure === 'min' || measure === 'max'
        ? (column?.type ?? 'number')
        : measure === 'count' || measure === 'count-distinct'
          ? 'integer'
          : 'number',
  }))
  return [...columns, ...measures]
}
