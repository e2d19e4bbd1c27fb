import type { Distribution } from '../model.ts'
import type { DatasetImage, HistoryLine } from './store.ts'

/** A dataset with its tables, as rows. */
export interface Past {
  /** Undefined while there was none. */
  row?: DatasetImage
  tables: Map<string, Distribution>
}

/** The state before a line, from the state after it. */
export function stepBack(past: Past, { kind, table, before }: HistoryLine): Past {
  if (kind === 'dataset') return { tables: past.tables, ...(before !== undefined && { row: before as DatasetImage }) }
  const tables = new Map(past.tables)
  if (before === undefined) tables.delete(table ?? '')
  else tables.set(table ?? '', before as Distribution)
  return { ...past, tables }
}

export interface FieldChange {
  field: string
  before: unknown
  after: unknown
}

/** What differs between two descriptions, by member; what was not said is null. Moments of change are left out. */
export function differences(before: object, after: object): FieldChange[] {
  const [old, now] = [before as Record<string, unknown>, after as Record<string, unknown>]
  const skipped = new Set(['modified', 'issued', 'name', 'distributions', 'datasetCount'])
  return [...new Set([...Object.keys(old), ...Object.keys(now)])]
    .filter((field) => !skipped.has(field) && JSON.stringify(old[field] ?? null) !== JSON.stringify(now[field] ?? null))
    .sort()
    .map((field) => ({ field, before: old[field] ?? null, after: now[field] ?? null }))
}
