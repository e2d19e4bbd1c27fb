import { createHmac, hash } from 'node:crypto'
import { type Clock, Problem } from '../../../../foundation/kernel/index.ts'
import type { NewLedgerEvent } from '../../ledger/event.ts'
import type { Ledger } from '../../ledger/ledger.ts'
import { type Disclosure, readRecord } from '../disclose.ts'
import type { Purpose, RecordService } from '../model.ts'
import type { Caller } from '../retrieve.ts'
import type { RecordServices } from '../services.ts'

/** An application that asks by law, not by anybody's consent. */
export interface LawfulCaller extends Caller {
  /** What its organisation is: one of the kinds that purposes name. */
  kind: string
  /** Whether it is live and the publisher of the records has approved it for them. */
  approved: boolean
}

export interface LawfulRequest {
  purpose: string
  fields: readonly string[]
  /** What tells the record apart, by the names of the service's claims. */
  record: Readonly<Record<string, string>>
  /** The officer, hashed. */
  user: string
  /** The case. The person reads it. */
  reference: string
  /** Keeps the access from the person until a date, where the purpose allows that. */
  hide?: { until: string; reviewer: string }
}

export interface LawfulAccess {
  /**
   * Fields of one record, given by law, and in the ledger before they are given.
   *
   * @throws {Problem} record-service-not-found, purpose-not-allowed, fields-not-allowed, lawful-access-refused, record-not-found, record-source-failed
   */
  retrieve(dataset: string, caller: LawfulCaller, asked: LawfulRequest): Promise<Omit<Disclosure, 'grant'>>
}

/**
 * Under what the ledger keeps what the law lets others see of a record: a keyed hash of the record, since the person may come to know this
 * service only later, and then finds all of it in their history.
 */
export function recordSubject(pepper: Buffer, dataset: string, key: string): string {
  return `record ${createHmac('sha256', pepper).update(`record\0${dataset}\0${key}`).digest('base64url')}`
}

/** Purposes that rest on a law, which nobody is asked to consent to. */
export const isByLaw = ({ lawfulBasis }: Purpose): boolean => lawfulBasis === 'public-task' || lawfulBasis === 'legal-obligation'

const DAY_MS = 86_400_000

export function openLawfulAccess(options: { services: RecordServices; ledger: Ledger; pepper: Buffer; clock: Clock }): LawfulAccess {
  const { services, ledger, clock } = options
  return {
    retrieve: async (dataset, caller, asked) => {
      const service = services.get(dataset)
      const purpose = services.purpose(service, asked.purpose)
      checkCaller(purpose, caller)
      const fields = services.allowed(service, purpose, asked.fields)
      const now = clock.now()
      const covert = hidden(purpose, asked.hide, now)
      const event = (outcome: string): Omit<NewLedgerEvent, 'kind' | 'subject'> => ({
        at: now.toISOString(),
        organisation: caller.organisationName,
        system: caller.client,
        user: asked.user,
        dataset,
        fields: fields.map(({ text }) => text),
        purpose: purpose.code,
        basis: purpose.lawfulBasis,
        grant: null,
        outcome,
        responseSha256: null,
        reference: asked.reference,
        covert,
      })
      const key = await service.source.match(claimsOf(service, asked.record))
      const record = key === undefined ? undefined : await readRecord(service, key, fields, now.toISOString().slice(0, 10))
      if (key === undefined || !record) {
        await ledger.commit((append) => void append({ ...event('no-such-record'), kind: 'refusal', subject: null }))
        throw new Problem('record-not-found', { detail: 'No record has all of this.', pointer: '/record' })
      }
      const subject = recordSubject(options.pepper, dataset, key)
      const responseSha256 = hash('sha256', JSON.stringify(record), 'hex')
      const { id, place } = await ledger.commit((append) => append({ ...event('disclosed'), kind: 'disclosure', subject, responseSha256 }))
      return { accessId: id, ledgerIndex: place, at: now.toISOString(), record }
    },
  }
}

function checkCaller(purpose: Purpose, { kind, approved }: LawfulCaller): void {
  if (!isByLaw(purpose)) throw refused(`The purpose ${purpose.code} rests on ${purpose.lawfulBasis}: ask the person.`, '/purpose')
  if (!purpose.recipientKinds.includes(kind)) throw refused(`The purpose ${purpose.code} is not for this kind of organisation.`, '/purpose')
  if (!approved) throw refused('The publisher of the records has not approved this application, or it is not live.')
}

/** @throws {Problem} lawful-access-refused */
function hidden(purpose: Purpose, hide: LawfulRequest['hide'], now: Date): NewLedgerEvent['covert'] {
  if (!hide) return null
  if (!purpose.covert) throw refused(`An access for ${purpose.code} is never hidden.`, '/hide')
  const until = Date.parse(hide.until)
  const most = now.getTime() + purpose.covert.longestDays * DAY_MS
  if (!(until > now.getTime() && until <= most))
    throw refused(`It can be hidden until a time within ${purpose.covert.longestDays} days.`, '/hide/until')
  return { reviewer: hide.reviewer, until: new Date(until).toISOString() }
}

function claimsOf(service: RecordService, given: Readonly<Record<string, string>>): Record<string, string> {
  const unknown = Object.keys(given).find((name) => !service.claims.some((claim) => claim.name === name))
  if (unknown !== undefined)
    throw new Problem('parameter-invalid', {
      detail: `A record of ${service.title} is not told apart by that.`,
      pointer: '/record',
      hint: `Name: ${service.claims.map(({ name }) => name).join(', ')}`,
    })
  return Object.fromEntries(service.claims.map(({ name }) => [name, given[name] ?? '']))
}

function refused(detail: string, pointer?: string): Problem {
  return new Problem('lawful-access-refused', { detail, ...(pointer && { pointer }) })
}
