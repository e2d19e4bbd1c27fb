/** A conviction or caution, its dates as YYYY-MM-DD. */
export interface Outcome {
  date: string
  offence: string
  court: string | null
  disposal: string
  /** Length of the sentence or order, in months; null where it has none. */
  months: number | null
}

/** The date some months later; the last day of the month where the day is missing there. */
export function monthsLater(date: string, months: number): string {
  const [year = 0, month = 1, day = 1] = date.split('-').map(Number)
  const last = new Date(Date.UTC(year, month + months, 0)).getUTCDate()
  return new Date(Date.UTC(year, month - 1 + months, Math.min(day, last))).toISOString().slice(0, 10)
}

/**
 * The day from which a conviction of an adult is spent; undefined when it never is, as far as this is worked out.
 *
 * @see Rehabilitation of Offenders Act 1974, section 5(2), in force since 28 October 2023: custody of a year or less and 12 months, of up to four years
 * and 4 years, a community order to its end, a fine and 12 months, a discharge to its end.
 */
export function spentFrom({ date, disposal, months }: Outcome): string | undefined {
  switch (disposal) {
    case 'imprisonment':
    case 'suspended sentence':
      if (months === null || months > 48) return undefined
      return monthsLater(monthsLater(date, months), months <= 12 ? 12 : 48)
    case 'community order':
    case 'conditional discharge':
      return monthsLater(date, months ?? 24)
    case 'fine':
      return monthsLater(date, 12)
    case 'absolute discharge':
      return date
    default:
      return undefined
  }
}

/** Whether a conviction need not be told any more on a day. */
export function isSpent(conviction: Outcome, day: string): boolean {
  const from = spentFrom(conviction)
  return from !== undefined && from <= day
}

/** Whether a caution is spent on a day: a simple one at once, a conditional one after three months. @see the same Act, schedule 2, paragraph 1 */
export function isCautionSpent({ date, disposal }: Outcome, day: string): boolean {
  return disposal === 'simple caution' || monthsLater(date, 3) <= day
}
