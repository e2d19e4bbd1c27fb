import type { Columns } from '../../foundation/engines/duckdb/index.ts'
import type { Column, ColumnProfile, Manifest } from './model.ts'
import { compileHistogram, compileTopValues } from './query/profile.ts'

const BARS = 12
const TOP = 10

/** Histograms of figures and dates, most frequent values of the rest: what the small charts of a dataset's page show. */
export async function readProfile(columns: Columns, manifest: Manifest, path: string): Promise<Record<string, ColumnProfile>> {
  const entries: Array<[string, ColumnProfile]> = []
  for (const column of manifest.columns)
    entries.push([column.alias, { ...(column.profile as ColumnProfile), ...(await details(columns, column, path)) }])
  return Object.fromEntries(entries)
}

async function details(columns: Columns, column: Column, path: string): Promise<Partial<ColumnProfile>> {
  const profile = column.profile
  if (!profile?.filled) return {}
  const measured = column.type === 'integer' || column.type === 'number' || column.type === 'date' || column.type === 'date-time'
  if (measured && profile.distinct > BARS)
    return {
      histogram: (await columns.rows(compileHistogram(path, column, BARS))).map((row) => ({
        from: row.low,
        to: row.high,
        count: Number(row.count),
      })),
    }
  if (profile.distinct > Math.max(1000, profile.filled / 2) && profile.filled > TOP) return {}
  return { top: (await columns.rows(compileTopValues(path, column, TOP))).map((row) => ({ value: row.value, count: Number(row.count) })) }
}
