import { type CsvDialect, CsvParser, csvLine } from '../../foundation/formats/csv.ts'
import { personReason } from './person.ts'

export const REDACTED = 'REDACTED'

export interface Redaction {
  text: string
  /** What was taken out: rows from 1, the header excluded. */
  redacted: Array<{ row: number; reason: string }>
}

/**
 * The text of a file with one column's cells taken out where they look like names of private persons, or in the rows given. All other cells
 * stay as they are, lines above the header too; the result has commas between its cells.
 */
export function redactText(
  text: string,
  where: { dialect: CsvDialect; headerLine: number; column: number; rows?: ReadonlySet<number> },
): Redaction {
  const parser = new CsvParser(where.dialect)
  const records = [...parser.push(text), ...parser.end()]
  const redacted: Redaction['redacted'] = []
  let row = 0
  const lines = records.map(({ cells, line }) => {
    if (line <= where.headerLine) return csvLine(cells)
    row += 1
    const name = cells[where.column] ?? ''
    const reason = where.rows ? (where.rows.has(row) ? 'asked for' : undefined) : personReason(name)
    if (!reason || !name) return csvLine(cells)
    redacted.push({ row, reason })
    return csvLine(cells.with(where.column, REDACTED))
  })
  return { text: lines.join(''), redacted }
}
