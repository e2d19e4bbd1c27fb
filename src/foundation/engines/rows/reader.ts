import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync, type StatementSync } from 'node:sqlite'
import { pathToFileURL } from 'node:url'
import { indexFile, SEPARATOR, textFile } from './model.ts'

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
  /** The texts of the rows at these places, ascending, as the inside of a JSON array. */
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

/** Opens the row files in a folder; undefined when the texts of all rows are not there (yet). */
export function openRowFile(folder: string, rows: number): RowFile | undefined {
  if (!existsSync(join(folder, textFile))) return undefined
  const texts = openRead(join(folder, textFile))
  const last = texts.prepare('select max(place) as place from row').get()?.place
  if (last !== rows - 1) {
    // Builds that were stopped could once leave a file that looked finished: it is made again.
    texts.close()
    rmSync(join(folder, textFile))
    return undefined
  }
  // Put together inside SQLite, a page is one value and not a hundred.
  const together = (where: string) =>
    texts.prepare(
      `select cast(group_concat(text, ',' || char(10)) as blob) as texts from (select text from row where ${where} order by place)`,
    )
  const between = together('place between ? and ?')
  const listed = together('place in (select value from json_each(?))')
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
  return {
    run: (place, count) => bufferOf(between.get(place, place + count - 1)?.texts),
    texts: (places) => {
      if (!places.length) return []
      const ascending = places.toSorted((a, b) => a - b)
      const found = bufferOf(listed.get(JSON.stringify(ascending))?.texts)
        .toString('utf8')
        .split(SEPARATOR)
      const at = new Map(ascending.map((place, i) => [place, found[i] as string]))
      return places.map((place) => at.get(place) as string)
    },
    joined: (places) => bufferOf(listed.get(JSON.stringify(places))?.texts),
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
        .flatMap((row) => Array.from(placesOf(row))),
    walk: (name, walk) => walkIndex(find(name), walk),
    beyond: (name, value, place, backwards) => placesBeyond(find(name), value, place, backwards),
    close: () => {
      texts.close()
      for (const index of indexes.values()) index.database.close()
    },
  }
}

/** The files never change, so nothing is locked and nobody is asked whether something has changed: a fifth of the time of a small read. */
function openRead(path: string): DatabaseSync {
  const address = pathToFileURL(path)
  address.searchParams.set('immutable', '1')
  const database = new DatabaseSync(address, { readOnly: true })
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
    exact: database.prepare('select first, places from run where value = ? order by first'),
    lengths: database.prepare('select coalesce(length(places) / 4, 1) as places from run where value = ?'),
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
        'select first, places from run where value = ?1 and first >= coalesce((select max(first) from run where value = ?1 and first <= ?2), 0) order by first',
      ),
      backwards: database.prepare('select first, places from run where value = ? and first < ? order by first desc'),
    },
    blanks: {
      forwards: database.prepare(
        'select first, places from blank where first >= coalesce((select max(first) from blank where first <= ?1), 0) order by first',
      ),
      backwards: database.prepare('select first, places from blank where first < ?1 order by first desc'),
    },
  }
}

function bufferOf(value: unknown): Buffer {
  const bytes = value as Uint8Array
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
}

/** The places of an entry: those it lists, or the one it begins with. */
function placesOf(row: Record<string, unknown>): Uint32Array {
  const bytes = row.places as Uint8Array | null
  if (!bytes) return Uint32Array.of(Number(row.first))
  return bytes.byteOffset % 4 === 0
    ? new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4)
    : new Uint32Array(bytes.slice().buffer)
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
    const places = placesOf(row)
    if (backwards) {
      for (let i = places.length - 1; i >= 0; i -= 1) if ((places[i] as number) < place) yield places[i] as number
    } else for (const each of places) if (each > place) yield each
  }
}
