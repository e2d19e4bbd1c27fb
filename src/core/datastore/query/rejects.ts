import type { Statement } from '../../../foundation/engines/duckdb/index.ts'
import { quoteText } from '../../../foundation/engines/duckdb/index.ts'

const cells = 'row, "column", text, rule'

export function compileRejectsPage(path: string, limit: number, offset: number): Statement {
  return {
    text: `select ${cells} from read_parquet(${quoteText(path)}, file_row_number=true) order by file_row_number limit ${Math.trunc(limit)} offset ${Math.trunc(offset)}`,
  }
}

/** Each rejected cell as a CSV line without its end. */
export function compileRejectTexts(path: string): Statement {
  const quoted = (name: string) => `'"', replace(coalesce(${name}, ''), '"', '""'), '"'`
  return {
    text: `select concat(row, ',', ${quoted('"column"')}, ',', ${quoted('text')}, ',', rule) as t from read_parquet(${quoteText(path)})`,
  }
}
