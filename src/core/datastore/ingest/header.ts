import type { CsvRecord } from '../../../foundation/formats/csv.ts'
import type { Decision } from '../model.ts'
import { filledCells, usualCells } from './aside.ts'
import { kindOf } from './kinds.ts'

/** Where the header stands among the filled records of a sample. */
export interface FoundHeader {
  /** Index of the first and last line of the header; -1 when the first row is data already. */
  first: number
  last: number
  /** The names, lines of the header merged. */
  names: string[]
  decision: Decision
}

/** Rows within which a header is looked for: some files put a small table of another kind above the one they are about. */
const HEADER_SEARCH = 500

const fillOf = (record: CsvRecord | undefined): number => (record ? filledCells(record.cells) : 0)

/** The header of a sample's filled records: the first full row, unless it holds values as the rows below it do. */
export function findHeader(records: readonly CsvRecord[], width: number, given?: number): FoundHeader {
  if (given !== undefined) return givenHeader(records, given)
  const usual = usualCells(records.map((record) => record.cells))
  const enough = width === 1 ? 1 : Math.max(2, Math.ceil(usual * 0.6))
  const full = Math.max(
    0,
    records.slice(0, HEADER_SEARCH).findIndex((record) => fillOf(record) >= enough),
  )
  const first = betterHeader(records, full, usual) ?? full
  const typed = typedColumns(records, first)
  return looksLikeData(records[first], typed) ? headless(records, first, typed) : headed(records, first)
}

const LABELS = 8

/** A row of words, fuller than the one found, over values that stand under it and not under the rows between: those were labels. */
function betterHeader(records: readonly CsvRecord[], full: number, usual: number): number | undefined {
  if (fillOf(records[full]) >= usual) return undefined
  for (let at = full + 1; at <= full + LABELS && at < records.length - 1; at += 1) {
    if (fillOf(records[at]) < usual) continue
    const typed = typedColumns(records, at)
    const words = (records[at]?.cells ?? []).every((cell) => ['text', 'empty'].includes(kindOf(cell)))
    return words && typed.size > 0 ? at : undefined
  }
  return undefined
}

function givenHeader(records: readonly CsvRecord[], given: number): FoundHeader {
  const at = records.findIndex((record) => record.line === given)
  const decision = { what: 'header', value: given, reason: 'chosen by the publisher', confidence: 1 }
  return { first: at, last: at, names: records[at]?.cells ?? [], decision }
}

function headed(records: readonly CsvRecord[], first: number): FoundHeader {
  const last = lastHeaderLine(records, first)
  const names = mergeNames(records.slice(first, last + 1).map((record) => record.cells))
  const grouped = groupNames(records, first, names) ?? continuedNames(records, first, names)
  const begin = grouped ? first - 1 : first
  const reasons = [
    begin > 0
      ? `${begin === 1 ? 'the row above it holds' : `${begin} rows above it hold`} too few cells to be the header`
      : 'the first row is full and unlike the rows below it',
    ...(last > first ? [`it goes on to line ${records[last]?.line}`] : []),
    ...(grouped ? ['the row above the names belongs to them'] : []),
  ]
  const confidence = last > first || grouped ? 0.75 : begin > 0 ? 0.85 : 0.9
  const decision = { what: 'header', value: records[begin]?.line ?? 1, reason: reasons.join('; '), confidence }
  return { first: begin, last, names: grouped ?? names, decision }
}

/** No header: the row above the values names them only if all it holds stands above values. */
function headless(records: readonly CsvRecord[], first: number, typed: ReadonlyMap<number, unknown>): FoundHeader {
  const above = records[first - 1]
  const places = (above?.cells ?? []).flatMap((cell, i) => (cell.trim() ? [i] : []))
  const named = places.length > 0 && places.every((place) => typed.has(place)) && above && nextLine(above) === records[first]?.line
  if (named)
    return {
      first: first - 1,
      last: first - 1,
      names: above.cells,
      decision: { what: 'header', value: above.line, reason: 'all it holds stands above columns of values', confidence: 0.6 },
    }
  const reason = 'the first full row holds values of the same kinds as the rows below it'
  return { first: -1, last: first - 1, names: [], decision: { what: 'header', value: 0, reason, confidence: 0.8 } }
}

/** Blank rows may stand between. */
const nextLine = (record: CsvRecord): number => record.line + 1

type Kinds = Map<number, number>

/** Columns most of whose cells below a row are values and not words, with how many were seen. */
function typedColumns(records: readonly CsvRecord[], index: number): Kinds {
  const below = records.slice(index + 1, index + 51)
  const typed: Kinds = new Map()
  const width = Math.max(0, ...below.map((record) => record.cells.length))
  for (let i = 0; i < Math.min(width, 300); i += 1) {
    const kinds = below.map((record) => kindOf(record.cells[i] ?? '')).filter((kind) => kind !== 'empty')
    const valued = kinds.filter((kind) => kind !== 'text').length
    if (kinds.length && valued >= kinds.length * 0.7) typed.set(i, kinds.length)
  }
  return typed
}

/** Whether most columns of values have one in this row too. Years stand above numbers in headers, so they say nothing. */
function looksLikeData(record: CsvRecord | undefined, typed: Kinds): boolean {
  let same = 0
  for (const column of typed.keys()) {
    const cell = record?.cells[column] ?? ''
    const kind = kindOf(cell)
    if (kind !== 'text' && kind !== 'empty' && !/^(?:19|20)\d\d$/.test(cell.trim())) same += 1
  }
  return typed.size > 0 && same >= typed.size / 2
}

const MORE_HEADER_LINES = 2

/** The last line of the header: lines below the first belong to it as long as they have words, and never values, above columns of values. */
function lastHeaderLine(records: readonly CsvRecord[], first: number): number {
  let last = first
  while (last - first < MORE_HEADER_LINES && last + 2 < records.length) {
    const typed = typedColumns(records, last + 1)
    const next = records[last + 1]
    const kinds = [...typed.keys()].map((column) => kindOf(next?.cells[column] ?? ''))
    const onlyWords = (next?.cells ?? []).every((cell) => ['text', 'empty'].includes(kindOf(cell)))
    const enoughSeen = records.length - (last + 2) >= 3 && typed.size >= 1
    if (!enoughSeen || !onlyWords || !kinds.includes('text') || kinds.some((kind) => kind !== 'text' && kind !== 'empty')) return last
    if (next?.line !== undefined && next.line > (records[last]?.line ?? 0) + 1 && fillOf(next) < 2) return last
    last += 1
  }
  return last
}

function mergeNames(lines: readonly string[][]): string[] {
  const width = Math.max(0, ...lines.map((cells) => cells.length))
  return Array.from({ length: width }, (_, i) => {
    const parts = lines.map((cells) => (cells[i] ?? '').trim()).filter(Boolean)
    return parts.length > 1 ? [...new Set(parts)].join(' ') : (lines.map((cells) => cells[i] ?? '').find((cell) => cell.trim()) ?? '')
  })
}

/**
 * Names with those of a row of merged cells above put before them; undefined unless that makes names that were the same different.
 * A merged cell is given once, at its left end.
 */
function groupNames(records: readonly CsvRecord[], first: number, names: readonly string[]): string[] | undefined {
  const above = records[first - 1]
  if (!above || fillOf(above) < 2 || above.line + 1 !== records[first]?.line) return undefined
  const groups: string[] = []
  for (let i = 0; i < names.length; i += 1) groups.push((above.cells[i] ?? '').trim() || (groups[i - 1] ?? ''))
  const merged = names.map((name, i) => (groups[i] && name.trim() ? `${groups[i]} ${name.trim()}` : name))
  const distinct = (texts: readonly string[]) => new Set(texts.map((text) => text.trim().toLowerCase()).filter(Boolean)).size
  return distinct(merged) > distinct(names) && distinct(names) < names.filter((name) => name.trim()).length ? merged : undefined
}

/** Names that began on the row above, where that row leaves the first column free and has words over names only. */
function continuedNames(records: readonly CsvRecord[], first: number, names: readonly string[]): string[] | undefined {
  const above = records[first - 1]
  if (!above || fillOf(above) < 2 || above.cells[0]?.trim() || above.line + 1 !== records[first]?.line) return undefined
  const fits = above.cells.every((cell, i) => !cell.trim() || (names[i]?.trim() && kindOf(cell) === 'text'))
  return fits ? names.map((name, i) => `${(above.cells[i] ?? '').trim()} ${name.trim()}`.trim()) : undefined
}
