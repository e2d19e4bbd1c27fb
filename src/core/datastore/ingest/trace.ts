import type { Columns } from '../../../foundation/engines/duckdb/index.ts'
import { CsvParser, type CsvRecord } from '../../../foundation/formats/csv.ts'
import { jsonRecords } from '../../../foundation/formats/json.ts'
import { findRecordPath, xmlRecords } from '../../../foundation/formats/xml-records.ts'
import type { Manifest } from '../model.ts'
import { rawText, type Scanned, scanEncoding } from './encoding.ts'
import { type Opened, openContainer } from './open.ts'

/** A row as its source has it: every cell before anything was made of it. */
export interface TracedRow {
  /** Line of the text on which it starts, row of the sheet, or number of the record, from 1. */
  line: number
  /** Texts by the position of their column. */
  cells: readonly string[]
}

interface TraceLimits {
  maxInflatedBytes: number
  maxLineBytes: number
}

/**
 * Finds a row in the source of its version by reading it again as it was read then: container, encoding, delimiter and what was left out
 * are those that the manifest holds. `row` is from 1, header excluded. undefined when the source has no such row.
 */
export async function traceRow(
  columns: Columns,
  source: { path: string; folder: string },
  manifest: Manifest,
  row: number,
  limits: TraceLimits,
): Promise<TracedRow | undefined> {
  const opened = await openContainer(columns, source.path, source.folder, limits, manifest.source.sheet)
  const given = opened.shape === 'sheet' ? 'utf-8' : manifest.source.encoding
  const scanned = await scanEncoding(opened.path, { maxLineBytes: Number.POSITIVE_INFINITY }, given)
  return opened.shape === 'delimited' || opened.shape === 'sheet'
    ? traceDelimited(opened, scanned, manifest, row, limits)
    : traceRecord(opened, scanned, manifest, row, limits)
}

async function traceDelimited(
  { path, shape }: Opened,
  scanned: Scanned,
  { source, setAside = [] }: Manifest,
  row: number,
  limits: TraceLimits,
): Promise<TracedRow | undefined> {
  const aside = new Set(setAside.map(({ line }) => line))
  const { delimiter = ',', quote = '"', dataLine = 1 } = source
  let parser: CsvParser | undefined
  let seen = 0
  let records = 0
  const find = (some: readonly CsvRecord[]): TracedRow | undefined => {
    for (const { line, cells } of some) {
      records += 1
      if (line < dataLine || aside.has(line) || !cells.some((cell) => cell.trim())) continue
      seen += 1
      // A cell of a sheet may hold line breaks, so its row is counted in records.
      if (seen === row) return { line: shape === 'sheet' ? records : line, cells }
    }
    return undefined
  }
  for await (const piece of rawText(path, scanned)) {
    parser ??= new CsvParser({ delimiter, quote, newline: piece.includes('\n') ? '\n' : '\r' }, limits.maxLineBytes)
    const found = find(parser.push(piece))
    if (found) return found
  }
  return parser && find(parser.end())
}

async function traceRecord(
  { path, shape }: Opened,
  scanned: Scanned,
  { columns }: Manifest,
  row: number,
  limits: TraceLimits,
): Promise<TracedRow | undefined> {
  const pieces = () => rawText(path, scanned)
  const batches =
    shape === 'xml'
      ? xmlRecords(pieces(), await findRecordPath(pieces()))
      : jsonRecords(pieces(), shape as 'json' | 'ndjson' | 'geojson', limits.maxLineBytes)
  let seen = 0
  for await (const batch of batches as AsyncIterable<Record<string, unknown>[]>) {
    const record = batch[row - seen - 1]
    seen += batch.length
    if (!record) continue
    const cells: string[] = []
    for (const { name, position } of columns) cells[position] = textOf(record[name])
    return { line: row, cells }
  }
  return undefined
}

function textOf(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : JSON.stringify(value)
}
