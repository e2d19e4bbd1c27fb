import { Problem } from '../../../../foundation/kernel/index.ts'
import type { Column } from '../../model.ts'
import type { Filter } from '../../query/model.ts'

const instant = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?)?$/i

/**
 * The rows whose time lies at an instant or in an interval: 2012-05-31, 2012-05-31T00:00:00Z/.., ../2013-01-01. Without a column of
 * time every row is in every time.
 *
 * @throws {Problem} parameter-invalid
 * @see OGC API Features 1.0, 7.15.4
 */
export function timeFilter(text: string, column: Column | undefined): Filter | undefined {
  const parts = text.split('/')
  const [from = '', to = from] = parts
  const open = (part: string) => parts.length === 2 && (part === '' || part === '..')
  const readable = (part: string) => instant.test(part) && !Number.isNaN(Date.parse(part))
  const bad =
    parts.length > 2 ||
    ![from, to].every((part) => open(part) || readable(part)) ||
    (!open(from) && !open(to) && Date.parse(from) > Date.parse(to))
  if (bad)
    throw new Problem('parameter-invalid', {
      detail: 'datetime is an instant, or two with / between and .. for an open end.',
      pointer: '/datetime',
      hint: 'Such as 2012-05-31T00:00:00Z/2012-06-30T23:59:59Z or 2012-05-31/..',
    })
  if (!column) return undefined
  const conditions: Filter[] = []
  if (!open(from)) conditions.push({ column: column.alias, op: 'gte', value: momentOf(from, column, '00:00:00'), pointer: '/datetime' })
  if (!open(to)) conditions.push({ column: column.alias, op: 'lte', value: momentOf(to, column, '23:59:59.999999'), pointer: '/datetime' })
  return conditions.length ? { and: conditions } : undefined
}

/** As the column writes it: times without a zone are UTC here, and a day is all of its day. */
function momentOf(text: string, column: Column, time: string): string {
  const whole = new Date(text).toISOString()
  if (column.type === 'date') return whole.slice(0, 10)
  return text.length === 10 ? `${text}T${time}` : whole.replace('Z', '')
}

/** The column that says when a row is: the first date or time. */
export const timeColumn = (columns: readonly Column[]): Column | undefined =>
  columns.find((column) => column.type === 'date' || column.type === 'date-time')
