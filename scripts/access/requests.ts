import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import type { Grant } from '../../src/core/access/index.ts'
import { fixedClock, Problem } from '../../src/foundation/kernel/index.ts'
import { isOver, mayDrive } from '../../src/profiles/driving-licence/model.ts'
import { DATASET, DAY_MS, grantOf, licenceOf, openPlace, randomFrom } from './place.ts'

export interface RequestResult {
  requests: number
  grants: number
  answered: number
  refused: number
  /** Answers that hold a field outside the grant or the request. */
  fieldsOutside: number
  /** Answers that hold a value of somebody else's record. */
  otherSubjects: number
  /** Anything else in which the server departs from the model: refused what is allowed, or the other way. */
  departures: string[]
  seconds: number
}

const DRIVERS = 200
const CLIENTS = ['app-a', 'app-b', 'app-c']
const FIELDS = ['driverNumber', 'firstNames', 'lastName', 'dateOfBirth', 'licenceStatus', 'validTo', 'entitlements', 'penaltyPoints']
const ANSWERS = ['entitledToDrive(B)', 'entitledToDrive(C)', 'pointsAtMost(3)', 'pointsAtMost(9)', 'ageOver(25)', 'ageOver(60)']
const NONSENSE = [
  'postcode',
  'pointsAtMost(4)',
  'ageOver(26)',
  'entitledToDrive(BE)',
  'constructor',
  '__proto__',
  'lastName ',
  'pointsAtMost',
]
const AT_ONCE = 256
const REQUESTS_A_STEP = 2000

interface Known extends Pick<Grant, 'id' | 'client' | 'fields' | 'maxUses'> {
  driver: number
  expires: number
  revoked: boolean
  used: number
}

/** What the record says of a field, worked out by itself. */
function trueValue(driver: number, field: string, today: string): unknown {
  const licence = licenceOf(driver)
  const [, name, argument = ''] = /^(\w+)(?:\((\w+)\))?$/.exec(field) ?? []
  if (name === 'entitledToDrive') return mayDrive(licence, argument, today)
  if (name === 'pointsAtMost') return licence.penaltyPoints <= Number(argument)
  if (name === 'ageOver') return isOver(licence.dateOfBirth, Number(argument), today)
  return licence[name as keyof typeof licence]
}

/** Sends generated requests with generated grants, and compares each answer with a model that holds the grants as plain objects. */
export async function generatedRequests(wanted: number): Promise<RequestResult> {
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-requests-'))
  const clock = fixedClock('2026-06-15T12:00:00.000Z')
  const consent = openPlace(folder, DRIVERS, clock)
  const random = randomFrom(7)
  const pick = <T>(from: readonly T[]): T => from[random(from.length)]!
  const some = (from: readonly string[], most: number) => [...new Set(Array.from({ length: 1 + random(most) }, () => pick(from)))]
  for (let at = 0; at < DRIVERS; at += 1) consent.links.link(`driver-${at}`, DATASET, licenceOf(at).driverNumber, clock.now().toISOString())
  const result: RequestResult = {
    requests: 0,
    grants: 0,
    answered: 0,
    refused: 0,
    fieldsOutside: 0,
    otherSubjects: 0,
    departures: [],
    seconds: 0,
  }
  const known: Known[] = []
  const started = Date.now()

  const change = async () => {
    for (let more = 0; more < 60; more += 1) {
      const driver = random(DRIVERS)
      const maxUses = random(3) ? null : 1 + random(20)
      const days = 1 + random(10)
      const wish = grantOf(`driver-${driver}`, pick(CLIENTS), some([...FIELDS, ...ANSWERS], 6), clock.now(), maxUses, days)
      const { id, client, fields } = await consent.grants.create(wish)
      known.push({ id, client, fields, maxUses, driver, expires: clock.now().getTime() + days * DAY_MS, revoked: false, used: 0 })
      result.grants += 1
    }
    for (let less = 0; less < 15; less += 1) {
      const one = pick(known)
      await consent.grants.revoke(one.id, `driver-${one.driver}`, null)
      one.revoked = true
    }
    clock.advance(random(DAY_MS))
    while (known.length > 1000) known.shift()
  }

  const ask = async () => {
    const grant = pick(known)
    const client = random(10) ? grant.client! : pick(CLIENTS)
    const fields = random(8) === 0 ? undefined : some(random(4) ? grant.fields : [...FIELDS, ...ANSWERS, ...NONSENSE], 5)
    const caller = { client, organisation: client, organisationName: client }
    const wanted = fields ?? grant.fields
    const live = !grant.revoked && clock.now().getTime() < grant.expires
    const allowed = client === grant.client && live && wanted.every((field) => grant.fields.includes(field))
    const usesLeft = grant.maxUses === null || grant.used < grant.maxUses
    // Uses of requests under way are counted when they are answered; the store decides between them.
    const contested = grant.maxUses !== null
    try {
      const { record } = await consent.records.retrieve(DATASET, caller, { grant: grant.id, ...(fields && { fields }) })
      result.answered += 1
      grant.used += 1
      if (!allowed || (grant.maxUses !== null && grant.used > grant.maxUses))
        result.departures.push(`answered ${wanted.join()} of ${grant.fields.join()}`)
      if (Object.keys(record).some((name) => !grant.fields.includes(name) || !wanted.includes(name))) result.fieldsOutside += 1
      const today = clock.now().toISOString().slice(0, 10)
      const expected = Object.fromEntries(wanted.map((field) => [field, trueValue(grant.driver, field, today)]))
      if (!isDeepStrictEqual({ ...record }, expected)) result.otherSubjects += 1
    } catch (error) {
      if (!(error instanceof Problem)) throw error
      result.refused += 1
      if (allowed && usesLeft && !contested) result.departures.push(`refused ${error.code}`)
    }
    result.requests += 1
  }

  while (result.requests < wanted) {
    await change()
    let left = Math.min(REQUESTS_A_STEP, wanted - result.requests)
    const hand = async () => {
      while (left-- > 0) await ask()
    }
    await Promise.all(Array.from({ length: AT_ONCE }, hand))
  }
  result.seconds = Math.round((Date.now() - started) / 1000)
  await consent.close()
  await rm(folder, { recursive: true, force: true })
  return result
}
