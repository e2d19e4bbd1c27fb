import { open, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { CsvParser, type CsvRecord, rfc4180 } from '../../../foundation/formats/csv.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Decision, Source } from '../model.ts'
import { RowSorter, type SetAside } from './aside.ts'
import type { TextTable } from './compile.ts'
import { readHead } from './container.ts'
import { detectLayout, type Layout, type LayoutOverrides } from './dialect.ts'
import { decodeText, type Scanned } from './encoding.ts'
import { decoderOf } from './legacy.ts'
import { type Normalised, normaliseDelimited, normaliseRecords, type RowIssue, type RowsLayout } from './normalise.ts'
import { countColumn, type Texts } from './texts.ts'

/** A text with its layout known: the table as the column engine will read it, and samples of its columns. */
export interface Prepared {
  table: TextTable
  header: string[]
  issues: readonly RowIssue[]
  aside: readonly SetAside[]
  sample: (position: number) => Texts
  /** The sample holds every row. */
  complete: boolean
  strings: (position: number) => boolean
  allowedMisfits: number
  layout: Pick<Source, 'delimiter' | 'quote' | 'headerRow' | 'dataLine'>
  decisions: Decision[]
  /** Reads the file again without trust in its regularity; absent when that has been done. */
  tolerant?: () => Promise<Rewritten>
}

export interface Rewritten {
  table: TextTable
  issues: readonly RowIssue[]
  aside: readonly SetAside[]
}

/** A text file with its encoding, and the folder to work in. */
export interface TextInput {
  path: string
  scanned: Scanned
  folder: string
  overrides: LayoutOverrides & { ignoreRows?: readonly number[] }
  limits: { maxColumns: number; maxLineBytes: number }
}

/** Letters of text from which layout and types are proposed; a file with fewer is held in memory. */
const SAMPLE_CHARS = 2_000_000
export const SAMPLE_ROWS = 20_000

/** Finds the layout of a delimited text, and takes it as it stands where it is regular. */
export async function prepareDelimited(input: TextInput): Promise<Prepared> {
  const text = await headText(input, SAMPLE_CHARS)
  const whole = text.length < SAMPLE_CHARS
  const layout = detectLayout(text, whole, input.limits, input.overrides)
  const rowsLayout = rowsLayoutOf(layout, input)
  const tolerant = () => (whole ? rewriteRecords(layout.rows, rowsLayout, input) : rewrite(rowsLayout, input))
  const regular = (await isRegular(layout, rowsLayout, input, whole)) ? await regularTable(layout, input) : undefined
  const rewritten = regular ? undefined : await tolerant()
  const sample = layout.rows.slice(0, SAMPLE_ROWS)
  const rowsInAll = (input.scanned.bytes / Math.max(text.length, 1)) * layout.rows.length
  return {
    table: regular ?? (rewritten?.table as TextTable),
    header: layout.header,
    issues: rewritten?.issues ?? [],
    aside: rewritten?.aside ?? [],
    sample: columnOf(sample, rewritten?.aside ?? []),
    complete: whole && layout.rows.length <= SAMPLE_ROWS,
    strings: () => false,
    allowedMisfits: Math.max(rowsInAll, 1) / 1000,
    layout: {
      delimiter: layout.dialect.delimiter,
      quote: layout.dialect.quote,
      headerRow: layout.headerRow,
      dataLine: layout.dataLine,
    },
    decisions: layout.decisions,
    ...(regular && { tolerant }),
  }
}

/** Texts of a column among the sampled rows, without those that were set aside. */
function columnOf(rows: readonly CsvRecord[], aside: readonly SetAside[]): (position: number) => Texts {
  const lines = new Set(aside.map(({ line }) => line))
  const kept = lines.size ? rows.filter((record) => !lines.has(record.line)) : rows
  const known: Texts[] = []
  return (position) => {
    known[position] ??= countColumn(kept, position)
    return known[position]
  }
}

/** A sheet's text has the delimiter that we gave it, so nothing about it is told to have been found. */
export async function prepareSheet(input: TextInput): Promise<Prepared> {
  const prepared = await prepareDelimited({ ...input, overrides: { ...input.overrides, delimiter: ',' } })
  const { headerRow, dataLine } = prepared.layout
  return {
    ...prepared,
    layout: { ...(headerRow !== undefined && { headerRow }), ...(dataLine !== undefined && { dataLine }) },
    decisions: prepared.decisions.filter(({ what }) => what !== 'delimiter' && what !== 'quote'),
  }
}

async function headText({ path, scanned }: TextInput, length: number): Promise<string> {
  if (scanned.text !== undefined && scanned.text.length < length) return scanned.text
  let text = ''
  for await (const piece of decodeText(path, scanned)) {
    text += piece
    if (text.length >= length) break
  }
  return text.slice(0, length)
}

function rowsLayoutOf(layout: Layout, { overrides }: TextInput): RowsLayout {
  const { dialect, dataLine, width, headerLines, usual } = layout
  return {
    dialect,
    dataLine,
    width,
    sorter: { headerLines, usual, ...(overrides.ignoreRows?.length && { ignored: new Set(overrides.ignoreRows) }) },
  }
}

/** Whether the engine may be trusted with the rows as they stand: all of one width in the sample, and nothing to set aside at the end. */
async function isRegular(layout: Layout, rows: RowsLayout, input: TextInput, whole: boolean): Promise<boolean> {
  if (layout.dialect.newline !== '\n' || layout.brokenLines || layout.loneReturns || rows.sorter.ignored || input.scanned.repair)
    return false
  if (!layout.rows.every((record) => record.cells.length === layout.width && !record.brokenQuote)) return false
  const sorter = new RowSorter(rows.sorter)
  const seen = layout.rows.flatMap((record) => sorter.push(record).aside)
  const last = whole ? sorter.end().aside : await asideAtEnd(rows, input)
  return seen.length + last.length === 0
}

const TAIL_BYTES = 64_000

/** What would be set aside among the last rows of a long file. */
async function asideAtEnd(layout: RowsLayout, { path, scanned }: TextInput): Promise<readonly SetAside[]> {
  const { size } = await stat(path)
  const bytes = await readHead(path, TAIL_BYTES, Math.max(0, size - TAIL_BYTES))
  const text = decoderOf(scanned.encoding).decode(bytes)
  const parser = new CsvParser(layout.dialect)
  const records = [...parser.push(text.slice(text.indexOf('\n') + 1)), ...parser.end()]
  const sorter = new RowSorter(layout.sorter)
  const found = records.filter((record) => record.cells.some((cell) => cell.trim())).flatMap((record) => sorter.push(record).aside)
  return [...found, ...sorter.end().aside]
}

/** The file as it stands when it is UTF-8, otherwise a copy that is; its rows are trusted until the engine finds one that is not regular. */
async function regularTable(layout: Layout, { path, scanned, folder }: TextInput): Promise<TextTable> {
  const dense = scanned.text !== undefined && !layout.blankRows
  const table = { dialect: layout.dialect, skipLines: layout.dataLine - 1, width: layout.width, dense }
  if (scanned.encoding === 'utf-8' && path.startsWith(folder)) return { ...table, path }
  const target = join(folder, 'decoded.csv')
  if (scanned.text !== undefined) {
    await writeFile(target, scanned.text)
    return { ...table, path: target }
  }
  const handle = await open(target, 'w')
  try {
    for await (const piece of decodeText(path, scanned)) await handle.writeFile(piece)
  } finally {
    await handle.close()
  }
  return { ...table, path: target }
}

async function rewrite(layout: RowsLayout, { path, scanned, folder, limits }: TextInput): Promise<Rewritten> {
  const target = join(folder, 'regular.csv')
  return rewritten(await normaliseDelimited(decodeText(path, scanned), layout, target, { maxRecord: limits.maxLineBytes }), layout, target)
}

async function rewriteRecords(records: readonly CsvRecord[], layout: RowsLayout, { folder }: TextInput): Promise<Rewritten> {
  const target = join(folder, 'regular.csv')
  return rewritten(await normaliseRecords(records, layout, target), layout, target)
}

function rewritten({ rows, issues, aside }: Normalised, { width }: RowsLayout, target: string): Rewritten {
  if (rows === 0) throw new Problem('file-header-only', { detail: 'The file has a header and no rows under it.' })
  return { table: regularCsv(target, width), issues, aside }
}

/** The table of a text that we wrote. */
export function regularCsv(path: string, width: number): TextTable {
  return { path, dialect: rfc4180, skipLines: 0, width, dense: true, lineEnd: '\\n' }
}
