import { readFile } from 'node:fs/promises'
import { endorsementExpiry, type Licence, monthsAfter, offences, pointsOn } from './model.ts'

const statuses: Readonly<Record<string, Licence['licenceStatus']>> = {
  VALID: 'valid',
  DISQUALIFIED: 'disqualified',
  REVOKED: 'revoked',
  SURRENDERED: 'surrendered',
}

const dateOf = (digits: string): string => `${digits.slice(0, 4)}-${digits.slice(4, 6)}-${digits.slice(6, 8)}`
const nameOf = (capitals: string): string => capitals.toLowerCase().replace(/(^|[\s'-])\p{L}/gu, (start) => start.toUpperCase())
const kindOf = (letter: string | undefined): 'full' | 'provisional' => (letter === 'F' ? 'full' : 'provisional')

/** Licences by driver number, from the export of the old system: a line for a driver, an entitlement or an endorsement. */
export function readDrivers(text: string, today: string): Map<string, Licence> {
  const licences = new Map<string, Licence>()
  for (const line of text.split(/\r?\n/)) {
    const cells = line.slice(2).split('|')
    const licence = licences.get(cells[0] ?? '')
    if (line.startsWith('D ')) licences.set(cells[0]!, driverOf(cells))
    else if (line.startsWith('E ') && licence) licence.entitlements.push(entitlementOf(cells))
    else if (line.startsWith('P ') && licence) licence.endorsements.push(endorsementOf(cells))
  }
  for (const licence of licences.values()) finish(licence, today)
  return licences
}

function driverOf(cells: string[]): Licence {
  const [driverNumber = '', surname = '', forenames = '', born = '', , postcode = '', status = '', type, issued = '', expires = ''] = cells
  return {
    driverNumber,
    firstNames: nameOf(forenames),
    lastName: nameOf(surname),
    dateOfBirth: dateOf(born),
    postcode,
    licenceStatus: statuses[status] ?? 'revoked',
    licenceType: type === 'FULL' ? 'full' : 'provisional',
    validFrom: dateOf(issued),
    validTo: dateOf(expires),
    entitlements: [],
    endorsements: [],
    penaltyPoints: 0,
    disqualifiedUntil: null,
  }
}

function entitlementOf([, category = '', kind, from = '', to = '', restrictions = '']: string[]): Licence['entitlements'][number] {
  return { category, kind: kindOf(kind), from: dateOf(from), to: dateOf(to), restrictions: restrictions.split(',').filter(Boolean) }
}

function endorsementOf([
  ,
  code = '',
  offence = '',
  conviction = '',
  points = '0',
  fine = '0',
  months = '0',
]: string[]): Licence['endorsements'][number] {
  const [offenceDate, convictionDate] = [dateOf(offence), dateOf(conviction)]
  return {
    code,
    offence: offences[code] ?? code,
    offenceDate,
    convictionDate,
    points: Number(points),
    fine: Number(fine) / 100,
    disqualifiedMonths: Number(months),
    expires: endorsementExpiry(code, offenceDate, convictionDate),
  }
}

function finish(licence: Licence, today: string): void {
  licence.endorsements = licence.endorsements.filter(({ expires }) => expires > today)
  licence.penaltyPoints = pointsOn(licence.endorsements, today)
  const ends = licence.endorsements
    .filter(({ disqualifiedMonths }) => disqualifiedMonths > 0)
    .map(({ convictionDate, disqualifiedMonths }) => monthsAfter(convictionDate, disqualifiedMonths))
    .filter((end) => end > today)
  licence.disqualifiedUntil = ends.sort().at(-1) ?? null
}

/** The export, read anew when the day changes, since points and endorsements end with days. */
export function openLegacy(path: string, today: () => string) {
  let kept: { day: string; licences: Promise<Map<string, Licence>> } | undefined
  return (): Promise<Map<string, Licence>> => {
    const day = today()
    if (kept?.day !== day) kept = { day, licences: readFile(path, 'utf8').then((text) => readDrivers(text, day)) }
    return kept.licences
  }
}
