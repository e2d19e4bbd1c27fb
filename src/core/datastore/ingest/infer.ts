import type { ColumnType, Reading } from '../model.ts'
import { type DateForms, dateForms } from './dates.ts'
import { isMarker, plainNumber, printedNumber, printedPattern, usesDecimalComma } from './kinds.ts'
import { isDateName, isIdentifierName, isMeasureName, isTelephoneName } from './names-evidence.ts'
import { type Texts, total } from './texts.ts'

/** A type that a column may have, and how its texts would be read. The write pass proves it on every row. */
export interface Candidate {
  type: ColumnType
  reading: Reading
  reason: string
  /** 0 to 1. */
  confidence: number
  /** Share of the filled cells that may fit no value and are set aside without the column becoming text. */
  tolerance: number
  /** Share of the cells seen that were filled. */
  filled: number
  /**
   * Every text seen is a value of this type in the plainest way of writing it, or (`printed`) in some way of printing numbers, so
   * that the engine can make values without a guard.
   */
  simple?: boolean | 'printed'
}

export interface ProposeOptions {
  /** Misfits that the whole column may hold and still be a measure: one in a thousand of its rows, estimated. */
  allowedMisfits: number
  /** The values were JSON strings: their publisher did not mean numbers. */
  strings?: boolean
}

const truthPairs: Array<[string, string]> = [
  ['true', 'false'],
  ['yes', 'no'],
  ['y', 'n'],
  ['t', 'f'],
]
const MAX_SCALE = 6
/** One in a thousand: what any column of figures may hold of slips. */
const RARE = 0.001

export const textCandidate = (reason: string, confidence = 0.95): Candidate => ({
  type: 'text',
  reading: {},
  reason,
  confidence,
  tolerance: 0,
  filled: 1,
})

/**
 * How many of `cells` filled cells may be misfits. A column that plainly is a measure or a date, by its name or by what its values look
 * like, keeps its type with more of them than one that only happens to hold figures; one slip is forgiven in any such column.
 */
export function toleratedMisfits({ tolerance }: Pick<Candidate, 'tolerance'>, cells: number): number {
  return tolerance > RARE ? Math.max(cells >= 4 ? 1 : 0, cells * tolerance) : cells * tolerance
}

/** The narrowest type that the sampled texts of a column allow. */
export function propose(name: string, texts: Texts, options: ProposeOptions): Candidate {
  if (!texts.counts.size) return textCandidate('no value was seen', 0.5)
  if (isTelephoneName(name)) return textCandidate('telephone numbers are text')
  const strict = isIdentifierName(name)
  const values = strict ? texts.counts : withoutMarkers(texts.counts)
  if (!values.size) return textCandidate('every value is a marker such as N/A', 0.7)
  const asked = { name, values, cells: total(values), strict, allowed: strict ? 0 : options.allowedMisfits }
  const found =
    asBoolean(values) ??
    (isDateName(name) || areCompactDates(values) ? asDate(asked) : undefined) ??
    (options.strings ? undefined : asNumber(asked)) ??
    asDate(asked) ??
    textCandidate('the values are words')
  const simple = values.size === texts.counts.size && (found.simple ?? false)
  return { ...found, simple, filled: total(texts.counts) / texts.cells }
}

function withoutMarkers(counts: Counts): Counts {
  return new Map([...counts].filter(([text]) => !isMarker(text)))
}

type Counts = Texts['counts']

interface Asked {
  name: string
  values: Counts
  cells: number
  strict: boolean
  allowed: number
}

type Found = Omit<Candidate, 'filled'>

function asBoolean(values: Counts): Found | undefined {
  if (values.size > 6) return undefined // two words in three ways of writing each
  const seen = new Set([...values.keys()].map((value) => value.toLowerCase()))
  const truth = truthPairs.find((pair) => [...seen].every((value) => pair.includes(value)))
  if (!truth || (truth[0].length === 1 && seen.size < 2)) return undefined
  return {
    type: 'boolean',
    reading: { truth },
    reason: `every value is ${truth[0]} or ${truth[1]}`,
    confidence: 0.95,
    tolerance: RARE,
    simple: true,
  }
}

/** Thousands apart and nothing else. */
const plainThousands = /^-?\d{1,3}(?:,\d{3})+(?:\.\d+)?$/
const commaPrinted = new RegExp(`^${printedPattern('*', true)}$`)

function asNumber({ name, values, cells, strict, allowed }: Asked): Found | undefined {
  const decimalComma = !strict && usesDecimalComma([...values.keys()])
  const printed = decimalComma ? commaPrinted : printedNumber
  const shape = { fits: 0, fractions: 0, scale: 0, decorated: 0, exponents: 0, misfit: '', simple: true }
  for (const [value, count] of values) {
    if (/^-?0\d+$/.test(value)) return textCandidate(`${JSON.stringify(value)} has a leading zero`)
    if (/^-?\d{16,}$/.test(value)) return textCandidate(`${JSON.stringify(value)} has more digits than a number holds exactly`)
    const plain = !decimalComma && plainNumber.test(value)
    const exponent = !plain && /^-?\d+(?:\.\d+)?e[-+]?\d+$/i.test(value)
    if (!plain && !exponent && !printed.test(value)) {
      shape.misfit ||= value
      continue
    }
    shape.fits += count
    if (!plain && !exponent) shape.decorated += count
    shape.simple &&= plain || plainThousands.test(value)
    if (exponent) shape.exponents += count
    const digits = (decimalComma ? /,(\d*)\D*$/ : /\.(\d*)/).exec(value)?.[1]?.length
    if (digits !== undefined) shape.fractions += count
    shape.scale = Math.max(shape.scale, digits ?? 0)
  }
  const misfits = cells - shape.fits
  const tolerance = measureTolerance(name, strict, shape)
  if (!shape.fits || misfits > Math.max(allowed, toleratedMisfits({ tolerance }, cells)) || misfits > cells / 2) return undefined
  // An exponent in a column of codes, or now and then among whole numbers, is a code such as 1E5 and no amount.
  if (shape.exponents && (strict || shape.exponents + shape.fractions < shape.fits / 2)) return undefined
  const reading = { ...((shape.decorated > 0 || decimalComma) && { decorated: true }), ...(decimalComma && { decimalComma }) }
  const but = misfits ? `; ${misfits} of ${cells} are not, such as ${JSON.stringify(shape.misfit)}` : ''
  const found = {
    tolerance,
    confidence: misfits ? 0.85 : decimalComma ? 0.8 : 0.95,
    simple: !misfits && (shape.simple && !decimalComma ? true : shape.exponents === 0 && ('printed' as const)),
  }
  const comma = decimalComma ? ' with a decimal comma' : ''
  const each = misfits ? 'nearly every value' : 'every value'
  if (!shape.fractions && !shape.exponents) return { ...found, type: 'integer', reading, reason: `${each} is a whole number${but}` }
  if (shape.exponents || shape.scale > MAX_SCALE) return { ...found, type: 'number', reading, reason: `${each} is a number${comma}${but}` }
  return {
    ...found,
    type: 'number',
    reading: { ...reading, scale: Math.max(shape.scale, 2) },
    reason: `${each} is a number${comma} with at most ${shape.scale} decimal places${but}`,
  }
}

/** Money and measures are plain by their name, or by pence and thousands separators in most values; codes never are. */
function measureTolerance(name: string, strict: boolean, shape: { fits: number; fractions: number; decorated: number }): number {
  if (strict) return 0
  if (isMeasureName(name)) return 0.1
  return shape.fractions + shape.decorated >= shape.fits / 2 ? 0.02 : RARE
}

/** Eight digits that are days of our time, every one of them, are no numbers by chance. */
function areCompactDates(values: Counts): boolean {
  let all = values.size >= 3
  for (const text of values.keys()) {
    all &&= /^(?:19|20)\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])$/.test(text)
    if (!all) break
  }
  return all
}

/** Years such as 2007-08 or 2007/08, which run from one spring to the next, look like months as long as the second half is below 13. */
function areFinancialYears(values: Counts): boolean {
  return [...values.keys()].every((text) => {
    const [, year, next] = /^(\d{4})[-/](\d\d)$/.exec(text) ?? []
    return year !== undefined && (Number(year) + 1) % 100 === Number(next)
  })
}

function asDate({ name, values, cells, allowed, strict }: Asked): Found | undefined {
  const named = isDateName(name) || areCompactDates(values)
  if (areFinancialYears(values)) return textCandidate('each value is a financial year, from one spring to the next', 0.8)
  const forms = dateForms(values, named)
  if (!forms) return undefined
  const tolerance = strict ? 0 : named ? 0.1 : 0.02
  const misfits = cells - forms.fits
  if (misfits > Math.max(allowed, toleratedMisfits({ tolerance }, cells)) || forms.fits <= cells / 2) return undefined
  if (!named && forms.months > forms.fits / 2 && cells < 3) return undefined
  return {
    type: forms.timed ? 'date-time' : 'date',
    reading: {
      patterns: forms.patterns,
      ...(forms.serials && { serials: forms.serials }),
      ...(forms.ornate && { ornate: true }),
      ...(forms.months && { months: forms.months === forms.fits ? 'all' : 'some' }),
      ...(forms.ambiguous && { ambiguous: true }),
    } as Reading,
    reason: dateReason(forms, cells),
    simple: !misfits && !forms.serials && !forms.ornate,
    confidence: forms.ambiguous ? 0.7 : misfits ? 0.85 : forms.months || forms.serials ? 0.8 : 0.95,
    tolerance,
  }
}

function dateReason(forms: DateForms, cells: number): string {
  const shapes = forms.patterns.slice(0, 4).map(inWords)
  const written = shapes.length ? `a date written ${shapes.join(' or ')}${forms.patterns.length > 4 ? ' and otherwise' : ''}` : 'a date'
  return [
    `${forms.fits < cells ? `${forms.fits} of ${cells} values are` : 'every value is'} ${written}`,
    ...(forms.serials ? ['five-digit numbers are a spreadsheet’s days counted from 1900'] : []),
    ...(forms.months
      ? [`${forms.months === forms.fits ? 'each names' : `${forms.months} name`} a month alone, kept as its first day`]
      : []),
    ...(forms.ambiguous ? ['no day above 12 proves the order, day first is usual here'] : []),
  ].join('; ')
}

const letters: Record<string, string> = {
  d: 'dd',
  m: 'mm',
  Y: 'yyyy',
  y: 'yy',
  b: 'mmm',
  B: 'month',
  A: 'weekday',
  a: 'weekday',
  H: 'hh',
  I: 'hh',
  M: 'mm',
  S: 'ss',
  p: 'am/pm',
  f: 'fraction',
}

/** A strptime pattern as people write it: dd/mm/yyyy. */
function inWords(pattern: string): string {
  return pattern.replace(/%([a-zA-Z])/g, (whole, letter: string) => letters[letter] ?? whole)
}
