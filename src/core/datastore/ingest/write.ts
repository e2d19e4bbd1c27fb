import { readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Columns } from '../../../foundation/engines/duckdb/index.ts'
import { engineLine } from '../../../foundation/formats/csv.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Column } from '../model.ts'
import {
  compileKeyClashes,
  compileMisfitCounts,
  compileMisfitTexts,
  compileNoRejects,
  compileRejects,
  compileSort,
  compileTexts,
  compileWrite,
  MISFITS,
  type PlannedColumn,
  type TextTable,
} from './compile.ts'

import { describeColumns, notesOf, type WriterNotes } from './describe.ts'
import { type Candidate, propose, textCandidate, toleratedMisfits } from './infer.ts'
import type { ColumnNames } from './names.ts'
import { isIdentifierName } from './names-evidence.ts'
import type { RowIssue } from './normalise.ts'
import { spreadOf } from './spread.ts'
import { countTexts, joinTexts, type Texts, total } from './texts.ts'

/** A regular table of texts, ready to be typed. */
export interface WriteInput {
  table: TextTable
  names: readonly ColumnNames[]
  /** Types to begin with, one for each column. */
  candidates: readonly Candidate[]
  /** Columns whose type the publisher chose: never widened, misfits always set aside. */
  overridden: ReadonlySet<number>
  /** Sampled texts of a column. */
  sample: (position: number) => Texts
  /** The sample holds every row. */
  complete: boolean
  strings: (position: number) => boolean
  /** A thousandth of the rows, which are estimated from the sample. */
  allowedMisfits: number
  issues: readonly RowIssue[]
  /** Aliases. */
  key: readonly string[]
  folder: string
}

export interface Written {
  rows: number
  rejectedCells: number
  columns: Column[]
  dataBytes: number
  sorted: boolean
}

export type WriteProgress = (stage: 'writing' | 'widening' | 'sorting' | 'profiling', percent: number, rows?: number) => void

/** Passes before a column that still does not fit is taken as text. */
const MAX_PASSES = 5

/** Types and proves the rows, and writes data.parquet and rejects.parquet into the folder. */
export async function writeVersion(columns: Columns, input: WriteInput, progress: WriteProgress): Promise<Written> {
  return write(columns, input, progress).catch((error) => {
    throw error instanceof Problem && error.code === 'query-too-complex' ? tooWide(input, error) : error
  })
}

function tooWide({ names }: WriteInput, cause: Problem): Problem {
  const detail = `The table has ${names.length} columns, and its rows need more memory than the column engine has.`
  return new Problem('too-many-columns', { detail, hint: 'Publish fewer columns, or raise SIXTEEN_COLUMNS_MEMORY_MB.' }, { cause })
}

async function write(columns: Columns, input: WriteInput, progress: WriteProgress): Promise<Written> {
  const data = join(input.folder, 'data.parquet')
  const settled = await proveTypes(columns, input, data, progress)
  const rejects = await writeRejects(columns, input, data, settled.counts)
  if (input.key.length) await sortByKey(columns, input, data, progress)
  progress('profiling', 0)
  const described = await describe(columns, settled, data, input)
  return { ...described, rejectedCells: rejects, dataBytes: (await stat(data)).size, sorted: input.key.length > 0 }
}

type Counts = Map<number, Map<string, number>>

interface Settled {
  candidates: Candidate[]
  counts: Counts
  rows: number
  notes: WriterNotes
}

/** Writes, counts what did not fit, widens the types that were too narrow, and writes again until every column holds. */
async function proveTypes(columns: Columns, input: WriteInput, data: string, progress: WriteProgress): Promise<Settled> {
  let candidates = [...input.candidates]
  let table: TextTable = { ...input.table, seen: input.complete }
  for (let pass = 1; ; pass += 1) {
    const stage = pass === 1 ? 'writing' : 'widening'
    const [written] = await columns.rows(
      { text: compileWrite(table, planned(input, candidates), data) },
      { onProgress: (percent) => progress(stage, percent, Math.round(input.allowedMisfits * 10 * percent)) },
    )
    const rows = Number(written?.count)
    if (rows === 0) throw new Problem('file-header-only', { detail: 'The file has a header and no rows under it.' })
    const notes = notesOf(written)
    const counts: Counts = notes.get(MISFITS_NOTE)?.max === undefined ? new Map() : await countMisfits(columns, data)
    if (table.seen && !agrees(input, candidates, rows, notes)) {
      table = input.table
      continue
    }
    const lastPass = pass >= MAX_PASSES
    const next: Candidate[] = []
    // One at a time: a wide table must not fill the engine's queue.
    for (const [position, candidate] of candidates.entries())
      next.push(await settle(columns, input, { data, rows, candidate, position, counts, lastPass }))
    if (next.every((candidate, i) => candidate === candidates[i])) return { candidates, counts, rows, notes }
    candidates = next
  }
}

/** Whether each column that was cast without a guard has a value in every filled cell. */
function agrees(input: WriteInput, candidates: readonly Candidate[], rows: number, notes: WriterNotes): boolean {
  return candidates.every(
    (candidate, position) =>
      !candidate.simple || rows - (notes.get(input.names[position]?.alias ?? '')?.nulls ?? 0) === total(input.sample(position).counts),
  )
}

/** Under this name the writer notes the places of misfits: without a greatest one there are none. */
const MISFITS_NOTE = `${MISFITS}"."element"."c`

/** The columns to write: those that are no more than delimiters at the ends of lines, as far as all of the file was seen, are not. */
function planned(input: WriteInput, candidates: readonly Candidate[]): PlannedColumn[] {
  const columns = candidates.map((candidate, position) => ({ alias: input.names[position]?.alias ?? '', position, candidate }))
  const isBlank = (position: number) => !input.names[position]?.printed && input.sample(position).counts.size === 0
  const filled = input.complete ? columns.filter(({ position }) => !isBlank(position)) : columns
  return filled.length ? filled : columns.slice(0, 1)
}

async function countMisfits(columns: Columns, data: string): Promise<Counts> {
  const counts: Counts = new Map()
  for (const { position, rule, cells } of await columns.rows({ text: compileMisfitCounts(data) })) {
    const rules = counts.get(position as number) ?? new Map<string, number>()
    counts.set(position as number, rules.set(rule as string, cells as number))
  }
  return counts
}

interface Trial {
  data: string
  rows: number
  candidate: Candidate
  position: number
  counts: Counts
  lastPass: boolean
}

/** The candidate itself when it holds on every row; otherwise the next wider one. */
async function settle(columns: Columns, input: WriteInput, trial: Trial): Promise<Candidate> {
  const { candidate, position, data } = trial
  if (input.overridden.has(position)) return candidate
  if (candidate.type === 'text') return unseen(columns, input, trial)
  const rules = trial.counts.get(position)
  const misfits = sum(rules) - (rules?.get('marker') ?? 0)
  const name = input.names[position]?.name ?? ''
  if (isIdentifierName(name) && sum(rules) > 0) return textCandidate(`it names things, and ${sum(rules)} cells are no ${candidate.type}`)
  for (const rule of ['leading-zero', 'too-long'])
    if (rules?.get(rule))
      return textCandidate(
        `${rules.get(rule)} cells have ${rule === 'leading-zero' ? 'leading zeros' : 'more digits than a number holds exactly'}`,
      )
  if (misfits === 0) return candidate
  const texts = (await columns.rows({ text: compileMisfitTexts(data, position, 2_000) })).map((row) => String(row.text))
  const wider = propose(name, joinTexts(input.sample(position), countTexts(texts)), {
    allowedMisfits: Math.max(trial.rows / 1000, 1),
    strings: input.strings(position),
  })
  if (!trial.lastPass && wider.type !== 'text' && !sameReading(wider, candidate)) return wider
  if (misfits <= toleratedMisfits(candidate, trial.rows * candidate.filled)) return candidate
  return textCandidate(`${misfits} of ${trial.rows} cells are no ${candidate.type}, such as ${JSON.stringify(texts[0] ?? '')}`)
}

/** A column that was empty in the sample is judged by the values found since. */
async function unseen(columns: Columns, input: WriteInput, { candidate, position, data, lastPass }: Trial): Promise<Candidate> {
  if (lastPass || input.complete || candidate.reason !== 'no value was seen') return candidate
  const texts = (await columns.rows({ text: compileTexts(data, input.names[position]?.alias ?? '', 20_000) })).map((row) =>
    String(row.text),
  )
  return texts.length
    ? propose(input.names[position]?.name ?? '', countTexts(texts), {
        allowedMisfits: input.allowedMisfits,
        strings: input.strings(position),
      })
    : candidate
}

function sameReading(a: Candidate, b: Candidate): boolean {
  return a.type === b.type && JSON.stringify(a.reading) === JSON.stringify(b.reading)
}

function sum(rules: Map<string, number> | undefined): number {
  return [...(rules?.values() ?? [])].reduce((total, count) => total + count, 0)
}

async function writeRejects(columns: Columns, input: WriteInput, data: string, counts: Counts): Promise<number> {
  if (!input.issues.length && !counts.size) return writeNoRejects(columns, input.folder)
  const extra = input.issues.length ? join(input.folder, 'row-issues.csv') : undefined
  if (extra)
    await writeFile(extra, input.issues.map((issue) => engineLine([String(issue.row), issue.column, issue.text, issue.rule])).join(''))
  const names = input.names.map(({ name }, position) => ({ position, name }))
  const rejected = await columns.run({
    text: compileRejects(counts.size ? data : undefined, names, extra, join(input.folder, 'rejects.parquet')),
  })
  if (extra) await rm(extra)
  return rejected
}

/** The reject table of a file without rejects is always the same: the engine writes it once. */
let noRejects: Buffer | undefined

export async function writeNoRejects(columns: Columns, folder: string): Promise<number> {
  const target = join(folder, 'rejects.parquet')
  if (noRejects) await writeFile(target, noRejects)
  else {
    await columns.run({ text: compileNoRejects(target) })
    noRejects = await readFile(target)
  }
  return 0
}

async function sortByKey(columns: Columns, input: WriteInput, data: string, progress: WriteProgress): Promise<void> {
  const clashes = await columns.rows({ text: compileKeyClashes(data, input.key) })
  if (clashes.length)
    throw new Problem('key-not-unique', {
      detail: `Rows share a key or have none, such as ${JSON.stringify(clashes[0]?.key ?? '')} (${String(clashes[0]?.rows)} rows).`,
      pointer: '/key',
      examples: clashes,
      hint: 'Name further columns in the key, or publish without one.',
    })
  const sorted = join(input.folder, 'sorted.parquet')
  await columns.run(
    { text: compileSort(data, input.key, input.names.length, sorted) },
    { onProgress: (percent) => progress('sorting', percent) },
  )
  await rename(sorted, data)
}

/** Column descriptions for the manifest. A column without a printed name and without values was only a trailing comma. */
async function describe(columns: Columns, settled: Settled, data: string, input: WriteInput): Promise<{ rows: number; columns: Column[] }> {
  const drafts = planned(input, settled.candidates).map(({ alias, position, candidate }) => ({
    name: input.names[position]?.name ?? '',
    alias,
    position,
    type: candidate.type,
    reading: candidate.reading,
    rejected: sum(settled.counts.get(position)),
    ...(input.overridden.has(position) && { overridden: true }),
    reason: candidate.reason,
    confidence: candidate.confidence,
  }))
  const known = input.complete ? drafts.map((draft) => spreadOf(draft, input.sample(draft.position))) : undefined
  const described = await describeColumns(columns, drafts, { ...settled, data, known })
  const kept = described.filter((column) => input.names[column.position]?.printed || (column.profile?.filled ?? 0) > 0)
  return { rows: settled.rows, columns: kept.length ? kept : described.slice(0, 1) }
}
