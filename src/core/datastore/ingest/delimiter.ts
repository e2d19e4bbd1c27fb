import { type CsvDialect, CsvParser, type CsvRecord } from '../../../foundation/formats/csv.ts'
import type { Decision } from '../model.ts'

const delimiters = [',', '\t', ';', '|'] as const
const delimiterNames: Record<string, string> = { ',': 'comma', '\t': 'tab', ';': 'semicolon', '|': 'pipe' }

/** A delimiter, the records that it makes of a sample, and why it was chosen. */
export interface ChosenDelimiter {
  dialect: CsvDialect
  records: CsvRecord[]
  decisions: Decision[]
}

/** Letters of the sample on which the delimiters are compared; the chosen one then reads all of it. */
const COMPARED_CHARS = 100_000

/** The delimiter that makes the most regular rows of the sample, or the one given. */
export function chooseDelimiter(sample: string, whole: boolean, newline: '\n' | '\r', given?: string): ChosenDelimiter {
  const head = sample.slice(0, COMPARED_CHARS)
  const all = head.length === sample.length
  const tried = (given ? [given] : delimiters.filter((each) => each === ',' || head.includes(each))).map((delimiter) => {
    const dialect: CsvDialect = { delimiter, quote: '"', newline }
    const records = parseSample(head, whole && all, dialect)
    return { dialect, records, ...scoreDelimiter(records) }
  })
  const best = tried.reduce((a, b) => (b.score > a.score ? b : a))
  const records = all ? best.records : parseSample(sample, whole, best.dialect)
  const name = delimiterNames[best.dialect.delimiter] ?? JSON.stringify(best.dialect.delimiter)
  const reason = given
    ? 'chosen by the publisher'
    : best.width > 1
      ? `${Math.round(best.share * 100)} % of the rows read have ${best.width} cells with it`
      : 'no delimiter splits the rows: one column'
  return {
    dialect: best.dialect,
    records,
    decisions: [{ what: 'delimiter', value: name, reason, confidence: given ? 1 : best.share }, quoteDecision(sample, records)],
  }
}

function parseSample(sample: string, whole: boolean, dialect: CsvDialect): CsvRecord[] {
  const parser = new CsvParser(dialect, 1 << 16)
  const records = parser.push(sample)
  return whole ? [...records, ...parser.end()] : records.length ? records : parser.end()
}

function quoteDecision(sample: string, records: readonly CsvRecord[]): Decision {
  const broken = records.filter((record) => record.brokenQuote)
  if (!sample.includes('"')) return { what: 'quote', value: 'none', reason: 'no quotation mark occurs', confidence: 1 }
  if (!broken.length) return { what: 'quote', value: '"', reason: 'every quotation mark that opens a cell is closed', confidence: 0.98 }
  return {
    what: 'quote',
    value: '"',
    reason: `${broken.length} rows hold a quotation mark that is never closed and stands for itself, the first on line ${broken[0]?.line}`,
    confidence: 0.7,
  }
}

const isFilled = (record: CsvRecord): boolean => record.cells.some((cell) => cell.trim())

/** Regular rows of many cells win; a delimiter that splits nothing scores least. */
function scoreDelimiter(records: CsvRecord[]): { score: number; share: number; width: number } {
  const widths = records.filter(isFilled).map((record) => record.cells.length)
  const width = mode(widths)
  const share = widths.length ? widths.filter((each) => each === width).length / widths.length : 0
  return { score: width > 1 ? share * Math.log2(1 + Math.min(width, 30)) : 0.5 * share, share, width }
}

/** The most frequent number; of several the largest. */
export function mode(numbers: readonly number[]): number {
  const counts = new Map<number, number>()
  for (const each of numbers) counts.set(each, (counts.get(each) ?? 0) + 1)
  let best = 0
  for (const [each, count] of counts) if (count > (counts.get(best) ?? 0) || (count === counts.get(best) && each > best)) best = each
  return best
}
