import { Problem } from '../kernel/problem.ts'
import { CompoundFile } from './cfb.ts'
import { decimalText, noRows, type Workbook } from './sheet.ts'
import { StringReader } from './xls-strings.ts'
import { elapsedText, serialText, timeFormat } from './xlsx-dates.ts'

/** Record numbers of BIFF8, and of BIFF5 where they differ. @see MS-XLS 2.3 */
const record = {
  formula: 0x0006,
  end: 0x000a,
  dateMode: 0x0022,
  filePass: 0x002f,
  continue: 0x003c,
  codePage: 0x0042,
  boundSheet: 0x0085,
  mulRk: 0x00bd,
  rString: 0x00d6,
  xf: 0x00e0,
  sst: 0x00fc,
  labelSst: 0x00fd,
  number: 0x0203,
  label: 0x0204,
  boolErr: 0x0205,
  string: 0x0207,
  rk: 0x027e,
  format: 0x041e,
  begin: 0x0809,
} as const

const MAX_STRING_CHARS = 150_000_000
const BIFF8 = 0x0600

interface Shared {
  biff8: boolean
  decode: (bytes: Buffer) => string
  strings: string[]
  times: ReturnType<typeof timeFormat>[]
  epoch1904: boolean
}

interface Listed {
  name: string
  at: number
  visible: boolean
}

/**
 * A workbook of Excel 95 to 2003, held in memory. Numbers come as their shortest decimal text, dates as ISO text, formulas as the value
 * last worked out, errors as blanks.
 *
 * @throws {Problem} file-not-readable: damaged, encrypted, or no workbook at all.
 * @see MS-XLS
 */
export function openXls(bytes: Buffer): Workbook {
  const file = new CompoundFile(bytes)
  const stream = file.stream('Workbook') ?? file.stream('Book')
  if (!stream) throw new Problem('file-binary', { detail: whatItIs(file), hint: 'Publish the table as XLSX, ODS or CSV.' })
  const { sheets, shared } = readGlobals(stream)
  const visible = sheets.filter((sheet) => sheet.visible)
  const ends = [...sheets.map(({ at }) => at), stream.length].sort((a, b) => a - b)
  return {
    sheets: visible.map(({ name, at }) => ({ name, size: (ends.find((end) => end > at) ?? stream.length) - at })),
    rows: async function* (index) {
      const sheet = visible[index]
      if (!sheet) throw noRows()
      yield* sheetRows(stream, sheet.at, shared)
    },
  }
}

function whatItIs(file: CompoundFile): string {
  const has = (name: string) => file.entries.some((entry) => entry.name === name)
  if (has('WordDocument')) return 'The file is a Word document, not a table.'
  if (has('PowerPoint Document')) return 'The file is a PowerPoint presentation, not a table.'
  if (has('__properties_version1.0')) return 'The file is an Outlook message, not a table.'
  return 'The file is an old Office file without a workbook in it.'
}

interface BiffRecord {
  type: number
  body: Buffer
  next: number
}

function readRecord(stream: Buffer, at: number): BiffRecord | undefined {
  if (at + 4 > stream.length) return undefined
  const length = stream.readUInt16LE(at + 2)
  return { type: stream.readUInt16LE(at), body: stream.subarray(at + 4, Math.min(stream.length, at + 4 + length)), next: at + 4 + length }
}

/** The bodies of the records that go on with this one. */
function continued(stream: Buffer, first: BiffRecord): { parts: Buffer[]; next: number } {
  const parts = [first.body]
  let next = first.next
  for (let found = readRecord(stream, next); found?.type === record.continue; found = readRecord(stream, next)) {
    parts.push(found.body)
    next = found.next
  }
  return { parts, next }
}

function readGlobals(stream: Buffer): { sheets: Listed[]; shared: Shared } {
  const sheets: Listed[] = []
  const formats = new Map<number, string>()
  const ids: number[] = []
  const shared: Shared = { biff8: true, decode: (bytes) => bytes.toString('latin1'), strings: [], times: [], epoch1904: false }
  let at = 0
  for (let found = readRecord(stream, at); found; found = readRecord(stream, at)) {
    const { type, body } = found
    at = found.next
    if (type === record.end) break
    if (type === record.filePass)
      throw new Problem('file-not-readable', { detail: 'The workbook is encrypted.', hint: 'Publish it without a password.' })
    if (type === record.begin) shared.biff8 = body.length >= 2 && body.readUInt16LE(0) >= BIFF8
    else if (type === record.codePage && body.length >= 2) shared.decode = decoderOf(body.readUInt16LE(0))
    else if (type === record.dateMode && body.length >= 2) shared.epoch1904 = body.readUInt16LE(0) === 1
    else if (type === record.boundSheet && body.length >= 8) sheets.push(...listed(body, shared))
    else if (type === record.format && body.length >= 4) formats.set(body.readUInt16LE(0), formatCode(body, shared))
    else if (type === record.xf && body.length >= 4) ids.push(body.readUInt16LE(2))
    else if (type === record.sst) {
      const { parts, next } = continued(stream, found)
      shared.strings = new StringReader(parts).readTable(MAX_STRING_CHARS)
      at = next
    }
  }
  shared.times = ids.map((id) => timeFormat(id, formats.get(id)))
  return { sheets, shared }
}

/** Code pages that the Encoding standard knows under another name. */
function decoderOf(codePage: number): Shared['decode'] {
  const label = codePage === 10000 ? 'macintosh' : codePage === 1200 ? 'utf-16le' : `windows-${codePage}`
  try {
    const decoder = new TextDecoder(label)
    return (bytes) => decoder.decode(bytes)
  } catch {
    return (bytes) => bytes.toString('latin1')
  }
}

/** Worksheets only: charts, macros and dialogues have another kind. */
function listed(body: Buffer, shared: Shared): Listed[] {
  if (body[5] !== 0) return []
  const name = shared.biff8 ? shortString(body, 6) : shared.decode(body.subarray(7, 7 + (body[6] ?? 0)))
  return [{ name, at: body.readUInt32LE(0), visible: ((body[4] ?? 0) & 3) === 0 }]
}

/** A text with one byte of length and one of flags before it. */
function shortString(body: Buffer, at: number): string {
  const length = body[at] ?? 0
  const wide = ((body[at + 1] ?? 0) & 1) === 1
  return body.toString(wide ? 'utf16le' : 'latin1', at + 2, at + 2 + length * (wide ? 2 : 1))
}

/** A text with two bytes of length and one of flags before it; in BIFF5 without flags. */
function longString(body: Buffer, at: number, shared: Shared): string {
  if (body.length < at + 2) return ''
  const length = body.readUInt16LE(at)
  if (!shared.biff8) return shared.decode(body.subarray(at + 2, at + 2 + length))
  const wide = ((body[at + 2] ?? 0) & 1) === 1
  return body.toString(wide ? 'utf16le' : 'latin1', at + 3, at + 3 + length * (wide ? 2 : 1))
}

function formatCode(body: Buffer, shared: Shared): string {
  return shared.biff8 ? longString(body, 2, shared) : shared.decode(body.subarray(3, 3 + (body[2] ?? 0)))
}

/** Rows in their order, blank ones between them included. Cells of a sheet are not bound to come in order, so it is held. */
function* sheetRows(stream: Buffer, start: number, shared: Shared): Generator<string[]> {
  const rows: string[][] = []
  for (const { row, column, text } of cellsOf(stream, start, shared)) {
    if (!text) continue
    rows[row] ??= []
    const cells = rows[row]
    while (cells.length < column) cells.push('')
    cells[column] = text
  }
  for (let i = 0; i < rows.length; i += 1) yield rows[i] ?? []
}

interface Cell {
  row: number
  column: number
  text: string
}

function* cellsOf(stream: Buffer, start: number, shared: Shared): Generator<Cell> {
  let depth = 0
  let waiting: Omit<Cell, 'text'> | undefined
  let at = start
  for (let found = readRecord(stream, at); found; found = readRecord(stream, at)) {
    at = found.next
    const { type, body } = found
    // Charts lie inside sheets with a beginning and an end of their own.
    if (type === record.begin) depth += 1
    if (type === record.end) depth -= 1
    if (depth <= 0) return
    if (depth > 1) continue
    if (type === record.string && waiting) {
      yield { ...waiting, text: longString(body, 0, shared) }
      waiting = undefined
    } else if (body.length >= 6) {
      const place = { row: body.readUInt16LE(0), column: body.readUInt16LE(2) }
      if (type === record.formula && isTextFormula(body)) waiting = place
      else yield* cellsIn(type, body, place, shared)
    }
  }
}

function* cellsIn(type: number, body: Buffer, place: { row: number; column: number }, shared: Shared): Generator<Cell> {
  const style = body.readUInt16LE(4)
  if (type === record.mulRk) {
    for (let i = 0; 4 + i * 6 + 6 <= body.length - 2; i += 1)
      yield {
        row: place.row,
        column: place.column + i,
        text: numberText(rkValue(body.readUInt32LE(6 + i * 6)), body.readUInt16LE(4 + i * 6), shared),
      }
    return
  }
  const text = cellText(type, body, style, shared)
  if (text !== undefined) yield { ...place, text }
}

function cellText(type: number, body: Buffer, style: number, shared: Shared): string | undefined {
  switch (type) {
    case record.labelSst:
      return body.length >= 10 ? (shared.strings[body.readUInt32LE(6)] ?? '') : ''
    case record.label:
    case record.rString:
      return longString(body, 6, shared)
    case record.number:
      return body.length >= 14 ? numberText(body.readDoubleLE(6), style, shared) : ''
    case record.rk:
      return body.length >= 10 ? numberText(rkValue(body.readUInt32LE(6)), style, shared) : ''
    case record.boolErr:
      return body[7] === 0 ? (body[6] ? 'true' : 'false') : ''
    case record.formula:
      return body.length >= 14 ? formulaText(body, style, shared) : ''
    default:
      return undefined
  }
}

/** Formulas keep their last value in eight bytes; those with ff ff at the end are no number. @see MS-XLS 2.5.133 */
const isSpecial = (body: Buffer): boolean => body.length >= 14 && body.readUInt16LE(12) === 0xffff
const isTextFormula = (body: Buffer): boolean => isSpecial(body) && body[6] === 0

function formulaText(body: Buffer, style: number, shared: Shared): string {
  if (!isSpecial(body)) return numberText(body.readDoubleLE(6), style, shared)
  return body[6] === 1 ? (body[8] ? 'true' : 'false') : ''
}

/** A number in four bytes: the upper 30 bits of a double or a whole number, perhaps a hundred times too large. @see MS-XLS 2.5.217 */
function rkValue(bits: number): number {
  let value: number
  if (bits & 2) value = bits >> 2
  else {
    const bytes = Buffer.alloc(8)
    bytes.writeUInt32LE((bits & 0xfffffffc) >>> 0, 4)
    value = bytes.readDoubleLE(0)
  }
  return bits & 1 ? value / 100 : value
}

function numberText(value: number, style: number, shared: Shared): string {
  const time = shared.times[style]
  const text = time === 'elapsed' ? elapsedText(value) : time && serialText(value, shared.epoch1904)
  return text ?? decimalText(String(value))
}
