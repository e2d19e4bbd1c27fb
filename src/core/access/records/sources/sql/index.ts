import type { RecordSource } from '../../model.ts'
import { versionOf } from '../json.ts'
import { tableReader } from './store.ts'

export interface SqlSource {
  /** The department's database: a SQLite file, opened for reading only. */
  path: string
  /** A table or a view. */
  table: string
  /** The column that tells records apart. */
  key: string
  /** The column of each field. */
  fields: Readonly<Record<string, string>>
  /** The column of each claim that a person or officer tells. */
  claims: Readonly<Record<string, string>>
  /** The form in which a claim stands in its column. */
  normalise?: (claim: string, typed: string) => string
}

/** Records in a table: the statement names the columns of the fields that are asked for, so that nothing else is read. */
export function sqlSource(declared: SqlSource): RecordSource & { close(): void } {
  const table = tableReader(declared.path, declared.table)
  const columnOf = (field: string) => (Object.hasOwn(declared.fields, field) ? declared.fields[field] : undefined)
  const fetch = async (key: string, fields: readonly string[]) => {
    const known = fields.filter((field) => columnOf(field) !== undefined)
    const columns = [...new Set([declared.key, ...known.map((field) => columnOf(field)!)])]
    const row = table.one(columns, { [declared.key]: key })
    return row && Object.fromEntries(known.map((field) => [field, row[columnOf(field)!] ?? null]))
  }
  return {
    fetch,
    match: async (claims) => {
      const entries = Object.entries(declared.claims)
      if (entries.some(([claim]) => !claims[claim])) return undefined
      const normalise = declared.normalise ?? ((_claim, typed) => typed.trim())
      const by = Object.fromEntries(entries.map(([claim, column]) => [column, normalise(claim, claims[claim]!)]))
      const found = table.one([declared.key], by)?.[declared.key]
      return found === undefined || found === null ? undefined : String(found)
    },
    version: async (key) => versionOf(await fetch(key, Object.keys(declared.fields))),
    close: () => table.close(),
  }
}
