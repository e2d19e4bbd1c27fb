import type { Columns } from '../../foundation/engines/duckdb/index.ts'
import type { Column, ColumnProfile, Manifest } from './model.ts'
import { compileHistogram, compileSpread, compileTopValues } from './query/profile.ts'

const BARS = 12
const TOP = 10

/** Histograms of figures and dates, most frequent values of the rest: what the small charts of a dataset's page show. */
export async function readProfile(columns: Columns, manifest: Manifest, path: string): Promise<Record<string, ColumnProfile>> {
  const known = await spread(columns, manifest.columns, path)
  const entries: Array<[string, ColumnProfile]> = []
  for (const [i, column] of manifest.columns.entries())
    entries.push([column.alias, { ...(known[i] as ColumnProfile), ...(await details(columns, column, known[i], path)) }])
  return Object.fromEntries(entries)
}

/** The profiles of the manifest; where a large table left out how many values differ, and the mean, these are found now. */
async function spread(columns: Columns, of: readonly Column[], path: string): Promise<Array<ColumnProfile | undefined>> {
  const [row] = of.some(({ profile }) => profile && profile.distinct === undefined)
    ? await columns.rows(compileSpread(path, of, false))
    : []
  return of.map(({ profile }, i) => {
    if (!profile || profile.distinct !== undefined) return profile
    const mean = row?.[`mean${i}`]
    return { ...profile, distinct: Math.min(profile.filled, Number(row?.[`distinct${i}`])), ...(typeof mean === 'number' && { mean }) }
  })
}

/** About how many different values these columns have, by alias: those the manifest knows, and the others estimated now. */
export async function readDistinct(columns: Columns, of: readonly Column[], path: string): Promise<Map<string, number>> {
  const found = of.length ? await spread(columns, of, path) : []
  return new Map(of.map(({ alias }, i) => [alias, found[i]?.distinct ?? 0]))
}

async function details(
  columns: Columns,
  column: Column,
  profile: ColumnProfile | undefined,
  path: string,
): Promise<Partial<ColumnProfile>> {
  if (!profile?.filled) return {}
  const distinct = profile.distinct ?? profile.filled
  const measured = column.type === 'integer' || column.type === 'number' || column.type === 'date' || column.type === 'date-time'
  if (measured && distinct > BARS)
    return {
      histogram: (await columns.rows(compileHistogram(path, column, BARS))).map((row) => ({
        from: row.low,
        to: row.high,
        count: Number(row.count),
      })),
    }
  if (distinct > Math.max(1000, profile.filled / 2) && profile.filled > TOP) return {}
  return { top: (await columns.rows(compileTopValues(path, column, TOP))).map((row) => ({ value: row.value, count: Number(row.count) })) }
}
