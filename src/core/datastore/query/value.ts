import { Problem } from '../../../foundation/kernel/index.ts'
import type { ColumnType } from '../model.ts'

const shapes: Record<Exclude<ColumnType, 'text' | 'boolean'>, { form: RegExp; example: string }> = {
  integer: { form: /^[-+]?\d{1,18}(?:\.\d{1,9})?$/, example: '42' },
  number: { form: /^[-+]?(?:\d{1,18}(?:\.\d{0,18})?|\.\d{1,18})(?:[eE][-+]?\d{1,3})?$/, example: '1234.50' },
  date: { form: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])$/, example: '2012-05-31' },
  'date-time': {
    form: /^\d{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12]\d|3[01])(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d{1,6})?)?)?Z?$/,
    example: '2012-05-31T12:00:00',
  },
}

/**
 * A value as text in the form of the column's type, for binding.
 *
 * @throws {Problem} value-invalid with an example of the form.
 */
export function typedValue(value: unknown, column: { name: string; type: ColumnType }, pointer: string): string {
  const text = typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined
  if (text === undefined || text.length > 10_000) throw invalid(value, column, pointer, 'a single value')
  if (column.type === 'text') return text
  if (column.type === 'boolean') {
    if (!/^(?:true|false)$/i.test(text)) throw invalid(value, column, pointer, 'true or false')
    return text.toLowerCase()
  }
  const { form, example } = shapes[column.type]
  if (!form.test(text.trim()) || !isCalendar(text, column.type)) throw invalid(value, column, pointer, `a value such as ${example}`)
  return text.trim().replace(/^\+/, '')
}

function isCalendar(text: string, type: ColumnType): boolean {
  if (type !== 'date' && type !== 'date-time') return true
  const at = new Date(`${text.trim().slice(0, 10)}T00:00:00Z`)
  return (
    !Number.isNaN(at.getTime()) && at.toISOString().startsWith(text.trim().slice(0, 10)) && !/[T ](?:2[4-9]|[3-9]\d)|:[6-9]\d/.test(text)
  )
}

function invalid(value: unknown, column: { name: string; type: ColumnType }, pointer: string, expected: string): Problem {
  return new Problem('value-invalid', {
    detail: `${column.name} is of type ${column.type}; ${JSON.stringify(value) ?? 'nothing'} is not ${expected}.`.slice(0, 500),
    pointer,
    hint: `Give ${expected}.`,
  })
}
