const monthNames = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
]
const named = new RegExp(
  `(?<![a-z])(${monthNames.map((name) => `${name}|${name.slice(0, 3)}`).join('|')}|sept)[ _.-]*((?:19|20)\\d{2}|\\d{2})(?!\\d)`,
  'i',
)
const numbered = /(?<!\d)((?:19|20)\d{2})[ _-]?(0[1-9]|1[0-2])(?!\d)/

/** The month that a title or file name speaks of, as yyyy-mm; undefined when it names none. */
export function statedMonth(text: string): string | undefined {
  const [, name, year] = named.exec(text) ?? []
  if (name && year) {
    const month = monthNames.findIndex((full) => full.startsWith(name.toLowerCase().slice(0, 3))) + 1
    return `${year.length === 2 ? `20${year}` : year}-${String(month).padStart(2, '0')}`
  }
  const [, plainYear, plainMonth] = numbered.exec(text) ?? []
  return plainYear && plainMonth ? `${plainYear}-${plainMonth}` : undefined
}

/** Months that hold less than this share of a file's dates are slips or stragglers and not its period. */
const STRAGGLERS = 0.1

/** The months that a file covers, first and last as yyyy-mm, from how many of its dates fall in each; undefined without dates. */
export function coveredMonths(counts: ReadonlyMap<string, number>): { first: string; last: string } | undefined {
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0)
  const months = [...counts].filter(([, count]) => count >= total * STRAGGLERS).map(([month]) => month)
  const [first, last] = [months.toSorted()[0], months.toSorted().at(-1)]
  return first && last ? { first, last } : undefined
}

/** A period as it is written: 2012-05, or 2012-04/2012-06 for several months (an interval of ISO 8601). */
export const periodText = ({ first, last }: { first: string; last: string }): string => (first === last ? first : `${first}/${last}`)

/** The day by which the payments of a period are to be published: the last of the month after it, as HM Treasury asks of departments. */
export function dueDay(period: string): string {
  const [year = 0, month = 1] = (period.split('/').at(-1) ?? '').split('-').map(Number)
  return new Date(Date.UTC(year, month + 1, 0)).toISOString().slice(0, 10)
}

/** Whole days from one day to another, negative when the other is earlier. */
export const daysBetween = (from: string, to: string): number =>
  Math.round((Date.parse(to.slice(0, 10)) - Date.parse(from.slice(0, 10))) / 86_400_000)
