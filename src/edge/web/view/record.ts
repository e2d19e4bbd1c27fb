import { dateText, numberText } from './format.ts'

const words = (name: string): string => name.replace(/([A-Z])/g, ' $1').toLowerCase()

/** A value of a record for people: yes or no, a date in words, several things as lines. */
export function answerText(value: unknown): string[] {
  if (value === null || value === undefined || value === '') return ['none']
  if (typeof value === 'boolean') return [value ? 'Yes' : 'No']
  if (typeof value === 'number') return [numberText(value)]
  if (Array.isArray(value)) return value.length === 0 ? ['none'] : value.map(lineOf)
  if (typeof value === 'object') return [lineOf(value)]
  return [/^\d{4}-\d\d-\d\d$/.test(String(value)) ? dateText(value) : String(value)]
}

function lineOf(value: unknown): string {
  if (typeof value !== 'object' || value === null) return answerText(value).join(', ')
  return Object.entries(value)
    .filter(([, inner]) => !(Array.isArray(inner) && inner.length === 0) && inner !== 0 && inner !== null)
    .map(([name, inner]) => `${words(name)} ${answerText(inner).join(', ')}`)
    .join('; ')
}
