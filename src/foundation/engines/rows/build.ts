import { existsSync, mkdirSync, renameSync, rmSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import type { Columns } from '../duckdb/index.ts'
import { BLOCK_ROWS, type BuildTask, type IndexTask, indexFile, RUN_PLACES, SEPARATOR, textFile, UNFINISHED } from './model.ts'

/** Rows in one transaction: what a crash can cost, against one flush to the disk for each. */
const COMMIT_ROWS = 500_000

/** Why a build ended. `full`: it would have taken more disk than allowed, and nothing of it is left. */
export type Built = 'done' | 'full'

/**
 * Builds the row files of a version from its Parquet file: blocks of row texts first, then an index for each column asked for. Every
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
  const database = openPart(part, 65_536)
  database.exec('create table if not exists block (first integer primary key, texts blob not null) strict')
  const insert = database.prepare('insert into block (first, texts) values (?, ?)')
  const last = database.prepare('select max(first) as first from block').get()?.first as number | null
  const from = last === null ? 0 : last + BLOCK_ROWS
  const texts = columns.texts({ text: task.texts, values: [from] }, signal ? { signal } : {})
  try {
    const full = await fill(database, insert, texts, task, from, part)
    database.close()
    if (full) rmSync(task.folder, { recursive: true, force: true })
    else finish(part)
    return full ? 'full' : 'done'
  } finally {
    if (database.isOpen) database.close()
  }
}

async function fill(
  database: DatabaseSync,
  insert: StatementSync,
  batches: AsyncIterable<string[]>,
  task: BuildTask,
  from: number,
  part: string,
) {
  let place = from
  let rest: string[] = []
  database.exec('begin')
  for await (const batch of batches) {
    const texts = rest.length ? rest.concat(batch) : batch
    let at = 0
    for (; at + BLOCK_ROWS <= texts.length; at += BLOCK_ROWS, place += BLOCK_ROWS)
      insert.run(place, Buffer.from(texts.slice(at, at + BLOCK_ROWS).join(SEPARATOR)))
    rest = texts.slice(at)
    if (place % COMMIT_ROWS < 2048 && place - from >= 2048) {
      database.exec('commit; begin')
      if (statSync(part).size > task.maxBytes) return true
    }
  }
  if (rest.length) insert.run(place, Buffer.from(rest.join(SEPARATOR)))
  database.exec('commit')
  return statSync(part).size > task.maxBytes
}

async function buildIndex(columns: Columns, task: BuildTask, index: IndexTask, signal?: AbortSignal): Promise<void> {
  const part = join(task.folder, indexFile(index.name) + UNFINISHED)
  rmSync(part, { force: true })
  const database = openPart(part, 8192)
  database.exec(
    'create table run (value, first integer not null, places blob not null, primary key (value, first)) without rowid; create table blank (first integer primary key, places blob not null) strict; begin',
  )
  const runs = database.prepare('insert into run (value, first, places) values (?, ?, ?)')
  const blanks = database.prepare('insert into blank (first, places) values (?, ?)')
  let value: unknown
  let places: number[] = []
  const flush = () => {
    if (!places.length) return
    const packed = new Uint8Array(Uint32Array.from(places).buffer)
    if (value === null) blanks.run(places[0] as number, packed)
    else runs.run(value as string, places[0] as number, packed)
    places = []
  }
  try {
    for await (const [values = [], at = []] of columns.vectors({ text: index.text }, signal ? { signal } : {}))
      for (let i = 0; i < values.length; i += 1) {
        if (values[i] !== value || places.length >= RUN_PLACES) {
          flush()
          value = values[i]
        }
        places.push(Number(at[i]))
      }
    flush()
    database.exec('commit')
  } finally {
    database.close()
  }
  finish(part)
}

function finish(part: string): void {
  rmSync(`${part}-journal`, { force: true })
  renameSync(part, part.slice(0, -UNFINISHED.length))
}
