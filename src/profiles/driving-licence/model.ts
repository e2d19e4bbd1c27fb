/** A driving licence, its dates as YYYY-MM-DD. */
export interface Licence {
  driverNumber: string
  firstNames: string
  lastName: string
  dateOfBirth: string
  postcode: string
  licenceStatus: 'valid' | 'disqualified' | 'revoked' | 'surrendered'
  licenceType: 'full' | 'provisional'
  validFrom: string
  validTo: string
  entitlements: Entitlement[]
  endorsements: Endorsement[]
  /** Of the endorsements that count today. */
  penaltyPoints: number
  disqualifiedUntil: string | null
}

export interface Entitlement {
  category: string
  kind: 'full' | 'provisional'
  from: string
  to: string
  restrictions: string[]
}

export interface Endorsement {
  code: string
  offence: string
  offenceDate: string
  convictionDate: string
  points: number
  fine: number
  disqualifiedMonths: number
  /** It stands on the record until this date. */
  expires: string
}

/** Public names of offence codes. @see https://www.gov.uk/penalty-points-endorsements */
export const offences: Readonly<Record<string, string>> = {
  CU80: 'Breach of requirements as to control of the vehicle, such as using a mobile phone',
  DR10: 'Driving or attempting to drive with alcohol level above limit',
  SP30: 'Exceeding statutory speed limit on a public road',
  SP50: 'Exceeding speed limit on a motorway',
}

/** Offences that stand for eleven years from conviction, not four from the offence. @see https://www.gov.uk/penalty-points-endorsements */
const ELEVEN_YEARS = /^(DR[1-3]0|DR61|DR80|CD[4-6]0)$/
const POINTS_COUNT_YEARS = 3

/** The date some years later. */
export function yearsAfter(date: string, years: number): string {
  const [year, rest] = [Number(date.slice(0, 4)), date.slice(4)]
  const later = `${year + years}${rest}`
  return rest === '-02-29' && !isLeap(year + years) ? `${year + years}-03-01` : later
}

const isLeap = (year: number): boolean => (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0

export function monthsAfter(date: string, months: number): string {
  const at = new Date(`${date}T00:00:00Z`)
  const day = at.getUTCDate()
  at.setUTCMonth(at.getUTCMonth() + months, 1)
  const last = new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() + 1, 0)).getUTCDate()
  at.setUTCDate(Math.min(day, last))
  return at.toISOString().slice(0, 10)
}

export function endorsementExpiry(code: string, offenceDate: string, convictionDate: string): string {
  if (ELEVEN_YEARS.test(code)) return yearsAfter(convictionDate, 11)
  return /^(DR|DD40|DD60)/.test(code) ? yearsAfter(convictionDate, 4) : yearsAfter(offenceDate, 4)
}

/** Points that count towards a disqualification on a day: those of offences of the three years before it. */
export function pointsOn(endorsements: readonly Endorsement[], day: string): number {
  return endorsements
    .filter(({ offenceDate }) => yearsAfter(offenceDate, POINTS_COUNT_YEARS) > day)
    .reduce((sum, { points }) => sum + points, 0)
}

/** Whether somebody with this licence may drive vehicles of a category on a day, without supervision. */
export function mayDrive(
  licence: Pick<Licence, 'licenceStatus' | 'entitlements' | 'disqualifiedUntil' | 'validTo'>,
  category: string,
  day: string,
): boolean {
  const { licenceStatus, entitlements, disqualifiedUntil, validTo } = licence
  if (licenceStatus === 'revoked' || licenceStatus === 'surrendered' || validTo < day) return false
  if (disqualifiedUntil !== null ? day < disqualifiedUntil : licenceStatus === 'disqualified') return false
  return entitlements.some((one) => one.category === category && one.kind === 'full' && one.from <= day && day <= one.to)
}

/** Whether somebody born on a day has had the birthday. */
export function isOver(dateOfBirth: string, years: number, day: string): boolean {
  return yearsAfter(dateOfBirth, years) <= day
}
