import { dateFormsOf } from './date-forms.ts'

/** What a cell's text looks like on its own; the column as a whole decides its type. */
export type CellKind = 'empty' | 'integer' | 'number' | 'date' | 'boolean' | 'text'

/** Texts that stand for "no figure" in columns of figures. Compared in lower case, without blanks around. */
export const markers = [
  'n/a',
  'na',
  '#n/a',
  'n.a.',
  'n/k',
  '-',
  '--',
  '–',
  '—',
  '.',
  '..',
  '...',
  ':',
  '*',
  '**',
  'x',
  'c',
  'z',
  'u',
  'null',
  'none',
  'nil',
  'low',
  'tbc',
  'tba',
  'unknown',
  'not known',
  'not available',
  'not applicable',
  'not recorded',
  'missing',
  'supp',
  'suppressed',
  'redacted',
  'withheld',
  'not disclosed',
  'exempt',
  'no data',
  '***',
  '~',
  '[x]',
  '[c]',
  '[u]',
  '[z]',
  '[w]',
  '[low]',
  '£-',
  '£ -',
  '#ref!',
  '#value!',
  '#div/0!',
  '#name?',
  '#num!',
  '#null!',
] as const
const markerSet = new Set<string>(markers)

const LONGEST_MARKER = Math.max(...markers.map((marker) => marker.length))

export function isMarker(text: string): boolean {
  const bare = text.trim()
  return bare.length <= LONGEST_MARKER && markerSet.has(bare.toLowerCase())
}

const space = '[\\s\u00a0]*'
const sign = '[-+\u2212\u2013]?'
const credit = '(?:[Cc][Rr]|[Dd][Rr])?'

/**
 * A number as printed: signs on either side, brackets for negatives, currency, thousands in threes, decimals, per cent, CR and DR. The
 * A currency sign that was lost on the way shows as ? or as the replacement character. The pattern means the same to JavaScript and to the column engine. `decimals` is a repetition such as {0,2}; `none` allows no decimals.
 * A leading zero is allowed only before a decimal sign: without one the text is a code.
 */
export function printedPattern(decimals: string, decimalComma = false): string {
  const [point, comma] = decimalComma ? [',', '\\.'] : ['\\.', ',']
  const tail = decimals === 'none' ? '' : `(?:${point}[0-9]${decimals})?`
  const pointFirst = decimals === 'none' ? '' : `|${point}[0-9]${decimals}`
  const digits = `(?:[0-9]{1,3}(?:${comma}[0-9]{3})+${tail}|[1-9][0-9]{0,2}(?: [0-9]{3})+${tail}|(?:0|[1-9][0-9]*)${tail}${pointFirst})`
  return `\\(?${space}${sign}${space}(?:[£$€?\ufffd]|GBP)?${space}${sign}${space}${digits}${space}[-\u2212]?${space}%?${space}${credit}${space}\\)?${space}${credit}`
}

/** A number as printed, with any decimals after a point. */
export const printedNumber = new RegExp(`^${space}${printedPattern('*')}${space}$`)
const commaNumber = new RegExp(`^${space}${printedPattern('*', true)}${space}$`)

/** Whether the texts write decimals after a comma: some could be nothing else, and none contradicts it. */
export function usesDecimalComma(texts: readonly string[]): boolean {
  let proofs = 0
  for (const text of texts) {
    if (!commaNumber.test(text)) return false
    if (/,\d{1,2}(?:\D*)$/.test(text) && !printedNumber.test(text)) proofs += 1
  }
  return proofs > 0 && proofs >= texts.length / 4
}

export const plainNumber = /^\s*-?\d*(?:\.\d+|\d\.?)\s*$/

export function kindOf(text: string): CellKind {
  const cell = text.trim()
  if (!cell) return 'empty'
  if (/^-?\d+$/.test(cell)) return 'integer'
  if (printedNumber.test(cell)) return 'number'
  if (dateFormsOf(cell, false).length) return 'date'
  if (/^(?:true|false|yes|no)$/i.test(cell)) return 'boolean'
  return 'text'
}
