import { Problem } from '../kernel/index.ts'
import { decimalText, RowCollector, readWholeXml, readXml, type SheetLimits, type Workbook } from './sheet.ts'
import { elapsedText, serialText, timeFormat } from './xlsx-dates.ts'
import type { Archive } from './zip.ts'

/** What the cells of a workbook refer to. */
interface Shared {
  strings: string[]
  /** By the number of a cell's style. */
  times: ReturnType<typeof timeFormat>[]
  epoch1904: boolean
}

interface Listed {
  name: string
  id: string
  visible: boolean
}

const MAX_SHARED_CHARS = 150_000_000

/**
 * An XLSX workbook. Numbers come as their shortest decimal text, dates as ISO text, formulas as the value last worked out, errors as
 * blanks. Shared strings are held in memory, up to 150 million characters; rows are streamed.
 *
 * @throws {Problem} file-not-readable, archive-bomb; also while rows are read.
 * @see ECMA-376 part 1, 18.3
 */
export async function openXlsx(archive: Archive, limits: SheetLimits): Promise<Workbook> {
  const parts = await readRelations(archive, limits)
  const { sheets, epoch1904 } = await readWorkbook(archive, limits)
  const shared = { epoch1904, strings: await readStrings(archive, limits, parts), times: await readStyles(archive, limits, parts) }
  const targets = sheets
    .filter((sheet) => sheet.visible && parts.get(sheet.id)?.type === 'worksheet')
    .map(({ name, id }) => ({ name, target: parts.get(id)?.target ?? '' }))
  return {
    sheets: targets.map(({ name, target }) => ({ name, size: archive.find(target)?.uncompressedSize ?? 0 })),
    rows: (index) => sheetRows(part(archive, limits, targets[index]?.target ?? ''), shared, limits),
  }
}

type Parts = Map<string, { type: string; target: string }>

function part(archive: Archive, limits: SheetLimits, name: string): AsyncGenerator<string> {
  const entry = archive.find(name)
  if (!entry) throw new Problem('file-not-readable', { detail: `The workbook has no part ${JSON.stringify(name)}.` })
  return archive.text(entry, limits)
}

async function readRelations(archive: Archive, limits: SheetLimits): Promise<Parts> {
  const parts: Parts = new Map()
  await readWholeXml(part(archive, limits, 'xl/_rels/workbook.xml.rels'), {
    open(name, { Id = '', Type = '', Target = '' }) {
      if (name === 'Relationship')
        parts.set(Id, { type: Type.split('/').at(-1) ?? '', target: Target.startsWith('/') ? Target.slice(1) : `xl/${Target}` })
    },
  })
  return parts
}

async function readWorkbook(archive: Archive, limits: SheetLimits): Promise<{ sheets: Listed[]; epoch1904: boolean }> {
  const out = { sheets: [] as Listed[], epoch1904: false }
  await readWholeXml(part(archive, limits, 'xl/workbook.xml'), {
    open(name, attributes) {
      if (name === 'workbookPr') out.epoch1904 = isTrue(attributes.date1904)
      if (name !== 'sheet') return
      const id = Object.entries(attributes).find(([key]) => key.endsWith(':id'))?.[1] ?? ''
      out.sheets.push({ name: attributes.name ?? '', id, visible: (attributes.state ?? 'visible') === 'visible' })
    },
  })
  return out
}

const isTrue = (text: string | undefined): boolean => text === '1' || text === 'true'

/** The part of a kind that a workbook has at most once. */
function only(parts: Parts, type: string): string | undefined {
  return [...parts.values()].find((each) => each.type === type)?.target
}

async function readStrings(archive: Archive, limits: SheetLimits, parts: Parts): Promise<string[]> {
  const entry = archive.find(only(parts, 'sharedStrings') ?? '')
  const strings: string[] = []
  if (!entry) return strings
  const text = new RichText()
  let chars = 0
  await readWholeXml(archive.text(entry, limits), {
    open: (name) => text.open(name),
    text: (piece) => text.add(piece),
    close(name) {
      text.close(name)
      if (name !== 'si') return
      const string = text.take()
      chars += string.length
      if (chars > MAX_SHARED_CHARS)
        throw new Problem('archive-bomb', { detail: `The workbook holds more than ${MAX_SHARED_CHARS} letters.` })
      strings.push(string)
    },
  })
  return strings
}

/** Joins the runs of a rich text; readings put beside East Asian letters are no part of it. */
class RichText {
  #text = ''
  #in = false
  #beside = 0

  open(name: string): void {
    if (name === 'rPh') this.#beside += 1
    if (name === 't') this.#in = true
  }

  add(piece: string): void {
    if (this.#in && !this.#beside) this.#text += piece
  }

  close(name: string): void {
    if (name === 'rPh') this.#beside -= 1
    if (name === 't') this.#in = false
  }

  take(): string {
    const text = unescaped(this.#text)
    this.#text = ''
    return text
  }
}

/** Letters that XML cannot hold are written _xHHHH_. */
function unescaped(text: string): string {
  return text.includes('_x')
    ? text.replace(/_x([0-9A-F]{4})_/gi, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)))
    : text
}

async function readStyles(archive: Archive, limits: SheetLimits, parts: Parts): Promise<Shared['times']> {
  const entry = archive.find(only(parts, 'styles') ?? '')
  if (!entry) return []
  const codes = new Map<number, string>()
  const ids: number[] = []
  let inCells = false
  await readWholeXml(archive.text(entry, limits), {
    open(name, attributes) {
      if (name === 'cellXfs') inCells = true
      if (name === 'numFmt') codes.set(Number(attributes.numFmtId), attributes.formatCode ?? '')
      if (name === 'xf' && inCells) ids.push(Number(attributes.numFmtId ?? 0))
    },
    close(name) {
      if (name === 'cellXfs') inCells = false
    },
  })
  return ids.map((id) => timeFormat(id, codes.get(id)))
}

async function* sheetRows(pieces: AsyncIterable<string>, shared: Shared, limits: SheetLimits): AsyncGenerator<string[]> {
  const rows = new RowCollector(limits)
  const inline = new RichText()
  let row: number | undefined
  let cell = { type: 'n', style: 0 }
  let value = ''
  let inValue = false
  const parsed = readXml(pieces, {
    open(name, { r, t = 'n', s = '0' }) {
      inline.open(name)
      if (name === 'row') row = r && /^\d+$/.test(r) ? Number(r) - 1 : undefined
      if (name === 'v') inValue = true
      if (name !== 'c') return
      if (r) rows.seek(columnOf(r))
      cell = { type: t, style: Number(s) }
      value = ''
    },
    text(piece) {
      if (inValue) value += piece
      inline.add(piece)
    },
    close(name) {
      inline.close(name)
      if (name === 'v') inValue = false
      if (name === 'c') rows.cell(cell.type === 'inlineStr' ? inline.take() : cellText(cell.type, value, shared.times[cell.style], shared))
      if (name === 'row') rows.endRow(1, row)
    },
  })
  for await (const _ of parsed) yield* rows.take()
}

/** Column of a reference such as "AB12", from 0. */
function columnOf(reference: string): number {
  let column = 0
  for (const letter of reference) {
    const digit = letter.charCodeAt(0) - 64
    if (digit < 1 || digit > 26) break
    column = column * 26 + digit
  }
  return Math.max(0, column - 1)
}

function cellText(type: string, value: string, time: Shared['times'][number], shared: Shared): string {
  if (type === 'str') return unescaped(value)
  if (type === 'e' || !value.trim()) return ''
  if (type === 's') return shared.strings[Number(value)] ?? ''
  if (type === 'b') return isTrue(value.trim()) ? 'true' : 'false'
  if (type === 'd') return value.replace(/T00:00:00(?:\.0+)?$/, '')
  const serial = Number(value)
  const text = time === 'elapsed' ? elapsedText(serial) : time && serialText(serial, shared.epoch1904)
  return text ?? decimalText(value)
}
