import { type CsvDialect, CsvParser, type CsvRecord } from '../../../foundation/formats/csv.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Decision } from '../model.ts'
import { kindOf } from './kinds.ts'

export interface Layout {
  dialect: CsvDialect
  /** Cells of the header, as printed; empty when the file has none. */
  header: string[]
  /** Line of the header, from 1; 0 when there is none. */
  headerRow: number
  /** Line of the first data row, from 1. */
  dataLine: number
  width: number
  /** Data rows of the sample. */
  rows: string[][]
  decisions: Decision[]
}

const delimiters = [',', '\t', ';', '|'] as const
const delimiterNames: Record<string, string> = { ',': 'comma', '\t': 'tab', ';': 'semicolon', '|': 'pipe' }
/** Rows within which a header is looked for. */
const HEADER_SEARCH = 40

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
  const { dialect, records, decision } = chooseDelimiter(sample, whole, newline, overrides.delimiter)
  const filled = records.filter((record) => record.cells.some((cell) => cell.trim()))
  const width = commonWidth(filled)
  if (width > limits.maxColumns)
    throw new Problem('too-many-columns', {
      detail: `The table has ${width} columns; at most ${limits.maxColumns} are taken.`,
      hint: 'Publish it in long form: one row for each observation.',
    })
  const { header, decision: why } = findHeader(filled, width, overrides.headerRow)
  const data = filled.slice(header + 1)
  if (!data.length && whole) throw new Problem('file-header-only', { detail: 'The file has a header and no rows under it.' })
  const headerRecord = header >= 0 ? filled[header] : undefined
  return {
    dialect,
    header: headerRecord?.cells ?? [],
    headerRow: headerRecord?.line ?? 0,
    dataLine: data[0]?.line ?? (headerRecord?.line ?? 0) + 1,
    width: Math.max(width, headerRecord ? lastFilled(headerRecord.cells) : 0),
    rows: data.map((record) => record.cells),
    decisions: [decision, why],
  }
}

function parseSample(sample: string, whole: boolean, dialect: CsvDialect): CsvRecord[] {
  const parser = new CsvParser(dialect, 1 << 16)
  const records = parser.push(sample)
  return whole ? [...records, ...parser.end()] : records.length ? records : parser.end()
}

function chooseDelimiter(sample: string, whole: boolean, newline: '\n' | '\r', given?: string) {
  const tried = (given ? [given] : delimiters).map((delimiter) => {
    const dialect: CsvDialect = { delimiter, quote: '"', newline }
    const records = parseSample(sample, whole, dialect)
    return { dialect, records, ...scoreDelimiter(records) }
  })
  const best = tried.reduce((a, b) => (b.score > a.score ? b : a))
  const name = delimiterNames[best.dialect.delimiter] ?? JSON.stringify(best.dialect.delimiter)
  const reason = given
    ? 'chosen by the publisher'
    : best.width > 1
      ? `${Math.round(best.share * 100)} % of the rows read have ${best.width} cells with it`
      : 'no delimiter splits the rows: one column'
  return {
    dialect: best.dialect,
    records: best.records,
    decision: { what: 'delimiter', value: name, reason, confidence: given ? 1 : best.share } satisfies Decision,
  }
}

/** Regular rows of many cells win; a delimiter that splits nothing scores least. */
function scoreDelimiter(records: CsvRecord[]): { score: number; share: number; width: number } {
  const widths = records.filter((record) => record.cells.some((cell) => cell.trim())).map((record) => record.cells.length)
  const width = mode(widths)
  const share = widths.length ? widths.filter((each) => each === width).length / widths.length : 0
  return { score: width > 1 ? share * Math.log2(1 + Math.min(width, 30)) : 0.5 * share, share, width }
}

function mode(numbers: number[]): number {
  const counts = new Map<number, number>()
  for (const each of numbers) counts.set(each, (counts.get(each) ?? 0) + 1)
  let best = 0
  for (const [each, count] of counts) if (count > (counts.get(best) ?? 0) || (count === counts.get(best) && each > best)) best = each
  return best
}

function commonWidth(records: CsvRecord[]): number {
  const body = records.length > HEADER_SEARCH ? records.slice(HEADER_SEARCH / 2) : records
  return Math.max(1, mode(body.map((record) => record.cells.length)))
}

function lastFilled(cells: string[]): number {
  return cells.findLastIndex((cell) => cell.trim()) + 1
}

/** Index of the header among the filled records, -1 when the first row is data already. */
function findHeader(records: CsvRecord[], width: number, given?: number): { header: number; decision: Decision } {
  if (given !== undefined)
    return {
      header: records.findIndex((record) => record.line === given),
      decision: { what: 'header', value: given, reason: 'chosen by the publisher', confidence: 1 },
    }
  const enough = width === 1 ? 1 : Math.max(2, Math.ceil(typicalFill(records) * 0.6))
  const first = Math.max(
    0,
    records.slice(0, HEADER_SEARCH).findIndex((record) => record.cells.filter((cell) => cell.trim()).length >= enough),
  )
  const line = records[first]?.line ?? 1
  if (looksLikeData(records, first))
    return {
      header: -1,
      decision: {
        what: 'header',
        value: 0,
        reason: 'the first full row holds values of the same kinds as the rows below it',
        confidence: 0.8,
      },
    }
  const reason =
    first > 0 ? `${first} rows above it hold too few cells to be the header` : 'the first row is full and unlike the rows below it'
  return { header: first, decision: { what: 'header', value: line, reason, confidence: first > 0 ? 0.85 : 0.9 } }
}

/** Filled cells of a usual row: the median, so that titles and notes do not count. */
function typicalFill(records: CsvRecord[]): number {
  const counts = records.map((record) => record.cells.filter((cell) => cell.trim()).length).sort((a, b) => a - b)
  return counts[Math.floor(counts.length / 2)] ?? 1
}

/** Whether most columns of numbers or dates have one in this row too. Years stand above numbers in headers, so they say nothing. */
function looksLikeData(records: CsvRecord[], index: number): boolean {
  const cells = records[index]?.cells ?? []
  const below = records.slice(index + 1, index + 51)
  let typed = 0
  let same = 0
  for (const [i, cell] of cells.entries()) {
    const kinds = below.map((record) => kindOf(record.cells[i] ?? '')).filter((kind) => kind !== 'empty')
    const valued = kinds.filter((kind) => kind !== 'text').length
    if (!kinds.length || valued < kinds.length * 0.7) continue
    typed += 1
    if (kindOf(cell) !== 'text' && kindOf(cell) !== 'empty' && !/^(?:19|20)\d\d$/.test(cell.trim())) same += 1
  }
  return typed > 0 && same >= typed / 2
}
