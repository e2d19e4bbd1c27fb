import type { IndexValue, RowFile } from '../../../foundation/engines/rows/index.ts'
import type { Manifest } from '../model.ts'
import type { Plan, PlannedColumn, PlannedCondition, PlannedFilter } from '../query/plan.ts'
import { comparesExactly } from './cells.ts'
import { indexName, indexValue } from './columns.ts'
import { type Test, testOf } from './evaluate.ts'

type Bound = { value: IndexValue; inclusive: boolean }

/**
 * How the row file answers a question. `places`: rows one after another. `lookup`: the rows of indexed values, tested one by one.
 * `walk`: along the index of the column that is sorted by.
 */
export type RowsWay =
  | { kind: 'places'; low: number; high: number }
  | { kind: 'lookup'; index: string; places: number[]; residual: Test | undefined }
  | { kind: 'walk'; index: string; low?: Bound; high?: Bound; after?: IndexValue | null; blanks: boolean }

/** Candidates above this are left to the column engine: reading and testing one costs about 3 µs of the thread that answers everyone. */
export const MAX_CANDIDATES = 2000

/** The way, or why there is none. */
export type Chosen = { way: RowsWay } | { none: string; missing?: PlannedColumn }

/** Chooses how the row file would answer, or says why it cannot. */
export function chooseWay(plan: Plan, manifest: Manifest, file: RowFile): Chosen {
  if (plan.grouped) return { none: 'groups are for columns' }
  if ([...plan.columns, ...plan.sort.map(({ column }) => column), ...columnsIn(plan.filter)].some(({ joined }) => joined))
    return { none: 'what registers say of codes is for columns' }
  if (manifest.sorted && [...plan.columns, ...plan.sort.map((term) => term.column)].some((column) => column.alias === '_row'))
    return { none: 'the row file does not hold source rows of a sorted table' }
  const parts = conjunction(plan.filter)
  const window = placeWindow(parts, manifest)
  if (window && !plan.sort.length) return { way: { kind: 'places', ...window } }
  const found = lookup(plan, manifest, file, parts)
  if (found && 'way' in found) return found
  return walk(plan, manifest, file, parts) ?? found ?? { none: 'no indexed column is asked for' }
}

/** The conditions that must all hold; undefined members of an or or not stay whole. */
function conjunction(filter: PlannedFilter | undefined): PlannedFilter[] {
  if (!filter) return []
  return 'and' in filter ? filter.and.flatMap(conjunction) : [filter]
}

const isCondition = (filter: PlannedFilter): filter is PlannedCondition => 'column' in filter

/** Rows one after another: no filter, or bounds of the row number in a table that keeps the order of its source. */
function placeWindow(parts: readonly PlannedFilter[], manifest: Manifest): { low: number; high: number } | undefined {
  let [low, high] = [0, manifest.rows]
  for (const part of parts) {
    if (!isCondition(part) || part.column.alias !== '_row' || manifest.sorted || !/^-?\d{1,15}$/.test(String(part.values[0])))
      return undefined
    const row = Number(part.values[0])
    if (part.op === 'gt') low = Math.max(low, row)
    else if (part.op === 'gte') low = Math.max(low, row - 1)
    else if (part.op === 'lt') high = Math.min(high, row - 1)
    else if (part.op === 'lte') high = Math.min(high, row)
    else if (part.op === 'exact') [low, high] = [Math.max(low, row - 1), Math.min(high, row)]
    else return undefined
  }
  return { low, high: Math.max(low, high) }
}

function columnOf(manifest: Manifest, { alias }: PlannedColumn) {
  return manifest.columns.find((column) => column.alias === alias)
}

function lookup(plan: Plan, manifest: Manifest, file: RowFile, parts: readonly PlannedFilter[]): Chosen | undefined {
  let best: { part: PlannedCondition; index: string; values: IndexValue[]; count: number } | undefined
  let missing: PlannedColumn | undefined
  for (const part of parts) {
    if (!isCondition(part) || (part.op !== 'exact' && part.op !== 'in') || part.values.length > 200) continue
    const column = columnOf(manifest, part.column)
    if (!column || !comparesExactly(column)) continue
    const index = indexName(column)
    if (!file.indexed(index)) {
      missing ??= part.column
      continue
    }
    const values = [...new Set(part.values.map((value) => indexValue(String(value), part.column)))]
    if (values.some((value) => value === undefined)) continue
    const count = (values as IndexValue[]).reduce((sum: number, value) => sum + file.count(index, value, MAX_CANDIDATES), 0)
    if (!best || count < best.count) best = { part, index, values: values as IndexValue[], count }
  }
  if (!best) return missing && { none: `${missing.name} is not indexed`, missing }
  if (best.count > MAX_CANDIDATES) return { none: `more than ${MAX_CANDIDATES} rows have that ${best.part.column.name}` }
  const rest = parts.filter((part) => part !== best.part)
  const residual = rest.length ? testOf({ and: rest }) : undefined
  if (rest.length && (!residual || !exactThroughout(plan, manifest))) return { none: 'a condition needs exact numbers' }
  if (plan.sort.length && !exactThroughout(plan, manifest)) return { none: 'the order needs exact numbers' }
  const places = best.values.flatMap((value) => file.places(best.index, value))
  if (best.values.length > 1) places.sort((a, b) => a - b)
  return { way: { kind: 'lookup', index: best.part.column.name, places, residual } }
}

/** Whether every column that is compared or sorted by survives as JavaScript numbers. */
function exactThroughout(plan: Plan, manifest: Manifest): boolean {
  const used = [...columnsIn(plan.filter), ...plan.sort.map((term) => term.column)]
  return used.every((column) => {
    if (column.alias === '_row') return !manifest.sorted
    const found = columnOf(manifest, column)
    return found !== undefined && comparesExactly(found)
  })
}

function columnsIn(filter: PlannedFilter | undefined): PlannedColumn[] {
  if (!filter) return []
  if ('and' in filter) return filter.and.flatMap(columnsIn)
  if ('or' in filter) return filter.or.flatMap(columnsIn)
  if ('not' in filter) return columnsIn(filter.not)
  return 'area' in filter ? [filter.latitude, filter.longitude] : [filter.column]
}

/** Sorted by one indexed column, and filtered by bounds of that column or not at all. */
function walk(plan: Plan, manifest: Manifest, file: RowFile, parts: readonly PlannedFilter[]): Chosen | undefined {
  const [term, second] = plan.sort
  if (!term || second) return undefined
  const column = columnOf(manifest, term.column)
  if (!column || !comparesExactly(column)) return undefined
  let [low, high]: [Bound?, Bound?] = []
  for (const part of parts) {
    if (!isCondition(part) || part.column.alias !== column.alias) return undefined
    const value = /^(?:lte?|gte?)$/.test(part.op) ? indexValue(String(part.values[0]), part.column) : undefined
    if (value === undefined) return undefined
    const bound = { value, inclusive: part.op.endsWith('e') }
    if (part.op.startsWith('l')) {
      if (high) return undefined
      high = bound
    } else {
      if (low) return undefined
      low = bound
    }
  }
  const index = indexName(column)
  if (!file.indexed(index)) return { none: `${column.name} is not indexed`, missing: term.column }
  const at = plan.after?.[0]
  const after = at === undefined ? undefined : at === null ? null : indexValue(at, term.column)
  if (at !== undefined && after === undefined) return undefined
  return {
    way: {
      kind: 'walk',
      index: column.name,
      ...(low && { low }),
      ...(high && { high }),
      ...(after !== undefined && { after }),
      blanks: !low && !high,
    },
  }
}
