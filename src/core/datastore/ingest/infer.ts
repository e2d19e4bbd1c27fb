import type { ColumnType, Reading } from '../model.ts'
import { dateForms } from './dates.ts'
import { isMarker, plainNumber, printedNumber } from './kinds.ts'

/** A type that a column may have, and how its texts would be read. The write pass proves it on every row. */
export interface Candidate {
  type: ColumnType
  reading: Reading
  reason: string
}

export interface ProposeOptions {
  /** Misfits that the whole column may hold and still be a measure: one in a thousand of its rows, estimated. */
  allowedMisfits: number
  /** The values were JSON strings: their publisher did not mean numbers. */
  strings?: boolean
}

const identifierName =
  /(?:^|[^a-z])(?:id|ids|code|codes|no|num|number|ref|reference|urn|uprn|usrn|ukprn|gss|sic|isbn|issn|iban|key|account|invoice|barcode|postcode|post code|licence number|vat)(?:$|[^a-z])|(?:code|ref|urn|id)$/i
const telephoneName = /(?:^|[^a-z])(?:tel|telephone|phone|mobile|fax)(?:$|[^a-z])/i
const truthPairs: Array<[string, string]> = [
  ['true', 'false'],
  ['yes', 'no'],
  ['y', 'n'],
  ['t', 'f'],
]
const MAX_SCALE = 6

export const textCandidate = (reason: string): Candidate => ({ type: 'text', reading: {}, reason })

/** Whether a column's name says that it holds codes or numbers of things, which are names and not amounts. */
export const isIdentifier = (name: string): boolean => identifierName.test(name.replace(/([a-z])([A-Z])/g, '$1 $2').replace(/[_.]/g, ' '))

/** The narrowest type that the sampled texts allow. `texts` are the cells of one column, blanks included. */
export function propose(name: string, texts: readonly string[], options: ProposeOptions): Candidate {
  const filled = texts.map((text) => text.trim()).filter(Boolean)
  if (!filled.length) return textCandidate('no value was seen')
  if (telephoneName.test(name)) return textCandidate('telephone numbers are text')
  const strict = isIdentifier(name)
  const values = strict ? filled : filled.filter((text) => !isMarker(text))
  if (!values.length) return textCandidate('every value is a marker such as N/A')
  const allowed = strict ? 0 : options.allowedMisfits
  return (
    asBoolean(values) ??
    (options.strings ? undefined : asNumber(values, allowed, strict)) ??
    asDate(name, values, allowed) ??
    textCandidate('the values are words')
  )
}

function asBoolean(values: string[]): Candidate | undefined {
  const seen = new Set(values.map((value) => value.toLowerCase()))
  const truth = truthPairs.find((pair) => [...seen].every((value) => pair.includes(value)))
  if (!truth || (truth[0].length === 1 && seen.size < 2)) return undefined
  return { type: 'boolean', reading: { truth }, reason: `every value is ${truth[0]} or ${truth[1]}` }
}

function asNumber(values: string[], allowed: number, strict: boolean): Candidate | undefined {
  const shape = { fits: 0, fractions: 0, scale: 0, decorated: 0, exponents: 0 }
  for (const value of values) {
    if (/^-?0\d+$/.test(value)) return textCandidate(`${JSON.stringify(value)} has a leading zero`)
    if (/^-?\d{16,}$/.test(value)) return textCandidate(`${JSON.stringify(value)} has more digits than a number holds exactly`)
    const plain = plainNumber.test(value)
    const exponent = !plain && /^-?\d+(?:\.\d+)?e[-+]?\d+$/i.test(value)
    if (!plain && !exponent && !printedNumber.test(value)) continue
    shape.fits += 1
    if (!plain && !exponent) shape.decorated += 1
    if (exponent) shape.exponents += 1
    const digits = /\.(\d*)/.exec(value)?.[1]?.length
    if (digits !== undefined) shape.fractions += 1
    shape.scale = Math.max(shape.scale, digits ?? 0)
  }
  const misfits = values.length - shape.fits
  if (!shape.fits || misfits > allowed || misfits > values.length / 2) return undefined
  // An exponent in a column of codes, or now and then among whole numbers, is a code such as 1E5 and no amount.
  if (shape.exponents && (strict || shape.exponents + shape.fractions < shape.fits / 2)) return undefined
  const decorated = shape.decorated > 0 ? { decorated: true } : {}
  if (!shape.fractions && !shape.exponents) return { type: 'integer', reading: decorated, reason: 'every value is a whole number' }
  if (shape.exponents || shape.scale > MAX_SCALE) return { type: 'number', reading: decorated, reason: 'every value is a number' }
  return {
    type: 'number',
    reading: { ...decorated, scale: Math.max(shape.scale, 2) },
    reason: `every value is a number with at most ${shape.scale} decimal places`,
  }
}

function asDate(name: string, values: string[], allowed: number): Candidate | undefined {
  const forms = dateForms(values, /date|day|period|from|to$|start|end/i.test(name))
  if (!forms || values.length - forms.fits > allowed || forms.fits < values.length / 2) return undefined
  const ambiguous = forms.ambiguous ? '; no day above 12 proves the order, day first is usual here' : ''
  return {
    type: forms.timed ? 'date-time' : 'date',
    reading: { patterns: forms.patterns },
    reason: `every value is a date written ${forms.patterns.map(inWords).join(' or ')}${ambiguous}`,
  }
}

const letters: Record<string, string> = {
  d: 'dd',
  m: 'mm',
  Y: 'yyyy',
  y: 'yy',
  b: 'mmm',
  B: 'month',
  H: 'hh',
  M: 'mm',
  S: 'ss',
  f: 'fraction',
}

/** A strptime pattern as people write it: dd/mm/yyyy. */
function inWords(pattern: string): string {
  return pattern.replace(/%([a-zA-Z])/g, (whole, letter: string) => letters[letter] ?? whole)
}
