import type { Reading } from '../model.ts'
import { printedPattern } from './kinds.ts'

const printed = [false, true].map((decimalComma) => new RegExp(`^${printedPattern('*', decimalComma)}$`))
const exponent = /^-?\d+(?:\.\d+)?e[-+]?\d+$/i

/** The number that a text prints, undefined when it prints none. The same as the column engine makes of it. */
export function numberOf(text: string, { decimalComma = false }: Reading): number | undefined {
  const bare = text.trim()
  if (exponent.test(bare)) return Number(bare)
  if (!printed[decimalComma ? 1 : 0]?.test(bare)) return undefined
  const digits = decimalComma ? bare.replace(/[^0-9,]/g, '').replace(',', '.') : bare.replace(/[^0-9.]/g, '')
  const value = Number(digits)
  if (digits === '' || digits === '.' || Number.isNaN(value)) return undefined
  return /^\(|[-\u2212\u2013]|cr/i.test(bare) ? -value : value
}
