import type { DateOrder } from '../model.ts'
import { type DateForm, dateFormsOf } from './date-forms.ts'

/** How the dates of a column are written: patterns for strptime, in the order in which they are to be tried. */
export interface DateForms {
  patterns: string[]
  fits: number
  /** A time of day other than midnight occurs. */
  timed: boolean
  /** Day first and month first both fit every value. */
  ambiguous: boolean
  /** Values that name a month and no day. */
  months: number
  /** First and last serial number that may stand for a day in this column; absent where none occurs. */
  serials?: [from: number, to: number]
  /** Some texts hold 1st, 2nd or Sept, which give way before strptime reads them. */
  ornate: boolean
}

type Counts = ReadonlyMap<string, number>

/** Of orders that fit as many values the first is taken. */
const orderOfTrial: readonly DateOrder[] = ['ymd', 'dmy', 'mdy']
type Read = { text: string; count: number; forms: DateForm[] }

/** The date forms that read most of the texts, one order of day and month for all; undefined when none reads any. */
export function dateForms(values: Counts, namedDate: boolean, given?: DateOrder): DateForms | undefined {
  const read = [...values].map(([text, count]): Read => ({ text, count, forms: dateFormsOf(text, namedDate) }))
  const fits = (order: DateOrder) => cells(read.filter(({ forms }) => forms.some((form) => suits(form, order))))
  const orders = (given ? [given] : orderOfTrial).map((order) => ({ order, fits: fits(order) }))
  const best = orders.reduce((a, b) => (b.fits > a.fits ? b : a))
  const serials = serialRange(read, best.order, namedDate)
  if (!best.fits && !serials) return undefined
  const chosen = read.flatMap(({ count, forms }) => {
    const form = forms.find((each) => suits(each, best.order))
    return form ? [{ form, count }] : []
  })
  const serialFits = serials ? cells(read.filter(({ text, forms }) => !forms.length && isSerial(text, serials))) : 0
  return {
    patterns: inOrder(chosen),
    fits: best.fits + serialFits,
    timed: chosen.some(({ form }) => !form.midnight),
    ambiguous:
      best.order === 'dmy' &&
      orders.some(({ order, fits }) => order === 'mdy' && fits === best.fits) &&
      chosen.some(({ form }) => isNumeric(form)),
    months: cells(chosen.filter(({ form }) => form.month)),
    ornate: chosen.some(({ form }) => form.ornate),
    ...(serialFits && { serials }),
  }
}

const cells = (some: readonly { count: number }[]): number => some.reduce((sum, { count }) => sum + count, 0)
const suits = (form: DateForm, order: DateOrder): boolean => form.order === order || form.order === 'any'
const isNumeric = (form: DateForm): boolean => form.order !== 'any' && !/%[bB]/.test(form.pattern)

function inOrder(chosen: readonly { form: DateForm; count: number }[]): string[] {
  const counts = new Map<string, number>()
  for (const { form, count } of chosen) counts.set(form.pattern, (counts.get(form.pattern) ?? 0) + count)
  return [...counts.keys()].sort((a, b) => shortYearFirst(a, b) || (counts.get(b) ?? 0) - (counts.get(a) ?? 0))
}

/** %Y reads "12" as the year 12, while %y refuses "2012": so %y is tried first. */
function shortYearFirst(a: string, b: string): number {
  return Number(b.includes('%y')) - Number(a.includes('%y'))
}

const DAY_MS = 86_400_000
/** Day 0 of a spreadsheet that counts from 1900, after its February that had a day too many. */
const EPOCH_1900 = Date.UTC(1899, 11, 30)

/**
 * Serial numbers that a spreadsheet left among dates, or in the place of all dates of a column so named: those within a year of the
 * other dates, or of our time.
 */
function serialRange(read: readonly Read[], order: DateOrder, namedDate: boolean): [number, number] | undefined {
  const bare = cells(read.filter(({ text }) => /^\d{5}$/.test(text)))
  if (!bare) return undefined
  const dated = read.filter(({ forms }) => forms.some((form) => suits(form, order)))
  const days = dated.map(({ text }) => roughDay(text)).filter(Number.isFinite)
  if (!days.length) return namedDate && bare >= cells(read) * 0.9 ? [32_874, 54_789] : undefined // 1990 to 2049
  if (bare > cells(read) / 2) return undefined
  const [from, to] = days.reduce(([low, high], day) => [Math.min(low, day), Math.max(high, day)], [Number.POSITIVE_INFINITY, 0])
  return [from - 366, to + 366]
}

const isSerial = (value: string, [from, to]: [number, number]): boolean =>
  /^\d{5}$/.test(value) && Number(value) >= from && Number(value) <= to

/** The serial day of a date's year, in the middle of it: enough to tell what lies near. */
function roughDay(text: string): number {
  const long = /(?:19|20)\d\d/.exec(text)?.[0]
  const short = /[^\d](\d\d)$/.exec(text)?.[1]
  const year = long ? Number(long) : short ? Number(short) + (Number(short) < 69 ? 2000 : 1900) : Number.NaN
  return (Date.UTC(year, 6, 1) - EPOCH_1900) / DAY_MS
}
