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
] as const
const markerSet = new Set<string>(markers)

export const isMarker = (text: string): boolean => markerSet.has(text.trim().toLowerCase())

/** A number as printed: signs, brackets for negatives, currency, thousands in threes, decimals, per cent. */
export const printedNumber = /^\s*(?:\(\s*)?[-+]?\s*[£$€]?\s*[-+]?(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d*)?(?<=\d\.?)\s*-?\s*%?\s*\)?\s*$/

export const plainNumber = /^\s*-?\d*(?:\.\d+|\d\.?)\s*$/

const dateLike =
  /^\s*(?:\d{1,4}[-/.]\d{1,2}[-/.]\d{1,4}|\d{1,2}[- /]?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[- /,]*\d{2,4})(?:[T ]\d.*)?\s*$/i

export function kindOf(text: string): CellKind {
  const cell = text.trim()
  if (!cell) return 'empty'
  if (/^-?\d+$/.test(cell)) return 'integer'
  if (printedNumber.test(cell)) return 'number'
  if (dateLike.test(cell)) return 'date'
  if (/^(?:true|false|yes|no)$/i.test(cell)) return 'boolean'
  return 'text'
}
