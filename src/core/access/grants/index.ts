import { type Clock, newId, Problem, type SixteenBus } from '../../../foundation/kernel/index.ts'
import type { NewLedgerEvent } from '../ledger/event.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Record as Recorder } from '../ledger/writer.ts'
import type { RecordServices } from '../records/services.ts'
import type { Grant, NewGrant } from './model.ts'
import type { GrantStore } from './store.ts'

export interface Grants {
  /**
   * The grant, once it and its entry in the ledger are on the disk.
   *
   * @throws {Problem} record-service-not-found, purpose-not-allowed, fields-not-allowed, grant-not-allowed
   */
  create(grant: NewGrant, more?: { recipientKind?: string; alongside?: (grant: Grant) => void }): Promise<Grant>
  find(id: string): Grant | undefined
  /** The grant if it may be used at this time: not revoked, not expired, begun, not used up. */
  live(id: string, at: Date): Grant | undefined
  /** Newest first, live or not. */
  listOf(subject: string): Grant[]
  /** Live grants of an application for a dataset, by id. */
  listOfClient(client: string, dataset: string, page: { after: string; limit: number }): Grant[]
  /**
   * The grant as it is after; refused from then on, on the disk when this resolves. Revoking twice is revoking once.
   *
   * @throws {Problem} grant-not-found
   */
  revoke(id: string, by: string, reason: string | null): Promise<Grant>
  /** Puts another grant in the place of one: a renewed consent. @throws {Problem} grant-not-found */
  supersede(id: string, grant: NewGrant): Promise<Grant>
}

const DAY_MS = 86_400_000

export function openGrants(options: {
  store: GrantStore
  ledger: Ledger
  services: RecordServices
  clock: Clock
  events: SixteenBus
}): Grants {
  const { store, ledger, services, clock, events } = options
  const now = () => clock.now().toISOString()
  const found = (id: string): Grant => {
    const grant = store.find(id, now())
    if (!grant) throw grantNotFound()
    return grant
  }

  /** Checks the grant against its purpose; the answer writes it, inside a transaction. */
  const prepare = (given: NewGrant, recipientKind?: string) => {
    const service = services.get(given.dataset)
    const purpose = services.purpose(service, given.purpose)
    const fields = services.allowed(service, purpose, given.fields).map(({ text }) => text)
    if (recipientKind !== undefined && !purpose.recipientKinds.includes(recipientKind))
      throw refused(`The purpose ${purpose.code} is not for this kind of organisation: ${recipientKind}.`, '/recipient')
    const days = (Date.parse(given.expiresAt) - Date.parse(given.notBefore)) / DAY_MS
    if (!(days > 0)) throw refused('It would end before it begins.', '/expiresAt')
    if (days > purpose.longestDays) throw refused(`The purpose ${purpose.code} allows ${purpose.longestDays} days at most.`, '/expiresAt')
    if (given.expiresAt <= now()) throw refused('It would have ended already.', '/expiresAt')
    if (given.basis !== purpose.lawfulBasis) throw refused(`The purpose ${purpose.code} rests on ${purpose.lawfulBasis}.`, '/basis')
    if (purpose.mostUses !== null && (given.maxUses === null || given.maxUses > purpose.mostUses))
      throw refused(`The purpose ${purpose.code} allows ${purpose.mostUses} retrievals at most.`, '/maxUses')
    if (given.maxUses !== null && !(Number.isInteger(given.maxUses) && given.maxUses > 0))
      throw refused('Allow at least one retrieval.', '/maxUses')
    return (record: Recorder): Grant => {
      const grant: Grant = {
        ...given,
        notBefore: new Date(given.notBefore).toISOString(),
        expiresAt: new Date(given.expiresAt).toISOString(),
        fields,
        id: newId(),
        used: 0,
        state: 'active',
        createdAt: now(),
        revokedAt: null,
        revokedBy: null,
        revokeReason: null,
        ledgerIndex: -1,
        version: 1,
      }
      grant.ledgerIndex = record(eventOf(grant, 'grant', grant.createdAt, 'granted')).place
      store.insert(grant)
      return grant
    }
  }

  const end = (record: Recorder, grant: Grant, state: 'revoked' | 'superseded', by: string, reason: string | null): boolean => {
    const at = now()
    if (!store.end(grant.id, state, at, by, reason)) return false
    record(eventOf(grant, 'grant-revoked', at, state))
    return true
  }

  return {
    create: async (given, more) => {
      const write = prepare(given, more?.recipientKind)
      return ledger.commit((record) => {
        const grant = write(record)
        more?.alongside?.(grant)
        return grant
      })
    },
    find: (id) => store.find(id, now()),
    live: (id, at) => {
      const grant = store.find(id, at.toISOString())
      if (grant?.state !== 'active' || grant.notBefore > at.toISOString()) return undefined
      return grant.maxUses === null || grant.used < grant.maxUses ? grant : undefined
    },
    listOf: (subject) => store.ofSubject(subject, now()),
    listOfClient: (client, dataset, { after, limit }) => store.ofClient(client, dataset, now(), after, limit),
    revoke: async (id, by, reason) => {
      const grant = found(id)
      const ended = await ledger.commit((record) => end(record, grant, 'revoked', by, reason))
      if (ended) events.emit('grant-revoked', { grant: id, client: grant.client, dataset: grant.dataset })
      return found(id)
    },
    supersede: async (id, given) => {
      const grant = found(id)
      const write = prepare(given)
      const made = await ledger.commit((record) => {
        if (!end(record, grant, 'superseded', grant.subject, null)) throw grantNotFound()
        return write(record)
      })
      events.emit('grant-revoked', { grant: id, client: grant.client, dataset: grant.dataset })
      return made
    },
  }
}

function grantNotFound(): Problem {
  return new Problem('grant-not-found', { detail: 'There is no such grant of yours.' })
}

function refused(detail: string, pointer: string): Problem {
  return new Problem('grant-not-allowed', { detail, pointer })
}

function eventOf(grant: Grant, kind: 'grant' | 'grant-revoked', at: string, outcome: string): NewLedgerEvent {
  return {
    kind,
    at,
    subject: grant.subject,
    organisation: grant.recipient,
    system: grant.client,
    user: null,
    dataset: grant.dataset,
    fields: grant.fields,
    purpose: grant.purpose,
    basis: grant.basis,
    grant: grant.id,
    outcome,
    responseSha256: null,
    reference: null,
    covert: null,
  }
}
