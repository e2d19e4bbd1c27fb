import type { Statement } from '../../../foundation/engines/duckdb/index.ts'
import { quoteText } from '../../../foundation/engines/duckdb/index.ts'

const cells = 'row, "column", text, rule'

/** Only those of some columns, where not all may be seen; of whole rows none, since their texts hold every column. */
const ofColumns = (names: readonly string[] | undefined): string =>
  names ? ` where "column" in (${['', ...names].map(quoteText).join(', ')}) and "column" <> ''` : ''

export function compileRejectsPage(path: string, limit: number, offset: number, names?: readonly string[]): Statement {
  return {
    text: `select ${cells} from read_parquet(${quoteText(path)}, file_row_number=true)${ofColumns(names)} order by file_row_number limit ${Math.trunc(limit)} offset ${Math.trunc(offset)}`,
  }
}

/** Each rejected cell as a CSV line. */
export function compileRejectTexts(path: string, names?: readonly string[]): Statement {
  const quoted = (name: string) => `'"', replace(coalesce(${name}, ''), '"', '""'), '"'`
  return {
    text: `select concat(row, ',', ${quoted('"column"')}, ',', ${quoted('text')}, ',', rule, chr(13), chr(10)) as t from read_parquet(${quoteText(path)})${ofColumns(names)}`,
  }
}
