import { invalid } from '../../../catalogue/index.ts'
import type { ColumnType } from '../../model.ts'

/** Our type for each type that clients of CKAN's datastore name; what is not here is kept as text. */
const types: Record<string, ColumnType> = Object.fromEntries(
  (
    [
      ['integer', 'int int2 int4 int8 integer smallint bigint serial bigserial'],
      ['number', 'float float4 float8 real double numeric decimal money double_precision'],
      ['boolean', 'bool boolean'],
      ['date', 'date'],
      ['date-time', 'timestamp timestamptz datetime'],
    ] as const
  ).flatMap(([type, names]) => names.split(' ').map((name) => [name, type])),
)

/** Our type for a type of PostgreSQL, with or without its length. */
export function typeOf(name: string): ColumnType {
  const plain = name
    .trim()
    .toLowerCase()
    .replace(/\(.*\)/, '')
    .replace(/ (?:without|with) time zone$/, '')
    .trim()
    .replaceAll(' ', '_')
  return types[plain] ?? 'text'
}

/** The type that all values of a column have; text where they differ. CKAN looks at the first row alone, and fails later. */
export function guessType(values: Iterable<unknown>): ColumnType {
  let found: ColumnType | undefined
  for (const value of values) {
    if (value === null || value === undefined) continue
    const type = typeOfValue(value)
    if (found === undefined || found === type) found = type
    else if ([found, type].every((each) => each === 'integer' || each === 'number')) found = 'number'
    else return 'text'
  }
  return found ?? 'text'
}

function typeOfValue(value: unknown): ColumnType {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'integer' : 'number'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value !== 'string') return 'text'
  if (/^\d{4}-\d\d-\d\d$/.test(value) && isMoment(value)) return 'date'
  return /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d/.test(value) && isMoment(value) ? 'date-time' : 'text'
}

/**
 * A value as the text that its column's type can read.
 *
 * @throws {CkanError} Validation Error naming the row, as PostgreSQL's messages do.
 */
export function cellOf(value: unknown, type: ColumnType, place: { column: string; row: number }): string | null {
  if (value === null || value === undefined) return null
  const text = typeof value === 'object' ? JSON.stringify(value) : String(value)
  if (type === 'text') return text.replaceAll('\u0000', '')
  const plain = text.trim()
  if (!plain) return null
  const read = readers[type](plain)
  if (read === undefined)
    throw invalid({
      records: [`invalid input syntax for type ${type}: ${JSON.stringify(text.slice(0, 100))} (column ${place.column})`],
      records_row: place.row,
    })
  return read
}

const isMoment = (text: string): boolean => {
  const date = new Date(/[T ]/.test(text) ? text.replace(' ', 'T') : `${text}T00:00:00Z`)
  if (Number.isNaN(date.getTime())) return false
  // 31 February is a date of JavaScript's, in March.
  return new Date(`${text.slice(0, 10)}T00:00:00Z`).toISOString().slice(0, 10) === text.slice(0, 10)
}

const LARGEST = 2n ** 63n

const readers: Record<Exclude<ColumnType, 'text'>, (text: string) => string | undefined> = {
  integer: (text) => {
    if (!/^[-+]?\d{1,19}(?:\.0+)?$/.test(text)) return undefined
    const number = BigInt(text.replace(/\.0+$/, '').replace(/^\+/, ''))
    return number < LARGEST && number >= -LARGEST ? String(number) : undefined
  },
  number: (text) => (/^[-+]?(?:\d+\.?\d*|\.\d+)(?:e[-+]?\d{1,3})?$/i.test(text) ? text : undefined),
  boolean: (text) => {
    if (/^(?:true|t|yes|y|on|1)$/i.test(text)) return 'true'
    return /^(?:false|f|no|n|off|0)$/i.test(text) ? 'false' : undefined
  },
  date: (text) => (/^\d{4}-\d\d-\d\d/.test(text) && isMoment(text.slice(0, 10)) ? text.slice(0, 10) : undefined),
  'date-time': (text) => {
    if (!/^\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d{1,6})?)?(?:Z|[-+]\d\d:?\d\d)?)?$/.test(text) || !isMoment(text.slice(0, 10)))
      return undefined
    const zoned = /(?:Z|[-+]\d\d:?\d\d)$/.test(text) && text.length > 10
    if (!zoned) return text.replace('T', ' ')
    const date = new Date(text.replace(' ', 'T').replace(/([-+]\d\d)(\d\d)$/, '$1:$2'))
    return Number.isNaN(date.getTime()) ? undefined : date.toISOString().replace('T', ' ').replace('Z', '')
  },
}
