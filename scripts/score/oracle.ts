/**
 * A second opinion on a spend file: the dullest reader that can be written, which shares no code with the one it judges. It knows
 * the words that headers of spend files use, takes every row under the header that holds anything, and reads dates and amounts by
 * itself.
 */

export interface SecondOpinion {
  /** Line of the header, from 1; 0 when no row has enough header words. */
  headerLine: number
  header: string[]
  rows: { line: number; cells: string[] }[]
  dateColumns: number[]
  amountColumns: number[]
  /** The text was damaged before it came here: it holds replacement characters as bytes. */
  damaged: boolean
}

interface Row {
  line: number
  cells: string[]
}

/** Every byte as Windows-1252 has it unless the whole is UTF-8 or says that it is UTF-16. */
export function decodeBytes(bytes: Uint8Array): string {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}

/** Letter by letter: quotes open at the start of a cell only, and a doubled quote inside is a quote. */
export function splitRows(text: string, delimiter: string): Row[] {
  const rows: Row[] = []
  let row: Row = { line: 1, cells: [] }
  let cell = ''
  let quoted = false
  let line = 1
  for (let i = 0; i < text.length; i += 1) {
    const letter = text[i]
    if (quoted) {
      if (letter === '\n') line += 1
      if (letter !== '"') cell += letter
      else if (text[i + 1] === '"') {
        cell += '"'
        i += 1
      } else quoted = false
    } else if (letter === '"' && cell === '') quoted = true
    else if (letter === delimiter) {
      row.cells.push(cell)
      cell = ''
    } else if (letter === '\n' || letter === '\r') {
      if (letter === '\r' && text[i + 1] === '\n') i += 1
      line += 1
      rows.push({ ...row, cells: [...row.cells, cell] })
      row = { line, cells: [] }
      cell = ''
    } else cell += letter
  }
  if (cell || row.cells.length) rows.push({ ...row, cells: [...row.cells, cell] })
  return rows
}

const headerWords =
  /amount|value|net|gross|supplier|vendor|payee|benef|merchant|date|period|month|department|directorate|family|entity|body|organi|expen|description|type|area|transaction|number|^ref|invoice|service|category|vat|post ?code|£|total|goods|cost/i

const filled = (cells: readonly string[]): string[] => cells.filter((cell) => cell.trim())

/** How many cells of a row read like headers: short words, no figures. */
function headerCells(cells: readonly string[]): number {
  return filled(cells).filter((cell) => headerWords.test(cell) && cell.length < 90 && readAmount(cell) === undefined && !readDate(cell))
    .length
}

function findHeader(rows: readonly Row[]): number {
  const scores = rows.slice(0, 200).map(({ cells }) => headerCells(cells))
  const best = Math.max(0, ...scores)
  return best >= 3 || (best === 2 && scores.indexOf(best) < 10) ? scores.findIndex((score) => score >= Math.max(2, best * 0.7)) : -1
}

export function secondOpinion(text: string, delimiter = guessDelimiter(text)): SecondOpinion {
  const all = splitRows(text.replace(/^\ufeff/, ''), delimiter)
  const at = findHeader(all)
  const rows = all.slice(at + 1).filter(({ cells }) => filled(cells).length)
  const header = at < 0 ? [] : (all[at]?.cells ?? [])
  const share = (column: number, reads: (text: string) => boolean) => {
    const texts = rows.map(({ cells }) => cells[column]?.trim() ?? '').filter((cell) => cell && !isMark(cell))
    return texts.length ? texts.filter(reads).length / texts.length : 0
  }
  const columns = header.map((_, i) => i)
  return {
    damaged: text.includes('\ufffd'),
    headerLine: at < 0 ? 0 : (all[at]?.line ?? 0),
    header,
    rows,
    dateColumns: columns.filter((i) => share(i, (cell) => (readDate(cell) ?? readDate(cell, true)) !== undefined) >= 0.8),
    amountColumns: columns.filter(
      (i) =>
        /amount|value|net|gross|total|£|\bvat\b|sum/i.test(header[i] ?? '') &&
        !/number|\bno\b|code|reg|ref|date|type|category|desc/i.test(header[i] ?? '') &&
        share(i, (cell) => readAmount(cell) !== undefined) >= 0.8,
    ),
  }
}

function guessDelimiter(text: string): string {
  const head = text.slice(0, 20_000)
  const count = (letter: string) => head.split(letter).length
  return [',', ';', '\t', '|'].reduce((a, b) => (count(b) > count(a) ? b : a))
}

/** Texts that stand for no figure. */
export const isMark = (text: string): boolean => /^(?:[-–.*:]+|n\/?a|#n\/a|x|c|null|nil|none|tbc|redacted|withheld)$/i.test(text.trim())

const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const four = (year: string): number => (year.length === 4 ? Number(year) : Number(year) + (Number(year) < 69 ? 2000 : 1900))
const iso = (year: number, month: number, day: number): string | undefined =>
  month >= 1 && month <= 12 && day >= 1 && day <= 31
    ? `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`
    : undefined

/** Whether a column puts the month first: some second number is above 12, and no first. */
export function monthFirst(texts: readonly string[]): boolean {
  const pairs = texts.map((text) => /^(\d{1,2})[-/. ](\d{1,2})[-/. ]\d/.exec(text.trim())).filter((found) => found !== null)
  return pairs.some((found) => Number(found[2]) > 12) && !pairs.some((found) => Number(found[1]) > 12)
}

/** A date, day first unless told otherwise, as ISO text; a month alone as its first day. */
export function readDate(text: string, swapped = false): string | undefined {
  const cell = text.trim().replace(/[ T]\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?$/, '')
  let found = /^(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})$/.exec(cell)
  if (found) return iso(four(found[3] ?? ''), Number(found[swapped ? 1 : 2]), Number(found[swapped ? 2 : 1]))
  found = /^(\d{4})[-/](\d{1,2})(?:[-/](\d{1,2}))?$/.exec(cell)
  if (found) return iso(Number(found[1]), Number(found[2]), Number(found[3] ?? 1))
  found = /^(?:[a-z]+,? )?(\d{1,2})(?:st|nd|rd|th)?[- /]?([a-z]{3})[a-z]*[- /,]*(\d{4}|\d{2})$/i.exec(cell)
  if (found) return iso(four(found[3] ?? ''), monthNames.indexOf((found[2] ?? '').toLowerCase()) + 1, Number(found[1]))
  found = /^(?:[a-z]+, )?([a-z]{3})[a-z]* (\d{1,2}), ?(\d{4})$/i.exec(cell)
  if (found) return iso(four(found[3] ?? ''), monthNames.indexOf((found[1] ?? '').toLowerCase()) + 1, Number(found[2]))
  found = /^([a-z]{3})[a-z]*[- /']*(\d{4}|\d{2})$/i.exec(cell)
  if (found) return iso(four(found[2] ?? ''), monthNames.indexOf((found[1] ?? '').toLowerCase()) + 1, 1)
  return undefined
}

/** An amount as printed: currency, thousands, brackets, signs on either side, CR. */
export function readAmount(text: string): number | undefined {
  const bare = text.replace(/[£$€\s\u00a0%]/g, '').replace(/,(?=\d{3}(?:\D|$)|\d{2},)/g, '')
  const found = /^(\()?([-+])?(\d+\.?\d*(?:e[-+]?\d+)?|\.\d+)(-|CR|DR)?(\))?$/i.exec(bare)
  if (!found) return undefined
  const negative = found[1] || found[2] === '-' || /^(?:-|CR)$/i.test(found[4] ?? '')
  return negative ? -Number(found[3]) : Number(found[3])
}
