import { type Consent, openConsent, type RecordService } from '../../src/core/access/index.ts'
import { type Clock, Events, type SixteenEvents, systemClock } from '../../src/foundation/kernel/index.ts'
import type { Licence } from '../../src/profiles/driving-licence/model.ts'
import { licenceService } from '../../src/profiles/driving-licence/service.ts'

export const DATASET = 'driving-licence'
export const DAY_MS = 86_400_000

/** A number below `most`, the same in each run of one seed. */
export function randomFrom(seed: number): (most: number) => number {
  let state = seed
  return (most) => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648
    return Math.floor((state / 2_147_483_648) * most)
  }
}

/** The licence of invented driver `at`; no two have a value in common where that can be. */
export function licenceOf(at: number): Licence {
  const born = new Date(Date.UTC(1940 + (at % 65), at % 12, 1 + (at % 28))).toISOString().slice(0, 10)
  return {
    driverNumber: `DRIVE${String(100_000 + at).padStart(6, '0')}D99ZZ`,
    firstNames: `First${at}`,
    lastName: `Last${at}`,
    dateOfBirth: born,
    postcode: 'ZZ1 1ZZ',
    licenceStatus: at % 7 === 0 ? 'revoked' : 'valid',
    licenceType: 'full',
    validFrom: '2010-01-01',
    validTo: `20${40 + (at % 50)}-01-01`,
    entitlements: [{ category: at % 2 ? 'B' : 'C', kind: 'full', from: '2010-01-01', to: '2060-01-01', restrictions: [] }],
    endorsements: [],
    penaltyPoints: at % 13,
    disqualifiedUntil: null,
  }
}

export function serviceOf(drivers: number): RecordService {
  const licences = new Map(Array.from({ length: drivers }, (_, at) => [licenceOf(at).driverNumber, licenceOf(at)]))
  return licenceService(async () => licences)
}

export const noLimits = { addressPerMinute: 1e9, organisationPerMinute: 1e9, refusalsPerSecond: 1e9 }

/** The consent layer over a folder that other processes may use at the same time. */
export function openPlace(folder: string, drivers: number, clock: Clock = systemClock): Consent {
  return openConsent({
    folder,
    host: 'verify.test',
    services: [serviceOf(drivers)],
    clock,
    events: new Events<SixteenEvents>(),
    limits: noLimits,
  })
}

/** A grant of a driver for an application. */
export function grantOf(subject: string, client: string, fields: string[], now: Date, maxUses: number | null = null, days = 30) {
  return {
    subject,
    actingFor: null,
    recipient: client,
    client,
    dataset: DATASET,
    fields,
    purpose: 'employment-check',
    basis: 'consent' as const,
    maxUses,
    cadence: null,
    notBefore: now.toISOString(),
    expiresAt: new Date(now.getTime() + days * DAY_MS).toISOString(),
    createdVia: 'oauth' as const,
    evidenceSha256: '0'.repeat(64),
  }
}
