import {
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api'

/**
 * The engine's value as JSON would carry it: dates and times in ISO 8601, decimals and whole numbers as numbers
 * (a whole number beyond 2^53 as text, since a JavaScript number would change it).
 */
export function plainValue(value: DuckDBValue): unknown {
  if (value === null || value === undefined) return null
  if (typeof value === 'bigint') return Number.isSafeInteger(Number(value)) ? Number(value) : value.toString()
  if (typeof value !== 'object') return value
  if (value instanceof DuckDBDecimalValue) return Number(value.toString())
  if (value instanceof DuckDBDateValue) return value.toString()
  if (value instanceof DuckDBTimestampValue) return value.toString().replace(' ', 'T')
  if (value instanceof DuckDBListValue) return value.items.map(plainValue)
  if (value instanceof DuckDBStructValue)
    return Object.fromEntries(Object.entries(value.entries).map(([key, item]) => [key, plainValue(item)]))
  if (value instanceof DuckDBMapValue)
    return Object.fromEntries(value.entries.map(({ key, value: item }) => [String(plainValue(key)), plainValue(item)]))
  return String(value)
}

/** A name as an SQL identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

/** A text as an SQL literal, where the engine takes no bound value (COPY targets, reader options). */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}
