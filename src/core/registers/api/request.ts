import type { Definition } from '../definition.ts'
import type { LogReader } from '../log/reader.ts'
import type { RegisterRow } from '../log/store.ts'
import { ApiError, type Format } from './answer.ts'

/** One request to the API of a register. */
export interface ApiRequest {
  register: RegisterRow
  definition: Definition
  reader: LogReader
  /** Segments of the path below the register that the pattern leaves open. */
  params: Record<string, string>
  query: URLSearchParams
  format: Format
  /** Path of the request without its query, for links. */
  path: string
  /** Address of the register without a slash at its end. */
  base: string
  /** Host of the server. */
  domain: string
}

export type Handler<Answer> = (request: ApiRequest) => Answer | Promise<Answer>

/**
 * A whole number of the query.
 *
 * @throws {ApiError} 400 when it is none or out of bounds.
 */
export function wholeNumber(
  query: URLSearchParams,
  name: string,
  usual: number,
  bounds: { min: number; max: number; beyond?: string },
): number {
  const text = query.get(name)
  if (text === null || text === '') return usual
  const number = /^\d{1,15}$/.test(text) ? Number(text) : Number.NaN
  if (number > bounds.max && bounds.beyond) throw new ApiError(400, bounds.beyond)
  if (!(number >= bounds.min && number <= bounds.max))
    throw new ApiError(400, `${name} must be a whole number from ${bounds.min} to ${bounds.max}.`)
  return number
}

/**
 * A whole number in the path.
 *
 * @throws {ApiError} 404: an address that cannot be is one that is not.
 */
export function pathNumber(text: string | undefined, max: number, min = 0): number {
  const number = /^\d{1,15}$/.test(text ?? '') ? Number(text) : Number.NaN
  if (!(number >= min && number <= max)) throw new ApiError(404, 'HTTP 404 Not Found')
  return number
}
