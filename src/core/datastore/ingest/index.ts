import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Columns } from '../../../foundation/engines/duckdb/index.ts'
import { rfc4180 } from '../../../foundation/formats/csv.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { ColumnType, Decision, Source } from '../model.ts'
import type { TextTable } from './compile.ts'
import { type Container, detectContainer } from './container.ts'
import { detectLayout, type Layout, type LayoutOverrides } from './dialect.ts'
import { decodeText, type Scanned, scanEncoding } from './encoding.ts'
import { type Candidate, propose } from './infer.ts'
import { type ColumnNames, nameColumns } from './names.ts'
import { type FlatJson, type Normalised, normaliseDelimited, normaliseJson, type RowIssue } from './normalise.ts'
import { forcedCandidate } from './override.ts'
import { writeSheet } from './sheet.ts'
import { unpack } from './unpack.ts'
import { type WriteProgress, type Written, writeVersion } from './write.ts'

export type { WriteProgress } from './write.ts'

export interface IngestLimits {
  maxInflatedBytes: number
  maxColumns: number
  maxLineBytes: number
}

export interface Overrides extends LayoutOverrides {
  /** Column name or alias to type. */
  types?: Record<string, ColumnType>
}

/** A file kept in a work folder, to be read as a table. */
export interface IngestInput {
  path: string
  folder: string
  /** Column names or aliases. */
  key: readonly string[]
  overrides: Overrides
}

export interface Ingested extends Written {
  key: string[]
  source: Pick<Source, 'container' | 'encoding' | 'delimiter' | 'quote' | 'headerRow'>
  decisions: Decision[]
  setAside?: { line: number; rule: string }[]
}

/** Bytes of text from which layout and types are proposed. */
const SAMPLE_CHARS = 2_000_000
const LAYOUT_CHARS = 500_000
const SAMPLE_ROWS = 20_000

/** Reads a file into data.parquet and rejects.parquet in its folder. The steps, in the order of their names. */
export async function ingestFile(columns: Columns, input: IngestInput, limits: IngestLimits, progress: WriteProgress): Promise<Ingested> {
  const opened = await openContainer(input, limits)
  const scanned = await scanEncoding(opened.path, limits)
  const prepared =
    opened.shape === 'sheet'
      ? await prepareSheet(opened.path, scanned, input, limits)
      : opened.shape === 'delimited'
        ? await prepareDelimited(opened.path, scanned, input, limits)
        : await prepareJson(opened.path, opened.shape, scanned, input, limits)
  const names = nameColumns(prepared.header, prepared.table.width)
  const key = input.key.map((name) => findColumn(names, name, '/key'))
  const candidates = proposeAll(names, prepared)
  const overridden = applyTypes(candidates, names, input.overrides.types ?? {}, prepared)
  const write = (table: TextTable, issues: readonly RowIssue[]) =>
    writeVersion(
      columns,
      {
        table,
        names,
        candidates,
        overridden,
        sample: prepared.sample,
        strings: prepared.strings,
        allowedMisfits: prepared.allowedMisfits,
        issues,
        key: key.map((at) => names[at]?.alias ?? ''),
        folder: input.folder,
      },
      progress,
    )
  const written = await write(prepared.table, prepared.issues).catch((error) => {
    if (!prepared.tolerant || error instanceof Problem) throw error
    return prepared.tolerant().then(({ table, issues }) => write(table, issues))
  })
  await removeWorkFiles(input.folder)
  return {
    ...written,
    key: key.map((at) => names[at]?.alias ?? ''),
    source: { container: opened.container, encoding: scanned.encoding, ...prepared.layout },
    decisions: [
      ...opened.decisions,
      ...(opened.shape === 'sheet' ? [] : [scanned.decision]),
      ...prepared.decisions,
      ...written.columns.map(typeDecision),
    ],
  }
}

interface Opened {
  path: string
  container: string
  shape: (Container & ('delimited' | 'json' | 'ndjson')) | 'sheet'
  decisions: Decision[]
}

/** Takes the file out of its archive where it is in one. An archive inside an archive is refused. */
async function openContainer(input: IngestInput, limits: IngestLimits): Promise<Opened> {
  const outer = await detectContainer(input.path)
  if (outer !== 'gzip' && outer !== 'zip') return openPlain(input.path, outer, outer, [containerDecision(outer)], input, limits)
  const inner = await unpack(input.path, outer, input.folder, limits)
  const shape = await detectContainer(inner.path)
  if (shape === 'gzip' || shape === 'zip')
    throw new Problem('file-not-readable', { detail: `The ${outer} file holds another archive.`, hint: 'Publish the inner file.' })
  const both = `${outer}+${shape}`
  return openPlain(inner.path, shape, both, [containerDecision(both, inner.name)], input, limits)
}

/** A file out of its archive; of a workbook, the text of one sheet. */
async function openPlain(
  path: string,
  shape: Exclude<Container, 'gzip' | 'zip'>,
  container: string,
  decisions: Decision[],
  input: IngestInput,
  limits: IngestLimits,
): Promise<Opened> {
  if (shape !== 'xlsx' && shape !== 'ods') return { path, container, shape, decisions }
  const sheet = await writeSheet(path, shape, input.folder, limits)
  return { path: sheet.path, container, shape: 'sheet', decisions: [...decisions, sheet.decision] }
}

function containerDecision(value: string, name?: string): Decision {
  return { what: 'container', value, reason: name ? `the first bytes; inside: ${name}` : 'the first bytes of the file', confidence: 1 }
}

interface Prepared {
  table: TextTable
  header: string[]
  issues: readonly RowIssue[]
  sample: (position: number) => readonly string[]
  strings: (position: number) => boolean
  allowedMisfits: number
  layout: Pick<Source, 'delimiter' | 'quote' | 'headerRow'>
  decisions: Decision[]
  /** Reads the file again without trust in its regularity; absent when that has been done. */
  tolerant?: () => Promise<{ table: TextTable; issues: RowIssue[] }>
}

async function prepareDelimited(path: string, scanned: Scanned, input: IngestInput, limits: IngestLimits): Promise<Prepared> {
  const text = await headText(path, scanned, SAMPLE_CHARS)
  const whole = text.length < SAMPLE_CHARS
  const layout = detectLayout(text.slice(0, LAYOUT_CHARS), whole && text.length <= LAYOUT_CHARS, limits, input.overrides)
  const rows = sampleRows(text, layout, whole)
  const tolerant = () => rewrite(path, scanned, layout, input, limits)
  const regular =
    layout.dialect.newline === '\n' && rows.every((row) => row.length === layout.width)
      ? await regularTable(path, scanned, layout, input)
      : undefined
  const rewritten = regular ? undefined : await tolerant()
  const allowedMisfits = Math.max((scanned.bytes / Math.max(text.length, 1)) * rows.length, 1) / 1000
  return {
    table: regular ?? (rewritten?.table as TextTable),
    header: layout.header,
    issues: rewritten?.issues ?? [],
    sample: (position) => rows.map((row) => row[position] ?? ''),
    strings: () => false,
    allowedMisfits,
    layout: { delimiter: layout.dialect.delimiter, quote: layout.dialect.quote, headerRow: layout.headerRow },
    decisions: layout.decisions,
    ...(regular && { tolerant }),
  }
}

/** A sheet's text has the delimiter that we gave it, so nothing about it is told to have been found. */
async function prepareSheet(path: string, scanned: Scanned, input: IngestInput, limits: IngestLimits): Promise<Prepared> {
  const prepared = await prepareDelimited(path, scanned, { ...input, overrides: { ...input.overrides, delimiter: ',' } }, limits)
  const { headerRow } = prepared.layout
  return { ...prepared, layout: { headerRow }, decisions: prepared.decisions.filter(({ what }) => what !== 'delimiter') }
}

async function headText(path: string, scanned: Scanned, length: number): Promise<string> {
  let text = ''
  for await (const piece of decodeText(path, scanned)) {
    text += piece
    if (text.length >= length) break
  }
  return text.slice(0, length)
}

function sampleRows(text: string, layout: Layout, whole: boolean): string[][] {
  if (whole && text.length <= LAYOUT_CHARS) return layout.rows
  return detectRows(text, layout, whole).slice(0, SAMPLE_ROWS)
}

function detectRows(text: string, layout: Layout, whole: boolean): string[][] {
  const lines = text.split(layout.dialect.newline, layout.dataLine - 1).join(layout.dialect.newline)
  const body = layout.dataLine > 1 ? text.slice(lines.length + 1) : text
  return detectLayout(body, whole, { maxColumns: Number.MAX_SAFE_INTEGER }, { delimiter: layout.dialect.delimiter, headerRow: 0 }).rows
}

/** The file as it stands when it is UTF-8, otherwise a copy that is; its rows are trusted until the engine finds one that is not regular. */
async function regularTable(path: string, scanned: Scanned, layout: Layout, input: IngestInput): Promise<TextTable> {
  const table = { dialect: layout.dialect, skipLines: layout.dataLine - 1, width: layout.width }
  if (scanned.encoding === 'utf-8' && path.startsWith(input.folder)) return { ...table, path }
  const target = join(input.folder, 'decoded.csv')
  const handle = await open(target, 'w')
  try {
    for await (const piece of decodeText(path, scanned)) await handle.writeFile(piece)
  } finally {
    await handle.close()
  }
  return { ...table, path: target }
}

async function rewrite(
  path: string,
  scanned: Scanned,
  layout: Layout,
  input: IngestInput,
  limits: IngestLimits,
): Promise<{ table: TextTable; issues: RowIssue[] }> {
  const target = join(input.folder, 'regular.csv')
  const result: Normalised = await normaliseDelimited(decodeText(path, scanned), layout, target, { maxRecord: limits.maxLineBytes })
  if (result.rows === 0) throw new Problem('file-header-only', { detail: 'The file has a header and no rows under it.' })
  return { table: regularCsv(target, layout.width), issues: result.issues }
}

function regularCsv(path: string, width: number): TextTable {
  return { path, dialect: rfc4180, skipLines: 0, width }
}

async function prepareJson(
  path: string,
  shape: 'json' | 'ndjson',
  scanned: Scanned,
  input: IngestInput,
  limits: IngestLimits,
): Promise<Prepared> {
  const target = join(input.folder, 'regular.csv')
  const flat: FlatJson = await normaliseJson(() => decodeText(path, scanned), shape, target, {
    ...limits,
    maxRecord: limits.maxLineBytes,
    sampleRows: SAMPLE_ROWS,
  })
  return {
    table: regularCsv(target, flat.header.length),
    header: flat.header,
    issues: flat.issues,
    sample: (position) => flat.sample.map((row) => row[position] ?? ''),
    strings: (position) => flat.strings.has(flat.header[position] ?? ''),
    allowedMisfits: flat.rows / 1000,
    layout: {},
    decisions: [{ what: 'columns', value: flat.header.length, reason: 'the names met in the records, in that order', confidence: 1 }],
  }
}

function proposeAll(names: readonly ColumnNames[], prepared: Prepared): Candidate[] {
  return names.map(({ name }, position) =>
    propose(name, prepared.sample(position), { allowedMisfits: prepared.allowedMisfits, strings: prepared.strings(position) }),
  )
}

/** Puts the publisher's types in place of the proposed ones; returns where. */
function applyTypes(
  candidates: Candidate[],
  names: readonly ColumnNames[],
  types: Record<string, ColumnType>,
  prepared: Prepared,
): Set<number> {
  const overridden = new Set<number>()
  for (const [name, type] of Object.entries(types)) {
    const position = findColumn(names, name, '/type')
    candidates[position] = forcedCandidate(type, candidates[position] as Candidate, prepared.sample(position))
    overridden.add(position)
  }
  return overridden
}

function findColumn(names: readonly ColumnNames[], wanted: string, pointer: string): number {
  const at = names.findIndex(({ name, alias }) => name === wanted || alias === wanted)
  if (at < 0)
    throw new Problem('column-not-found', {
      detail: `The file has no column ${JSON.stringify(wanted)}.`,
      pointer,
      hint: `Its columns are: ${names
        .slice(0, 30)
        .map(({ name }) => name)
        .join(', ')}`,
    })
  return at
}

const typeDecision = (column: { name: string; type: string; reason: string; overridden?: boolean }): Decision => ({
  what: `type of ${column.name}`,
  value: column.type,
  reason: column.reason,
  confidence: column.overridden ? 1 : 0.95,
})

async function removeWorkFiles(folder: string): Promise<void> {
  for (const name of ['inflated-gzip', 'inflated-zip', 'decoded.csv', 'regular.csv', 'sheet.csv'])
    await rm(join(folder, name), { force: true })
}
