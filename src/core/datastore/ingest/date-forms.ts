/** One way in which a text can be read as a date. */
export interface DateForm {
  /** `any` where the text has no order of day and month to prove: it names a month alone. */
  order: 'dmy' | 'mdy' | 'ymd' | 'any'
  /** For strptime. */
  pattern: string
  midnight: boolean
  /** Names a month and no day. */
  month?: true
  /** Holds 1st, 2nd or Sept, which strptime does not know. */
  ornate?: true
}

const month = '(?:jan|feb|mar|apr|may|jun|jul|aug|sept|sep|oct|nov|dec)'
const months = '(?:january|february|march|april|may|june|july|august|september|october|november|december)'
const weekday = '(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|mon|tue|wed|thu|fri|sat|sun)'
const numeric = /^(\d{1,2})([-/. ])(\d{1,2})\2(\d{4}|\d{2})(?: (.+))?$/
const isoLike = /^(\d{4})([-/.]?)(\d{1,2})\2(\d{1,2})(?:([T ])(.+))?$/
const dayNamed = new RegExp(
  `^(?:(${weekday})(,? ))?(\\d{1,2})(st|nd|rd|th)?([- /.]?)(${months}|${month})([- /.,]{0,2})(\\d{4}|\\d{2})(?: (.+))?$`,
  'i',
)
const monthNamed = new RegExp(`^(?:(${weekday})(,? ))?(${months}|${month})([ -])(\\d{1,2})(st|nd|rd|th)?(, ?| |-)(\\d{4})(?: (.+))?$`, 'i')
const monthOnly = new RegExp(`^(${months}|${month})([-/ .,']{0,2})(\\d{4}|\\d{2})$`, 'i')
const numericMonth = /^(?:(\d{4})([-/.]?)(\d{2})|(\d{1,2})([-/.])(\d{4}))$/
const clock = /^(\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,6})?)?( ?[AaPp][Mm])?(Z)?$/

/** Every way to read a text as a date; none when it is no date. `namedDate` says that the column's name speaks of dates. */
export function dateFormsOf(text: string, namedDate: boolean): DateForm[] {
  if (text.length < 4 || text.length > 60) return []
  return numericForms(text) ?? isoForms(text, namedDate) ?? namedForms(text) ?? monthForms(text, namedDate) ?? []
}

function numericForms(text: string): DateForm[] | undefined {
  const [, first, separator, second, year, time] = numeric.exec(text) ?? []
  if (!first || !second || !year) return undefined
  const tail = timeForm(time, ' ')
  if (!tail) return []
  const y = yearForm(year)
  const forms: DateForm[] = []
  if (isDay(first) && isMonth(second))
    forms.push({ order: 'dmy', pattern: `%d${separator}%m${separator}${y}${tail.pattern}`, midnight: tail.midnight })
  if (isMonth(first) && isDay(second))
    forms.push({ order: 'mdy', pattern: `%m${separator}%d${separator}${y}${tail.pattern}`, midnight: tail.midnight })
  return forms
}

function isoForms(text: string, namedDate: boolean): DateForm[] | undefined {
  const [, year, separator, m, d, joint, time] = isoLike.exec(text) ?? []
  if (!year || !m || !d || !isMonth(m) || !isDay(d) || Number(year) < 1000) return undefined
  if (!separator && (!namedDate || m.length + d.length < 4)) return undefined
  const tail = timeForm(time, joint ?? ' ')
  return tail ? [{ order: 'ymd', pattern: `%Y${separator}%m${separator}%d${tail.pattern}`, midnight: tail.midnight }] : []
}

function namedForms(text: string): DateForm[] | undefined {
  return dayFirstForms(text) ?? monthFirstForms(text)
}

function dayFirstForms(text: string): DateForm[] | undefined {
  const [, week, comma = '', day, ordinal, separator = '', name, second = '', year, time] = dayNamed.exec(text) ?? []
  if (!day || !name || !year || !isDay(day)) return undefined
  const tail = timeForm(time, ' ')
  if (!tail) return []
  const pattern = `${weekForm(week)}${comma}%d${separator}${nameForm(name)}${second}${yearForm(year)}${tail.pattern}`
  return [{ order: 'dmy', pattern, midnight: tail.midnight, ...ornate(ordinal, name) }]
}

function monthFirstForms(text: string): DateForm[] | undefined {
  const [, week, comma = '', name, gap, day, ordinal, separator, year, time] = monthNamed.exec(text) ?? []
  if (!name || !day || !year || !isDay(day)) return undefined
  const tail = timeForm(time, ' ')
  if (!tail) return []
  const pattern = `${weekForm(week)}${comma}${nameForm(name)}${gap}%d${separator}%Y${tail.pattern}`
  return [{ order: 'dmy', pattern, midnight: tail.midnight, ...ornate(ordinal, name) }]
}

/** A month alone. Two digits are a year only near our time, so that "Jan-31" is left alone. */
function monthForms(text: string, namedDate: boolean): DateForm[] | undefined {
  const [, name, gap, year] = monthOnly.exec(text) ?? []
  if (name && year && (year.length === 4 || Number(year) < 41 || Number(year) > 89) && (gap || namedDate))
    return [{ order: 'any', pattern: `${nameForm(name)}${gap}${yearForm(year)}`, midnight: true, month: true, ...ornate(undefined, name) }]
  const [, y, joint = '', m, m2, joint2, y2] = numericMonth.exec(text) ?? []
  if (y && m && (joint || namedDate) && isMonth(m) && isYear(y))
    return [{ order: 'any', pattern: `%Y${joint}%m`, midnight: true, month: true }]
  if (m2 && y2 && isMonth(m2) && isYear(y2) && namedDate) return [{ order: 'any', pattern: `%m${joint2}%Y`, midnight: true, month: true }]
  return undefined
}

const ornate = (ordinal: string | undefined, name: string): { ornate?: true } =>
  ordinal || name.toLowerCase() === 'sept' ? { ornate: true } : {}
const weekForm = (name: string | undefined): string => (!name ? '' : /day$/i.test(name) ? '%A' : '%a')
const nameForm = (name: string): string => (name.length > 4 || /^ju(?:ne|ly)$/i.test(name) ? '%B' : '%b')
const yearForm = (year: string): string => (year.length === 4 ? '%Y' : '%y')
const isDay = (text: string): boolean => Number(text) >= 1 && Number(text) <= 31
const isMonth = (text: string): boolean => Number(text) >= 1 && Number(text) <= 12
const isYear = (text: string): boolean => Number(text) >= 1900 && Number(text) <= 2100

/** Pattern of the time of day after a date; undefined when the text is no time. */
function timeForm(text: string | undefined, joint: string): { pattern: string; midnight: boolean } | undefined {
  if (text === undefined) return { pattern: '', midnight: true }
  const [, hour, minute, second, fraction, half, zone = ''] = clock.exec(text) ?? []
  if (!hour || !minute || Number(hour) > (half ? 12 : 23) || Number(minute) > 59 || Number(second ?? 0) > 59) return undefined
  const hours = half ? (Number(hour) % 12) + (/p/i.test(half) ? 12 : 0) : Number(hour)
  const halfForm = half ? `${half.startsWith(' ') ? ' ' : ''}%p` : ''
  const pattern = `${joint}${half ? '%I' : '%H'}:%M${second ? ':%S' : ''}${fraction ? '.%f' : ''}${halfForm}${zone}`
  return { pattern, midnight: hours + Number(minute) + Number(second ?? 0) + Number(fraction ?? 0) === 0 }
}
