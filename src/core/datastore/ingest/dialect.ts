import type { CsvDialect, CsvRecord } from '../../../foundation/formats/csv.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Decision } from '../model.ts'
import { usualCells } from './aside.ts'
import { chooseDelimiter, mode } from './delimiter.ts'
import { findHeader } from './header.ts'

export interface Layout {
  dialect: CsvDialect
  /** Cells of the header, as printed, lines merged; empty when the file has none. */
  header: string[]
  /** Line of the header, from 1; 0 when there is none. */
  headerRow: number
  /** The lines of the header, as printed. */
  headerLines: string[][]
  /** Line of the first data row, from 1. */
  dataLine: number
  width: number
  /** Filled cells of a usual row. */
  usual: number
  /** A cell above the data holds a line break, so that lines and rows part ways. */
  brokenLines: boolean
  /** A carriage return stands inside a line. */
  loneReturns: boolean
  /** Blank rows stand among those of the sample, or under them. */
  blankRows: boolean
  /** Data rows of the sample. */
  rows: CsvRecord[]
  decisions: Decision[]
}

/** What the publisher knows better than any guess. */
export interface LayoutOverrides {
  delimiter?: string
  /** Line of the header, from 1; 0 for none. */
  headerRow?: number
}

/**
 * How the text is laid out: delimiter, header, width, from a sample of the file's start. What the sample got wrong shows when every row
 * is read, and the tolerant reader takes over then.
 *
 * @throws {Problem} file-empty when there is no text, file-header-only when nothing follows the header, too-many-columns.
 */
export function detectLayout(sample: string, whole: boolean, limits: { maxColumns: number }, overrides: LayoutOverrides = {}): Layout {
  if (!sample.trim()) throw new Problem('file-empty', { detail: 'The file holds only blanks.' })
  const newline = sample.includes('\n') ? '\n' : sample.includes('\r') ? '\r' : '\n'
  const { dialect, records, decisions } = chooseDelimiter(sample, whole, newline, overrides.delimiter)
  const filled = records.filter((record) => record.cells.some((cell) => cell.trim()))
  const width = commonWidth(filled)
  refuseWide(width, limits.maxColumns)
  const header = findHeader(filled, width, overrides.headerRow)
  const data = filled.slice(header.last + 1)
  if (!data.length && whole) throw new Problem('file-header-only', { detail: 'The file has a header and no rows under it.' })
  const lines = header.first < 0 ? [] : filled.slice(header.first, header.last + 1)
  const dataLine = data[0]?.line ?? (lines.at(-1)?.line ?? 0) + 1
  return {
    dialect,
    header: header.names,
    headerRow: lines[0]?.line ?? 0,
    headerLines: lines.map((record) => record.cells),
    dataLine,
    brokenLines: records.some((record) => record.line < dataLine && record.cells.some((cell) => cell.includes(newline))),
    width: Math.max(whole ? usedWidth(data, width) : width, lastFilled(header.names)),
    loneReturns: sample.includes('\r') && /\r(?!\n)/.test(sample.slice(0, -1)),
    blankRows: records.length - records.findIndex((record) => record.line === dataLine) !== data.length,
    usual: usualCells(data.map((record) => record.cells)),
    rows: data,
    decisions: [...decisions, header.decision],
  }
}

function refuseWide(width: number, maxColumns: number): void {
  if (width > maxColumns)
    throw new Problem('too-many-columns', {
      detail: `The table has ${width} columns; at most ${maxColumns} are taken.`,
      hint: 'Publish it in long form: one row for each observation.',
    })
}

/** Rows at the start that titles may take. */
const PREAMBLE = 20

function commonWidth(records: CsvRecord[]): number {
  const body = records.length > PREAMBLE * 2 ? records.slice(PREAMBLE) : records
  return Math.max(1, mode(body.map((record) => record.cells.length)))
}

/** Columns up to the last that holds anything; spreadsheets add empty ones. */
function usedWidth(rows: readonly CsvRecord[], width: number): number {
  return Math.max(1, ...new Set(rows.map(({ cells }) => Math.min(width, lastFilled(cells)))))
}

function lastFilled(cells: readonly string[]): number {
  return cells.findLastIndex((cell) => cell.trim()) + 1
}
