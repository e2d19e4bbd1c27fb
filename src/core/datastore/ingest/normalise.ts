import { open, writeFile } from 'node:fs/promises'
import { type CsvDialect, CsvParser, type CsvRecord, engineLine } from '../../../foundation/formats/csv.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import { type AsideLayout, type AsideRule, RowSorter, type SetAside, type Sorted } from './aside.ts'

/** A row that the source laid out otherwise than its table: `row` from 1, header excluded; 0 where the table does not hold it. */
export interface RowIssue {
  row: number
  column: string
  text: string
  rule: 'extra-cell' | 'short-row' | 'broken-quote' | AsideRule
}

export interface Normalised {
  rows: number
  issues: RowIssue[]
  aside: SetAside[]
}

/** Issues listed by row; a file with more is ragged throughout and its count says enough. */
const MAX_ISSUES = 100_000

/** Where the rows of a delimited text begin, and what belongs to its table. */
export interface RowsLayout {
  dialect: CsvDialect
  dataLine: number
  width: number
  sorter: AsideLayout
}

/**
 * Rewrites a delimited text as regular CSV without header: every record with `width` cells, quoted by RFC 4180; blank records, repeated
 * headers, totals and notes left out. Nothing is lost: cells beyond the width, and rows set aside, are reported with their text.
 */
export async function normaliseDelimited(
  text: AsyncIterable<string>,
  layout: RowsLayout,
  target: string,
  limits: { maxRecord: number },
): Promise<Normalised> {
  const parser = new CsvParser(layout.dialect, limits.maxRecord)
  const rows = new RegularRows(layout)
  await writeBlocks(target, async function* () {
    for await (const piece of text) yield rows.take(parser.push(piece))
    yield rows.take(parser.end()) + rows.end()
  })
  return rows
}

/** The same for records that are in memory already. */
export async function normaliseRecords(records: readonly CsvRecord[], layout: RowsLayout, target: string): Promise<Normalised> {
  const rows = new RegularRows(layout)
  await writeFile(target, rows.take(records) + rows.end())
  return rows
}

const isFilled = (cell: string): boolean => cell !== '' && cell.trim() !== ''

class RegularRows implements Normalised {
  rows = 0
  readonly issues: RowIssue[] = []
  readonly aside: SetAside[] = []
  readonly #layout: RowsLayout
  readonly #sorter: RowSorter

  constructor(layout: RowsLayout) {
    this.#layout = layout
    this.#sorter = new RowSorter(layout.sorter)
  }

  take(records: readonly CsvRecord[]): string {
    let block = ''
    for (const record of records)
      if (record.line >= this.#layout.dataLine && record.cells.some(isFilled)) block += this.#write(this.#sorter.push(record))
    return block
  }

  end(): string {
    return this.#write(this.#sorter.end())
  }

  #write({ rows, aside }: Sorted): string {
    const { width } = this.#layout
    let block = ''
    for (const record of rows) {
      this.rows += 1
      if (record.brokenQuote || record.cells.length !== width) noteShape(record, width, this)
      block += engineLine(fit(record.cells, width))
    }
    this.aside.push(...aside)
    return block
  }
}

function fit(cells: string[], width: number): string[] {
  if (cells.length === width) return cells
  return Array.from({ length: width }, (_, i) => cells[i] ?? '')
}

function noteShape({ cells, brokenQuote }: CsvRecord, width: number, out: Normalised): void {
  if (out.issues.length >= MAX_ISSUES) return
  if (brokenQuote)
    out.issues.push({ row: out.rows, column: '', text: cells.find((cell) => cell.includes('"')) ?? '', rule: 'broken-quote' })
  if (cells.length < width) out.issues.push({ row: out.rows, column: '', text: `${cells.length} of ${width} cells`, rule: 'short-row' })
  for (const cell of cells.slice(width)) if (cell.trim()) out.issues.push({ row: out.rows, column: '', text: cell, rule: 'extra-cell' })
}

/** A JSON or NDJSON file as regular CSV, with the names met in order and those that held JSON strings. */
export interface FlatJson extends Normalised {
  header: string[]
  /** Names whose values were JSON strings at least once: their texts are not taken for numbers. */
  strings: Set<string>
  sample: string[][]
}

/** Records as regular CSV. They are read twice: once for their names, once for their values. */
export async function normaliseBatches(
  read: () => AsyncIterable<Record<string, unknown>[]>,
  target: string,
  limits: { maxColumns: number; sampleRows: number },
): Promise<FlatJson> {
  const { header, strings } = await collectNames(read(), limits.maxColumns)
  const flat: FlatJson = { header, strings, sample: [], rows: 0, issues: [], aside: [] }
  await writeBlocks(target, async function* () {
    for await (const batch of read()) {
      const rows = batch.map((record) => header.map((name) => cellText(record[name])))
      flat.rows += rows.length
      if (flat.sample.length < limits.sampleRows) flat.sample.push(...rows)
      yield rows.map(engineLine).join('')
    }
  })
  if (flat.rows === 0) throw new Problem('file-header-only', { detail: 'The file holds no records.' })
  return flat
}

async function collectNames(batches: AsyncIterable<Record<string, unknown>[]>, maxColumns: number) {
  const names = new Set<string>()
  const strings = new Set<string>()
  for await (const batch of batches)
    for (const record of batch) {
      for (const name in record) {
        names.add(name)
        if (typeof record[name] === 'string') strings.add(name)
      }
      if (names.size > maxColumns)
        throw new Problem('too-many-columns', { detail: `The records have more than ${maxColumns} names between them.` })
    }
  return { header: [...names], strings }
}

function cellText(value: unknown): string {
  if (value === null || value === undefined) return ''
  return typeof value === 'string' ? value : typeof value === 'object' ? JSON.stringify(value) : String(value)
}

async function writeBlocks(target: string, blocks: () => AsyncIterable<string>): Promise<void> {
  const handle = await open(target, 'w')
  try {
    for await (const block of blocks()) if (block) await handle.writeFile(block)
  } finally {
    await handle.close()
  }
}
