import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type SQLInputValue } from 'node:sqlite'
import type { Columns, TextBlock } from '../duckdb/index.ts'
import { type BuildTask, type IndexTask, indexFile, RUN_PLACES, textFile, UNFINISHED } from './model.ts'

/** Rows in one transaction: what a crash can cost, against one flush to the disk for each. */
const COMMIT_ROWS = 500_000

/** Why a build ended. `full`: it would have taken more disk than allowed, and nothing of it is left. */
export type Built = 'done' | 'full'

/**
 * Builds the row files of a version from its Parquet file: the texts of the rows first, then an index for each column asked for. Every
 * file appears under its name only when it is whole.
 */
export async function buildRows(columns: Columns, task: BuildTask, signal?: AbortSignal): Promise<Built> {
  mkdirSync(task.folder, { recursive: true })
  if (!existsSync(join(task.folder, textFile))) {
    const built = await buildTexts(columns, task, signal)
    if (built === 'full') return built
  }
  for (const index of task.indexes)
    if (!existsSync(join(task.folder, indexFile(index.name)))) await buildIndex(columns, task, index, signal)
  return 'done'
}

/**
 * The rollback journal stays on, since it holds only pages that were there before the transaction: next to nothing in a file that grows
 * at its end, and it is what lets a killed build go on from its last commit.
 */
function openPart(path: string, pageBytes: number): DatabaseSync {
  const database = new DatabaseSync(path)
  database.exec(
    `pragma page_size = ${pageBytes}; pragma journal_mode = truncate; pragma synchronous = normal; pragma locking_mode = exclusive; pragma cache_size = -16000`,
  )
  return database
}

async function buildTexts(columns: Columns, task: BuildTask, signal?: AbortSignal): Promise<Built> {
  const part = join(task.folder, textFile + UNFINISHED)
  const database = openPart(part, 8192)
  try {
    database.exec('create table if not exists row (place integer primary key, text blob not null) strict')
    const last = database.prepare('select max(place) as place from row').get()?.place as number | null
    const from = last === null ? 0 : last + 1
    const texts = columns.blocks({ text: task.texts, values: [from] }, signal ? { signal } : {})
    const full = await fill(database, texts, task, from, part)
    database.close()
    if (full) rmSync(task.folder, { recursive: true, force: true })
    else finish(part)
    return full ? 'full' : 'done'
  } finally {
    if (database.isOpen) database.close()
  }
}

/** Many rows in one statement: a call into SQLite costs as much as writing the row. */
const TOGETHER = 64

async function fill(
  database: DatabaseSync,
  blocks: AsyncGenerator<TextBlock>,
  task: BuildTask,
  from: number,
  part: string,
): Promise<boolean> {
  // SQLite numbers the rows itself, each one more than the last: half as many values to hand over.
  const rows = inserter(database, 'insert into row (text)', 1)
  const first = database.prepare('insert into row (place, text) values (0, ?)')
  let place = from
  let committed = from
  database.exec('begin')
  for await (const block of ahead(blocks)) {
    for (const text of linesOf(block)) {
      if (place === 0) first.run(text)
      else rows.add(text)
      place += 1
    }
    if (place - committed < COMMIT_ROWS) continue
    rows.end()
    database.exec('commit; begin')
    committed = place
    if (statSync(part).size > task.maxBytes) return true
  }
  rows.end()
  database.exec('commit')
  // A stream that was stopped may end as if it were whole; what is there stays for the next start.
  if (place !== task.rows) throw new RangeError(`${place} of ${task.rows} rows came`)
  return statSync(part).size > task.maxBytes
}

const LINE_END = 10

/** The texts of a block, each of which has a line end after it that is no part of it: as bytes, which a string for each would be made of again. */
function* linesOf({ bytes, rows }: TextBlock): Generator<Uint8Array> {
  let from = 0
  for (let row = 0; row < rows; row += 1) {
    const end = bytes.indexOf(LINE_END, from)
    if (end < 0) throw new RangeError('a row without an end')
    yield bytes.subarray(from, end)
    from = end + 1
  }
}

/** The same items, the next one asked for before the last is worked on: reading and writing go on at once. */
async function* ahead<T>(items: AsyncGenerator<T>): AsyncGenerator<T> {
  let next = items.next()
  try {
    for (;;) {
      const { value, done } = await next
      if (done) return
      next = items.next()
      next.catch(() => {}) // reported when it is awaited
      yield value
    }
  } finally {
    await items.return(undefined)
  }
}

async function buildIndex(columns: Columns, task: BuildTask, index: IndexTask, signal?: AbortSignal): Promise<void> {
  const part = join(task.folder, indexFile(index.name) + UNFINISHED)
  rmSync(part, { force: true })
  const database = openPart(part, 8192)
  database.exec(
    'create table run (value, first integer not null, places blob, primary key (value, first)) without rowid; create table blank (first integer primary key, places blob) strict; begin',
  )
  const blanks = database.prepare('insert into blank (first, places) values (?, ?)')
  const runs = inserter(database, 'insert into run (value, first, places)', 3)
  let value: unknown
  let places: number[] = []
  const flush = () => {
    if (!places.length) return
    // A place alone stands in the key already.
    const packed = places.length > 1 ? new Uint8Array(Uint32Array.from(places).buffer) : null
    if (value === null) blanks.run(places[0] as number, packed)
    else runs.add(value as SQLInputValue, places[0] as number, packed)
    places = []
  }
  try {
    for await (const [values = [], at = []] of ahead(columns.vectors({ text: index.text }, signal ? { signal } : {})))
      for (let i = 0; i < values.length; i += 1) {
        if (values[i] !== value || places.length >= RUN_PLACES) {
          flush()
          value = values[i]
        }
        places.push(Number(at[i]))
      }
    flush()
    runs.end()
    database.exec('commit')
  } finally {
    database.close()
  }
  finish(part)
}

/** Inserts rows of `width` values, many in one statement. */
function inserter(database: DatabaseSync, insert: string, width: number) {
  const row = `(${Array(width).fill('?').join(', ')})`
  const many = database.prepare(`${insert} values ${Array(TOGETHER).fill(row).join(', ')}`)
  const one = database.prepare(`${insert} values ${row}`)
  let waiting: SQLInputValue[] = []
  return {
    add: (...values: SQLInputValue[]) => {
      waiting.push(...values)
      if (waiting.length < TOGETHER * width) return
      many.run(...waiting)
      waiting = []
    },
    end: () => {
      for (let at = 0; at < waiting.length; at += width) one.run(...waiting.slice(at, at + width))
      waiting = []
    },
  }
}

function finish(part: string): void {
  rmSync(`${part}-journal`, { force: true })
  renameSync(part, part.slice(0, -UNFINISHED.length))
}
