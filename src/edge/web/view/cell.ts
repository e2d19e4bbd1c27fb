import type { Column } from '../../../core/datastore/index.ts'
import { dateText, numberText } from './format.ts'

/** The value of a cell as people read it; empty text for no value, which the page says in words. */
export function cellText(value: unknown, column: Column, scale = column.reading.scale): string {
  if (value === null || value === undefined) return ''
  if (column.type === 'integer' || column.type === 'number')
    return isLabel(column) ? String(value) : numberText(value, wholeScale(value, column, scale))
  if (column.type === 'boolean') return value === true || value === 'true' ? 'yes' : 'no'
  if (column.type === 'date') return dateText(value)
  if (column.type === 'date-time') return `${dateText(value)}, ${new Date(String(value)).toISOString().slice(11, 16)}`
  return String(value)
}

const wholeScale = (value: unknown, column: Column, scale?: number) =>
  column.type === 'integer' ? 0 : scale !== undefined && scale <= 4 ? scale : Number.isInteger(Number(value)) ? 0 : undefined

export function isNumeric(column: Column): boolean {
  return column.type === 'integer' || column.type === 'number'
}

/** Whole numbers that name something, such as years and codes, have no meaningful mean. */
export function isLabel(column: Column): boolean {
  return column.type === 'integer' && /(?:^|_)(?:year|id|code|number|no|urn|ukprn|postcode)$|^year|^financial_year/.test(column.alias)
}
