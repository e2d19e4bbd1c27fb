import { quoteName, quoteText } from '../../../foundation/engines/duckdb/index.ts'
import type { ColumnType } from '../model.ts'

/** A column of rows that come with their types. */
export interface TypedColumn {
  alias: string
  type: ColumnType
  /** Digits after the decimal point of a number; absent for floating point. */
  scale?: number
}

/** The rows of a file of JSON arrays, one a line, each cell a text or null, under their types. */
export function compileTypedRows(columns: readonly TypedColumn[], file: string): string {
  const cells = columns.map((column, i) => `cast(r[${i + 1}] as ${sqlType(column)}) as ${quoteName(column.alias)}`)
  return `select ${cells.join(', ')} from read_json(${quoteText(file)}, format = 'newline_delimited', columns = {'r': 'varchar[]'}, maximum_object_size = 16777216)`
}

/** The engine's type of a column. */
export function sqlType({ type, scale }: Pick<TypedColumn, 'type' | 'scale'>): string {
  if (type === 'number') return scale === undefined ? 'double' : `decimal(18,${scale})`
  return { integer: 'bigint', boolean: 'boolean', date: 'date', 'date-time': 'timestamp', text: 'varchar' }[type]
}
