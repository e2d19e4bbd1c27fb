import { Problem } from '../../../foundation/kernel/index.ts'

/** Media types of the formats that hold a whole result, by the ending of their address. */
export const formats = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8',
  json: 'application/json; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
} as const
/** A format that holds a whole result. */
export type Format = keyof typeof formats

/**
 * The format that an Accept header asks for; undefined for a page of JSON.
 *
 * @throws {Problem} format-not-supported when none of those asked for is served.
 */
export function acceptedFormat(accept = ''): Format | undefined {
  if (!accept || /application\/json|\*\/\*/.test(accept.split(',')[0] ?? '')) return undefined
  if (/text\/csv/.test(accept)) return 'csv'
  if (/ndjson|jsonl/.test(accept)) return 'ndjson'
  if (/parquet/.test(accept)) return 'parquet'
  if (/\*\/\*|application\/(?:\*|json)|text\/html/.test(accept)) return undefined
  throw new Problem('format-not-supported', {
    detail: `None of ${accept.slice(0, 200)} is served here.`,
    pointer: '/accept',
    hint: 'Formats: application/json, text/csv, application/x-ndjson, application/vnd.apache.parquet.',
  })
}
