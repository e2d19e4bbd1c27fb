import type { Column } from '../model.ts'
import type { PlannedColumn } from '../query/plan.ts'

/** A cell as the rows engine compares it. */
export type Cell = string | number | boolean | null

/**
 * Whether the values of a column survive as JavaScript numbers: where they do not (more than 15 digits), only the column engine
 * compares them exactly.
 */
export function comparesExactly(column: Pick<Column, 'type' | 'reading' | 'profile'>): boolean {
  if (column.type !== 'integer' && (column.type !== 'number' || column.reading.scale === undefined)) return true
  const largest = Math.max(Math.abs(Number(column.profile?.min ?? 0)), Math.abs(Number(column.profile?.max ?? 0)))
  return largest * 10 ** (column.reading.scale ?? 0) < 1e15
}

/** A bound text as a cell of the column; undefined when only the column engine can compare it exactly. */
export function cellOf(text: string, column: PlannedColumn): Cell | undefined {
  switch (column.type) {
    case 'integer':
    case 'number':
      return column.scale === undefined && column.type === 'number'
        ? Number(text)
        : text.replace(/\D/g, '').length > 15 || /e/i.test(text)
          ? undefined
          : Number(text)
    case 'boolean':
      return text === 'true'
    case 'date-time':
      return dateTimeCell(text)
    default:
      return text
  }
}

/** A date and time as row texts print it: 2012-05-31T12:00:00, with the fraction that it has. */
function dateTimeCell(text: string): string {
  const [date = '', time = '00:00:00'] = text.replace(/Z$/i, '').split(/[T ]/)
  const full = time.length === 5 ? `${time}:00` : time
  return `${date}T${full.replace(/\.(\d*?)0*$/, (_, digits: string) => (digits ? `.${digits}` : ''))}`
}

/** Order of two cells of one column: numbers by size, texts by their UTF-8 bytes, as the column engine orders them. */
export function compareCells(a: Exclude<Cell, null>, b: Exclude<Cell, null>): number {
  if (a === b) return 0
  if (typeof a === 'string' && typeof b === 'string' && /[\ud800-\udfff]/.test(a + b)) return Buffer.compare(Buffer.from(a), Buffer.from(b))
  return a < b ? -1 : 1
}

/** Small letters as the column engine makes them: letter by letter, whatever stands around. */
export function lowerCase(text: string): string {
  if (/^[\x00-\x7f]*$/.test(text)) return text.toLowerCase()
  return Array.from(text, (letter) => (letter === 'İ' ? 'i' : letter.toLowerCase())).join('')
}
