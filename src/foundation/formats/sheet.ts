import { SaxesParser } from 'saxes'
import { Problem } from '../kernel/index.ts'
import type { InflateLimits } from './zip.ts'

/** An open workbook: its visible sheets, and the rows of each, to be read one sheet at a time while it is open. */
export interface Workbook {
  /** `size` grows with what a sheet holds; it means something beside the other sheets of the same workbook only. */
  sheets: { name: string; size: number }[]
  /** Blank rows between others are given too, so that rows keep their number. */
  rows(index: number): AsyncGenerator<string[]>
}

export interface SheetLimits extends InflateLimits {
  /** Most cells that the sheet may spread to, repeated and skipped ones included. */
  maxCells?: number
}

const MAX_COLUMNS = 16_384
const MAX_ROW_CHARS = 16_000_000

/** Handlers of a parser; names come without their prefix, attributes with it. */
export interface XmlHandlers {
  open?(name: string, attributes: Record<string, string>): void
  text?(text: string): void
  close?(name: string): void
}

/**
 * Feeds an XML text to handlers, coming back after each piece so that what they gathered can be passed on.
 *
 * @throws {Problem} file-not-readable where the XML is not well formed.
 */
export async function* readXml(pieces: AsyncIterable<string>, handlers: XmlHandlers): AsyncGenerator<void> {
  const parser = new SaxesParser()
  parser.on('error', (error) => {
    throw new Problem('file-not-readable', { detail: `The workbook holds XML that cannot be read (${error.message}).` })
  })
  parser.on('opentag', (tag) => handlers.open?.(localName(tag.name), tag.attributes))
  parser.on('text', (text) => handlers.text?.(text))
  parser.on('cdata', (text) => handlers.text?.(text))
  parser.on('closetag', (tag) => handlers.close?.(localName(tag.name)))
  for await (const piece of pieces) {
    parser.write(piece)
    yield
  }
  parser.close()
  yield
}

export async function readWholeXml(pieces: AsyncIterable<string>, handlers: XmlHandlers): Promise<void> {
  for await (const _ of readXml(pieces, handlers));
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1)
}

/**
 * Gathers the rows of a sheet, in which cells and rows may be skipped or repeated. What is blank at the end of a row or of the sheet
 * is left out, and what has to be written out is counted.
 */
export class RowCollector {
  #cells: string[] = []
  #position = 0
  #chars = 0
  #row = 0
  /** Rows handed on, blank ones between them included. */
  #written = 0
  #left: number
  readonly #ready: { cells: string[]; times: number }[] = []

  constructor({ maxCells = 50_000_000 }: SheetLimits) {
    this.#left = maxCells
  }

  /** Goes to a column, from 0. */
  seek(column: number): void {
    this.#position = column
  }

  cell(text: string, times = 1): void {
    if (text) {
      if (this.#position + times > MAX_COLUMNS) throw tooFar(`a row of more than ${MAX_COLUMNS} cells`)
      this.#chars += text.length * times
      if (this.#chars > MAX_ROW_CHARS) throw tooFar(`a row of more than ${MAX_ROW_CHARS} characters`)
      while (this.#cells.length < this.#position) this.#cells.push('')
      for (let i = 0; i < times; i += 1) this.#cells[this.#position + i] = text
    }
    this.#position += times
  }

  /** Ends the row; `at` is its place from 0 where the sheet says so. Blank rows above it are kept, so that rows keep their number. */
  endRow(times = 1, at = this.#row): void {
    const cells = this.#cells
    if (cells.length) {
      const skipped = Math.max(0, at - this.#written)
      this.#left -= skipped + cells.length * times
      if (this.#left < 0) throw tooFar('more cells than any real sheet')
      if (skipped) this.#ready.push({ cells: [], times: skipped })
      this.#ready.push({ cells, times })
      this.#written += skipped + times
      this.#cells = []
    }
    this.#row = at + times
    this.#position = 0
    this.#chars = 0
  }

  /** The rows finished since the last call. */
  *take(): Generator<string[]> {
    for (const { cells, times } of this.#ready.splice(0)) for (let i = 0; i < times; i += 1) yield cells
  }
}

function tooFar(what: string): Problem {
  return new Problem('archive-bomb', {
    detail: `The sheet spreads to ${what}.`,
    hint: 'Delete what stands far below or beside the table, and save the sheet again.',
  })
}

/** A number as its shortest plain decimal text, without an exponent; the text itself when it is no number. */
export function decimalText(text: string): string {
  const value = Number(text)
  if (!text.trim() || !Number.isFinite(value)) return text
  const [digits = '', exponent] = String(value).split('e')
  if (exponent === undefined) return digits === '-0' ? '0' : digits
  const sign = digits.startsWith('-') ? '-' : ''
  const [whole = '', part = ''] = digits.replace('-', '').split('.')
  const shift = Number(exponent)
  return shift < 0 ? `${sign}0.${'0'.repeat(-shift - 1)}${whole}${part}` : `${sign}${whole}${part.padEnd(shift, '0')}`
}

/** Seconds as a clock shows them; hours may pass 24, as in sums of times. */
export function clockText(seconds: number): string {
  const two = (value: number) => String(value).padStart(2, '0')
  return `${two(Math.floor(seconds / 3600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`
}

/** The first row is read ahead: a sheet without one has no rows. */
export async function peeked(rows: AsyncGenerator<string[]>): Promise<AsyncGenerator<string[]> | undefined> {
  const first = await rows.next()
  if (first.done) return undefined
  return (async function* () {
    try {
      yield first.value
      yield* rows
    } finally {
      await rows.return(undefined)
    }
  })()
}

export function noRows(): Problem {
  return new Problem('file-empty', { detail: 'No visible sheet of the workbook has rows.' })
}
