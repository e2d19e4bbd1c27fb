import { csvLine } from '../../../foundation/formats/csv.ts'

/** How an answer is written. */
export type Format = 'json' | 'csv' | 'html' | 'rsf' | 'zip'

export const mediaTypes = {
  json: 'application/json',
  csv: 'text/csv;charset=UTF-8',
  html: 'text/html;charset=UTF-8',
  rsf: 'application/uk-gov-rsf',
  zip: 'application/zip',
} as const

export interface Answer {
  status: number
  headers: Record<string, string>
  body: string | Iterable<string | Uint8Array> | AsyncIterable<Uint8Array>
}

/** A refusal in the shape of the Registers API. */
export class ApiError extends Error {
  readonly status: number
  readonly headers: Record<string, string>

  constructor(status: number, message: string, headers: Record<string, string> = {}) {
    super(message)
    this.status = status
    this.headers = headers
  }

  toAnswer(): Answer {
    return {
      status: this.status,
      headers: { 'content-type': mediaTypes.json, 'cache-control': 'no-store', ...this.headers },
      body: JSON.stringify({ code: this.status, message: this.message }),
    }
  }
}

export const notFound = (message = 'HTTP 404 Not Found'): ApiError => new ApiError(404, message)

/** What is asked for, whatever the format: the value for JSON (or its text), its table for CSV. */
export interface Resource {
  value?: unknown
  json?: string
  table: { header: readonly string[]; rows: Iterable<readonly (string | number | readonly string[] | undefined)[]> }
  headers?: Record<string, string>
}

export function writeResource({ value, json, table, headers = {} }: Resource, format: Format): Answer {
  if (format === 'csv')
    return {
      status: 200,
      headers: { 'content-type': mediaTypes.csv, ...headers },
      body: csvText(table),
    }
  return { status: 200, headers: { 'content-type': mediaTypes.json, ...headers }, body: json ?? JSON.stringify(value) }
}

/** A table as CSV; the values of a cell that has several stand with semicolons between. @see Registers specification, "List of values" */
export function csvText({ header, rows }: Resource['table']): string {
  let text = csvLine(header)
  for (const row of rows)
    text += csvLine(row.map((cell) => (typeof cell === 'object' ? cell.join(';') : cell === undefined ? '' : String(cell))))
  return text
}

/** An answer of JSON alone. */
export const jsonAnswer = (value: unknown, headers: Record<string, string> = {}): Answer => ({
  status: 200,
  headers: { 'content-type': mediaTypes.json, ...headers },
  body: JSON.stringify(value),
})

/** Moves the caller for good. */
export const moved = (location: string): Answer => ({
  status: 301,
  headers: { location, 'content-type': mediaTypes.json },
  body: JSON.stringify({ code: 301, message: `Moved to ${location}` }),
})

type Page = Record<string, string | number>

/** The header that leads to the pages before and after. Relations are those of RFC 8288. */
export function pageLinks(path: string, pages: { next?: Page; previous?: Page }): Record<string, string> {
  const links = (['next', 'previous'] as const).flatMap((rel) => {
    const query = pages[rel]
    return query
      ? [
          `<${path}?${new URLSearchParams(Object.entries(query).map(([name, value]): [string, string] => [name, String(value)]))}>; rel="${rel}"`,
        ]
      : []
  })
  return links.length > 0 ? { link: links.join(', ') } : {}
}
