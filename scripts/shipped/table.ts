import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { CsvParser } from '../../src/foundation/formats/csv.ts'

export type Row = Record<string, string | string[] | undefined>

export interface Field {
  field: string
  datatype?: string
  cardinality?: 'n'
  text?: string
  register?: string
  role?: string
}

/** A register as it is shipped: what it is, and its facts in the order they are entered. */
export interface Shipped {
  register: string
  title: string
  description: string
  custodian: string
  licence: string
  source: string
  /** When the source was as it is here: the time of every entry. */
  timestamp: string
  fields: Field[]
  rows: Row[]
}

/** The records of a delimited file by the names of its header. */
export function readTable(folder: string, path: string, delimiter = path.endsWith('.tsv') ? '\t' : ','): Record<string, string>[] {
  const parser = new CsvParser({ delimiter, quote: '"', newline: '\n' })
  const text = readFileSync(join(folder, path), 'utf8').replace(/^\uFEFF/, '')
  const [header, ...records] = [...parser.push(text), ...parser.end()].map(({ cells }) => cells.map((cell) => cell.trim()))
  return records
    .filter((cells) => cells.some((cell) => cell !== ''))
    .map((cells) => Object.fromEntries(header!.map((name, at) => [name, cells[at] ?? ''])))
}

/** dd/mm/yyyy, with or without a time, as ISO 8601. */
export function isoDate(text: string): string {
  const [, day, month, year] = /^(\d\d)\/(\d\d)\/(\d{4})/.exec(text) ?? []
  return year ? `${year}-${month}-${day}` : text
}

export const name = (text = 'Name'): Field => ({ field: 'name', role: 'label', text })
export const dates: Field[] = [
  { field: 'start-date', datatype: 'datetime', text: 'First day' },
  { field: 'end-date', datatype: 'datetime', text: 'Last day' },
]
export const successors: Field = {
  field: 'replaced-by',
  cardinality: 'n',
  role: 'successor',
  text: 'Codes that took its place at the end',
}

/** Letters and digits alone, for comparing names. */
export const plain = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/&/g, 'and')
    .replace(/[^a-z0-9]+/g, '')

/** Texts of which no two look alike when only letters and digits count, without those in `except`. */
export function distinct(texts: readonly (string | undefined)[], except: readonly (string | undefined)[] = []): string[] {
  const seen = new Set(except.map((text) => plain(text ?? '')))
  return texts.filter((text): text is string => {
    if (!text || seen.has(plain(text))) return false
    seen.add(plain(text))
    return true
  })
}

/** The number of letters to change, add or leave out to make one text of the other, up to 3. */
export function distance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 2) return 3
  let before = Array.from({ length: b.length + 1 }, (_none, at) => at)
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i]
    for (let j = 1; j <= b.length; j += 1)
      row.push(Math.min(before[j]! + 1, row[j - 1]! + 1, before[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    before = row
  }
  return before[b.length]!
}
