import type { Manifest } from '../model.ts'
import type { Plan, PlannedFilter } from './plan.ts'

/** Cells that the column engine reads, tests or groups in a millisecond, on one thread; measured on 30 million rows. */
const CELLS_A_MS = 25_000
/** What any statement costs before it reads. */
const START_MS = 3
/** Rows of a row group: the least that is read for one row. */
const ROW_GROUP = 61_440

/** About how many milliseconds the column engine takes for a question; good to a factor of three, which is enough to tell dear from cheap. */
export function estimateMs(plan: Plan, manifest: Pick<Manifest, 'rows'>): number {
  const used = new Set([...aliasesIn(plan.filter), ...plan.sort.map((term) => term.column.alias)])
  for (const { column } of plan.measures) if (column) used.add(column.alias)
  if (plan.grouped) for (const column of plan.columns) used.add(column.alias)
  const placed = !plan.grouped && !plan.sort.length && (!plan.filter || [...used].every((alias) => alias === '_row'))
  const rows = placed ? Math.min(manifest.rows, 2 * ROW_GROUP) : manifest.rows
  const distinct = plan.measures.filter(({ measure }) => measure === 'count-distinct').length * 5
  const shown = plan.grouped ? 0 : (plan.columns.length * Math.min(manifest.rows, ROW_GROUP)) / 4
  return Math.round(START_MS + (rows * (used.size + distinct) + shown) / CELLS_A_MS)
}

function aliasesIn(filter: PlannedFilter | undefined): string[] {
  if (!filter) return []
  if ('and' in filter) return filter.and.flatMap(aliasesIn)
  if ('or' in filter) return filter.or.flatMap(aliasesIn)
  if ('not' in filter) return aliasesIn(filter.not)
  return 'area' in filter ? [filter.latitude.alias, filter.longitude.alias] : [filter.column.alias]
}
