import { mkdir, rename } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Columns } from '../../../foundation/engines/duckdb/index.ts'
import type { Objects } from '../../../foundation/engines/files/index.ts'
import type { Manifest } from '../model.ts'
import { compileChangeCounts, compileChangesPage, compileKeyedChanges, compileWholeChanges } from '../query/changes.ts'
import { cutName } from '../sight.ts'
import { versionPlace } from './place.ts'
import { type Impact, impactOf, type SchemaChange, schemaChanges } from './schema-changes.ts'

export interface RowChange {
  kind: 'added' | 'removed' | 'changed'
  /** The key of the row, where the table has one. */
  key?: Record<string, unknown>
  before?: Record<string, unknown>
  after?: Record<string, unknown>
  /** Names of the columns that changed. */
  columns?: string[]
}

/** What a version changed, seen from another. */
export interface Changes {
  from: string
  to: string
  impact: Impact
  schema: SchemaChange[]
  /** How many rows came, went and changed; without a key a changed row went and came. */
  rows: { added: number; removed: number; changed: number }
  records: RowChange[]
  total: number
}

/** Finds what changed between two versions of a table. The list is written once, as both never change, and paged from then on. */
export async function readChanges(
  parts: { columns: Columns; objects: Objects },
  [before, after]: readonly [Manifest, Manifest],
  page: { from: number; limit: number },
): Promise<Changes> {
  const { columns, objects } = parts
  const placeOf = (manifest: Manifest) => versionPlace(manifest.dataset, manifest.distribution, manifest.id)
  // Who does not see all columns has a list of their own, made from the columns they see.
  const cut = [cutName(before), cutName(after)].some(Boolean) ? `-${cutName(before)}-${cutName(after)}` : ''
  const list = `${placeOf(after)}/changes/${before.id}${cut}.parquet`
  if (!(await objects.exists(list))) await write(parts, before, after, objects.path(list))
  const path = objects.path(list)
  const counts = { added: 0, removed: 0, changed: 0 }
  for (const row of await columns.rows(compileChangeCounts(path))) counts[row.kind as keyof typeof counts] = Number(row.rows)
  const schema = schemaChanges(before, after)
  const records = (await columns.rows(compileChangesPage(path, page.from, page.limit))).map(changeOf)
  return {
    from: before.version,
    to: after.version,
    impact: impactOf(schema),
    schema,
    rows: counts,
    records,
    total: counts.added + counts.removed + counts.changed,
  }
}

async function write(
  { columns, objects }: { columns: Columns; objects: Objects },
  before: Manifest,
  after: Manifest,
  target: string,
): Promise<void> {
  const tableOf = (manifest: Manifest) => ({
    manifest,
    path: objects.path(`${versionPlace(manifest.dataset, manifest.distribution, manifest.id)}/data.parquet`),
  })
  const folder = await objects.workFolder()
  const made = join(folder, 'changes.parquet')
  const keyed = after.key.length > 0 && after.key.join('\n') === before.key.join('\n')
  const compile = keyed ? compileKeyedChanges : compileWholeChanges
  await columns.run({ text: compile(tableOf(before), tableOf(after), made) })
  await mkdir(dirname(target), { recursive: true })
  await rename(made, target)
}

function changeOf(row: Record<string, unknown>): RowChange {
  const [key, before, after] = ['key', 'before', 'after'].map((name) =>
    row[name] ? (JSON.parse(String(row[name])) as Record<string, unknown>) : undefined,
  )
  const columns =
    before && after && [...new Set([...Object.keys(before), ...Object.keys(after)])].filter((name) => before[name] !== after[name])
  return {
    kind: row.kind as RowChange['kind'],
    ...(key && { key }),
    ...(before && { before }),
    ...(after && { after }),
    ...(columns && { columns }),
  }
}
