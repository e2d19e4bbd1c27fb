import { existsSync, readFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { Ingested } from '../../src/core/datastore/ingest/index.ts'
import { decodeBytes, splitRows } from './oracle.ts'

/** A file reduced to common columns by somebody else: the known answer, where `x.source.csv` has `x.processed.csv` beside it. */
export interface Twin {
  /** Rows as `compareTwin` writes ours. */
  rows: string[][]
  columns: string[]
  /** Source headers that mean each common column, in lower case. */
  headers: Map<string, Set<string>>
}

const compared = ['Payment Date', 'Amount', 'Organisational Unit', 'Beneficiary Name']

export function findTwin(path: string): Twin | undefined {
  const twin = path.replace(/\.source\.csv$/, '.processed.csv')
  const map = join(dirname(dirname(path)), 'column-map.csv')
  if (twin === path || !existsSync(twin) || !existsSync(map)) return undefined
  const [header, ...rows] = read(twin)
  const headers = new Map(compared.map((target) => [target, new Set([plain(target)])]))
  for (const [body, target = '', source = ''] of read(map)) if (body === basename(dirname(path))) headers.get(target)?.add(plain(source))
  return { columns: header ?? [], rows, headers }
}

const read = (path: string): string[][] => splitRows(decodeBytes(readFileSync(path)).replace(/^\ufeff/, ''), ',').map(({ cells }) => cells)

const plain = (text: string): string => text.replace(/\s+/g, ' ').trim().toLowerCase()

/** How many rows of the twin have an equal one among ours, and how many it has. */
export function compareTwin(
  twin: Twin,
  { columns }: Ingested,
  data: readonly Record<string, unknown>[],
): { equal: number; all: number; example: string } {
  const pairs = compared.flatMap((target) => {
    const ours = columns.find(({ name }) => twin.headers.get(target)?.has(plain(name)))
    const theirs = twin.columns.indexOf(target)
    return ours && theirs >= 0 ? [{ alias: ours.alias, theirs }] : []
  })
  const left = new Map<string, number>()
  for (const row of data) count(left, pairs.map(({ alias }) => canonical(row[alias])).join(' | '), 1)
  let equal = 0
  let example = ''
  for (const row of twin.rows) {
    const key = pairs.map(({ theirs }) => canonical(row[theirs])).join(' | ')
    if ((left.get(key) ?? 0) > 0) {
      equal += 1
      count(left, key, -1)
    } else example ||= key
  }
  return { equal, all: twin.rows.length, example }
}

function count(counts: Map<string, number>, key: string, by: number): void {
  counts.set(key, (counts.get(key) ?? 0) + by)
}

/** Values without what does not matter: blanks, noughts at the end of decimals, the day of a month that has none. */
function canonical(value: unknown): string {
  const text = plain(String(value ?? ''))
  if (/^-?\d+(?:\.\d+)?$/.test(text)) return String(Number(text))
  return text.replace(/^(\d{4}-\d\d)(?:-01)?$/, '$1')
}
