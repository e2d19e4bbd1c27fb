import type { Grants } from '../grants/index.ts'
import type { Grant } from '../grants/model.ts'
import { isByLaw } from '../records/lawful/index.ts'
import type { Purpose, RecordService } from '../records/model.ts'
import type { RecordServices } from '../records/services.ts'

/** What an application asks for: one entry of `authorization_details`, whose type is a record service. */
export interface Asked {
  service: RecordService
  purpose: Purpose
  /** Fields and answers, each once, as they are written in a grant. */
  fields: string[]
  days: number
  maxUses: number | null
  cadence: string | null
}

const members = new Set(['type', 'fields', 'purpose', 'duration', 'uses', 'cadence'])
const MOST_FIELDS = 100

/**
 * Reads one entry of `authorization_details`.
 *
 * @throws {Problem} of the service, the purpose or the fields; @throws {TypeError} for what cannot be read.
 * @see RFC 9396, section 2.
 */
export function readDetail(detail: Readonly<Record<string, unknown>>, services: RecordServices): Asked {
  const unknown = Object.keys(detail).find((member) => !members.has(member))
  if (unknown) throw new TypeError(`there is no member ${unknown.slice(0, 50)}`)
  const service = services.get(String(detail.type))
  if (typeof detail.purpose !== 'string') throw new TypeError('purpose is missing')
  const purpose = services.purpose(service, detail.purpose)
  if (isByLaw(purpose)) throw new TypeError(`nobody is asked to consent to ${purpose.code}, which rests on ${purpose.lawfulBasis}`)
  const { fields } = detail
  if (!Array.isArray(fields) || fields.length > MOST_FIELDS || fields.some((field) => typeof field !== 'string'))
    throw new TypeError('fields is a list of names')
  return {
    service,
    purpose,
    fields: services.allowed(service, purpose, fields as string[]).map(({ text }) => text),
    days: readDays(detail.duration, purpose),
    maxUses: readUses(detail.uses, purpose),
    cadence: readCadence(detail.cadence),
  }
}

function readDays(duration: unknown, { longestDays }: Purpose): number {
  if (duration === undefined) return longestDays
  const days = Number((typeof duration === 'string' && /^P(\d{1,4})D$/.exec(duration)?.[1]) || 0)
  if (days < 1) throw new TypeError('duration is a number of days, such as P90D')
  if (days > longestDays) throw new TypeError(`duration is longer than the ${longestDays} days of this purpose`)
  return days
}

function readUses(uses: unknown, { mostUses }: Purpose): number | null {
  if (uses === undefined) return mostUses
  if (!Number.isInteger(uses) || (uses as number) < 1) throw new TypeError('uses is a whole number of 1 or more')
  if (mostUses !== null && (uses as number) > mostUses) throw new TypeError(`uses is more than the ${mostUses} of this purpose`)
  return uses as number
}

function readCadence(cadence: unknown): string | null {
  if (cadence === undefined) return null
  if (typeof cadence !== 'string' || !/^P\d{1,3}[DWMY]$/.test(cadence)) throw new TypeError('cadence is a period such as P1M')
  return cadence
}

/** A grant as an entry of `authorization_details`, for the application. */
export function detailOf(grant: Grant): Record<string, unknown> & { type: string } {
  return {
    type: grant.dataset,
    fields: grant.fields,
    purpose: grant.purpose,
    ...(grant.maxUses !== null && { uses: grant.maxUses }),
    ...(grant.cadence !== null && { cadence: grant.cadence }),
    expires_at: grant.expiresAt,
  }
}

/** The live grant that an application names in `grant_id`; undefined for anything else. */
export function managedGrant(grants: Pick<Grants, 'live'>, id: unknown, client: string, now: Date): Grant | undefined {
  const grant = typeof id === 'string' ? grants.live(id, now) : undefined
  return grant?.client === client ? grant : undefined
}
