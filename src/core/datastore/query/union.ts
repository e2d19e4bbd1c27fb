import { quoteName, quoteText } from '../../../foundation/engines/duckdb/index.ts'
import type { Column, ColumnType } from '../model.ts'
import type { TableFile } from './compile.ts'

/** A column of a table that is made from others. */
export interface UnionColumn {
  alias: string
  type: ColumnType
  /** Digits after the decimal point of a number. */
  scale?: number
}

/** One table that gives its rows: for each column of the whole its own column, a constant, or the place of the row in its source. */
export interface UnionMember {
  file: TableFile
  from: Readonly<Record<string, Pick<Column, 'alias' | 'type'> | { constant: string } | 'row'>>
}

/** Rows of many tables, one after another, under common columns. Cells that a common type cannot hold become empty. */
export function compileUnion(columns: readonly UnionColumn[], members: readonly UnionMember[]): string {
  return members
    .map(({ file, from }) => {
      const cells = columns.map((column) => `${cellOf(column, from[column.alias], file)} as ${quoteName(column.alias)}`)
      return `select ${cells.join(', ')} from read_parquet(${quoteText(file.path)}, file_row_number=true)`
    })
    .join(' union all ')
}

function cellOf(column: UnionColumn, from: UnionMember['from'][string] | undefined, file: TableFile): string {
  const type = sqlType(column)
  if (from === undefined) return `cast(null as ${type})`
  if (from === 'row') return file.sorted ? '_row' : '(file_row_number + 1)'
  if ('constant' in from) return `cast(${quoteText(from.constant)} as ${type})`
  const name = quoteName(from.alias)
  if (column.type === 'text') return from.type === 'text' ? name : `cast(${name} as varchar)`
  return from.type === 'text' ? `try_cast(trim(${name}) as ${type})` : `try_cast(${name} as ${type})`
}

/** The rows of a file of JSON arrays, one a line, each cell a text or null, under their types. */
export function compileTypedRows(columns: readonly UnionColumn[], file: string): string {
  const cells = columns.map((column, i) => `cast(r[${i + 1}] as ${sqlType(column)}) as ${quoteName(column.alias)}`)
  return `select ${cells.join(', ')} from read_json(${quoteText(file)}, format = 'newline_delimited', columns = {'r': 'varchar[]'}, maximum_object_size = 16777216)`
}

function sqlType({ type, scale }: UnionColumn): string {
  if (type === 'number') return scale === undefined ? 'double' : `decimal(18,${scale})`
  return { integer: 'bigint', boolean: 'boolean', date: 'date', 'date-time': 'timestamp', text: 'varchar' }[type]
}
