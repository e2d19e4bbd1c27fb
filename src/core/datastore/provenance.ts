import { rm } from 'node:fs/promises'
import type { Columns } from '../../foundation/engines/duckdb/index.ts'
import type { Objects } from '../../foundation/engines/files/index.ts'
import { Problem } from '../../foundation/kernel/index.ts'
import { type CellRule, ruleFor } from './ingest/rules.ts'
import { type TracedRow, traceRow } from './ingest/trace.ts'
import type { Manifest } from './model.ts'
import { wholeOf } from './sight.ts'

/** A cell beside the text that it was made from. */
export interface TracedCell {
  column: string
  /** Place of the column in the source, from 1. */
  position: number
  /** As received, before anything was made of it. */
  text: string
  value: unknown
  rule: CellRule
  /** The value is not the text as received. */
  changed: boolean
}

/** Where a row came from, and what was made of each of its cells. */
export interface Provenance {
  row: number
  source: { file: string; sha256: string; container: string; encoding: string; sheet?: string; line: number }
  cells: TracedCell[]
}

interface Parts {
  columns: Columns
  objects: Objects
  limits: { maxInflatedBytes: number; maxLineBytes: number }
}

/**
 * Traces a row of a version to its source, which is read again to that row.
 *
 * @throws {Problem} parameter-invalid when the version has no such row, or was made from other tables.
 */
export async function traceProvenance(
  parts: Parts,
  manifest: Manifest,
  sourcePath: string,
  row: number,
  values: () => Promise<Record<string, unknown> | undefined>,
): Promise<Provenance> {
  const record = row <= manifest.rows ? await values() : undefined
  if (!record)
    throw new Problem('parameter-invalid', {
      detail: `Version ${manifest.version} has no row ${row}; its rows are 1 to ${manifest.rows}.`,
      pointer: '/row',
    })
  if (manifest.source.container === 'derived')
    throw new Problem('parameter-invalid', {
      detail: 'The row stands in no file that was received: the table was made from others.',
      pointer: '/row',
      hint: 'Its columns name the file and row that it came from.',
    })
  const folder = await parts.objects.workFolder()
  try {
    const traced = await traceRow(parts.columns.patient, { path: sourcePath, folder }, wholeOf(manifest), row, parts.limits)
    if (!traced) throw new Error(`row ${row} of version ${manifest.id} is not found in its source`)
    return { row, source: sourceOf(manifest, traced), cells: cellsOf(manifest, traced, record) }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

function sourceOf({ source }: Manifest, { line }: TracedRow): Provenance['source'] {
  const { name: file, sha256, container, encoding, sheet } = source
  return { file, sha256, container, encoding, ...(sheet && { sheet }), line }
}

function cellsOf(manifest: Manifest, { cells }: TracedRow, record: Record<string, unknown>): TracedCell[] {
  return manifest.columns.map((column): TracedCell => {
    const text = cells[column.position] ?? ''
    const value = record[column.name] ?? null
    const rule = ruleFor(text, value, column)
    return { column: column.name, position: column.position + 1, text, value, rule, changed: rule !== 'blank' && String(value) !== text }
  })
}
