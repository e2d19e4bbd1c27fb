import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { type Ingested, ingestFile } from '../../src/core/datastore/ingest/index.ts'
import { type Columns, quoteText } from '../../src/foundation/engines/duckdb/index.ts'
import { toProblem } from '../../src/foundation/kernel/index.ts'
import { scoreMapping } from './columns.ts'
import { decodeBytes, isMark, monthFirst, readAmount, readDate, type SecondOpinion, secondOpinion } from './oracle.ts'
import { compareTwin, findTwin } from './twin.ts'

/** One file's marks. A mark is absent where the file has nothing to be judged by. */
export interface Score {
  file: string
  loaded: boolean
  header?: boolean
  delimiter?: boolean
  encoding?: boolean
  rows?: boolean
  dates?: boolean
  amounts?: boolean
  /** Columns of the HMT layout found, where the file has at least four by their exact headers. */
  mapping?: boolean
  mappedColumns?: [right: number, all: number]
  /** Cells typed, of those that the second opinion reads. */
  dateCells: [typed: number, all: number]
  amountCells: [typed: number, all: number]
  rowCount: number
  /** Rows equal to those of a file that somebody else normalised. */
  twinRows?: [equal: number, all: number]
  ms: number
  notes: string[]
}

const limits = { maxInflatedBytes: 4e9, maxColumns: 4096, maxLineBytes: 16e6 }
const delimiterNames: Record<string, string> = { ',': 'comma', '\t': 'tab', ';': 'semicolon', '|': 'pipe' }

/** Reads a file as publishing does, in a folder of its own, and hands the folder to `look` before it goes. */
export async function ingestCopy<T>(
  columns: Columns,
  work: string,
  path: string,
  look: (ingested: Ingested, folder: string) => Promise<T>,
): Promise<{ value: T; ms: number }> {
  const folder = await mkdtemp(join(work, 'file-'))
  try {
    const copy = join(folder, `source${/\.[^.]+$/.exec(path)?.[0] ?? ''}`)
    await copyFile(path, copy)
    const began = performance.now()
    const ingested = await ingestFile(columns, { path: copy, folder, key: [], overrides: {} }, limits, () => {})
    const ms = performance.now() - began
    return { value: await look(ingested, folder), ms }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

export async function scoreFile(columns: Columns, work: string, path: string, known: { delimiter?: string }): Promise<Score> {
  const score: Score = { file: basename(path), loaded: false, dateCells: [0, 0], amountCells: [0, 0], rowCount: 0, ms: 0, notes: [] }
  try {
    const { ms } = await ingestCopy(columns, work, path, async (ingested, folder) => {
      const data = await columns.rows({
        text: `select * replace (${dateTexts(ingested)}) from read_parquet(${quoteText(join(folder, 'data.parquet'))})`.replace(
          ' replace ()',
          '',
        ),
      })
      compare(score, ingested, data, await readFile(path), known)
      judgeTwin(score, path, ingested, data)
      judgeMapping(score, ingested)
    })
    score.ms = ms
  } catch (error) {
    const problem = toProblem(error)
    score.notes.push(`not loaded: ${problem.code}: ${problem.message}${problem.code === 'internal-error' ? ` ${String(error)}` : ''}`)
  }
  return score
}

function judgeTwin(score: Score, path: string, ingested: Ingested, data: Record<string, unknown>[]): void {
  const twin = findTwin(path)
  if (!twin) return
  const { equal, all, example } = compareTwin(twin, ingested, data)
  score.twinRows = [equal, all]
  if (equal < all) score.notes.push(`${all - equal} of ${all} rows of its twin have no equal, such as ${example.slice(0, 120)}`)
}

function judgeMapping(score: Score, ingested: Ingested): void {
  const mapped = scoreMapping(ingested)
  if (!mapped) return
  score.mapping = mapped.right === mapped.all
  score.mappedColumns = [mapped.right, mapped.all]
  if (mapped.wrong.length) score.notes.push(`mapping: ${mapped.wrong.join(', ')}`)
}

function dateTexts({ columns }: Ingested): string {
  return columns
    .filter(({ type }) => type === 'date' || type === 'date-time')
    .map(({ alias }) => `cast("${alias}" as varchar) as "${alias}"`)
    .join(', ')
}

function compare(
  score: Score,
  ingested: Ingested,
  data: Record<string, unknown>[],
  bytes: Uint8Array,
  known: { delimiter?: string },
): void {
  const opinion = secondOpinion(decodeBytes(bytes), known.delimiter ?? ingested.source.delimiter)
  score.loaded = true
  score.rowCount = data.length
  if (known.delimiter) score.delimiter = ingested.source.delimiter === known.delimiter
  if (score.delimiter === false)
    score.notes.push(`delimiter ${delimiterNames[ingested.source.delimiter ?? ''] ?? ingested.source.delimiter}`)
  score.encoding = opinion.damaged || noDamage(score, ingested, data)
  if (!/(?:^|\+)delimited$/.test(ingested.source.container)) return
  if (!opinion.headerLine) {
    score.notes.push('no header words: header, rows and types not judged')
    return
  }
  const aside = ingested.setAside ?? []
  const { headerRow = 0, dataLine = 0 } = ingested.source
  score.header = headerRow === opinion.headerLine || (headerRow > 0 && headerRow < opinion.headerLine && opinion.headerLine < dataLine)
  if (!score.header) score.notes.push(`header on line ${ingested.source.headerRow}, second opinion ${opinion.headerLine}`)
  score.rows = data.length + aside.length === opinion.rows.length
  if (!score.rows) score.notes.push(`${data.length} rows and ${aside.length} set aside, second opinion ${opinion.rows.length}`)
  if (aside.length)
    score.notes.push(
      `set aside: ${aside
        .map(({ line, rule }) => `line ${line} ${rule}`)
        .slice(0, 4)
        .join(', ')}`,
    )
  const gone = new Set(aside.map(({ line }) => line))
  const rows = opinion.rows.filter(({ line }) => !gone.has(line))
  if (!score.header || data.length !== rows.length) return
  compareColumns(score, ingested, data, { ...opinion, rows })
}

function noDamage(score: Score, ingested: Ingested, data: Record<string, unknown>[]): boolean {
  const texts = [
    ...ingested.columns.map(({ name }) => name),
    ...data.flatMap((row) => Object.values(row).filter((value) => typeof value === 'string')),
  ]
  const damaged = (texts as string[]).find((text) => /[\ufffd\u0080-\u009f]|Â[£ ]|â€|Ã[©¨´§¼¶]|ï¿½/.test(text))
  if (damaged) score.notes.push(`damaged text: ${JSON.stringify(damaged.slice(0, 60))}`)
  return damaged === undefined
}

function compareColumns(score: Score, ingested: Ingested, data: Record<string, unknown>[], opinion: SecondOpinion): void {
  const judge = (
    positions: readonly number[],
    reads: (text: string, swapped: boolean) => unknown,
    types: readonly string[],
    same: (ours: unknown, theirs: unknown) => boolean,
    cells: [number, number],
  ) => {
    let right = true
    for (const position of positions) {
      const column = ingested.columns.find((each) => each.position === position)
      let typed = 0
      let all = 0
      let wrong: string | undefined
      const swapped = monthFirst(opinion.rows.map(({ cells: texts }) => texts[position] ?? ''))
      for (const [i, { cells: texts }] of opinion.rows.entries()) {
        const text = texts[position]?.trim() ?? ''
        const theirs = text && !isMark(text) ? reads(text, swapped) : undefined
        if (theirs === undefined) continue
        all += 1
        const ours = column && types.includes(column.type) ? data[i]?.[column.alias] : null
        if (ours === null || ours === undefined) continue
        typed += 1
        if (!same(ours, theirs)) wrong ??= `${JSON.stringify(text)} became ${JSON.stringify(ours)}`
      }
      cells[0] += typed
      cells[1] += all
      if (wrong) score.notes.push(`${opinion.header[position]}: ${wrong}`)
      if (typed < all * 0.99)
        score.notes.push(`${opinion.header[position]?.trim()}: ${typed} of ${all} typed; ${column?.type}: ${column?.reason}`)
      if (wrong || typed < all * 0.99) right = false
    }
    return right
  }
  if (opinion.dateColumns.length)
    score.dates = judge(opinion.dateColumns, readDate, ['date', 'date-time'], (a, b) => String(a).slice(0, 10) === b, score.dateCells)
  if (opinion.amountColumns.length)
    score.amounts = judge(
      opinion.amountColumns,
      readAmount,
      ['integer', 'number'],
      (a, b) => Math.abs(Number(a) - (b as number)) <= 1e-9 * Math.abs(b as number),
      score.amountCells,
    )
}
