import { quoteName, quoteText, type Statement } from '../../../foundation/engines/duckdb/index.ts'
import type { Manifest } from '../model.ts'

/** What the engine's own parser makes of a statement, as JSON. The text is bound and never run. */
export const compileParse = (text: string): Statement => ({ text: 'select json_serialize_sql(cast($1 as varchar)) as t', values: [text] })

/** A tree of the engine's parser as a statement again. */
export const compileUnparse = (tree: object): Statement => ({
  text: 'select json_deserialize_sql(cast($1 as json)) as t',
  values: [JSON.stringify({ error: false, statements: [tree] })],
})

/** The rows of a version under the aliases of its columns. */
export function compileTable(path: string, manifest: Manifest): string {
  return `select ${manifest.columns.map((column) => quoteName(column.alias)).join(', ')} from read_parquet(${quoteText(path)})`
}

/** At most so many rows of a statement that was checked. */
export const compileBounded = (statement: string, rows: number): Statement => ({
  text: `select * from (${statement}) limit ${Math.trunc(rows)}`,
})

/** The columns and types of a statement that was checked, without its rows. */
export const compileDescribe = (statement: string): Statement => ({ text: `describe (${statement})` })

/** The rows of a version under the names of its columns as published, with the place of each as `_id`. */
export function compileNamedTable(path: string, manifest: Manifest): string {
  const cells = manifest.columns.map((column) => `${quoteName(column.alias)} as ${quoteName(column.name)}`)
  const place = manifest.sorted ? '_row' : '(file_row_number + 1)'
  return `select cast(${place} as integer) as _id, ${cells.join(', ')} from read_parquet(${quoteText(path)}, file_row_number = true)`
}
