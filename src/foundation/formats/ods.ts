import { Problem } from '../kernel/index.ts'
import { clockText, decimalText, RowCollector, readWholeXml, readXml, type SheetLimits, type Workbook } from './sheet.ts'
import type { Archive } from './zip.ts'

/**
 * An ODS workbook, streamed. Values are those kept beside the text on display: numbers as their shortest decimal text, dates as ISO
 * text, formulas as the value last worked out, errors as blanks. All sheets stand in one part, which is read once to list them.
 *
 * @throws {Problem} file-not-readable (also for an encrypted workbook), archive-bomb; also while rows are read.
 * @see OpenDocument 1.3 part 3, 9.1 and 19.385
 */
export async function openOds(archive: Archive, limits: SheetLimits): Promise<Workbook> {
  await refuseEncrypted(archive, limits)
  const content = archive.find('content.xml')
  if (!content) throw new Problem('file-not-readable', { detail: 'The workbook has no content.xml.' })
  const lister = new OdsReader(limits)
  for await (const _ of lister.rows(archive.text(content, limits)));
  return { sheets: lister.sheets, rows: (index) => new OdsReader(limits, index).rows(archive.text(content, limits)) }
}

async function refuseEncrypted(archive: Archive, limits: SheetLimits): Promise<void> {
  const manifest = archive.find('META-INF/manifest.xml')
  if (!manifest) return
  await readWholeXml(archive.text(manifest, limits), {
    open(name) {
      if (name === 'encryption-data')
        throw new Problem('file-not-readable', { detail: 'The workbook is encrypted.', hint: 'Publish it without a password.' })
    },
  })
}

type Attributes = Record<string, string>

/** Reads one visible table, or without its index tells which there are. */
class OdsReader {
  readonly sheets: { name: string; size: number }[] = []
  readonly #limits: SheetLimits
  readonly #wanted: number | undefined
  #collector: RowCollector
  readonly #hiddenStyles = new Set<string>()
  #style = ''
  /** Tables open around this place; tables inside cells are none of ours. */
  #depth = 0
  #reading = false
  #visible = false
  #cell: Attributes | undefined
  #text: CellText | undefined
  #rowTimes = 1

  constructor(limits: SheetLimits, wanted?: number) {
    this.#limits = limits
    this.#wanted = wanted
    this.#collector = new RowCollector(limits)
  }

  async *rows(pieces: AsyncIterable<string>): AsyncGenerator<string[]> {
    const parsed = readXml(pieces, {
      open: (name, attributes) => this.#open(name, attributes),
      text: (text) => this.#text?.add(text),
      close: (name) => this.#close(name),
    })
    for await (const _ of parsed) {
      yield* this.#collector.take()
      if (this.#wanted !== undefined && this.sheets.length > this.#wanted + 1) return
    }
  }

  #open(name: string, attributes: Attributes): void {
    if (name === 'style') this.#style = attributes['style:name'] ?? ''
    else if (name === 'table-properties' && attributes['table:display'] === 'false') this.#hiddenStyles.add(this.#style)
    else if (name === 'table') this.#openTable(attributes)
    else if (!this.#reading || this.#depth !== 1) return
    else if (name === 'table-row') this.#rowTimes = count(attributes['table:number-rows-repeated'])
    else if (name === 'table-cell' || name === 'covered-table-cell') {
      this.#cell = attributes
      this.#text = new CellText()
    } else this.#text?.open(name, attributes)
  }

  #openTable(attributes: Attributes): void {
    this.#depth += 1
    if (this.#depth > 1) return
    this.#visible = !this.#hiddenStyles.has(attributes['table:style-name'] ?? '')
    if (!this.#visible) return
    this.#reading = this.sheets.length === this.#wanted
    this.sheets.push({ name: attributes['table:name'] ?? '', size: 0 })
    if (this.#reading) this.#collector = new RowCollector(this.#limits)
  }

  /** Without a table wanted, filled cells are counted and not kept. */
  #count(name: string): void {
    const sheet = this.sheets.at(-1)
    if (name === 'p' && this.#depth === 1 && this.#visible && sheet) sheet.size += 1
  }

  #close(name: string): void {
    if (this.#wanted === undefined) this.#count(name)
    if (name === 'table') {
      this.#depth -= 1
      if (this.#depth === 0) this.#reading = false
    } else if (!this.#reading || this.#depth !== 1) return
    else if (name === 'covered-table-cell') this.#endCell('')
    else if (name === 'table-cell') this.#endCell(cellText(this.#cell ?? {}, this.#text?.text ?? ''))
    else if (name === 'table-row') this.#collector.endRow(this.#rowTimes)
    else this.#text?.close(name)
  }

  #endCell(text: string): void {
    this.#collector.cell(text, count(this.#cell?.['table:number-columns-repeated']))
    this.#cell = undefined
    this.#text = undefined
  }
}

function count(text: string | undefined): number {
  const times = Number(text ?? 1)
  return Number.isInteger(times) && times > 0 ? times : 1
}

/** The text of a cell's paragraphs, a line each; comments and drawings on the cell are left out. */
class CellText {
  text = ''
  #paragraphs = 0
  #open = 0
  #aside = 0

  open(name: string, attributes: Attributes): void {
    if (isAside(name)) this.#aside += 1
    if (this.#aside) return
    if (name === 'p' || name === 'h') {
      if (this.#paragraphs > 0) this.text += '\n'
      this.#paragraphs += 1
      this.#open += 1
    } else if (name === 's') this.text += ' '.repeat(Math.min(count(attributes['text:c']), 1000))
    else if (name === 'tab') this.text += '\t'
    else if (name === 'line-break') this.text += '\n'
  }

  /** White space in a row counts as one blank; more of it is written as an element. */
  add(text: string): void {
    if (this.#open && !this.#aside) this.text += text.replace(/[ \t\r\n]+/g, ' ')
  }

  close(name: string): void {
    if (isAside(name)) this.#aside -= 1
    else if (!this.#aside && (name === 'p' || name === 'h')) this.#open -= 1
  }
}

const isAside = (name: string): boolean => name === 'annotation' || name === 'frame' || name === 'custom-shape'

function cellText(attributes: Attributes, text: string): string {
  if (attributes['calcext:value-type'] === 'error') return ''
  switch (attributes['office:value-type']) {
    case 'float':
    case 'currency':
    case 'percentage':
      return decimalText(attributes['office:value'] ?? '')
    case 'date':
      return (attributes['office:date-value'] ?? '').replace(/(\.\d*?)0+$/, '$1').replace(/\.$|T00:00:00\.?$/, '')
    case 'time':
      return timeText(attributes['office:time-value'] ?? '')
    case 'boolean':
      return attributes['office:boolean-value'] ?? ''
    default:
      return attributes['office:string-value'] ?? text
  }
}

/** A duration such as PT12H30M00S as hours, minutes and seconds; another one as it stands. */
function timeText(duration: string): string {
  const [, hours, minutes, seconds] = /^PT(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)(?:[.,]\d+)?S)?$/.exec(duration) ?? []
  if (hours === undefined && minutes === undefined && seconds === undefined) return duration
  return clockText(Number(hours ?? 0) * 3600 + Number(minutes ?? 0) * 60 + Number(seconds ?? 0))
}
