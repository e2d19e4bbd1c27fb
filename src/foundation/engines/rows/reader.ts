import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { BLOCK_ROWS, indexFile, SEPARATOR, textFile } from './model.ts'

export type IndexValue = string | number | bigint

/** One end of a range of values. */
export interface Bound {
  value: IndexValue
  inclusive: boolean
}

/** A walk along an index: values from `low` to `high`, upwards or downwards; the places of a value ascend unless `backwards`. */
export interface Walk {
  low?: Bound
  high?: Bound
  descending: boolean
  backwards: boolean
}

/** The row files of one version, open for reading. Reads are synchronous and take microseconds; what may take longer is for columns. */
export interface RowFile {
  /** The texts of `count` rows from a place on, as the inside of a JSON array. */
  run(place: number, count: number): Buffer
  /** The texts of the rows at these places, in the order given. */
  texts(places: readonly number[]): string[]
  /** As `texts`, as the inside of a JSON array. */
  joined(places: readonly number[]): Buffer
  indexed(name: string): boolean
  /** How many rows have this value, counted up to a little over `most`. */
  count(name: string, value: IndexValue, most: number): number
  /** Places of the rows that have this value, ascending. */
  places(name: string, value: IndexValue): number[]
  /** Places in the order of their values, read only as far as they are taken. */
  walk(name: string, walk: Walk): Iterable<number>
  /** Places of the rows with this value, or without one (null), beyond a place; read only as far as they are taken. */
  beyond(name: string, value: IndexValue | null, place: number, backwards: boolean): Iterable<number>
  close(): void
}

type Direction = 'forwards' | 'backwards'

interface Index {
  database: DatabaseSync
  exact: StatementSync
  lengths: StatementSync
  /** The next value up and down. */
  next: {
    up: StatementSync
    upFrom: StatementSync
    down: StatementSync
    downFrom: StatementSync
    lowest: StatementSync
    highest: StatementSync
  }
  runs: Record<Direction, StatementSync>
  blanks: Record<Direction, StatementSync>
}

/** Opens the row files in a folder; undefined when the texts are not there (yet). */
export function openRowFile(folder: string): RowFile | undefined {
  if (!existsSync(join(folder, textFile))) return undefined
  const texts = openRead(join(folder, textFile))
  const blocks = texts.prepare('select texts from block where first between ? and ? order by first')
  const block = texts.prepare('select texts from block where first = ?')
  const indexes = new Map<string, Index>()
  for (const file of readdirSync(folder)) {
    const name = /^index-(.+)\.sqlite$/.exec(file)?.[1]
    if (name) indexes.set(name, openIndex(join(folder, indexFile(name))))
  }
  const find = (name: string): Index => {
    const found = indexes.get(name)
    if (!found) throw new RangeError(`no index ${name}`)
    return found
  }
  const slices = (places: readonly number[]): Buffer[] => {
    const order = places.map((place, i) => ({ place, i })).sort((a, b) => a.place - b.place)
    const found: Buffer[] = new Array(places.length)
    let first = -1
    let bytes: Buffer = Buffer.alloc(0)
    for (const { place, i } of order) {
      const wanted = place - (place % BLOCK_ROWS)
      if (wanted !== first) {
        bytes = bufferOf(block.get(wanted)?.texts)
        first = wanted
      }
      found[i] = rowsOf(bytes, place - first, 1)
    }
    return found
  }
  return {
    run: (place, count) => {
      const pieces: Buffer[] = []
      const first = place - (place % BLOCK_ROWS)
      let at = first
      for (const row of blocks.all(first, place + count - 1)) {
        const skip = Math.max(0, place - at)
        if (pieces.length) pieces.push(between)
        pieces.push(rowsOf(bufferOf(row.texts), skip, Math.min(BLOCK_ROWS, place + count - at) - skip))
        at += BLOCK_ROWS
      }
      return Buffer.concat(pieces)
    },
    texts: (places) => slices(places).map((slice) => slice.toString('utf8')),
    joined: (places) => Buffer.concat(slices(places).flatMap((slice, i) => (i ? [between, slice] : [slice]))),
    indexed: (name) => indexes.has(name),
    count: (name, value, most) => {
      let seen = 0
      for (const row of find(name).lengths.iterate(value)) {
        seen += Number(row.places)
        if (seen > most) break
      }
      return seen
    },
    places: (name, value) =>
      find(name)
        .exact.all(value)
        .flatMap((row) => Array.from(placesOf(row.places))),
    walk: (name, walk) => walkIndex(find(name), walk),
    beyond: (name, value, place, backwards) => placesBeyond(find(name), value, place, backwards),
    close: () => {
      texts.close()
      for (const index of indexes.values()) index.database.close()
    },
  }
}

const between = Buffer.from(SEPARATOR)
const LINE_END = 10

function openRead(path: string): DatabaseSync {
  const database = new DatabaseSync(path, { readOnly: true })
  database.exec('pragma mmap_size = 1099511627776; pragma cache_size = -2000')
  return database
}

function openIndex(path: string): Index {
  const database = openRead(path)
  const big = (text: string) => {
    const statement = database.prepare(text)
    statement.setReadBigInts(true)
    return statement
  }
  return {
    database,
    exact: database.prepare('select places from run where value = ? order by first'),
    lengths: database.prepare('select length(places) / 4 as places from run where value = ?'),
    next: {
      up: big('select min(value) as value from run where value > ?'),
      upFrom: big('select min(value) as value from run where value >= ?'),
      down: big('select max(value) as value from run where value < ?'),
      downFrom: big('select max(value) as value from run where value <= ?'),
      lowest: big('select min(value) as value from run'),
      highest: big('select max(value) as value from run'),
    },
    runs: {
      forwards: database.prepare(
        'select places from run where value = ?1 and first >= coalesce((select max(first) from run where value = ?1 and first <= ?2), 0) order by first',
      ),
      backwards: database.prepare('select places from run where value = ? and first < ? order by first desc'),
    },
    blanks: {
      forwards: database.prepare(
        'select places from blank where first >= coalesce((select max(first) from blank where first <= ?1), 0) order by first',
      ),
      backwards: database.prepare('select places from blank where first < ?1 order by first desc'),
    },
  }
}

function bufferOf(value: unknown): Buffer {
  const bytes = value as Uint8Array
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

function placesOf(value: unknown): Uint32Array {
  const bytes = value as Uint8Array
  return bytes.byteOffset % 4 === 0
    ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
    : new Uint32Array(bytes.slice().buffer)
}

/** The texts of `count` rows of a block from the `skip`th on. */
function rowsOf(block: Buffer, skip: number, count: number): Buffer {
  let start = 0
  for (let i = 0; i < skip; i += 1) start = block.indexOf(LINE_END, start) + 1
  let end = start
  for (let i = 0; i < count; i += 1) {
    const next = block.indexOf(LINE_END, end)
    if (next < 0) return block.subarray(start)
    end = next + 1
  }
  return block.subarray(start, end - SEPARATOR.length)
}

function* walkIndex(index: Index, { low, high, descending, backwards }: Walk): Generator<number> {
  const [start, end] = descending ? [high, low] : [low, high]
  for (
    let value = firstValue(index, start, descending);
    value !== null;
    value = step(descending ? index.next.down : index.next.up, value)
  ) {
    if (end && passed(value, end, descending)) return
    yield* placesBeyond(index, value, backwards ? Number.MAX_SAFE_INTEGER : -1, backwards)
  }
}

function firstValue({ next }: Index, start: Bound | undefined, descending: boolean): IndexValue | null {
  if (!start) return (descending ? next.highest : next.lowest).get()?.value as IndexValue | null
  if (start.inclusive) return step(descending ? next.downFrom : next.upFrom, start.value)
  return step(descending ? next.down : next.up, start.value)
}

const step = (statement: StatementSync, value: IndexValue): IndexValue | null => (statement.get(value)?.value ?? null) as IndexValue | null

function passed(value: IndexValue, end: Bound, descending: boolean): boolean {
  const order = compareValues(value, end.value)
  return order === 0 ? !end.inclusive : descending ? order < 0 : order > 0
}

/** The order in which SQLite keeps values: numbers by size, texts by their UTF-8 bytes. */
function compareValues(a: IndexValue, b: IndexValue): number {
  if (typeof a === 'string' && typeof b === 'string') return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : a > b ? 1 : 0
}

function* placesBeyond(index: Index, value: IndexValue | null, place: number, backwards: boolean): Generator<number> {
  const direction = backwards ? 'backwards' : 'forwards'
  const rows = value === null ? index.blanks[direction].iterate(place) : index.runs[direction].iterate(value, place)
  for (const row of rows) {
    const places = placesOf(row.places)
    if (backwards) {
      for (let i = places.length - 1; i >= 0; i -= 1) if ((places[i] as number) < place) yield places[i] as number
    } else for (const each of places) if (each > place) yield each
  }
}
