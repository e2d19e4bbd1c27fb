import type { Licence } from './model.ts'

/** Fields of a licence that have a place in the older API's answer. */
export const enquiryFields: readonly string[] = [
  'driverNumber',
  'firstNames',
  'lastName',
  'dateOfBirth',
  'licenceStatus',
  'licenceType',
  'validFrom',
  'validTo',
  'entitlements',
  'endorsements',
  'penaltyPoints',
  'disqualifiedUntil',
]

const capitalised = (word: string | undefined): string | undefined => word && word.charAt(0).toUpperCase() + word.slice(1)

/** Leaves out what was not granted, and objects of which nothing is left. */
function kept<T extends object>(members: T): Partial<T> | undefined {
  const left = Object.entries(members).filter(([, value]) => value !== undefined)
  return left.length > 0 ? (Object.fromEntries(left) as Partial<T>) : undefined
}

/** The granted fields of a licence as the full driver enquiry names them: dates as YYYY-MM-DD, fines in pounds. */
export function enquiryAnswer(licence: Partial<Licence>): object {
  const { licenceType, licenceStatus, validFrom, validTo, entitlements, endorsements, penaltyPoints } = licence
  return {
    ...kept({
      driver: kept({
        drivingLicenceNumber: licence.driverNumber,
        firstNames: licence.firstNames,
        lastName: licence.lastName,
        dateOfBirth: licence.dateOfBirth,
        penaltyPoints,
        disqualifiedUntil: licence.disqualifiedUntil ?? undefined,
      }),
      licence: kept({ type: capitalised(licenceType), status: capitalised(licenceStatus) }),
      entitlement: entitlements?.map(({ category, kind, from, to, restrictions }) => ({
        categoryCode: category,
        categoryType: capitalised(kind),
        fromDate: from,
        expiryDate: to,
        restrictions: restrictions.map((restrictionCode) => ({ restrictionCode })),
      })),
      endorsements: endorsements?.map((one) => ({
        offenceCode: one.code,
        offenceLegalLiteral: one.offence,
        offenceDate: one.offenceDate,
        convictionDate: one.convictionDate,
        penaltyPoints: one.points,
        fine: one.fine,
        expiryDate: one.expires,
      })),
      token: kept({ validFromDate: validFrom, validToDate: validTo }),
    }),
  }
}
