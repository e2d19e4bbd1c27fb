import type { Column } from '../model.ts'
import { dateFormsOf } from './date-forms.ts'
import { isMarker, plainNumber } from './kinds.ts'
import { repairMojibake } from './mojibake.ts'

/** What was done to a text to make a value of it. */
export type CellRule =
  | 'as-received'
  | 'blank'
  | 'blanks-trimmed'
  | 'letters-repaired'
  | 'marker-set-aside'
  | 'misfit-set-aside'
  | 'number'
  | 'printed-number'
  | 'decimal-comma'
  | 'truth'
  | 'iso-date'
  | 'printed-date'
  | 'month-as-first-day'
  | 'spreadsheet-serial'

/** The rule by which a text became this value of its column. */
export function ruleFor(text: string, value: unknown, column: Pick<Column, 'type' | 'reading'>): CellRule {
  const bare = repairMojibake(text).trim()
  if (!bare) return 'blank'
  if (column.type === 'text') return textRule(text, value)
  if (value === null || value === undefined) return isMarker(bare) ? 'marker-set-aside' : 'misfit-set-aside'
  if (column.type === 'boolean') return 'truth'
  if (column.type === 'integer' || column.type === 'number') return numberRule(bare, column)
  return dateRule(bare)
}

function textRule(text: string, value: unknown): CellRule {
  if (value === text) return 'as-received'
  return value === repairMojibake(text) ? 'letters-repaired' : 'blanks-trimmed'
}

function numberRule(text: string, { reading }: Pick<Column, 'reading'>): CellRule {
  if (reading.decimalComma) return 'decimal-comma'
  return plainNumber.test(text) || /^-?\d+(?:\.\d+)?e[-+]?\d+$/i.test(text) ? 'number' : 'printed-number'
}

function dateRule(text: string): CellRule {
  if (/^\d{5}$/.test(text)) return 'spreadsheet-serial'
  const forms = dateFormsOf(text, true)
  if (forms.length && forms.every((form) => form.month)) return 'month-as-first-day'
  return forms.some((form) => form.order === 'ymd') ? 'iso-date' : 'printed-date'
}
