/** How the dates of a column are written: patterns for strptime, in the order in which they are to be tried. */
export interface DateForms {
  patterns: string[]
  fits: number
  /** A time of day other than midnight occurs. */
  timed: boolean
  /** Day first and month first both fit every value. */
  ambiguous: boolean
}

type Order = 'dmy' | 'mdy' | 'ymd'
interface Form {
  order: Order
  pattern: string
  midnight: boolean
}

const month = '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)'
const months = '(?:january|february|march|april|may|june|july|august|september|october|november|december)'
const numeric = /^(\d{1,2})([-/.])(\d{1,2})\2(\d{4}|\d{2})(?: (.+))?$/
const isoLike = /^(\d{4})([-/.]?)(\d{2})\2(\d{2})(?:([T ])(.+))?$/
const named = new RegExp(`^(\\d{1,2})([- /]?)(${months}|${month})([- /,]{0,2})(\\d{4}|\\d{2})(?: (.+))?$`, 'i')
const monthFirst = new RegExp(`^(${months}|${month})( )(\\d{1,2})(, ?| )(\\d{4})$`, 'i')
const clock = /^(\d{1,2}):(\d{2})(?::(\d{2})(\.\d{1,6})?)?(Z)?$/

/** The date forms that read most of the texts, one order of day and month for all; undefined when none reads any. */
export function dateForms(values: readonly string[], namedDate: boolean): DateForms | undefined {
  const read = values.map((value) => formsOf(value, namedDate))
  const fits = (order: Order) => read.filter((forms) => forms.some((form) => form.order === order)).length
  const orders = (['ymd', 'dmy', 'mdy'] as const).map((order) => ({ order, fits: fits(order) }))
  const best = orders.reduce((a, b) => (b.fits > a.fits ? b : a))
  if (!best.fits) return undefined
  const chosen = read.flatMap((forms) => forms.filter((form) => form.order === best.order))
  const counts = new Map<string, number>()
  for (const form of chosen) counts.set(form.pattern, (counts.get(form.pattern) ?? 0) + 1)
  return {
    patterns: [...counts.keys()].sort((a, b) => shortYearFirst(a, b) || (counts.get(b) ?? 0) - (counts.get(a) ?? 0)),
    fits: best.fits,
    timed: chosen.some((form) => !form.midnight),
    ambiguous: best.order === 'dmy' && orders.some(({ order, fits }) => order === 'mdy' && fits === best.fits),
  }
}

/** %Y reads "12" as the year 12, while %y refuses "2012": so %y is tried first. */
function shortYearFirst(a: string, b: string): number {
  return Number(b.includes('%y')) - Number(a.includes('%y'))
}

function formsOf(text: string, namedDate: boolean): Form[] {
  return numericForms(text) ?? isoForms(text, namedDate) ?? namedForms(text) ?? []
}

function numericForms(text: string): Form[] | undefined {
  const [, first, separator, second, year, time] = numeric.exec(text) ?? []
  if (!first || !second || !year) return undefined
  const tail = timeForm(time, ' ')
  if (!tail) return []
  const y = year.length === 4 ? '%Y' : '%y'
  const forms: Form[] = []
  if (isDay(first) && isMonth(second))
    forms.push({ order: 'dmy', pattern: `%d${separator}%m${separator}${y}${tail.pattern}`, midnight: tail.midnight })
  if (isMonth(first) && isDay(second))
    forms.push({ order: 'mdy', pattern: `%m${separator}%d${separator}${y}${tail.pattern}`, midnight: tail.midnight })
  return forms
}

function isoForms(text: string, namedDate: boolean): Form[] | undefined {
  const [, year, separator, m, d, joint, time] = isoLike.exec(text) ?? []
  if (!year || !m || !d || !isMonth(m) || !isDay(d) || Number(year) < 1000) return undefined
  if (!separator && !namedDate) return undefined
  const tail = timeForm(time, joint ?? ' ')
  return tail ? [{ order: 'ymd', pattern: `%Y${separator}%m${separator}%d${tail.pattern}`, midnight: tail.midnight }] : []
}

function namedForms(text: string): Form[] | undefined {
  const [, day, separator = '', name, second = '', year, time] = named.exec(text) ?? []
  if (day && name && year && isDay(day)) {
    const tail = timeForm(time, ' ')
    return tail
      ? [
          {
            order: 'dmy',
            pattern: `%d${separator}${nameForm(name)}${second}${year.length === 4 ? '%Y' : '%y'}${tail.pattern}`,
            midnight: tail.midnight,
          },
        ]
      : []
  }
  const [, leading, , late, comma, long] = monthFirst.exec(text) ?? []
  if (leading && late && long && isDay(late)) return [{ order: 'dmy', pattern: `${nameForm(leading)} %d${comma}%Y`, midnight: true }]
  return undefined
}

const nameForm = (name: string): string => (name.length > 3 ? '%B' : '%b')

/** Pattern of the time of day after a date; undefined when the text is no time. */
function timeForm(text: string | undefined, joint: string): { pattern: string; midnight: boolean } | undefined {
  if (text === undefined) return { pattern: '', midnight: true }
  const [, hour, minute, second, fraction, zulu = ''] = clock.exec(text) ?? []
  if (!hour || !minute || Number(hour) > 23 || Number(minute) > 59 || Number(second ?? 0) > 59) return undefined
  const pattern = `${joint}%H:%M${second ? ':%S' : ''}${fraction ? '.%f' : ''}${zulu}`
  return { pattern, midnight: Number(hour) + Number(minute) + Number(second ?? 0) + Number(fraction ?? 0) === 0 }
}

const isDay = (text: string): boolean => Number(text) >= 1 && Number(text) <= 31
const isMonth = (text: string): boolean => Number(text) >= 1 && Number(text) <= 12
