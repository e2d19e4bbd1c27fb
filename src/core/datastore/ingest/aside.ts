import type { CsvRecord } from '../../../foundation/formats/csv.ts'
import type { SetAside } from '../model.ts'

export type { SetAside }
export type AsideRule = SetAside['rule']

/** What the rules need to know of the table. */
export interface AsideLayout {
  /** Lines of the header, as printed. */
  headerLines: readonly (readonly string[])[]
  /** Filled cells of a usual row. */
  usual: number
  /** Lines that the publisher wants out. */
  ignored?: ReadonlySet<number>
}

export interface Sorted {
  rows: CsvRecord[]
  aside: SetAside[]
}

/** Rows that may still turn out to be notes or totals at the end of the file. */
const TAIL = 30
/** A file with more has them for a reason: they stay. */
const MAX_ASIDE = 5000

/**
 * Tells rows of the table from repeated headers, totals, and notes under it. Rows come out in their order, the last ones held back until
 * it is known that the file ends there. Never all rows are set aside: what is left alone under a header is its data.
 */
export class RowSorter {
  readonly #layout: AsideLayout
  readonly #headers: Set<string>
  readonly #firstCells: Set<string>
  /** First cells of the header are not much longer with the blanks around them. */
  readonly #longestFirst: number
  /** The first cell of the row before, since it often stays the same, and whether a header may begin with it. */
  #lastFirst: string | undefined
  #lastMayBe = false
  #held: CsvRecord[] = []
  #asides = 0
  #rows = 0

  constructor(layout: AsideLayout) {
    this.#layout = layout
    this.#headers = new Set(layout.headerLines.filter((line) => line.filter((cell) => cell.trim()).length > 1).map(keyOf))
    this.#firstCells = new Set(layout.headerLines.map((line) => plain(line[0] ?? '')))
    this.#longestFirst = 20 + Math.max(0, ...layout.headerLines.map((line) => (line[0] ?? '').length))
  }

  push(record: CsvRecord): Sorted {
    if (this.#layout.ignored?.has(record.line)) return this.#aside(record, 'ignored-row')
    if (this.#isHeader(record)) {
      const notes = this.#takeNotes()
      const before = this.#held.splice(0)
      const repeated = this.#aside(record, 'repeated-header')
      this.#rows += before.length
      return { rows: [...before, ...repeated.rows], aside: [...notes, ...repeated.aside] }
    }
    if (isTotal(record, this.#layout.usual)) return this.#flushThen(record)
    this.#held.push(record)
    if (this.#held.length <= TAIL) return nothing
    this.#rows += 1
    return { rows: this.#held.splice(0, 1), aside: [] }
  }

  end(): Sorted {
    const notes = this.#takeNotes()
    const rows = this.#held.splice(0)
    this.#rows += rows.length
    return { rows, aside: notes }
  }

  #flushThen(record: CsvRecord): Sorted {
    if (this.#rows + this.#held.length === 0 || this.#asides >= MAX_ASIDE) {
      this.#held.push(record)
      return nothing
    }
    return this.#aside(record, 'total-row')
  }

  #aside(record: CsvRecord, rule: AsideRule): Sorted {
    this.#asides += 1
    if (this.#asides > MAX_ASIDE) {
      this.#held.push(record)
      return nothing
    }
    return { rows: [], aside: [asideOf(record, rule)] }
  }

  #isHeader(record: CsvRecord): boolean {
    const first = record.cells[0] ?? ''
    if (first !== this.#lastFirst) {
      this.#lastFirst = first
      this.#lastMayBe = first.length <= this.#longestFirst && this.#firstCells.has(plain(first))
    }
    return this.#lastMayBe && this.#headers.has(keyOf(record.cells))
  }

  /** Notes at the end of what is held back, as long as something else is left. */
  #takeNotes(): SetAside[] {
    let from = this.#held.length
    while (from > 0 && isNote(this.#held[from - 1] as CsvRecord, this.#layout.usual)) from -= 1
    if (from === 0 && this.#rows === 0) return []
    const notes = this.#held.splice(from)
    this.#asides += notes.length
    return notes.map((record) => asideOf(record, 'note-row'))
  }
}

const nothing: Sorted = { rows: [], aside: [] }

const plain = (cell: string): string => cell.trim().replace(/\s+/g, ' ').toLowerCase()

const keyOf = (cells: readonly string[]): string =>
  cells
    .map(plain)
    .join('\u0000')
    .replace(/\u0000+$/, '')

const asideOf = (record: CsvRecord, rule: AsideRule): SetAside => ({
  line: record.line,
  rule,
  text: record.cells
    .filter((cell) => cell.trim())
    .join(' | ')
    .slice(0, 500),
})

const totalWords =
  /^(?:grand |sub[- ]?|overall |report )?totals?\b[^a-z]*(?:$|(?:for|of|spend|expenditure|amount|value|payments?|net|gross|:))/i

/** A row that says total, and holds half of what others hold at most. */
function isTotal({ cells }: CsvRecord, usual: number): boolean {
  if (usual < 3) return false
  const most = Math.max(2, usual / 2)
  let filled = 0
  for (const cell of cells) {
    if (cell !== '' && cell.trim() !== '') filled += 1
    if (filled > most) return false
  }
  return filled > 0 && cells.some((cell) => cell !== '' && totalWords.test(cell.trim()))
}

/** A row with one cell of words, near its beginning, where others hold three cells or more. */
function isNote({ cells }: CsvRecord, usual: number): boolean {
  if (usual < 3) return false
  const at = cells.findIndex((cell) => cell.trim())
  return at >= 0 && at < 3 && at === cells.findLastIndex((cell) => cell.trim()) && /[a-z]{2}/i.test(cells[at] ?? '')
}

/**
 * Filled cells of a usual row: what three in ten rows have at least. Titles, notes and totals have fewer, and a stray long row is alone,
 * so that even a table with a single row under four lines of preamble is measured by its own rows.
 */
export function usualCells(rows: readonly (readonly string[])[]): number {
  const counts = rows.map(filledCells).sort((a, b) => b - a)
  return counts[Math.min(counts.length - 1, Math.max(1, Math.floor(counts.length * 0.3)))] ?? 1
}

/** Cells that hold more than blanks. */
export function filledCells(cells: readonly string[]): number {
  let filled = 0
  for (const cell of cells) if (cell !== '' && cell.trim() !== '') filled += 1
  return filled
}
