import { hash } from 'node:crypto'
import type { RecordSource } from '../model.ts'
import type { FieldMap, Reach } from './model.ts'
import { reach } from './reach.ts'

/** A request to a service that answers JSON. Keys of persons go into the body or a header, never into the address. */
export interface JsonRequest {
  address: string
  method?: 'GET' | 'POST' | 'PUT'
  headers?: Readonly<Record<string, string>>
  body?: unknown
}

export interface JsonSource extends Reach {
  /** The request for one record, of these fields and no others where the service can be told so. */
  record: (key: string, fields: readonly string[]) => JsonRequest
  /** Where the record stands in the answer, as names with slashes; the answer itself when left out. */
  at?: string
  fields: FieldMap<unknown>
  /** The request that tells which record these claims are of, and where its key stands in the answer. */
  match: { request: (claims: Readonly<Record<string, string>>) => JsonRequest; key: string }
}

/** The value that a path of names leads to; undefined where it leads nowhere. Only members of the object itself are followed. */
export function valueAt(value: unknown, path: string): unknown {
  return path.split('/').reduce<unknown>((at, name) => {
    if (name === '') return at
    return typeof at === 'object' && at !== null && Object.hasOwn(at, name) ? (at as Record<string, unknown>)[name] : undefined
  }, value)
}

/** Records of a service that answers JSON over HTTP. 404 is "no such record"; every other status but 200 is a failure. */
export function jsonSource(declared: JsonSource): RecordSource {
  const ask = async ({ address, method, headers = {}, body }: JsonRequest): Promise<unknown> => {
    const request = {
      method: method ?? (body === undefined ? 'GET' : 'POST'),
      headers: { accept: 'application/json', ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }
    const { status, text } = await reach(address, request, declared)
    if (status === 404) return undefined
    if (status !== 200) throw new Error(`the source answered ${status}`)
    return JSON.parse(text)
  }
  const record = async (key: string, fields: readonly string[]) => {
    const row = valueAt(await ask(declared.record(key, fields)), declared.at ?? '')
    return row === undefined || row === null ? undefined : cut(declared.fields, row, fields, valueAt)
  }
  return {
    fetch: record,
    match: async (claims) => {
      const key = valueAt(await ask(declared.match.request(claims)), declared.match.key)
      return typeof key === 'string' || typeof key === 'number' ? String(key) : undefined
    },
    version: async (key) => versionOf(await record(key, Object.keys(declared.fields))),
  }
}

/** Of a row, the fields that were asked for and no others. */
export function cut<Row>(
  map: FieldMap<Row>,
  row: Row,
  fields: readonly string[],
  read: (row: Row, path: string) => unknown,
): Record<string, unknown> {
  return Object.fromEntries(
    fields.flatMap((field) => {
      const from = Object.hasOwn(map, field) ? map[field] : undefined
      if (from === undefined) return []
      return [[field, (typeof from === 'string' ? read(row, from) : from(row)) ?? null]]
    }),
  )
}

/** A text that differs when the record does and says nothing else. */
export function versionOf(record: object | undefined): string | undefined {
  return record && hash('sha256', JSON.stringify(record), 'base64url')
}
