import { type RowFile, SEPARATOR } from '../../../foundation/engines/rows/index.ts'
import type { Manifest } from '../model.ts'
import type { Plan, PlannedColumn } from '../query/plan.ts'
import { type Cell, cellOf, compareCells } from './cells.ts'
import { indexName } from './columns.ts'
import type { Test } from './evaluate.ts'
import { membersOf } from './members.ts'
import type { RowsWay } from './way.ts'

/** One page as an engine gives it, in the order of the question whichever way it was read. */
export interface EnginePage {
  /** Row texts as the inside of a JSON array. */
  records: Buffer | string
  rows: number
  /** Sort values and place of the first and the last row, as texts. */
  first?: Array<string | null>
  last?: Array<string | null>
  /** Whether rows follow in the direction of reading. */
  more: boolean
  /** Rows of the question in all, where the engine knows. */
  total?: number
}

/** Answers a page from the row file, by the way that was chosen for it. */
export function answerFromRows(plan: Plan, manifest: Manifest, file: RowFile, way: RowsWay): EnginePage {
  const backwards = plan.backwards ?? false
  if (way.kind === 'places') return placesPage(plan, manifest, file, way)
  if (way.kind === 'walk') {
    const found = [...takeOne(orderedPlaces(plan, manifest, file, way), plan.limit + 1)]
    return page(plan, manifest, file, ordered(found.slice(0, plan.limit), backwards), found.length > plan.limit)
  }
  const candidates = way.places
  if (!way.residual && !plan.sort.length) {
    const after = plan.after ? Number(plan.after.at(-1)) : backwards ? Number.MAX_SAFE_INTEGER : -1
    const rest = candidates.filter((place) => (backwards ? place < after : place > after))
    const taken = backwards ? rest.slice(-plan.limit) : rest.slice(0, plan.limit)
    return { ...page(plan, manifest, file, taken, rest.length > plan.limit), total: candidates.length }
  }
  return sortedPage(plan, manifest, file, candidates, way.residual)
}

const ordered = <T>(items: T[], backwards: boolean): T[] => (backwards ? items.reverse() : items)

function* takeOne<T>(items: Iterable<T>, most: number): Generator<T> {
  let left = most
  for (const item of items) {
    yield item
    left -= 1
    if (!left) return
  }
}

function placesPage(plan: Plan, manifest: Manifest, file: RowFile, { low, high }: Extract<RowsWay, { kind: 'places' }>): EnginePage {
  const at = plan.after && Number(plan.after[0])
  const from = !plan.backwards && at !== undefined ? Math.max(low, at + 1) : low
  const until = plan.backwards && at !== undefined ? Math.min(high, at) : high
  const count = Math.max(0, Math.min(plan.limit, until - from))
  const start = plan.backwards ? until - count : from
  const more = plan.backwards ? start > from : start + count < until
  const total = Math.max(0, high - low)
  if (!count) return { records: '', rows: 0, more: false, total }
  const ends = { first: [String(start)], last: [String(start + count - 1)] }
  if (asStored(plan, manifest)) return { records: file.run(start, count), rows: count, ...ends, more, total }
  const places = Array.from({ length: count }, (_, i) => start + i)
  const texts = file.run(start, count).toString('utf8').split(SEPARATOR)
  return { records: shape(plan, manifest, texts, places), rows: count, ...ends, more, total }
}

/** Whether a row is answered as it is stored: every column, in the order of the table. */
function asStored(plan: Plan, manifest: Manifest): boolean {
  return plan.columns.length === manifest.columns.length && plan.columns.every((column, i) => column.alias === manifest.columns[i]?.alias)
}

function shape(plan: Plan, manifest: Manifest, texts: readonly string[], places: readonly number[]): string {
  const at = plan.columns.map((column) => manifest.columns.findIndex((each) => each.alias === column.alias))
  return texts
    .map((text, i) => {
      const members = membersOf(text)
      return `{${at.map((position) => (position < 0 ? `"_row":${(places[i] as number) + 1}` : members[position])).join(',')}}`
    })
    .join(SEPARATOR)
}

function page(plan: Plan, manifest: Manifest, file: RowFile, places: number[], more: boolean): EnginePage {
  if (!places.length) return { records: '', rows: 0, more: false }
  if (asStored(plan, manifest) && !plan.sort.length) {
    const ends = { first: [String(places[0])], last: [String(places.at(-1))] }
    return { records: file.joined(places), rows: places.length, ...ends, more }
  }
  const texts = file.texts(places)
  const keys = (i: number) => [...sortTexts(plan, manifest, texts.at(i) as string), String(places.at(i))]
  const records = asStored(plan, manifest) ? texts.join(SEPARATOR) : shape(plan, manifest, texts, places)
  return { records, rows: places.length, first: keys(0), last: keys(-1), more }
}

/** The sort values of a row, as cursors carry them. */
function sortTexts(plan: Plan, manifest: Manifest, text: string): Array<string | null> {
  if (!plan.sort.length) return []
  const members = membersOf(text)
  return plan.sort.map(({ column }) => {
    const member = members[manifest.columns.findIndex((each) => each.alias === column.alias)] as string
    const printed = member.slice(JSON.stringify(column.name).length + 1)
    if (printed === 'null') return null
    return printed.startsWith('"') ? (JSON.parse(printed) as string) : printed
  })
}

/** Few candidates: all are read, tested and sorted here. */
function sortedPage(plan: Plan, manifest: Manifest, file: RowFile, candidates: number[], residual: Test | undefined): EnginePage {
  const texts = file.texts(candidates)
  const nameOf = new Map(manifest.columns.map((column) => [column.alias, column.name]))
  const rows = texts.map((text, i) => {
    const record = JSON.parse(text) as Record<string, Cell>
    const place = candidates[i] as number
    return { place, text, read: (alias: string) => (alias === '_row' ? place + 1 : (record[nameOf.get(alias) as string] as Cell)) }
  })
  const kept = residual ? rows.filter((row) => residual(row.read)) : rows
  kept.sort((a, b) => compareKeys(plan, keysOf(plan, a.read), keysOf(plan, b.read)) || a.place - b.place)
  const total = kept.length
  const after = plan.after && afterKeys(plan)
  const isBeyond = (row: (typeof rows)[number]) => {
    if (!after) return true
    const order = compareKeys(plan, keysOf(plan, row.read), after.keys) || row.place - after.place
    return plan.backwards ? order < 0 : order > 0
  }
  const rest = kept.filter(isBeyond)
  const taken = plan.backwards ? rest.slice(-plan.limit) : rest.slice(0, plan.limit)
  const places = taken.map((row) => row.place)
  return { ...page(plan, manifest, file, places, rest.length > plan.limit), total }
}

const keysOf = (plan: Plan, read: (alias: string) => Cell): Cell[] => plan.sort.map(({ column }) => read(column.alias))

function afterKeys(plan: Plan): { keys: Cell[]; place: number } {
  const after = plan.after as Array<string | null>
  const keys = plan.sort.map(({ column }, i) => (after[i] === null ? null : (cellOf(after[i] as string, column) ?? null)))
  return { keys, place: Number(after.at(-1)) }
}

function compareKeys(plan: Plan, a: readonly Cell[], b: readonly Cell[]): number {
  for (const [i, { descending }] of plan.sort.entries()) {
    const [x, y] = [a[i] as Cell, b[i] as Cell]
    if (x === y) continue
    if (x === null) return 1
    if (y === null) return -1
    const order = compareCells(x, y)
    if (order) return descending ? -order : order
  }
  return 0
}

/** Places along the index of the sort column, from the cursor on: values first, then the rows without one. */
function* orderedPlaces(plan: Plan, manifest: Manifest, file: RowFile, way: Extract<RowsWay, { kind: 'walk' }>): Generator<number> {
  const { column, descending } = plan.sort[0] as { column: PlannedColumn; descending: boolean }
  const name = indexName(manifest.columns.find((each) => each.alias === column.alias) as Manifest['columns'][number])
  const backwards = plan.backwards ?? false
  const place = Number(plan.after?.at(-1))
  const value = way.after
  if (!backwards) {
    if (value !== undefined) yield* file.beyond(name, value, place, false)
    if (value === undefined || value !== null) {
      yield* file.walk(name, { ...bounds(way, value ?? undefined, descending), descending, backwards })
      if (way.blanks) yield* file.beyond(name, null, -1, false)
    }
    return
  }
  if (value === null) yield* file.beyond(name, null, place, true)
  else if (value !== undefined) yield* file.beyond(name, value, place, true)
  yield* file.walk(name, { ...bounds(way, value ?? undefined, !descending), descending: !descending, backwards })
}

/** The range of the question, cut at the cursor's value. */
function bounds(way: Extract<RowsWay, { kind: 'walk' }>, value: NonNullable<typeof way.after> | undefined, descending: boolean) {
  const cut = value === undefined ? undefined : { value, inclusive: false }
  const low = !descending && cut ? cut : way.low
  const high = descending && cut ? cut : way.high
  return { ...(low && { low }), ...(high && { high }) }
}
