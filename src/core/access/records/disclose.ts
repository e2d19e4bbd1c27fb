import { hash } from 'node:crypto'
import { type Clock, Problem } from '../../../foundation/kernel/index.ts'
import type { Grant } from '../grants/model.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { Record as Recorder } from '../ledger/writer.ts'
import { type FieldExpression, neededFields, project, readField } from './expression.ts'
import type { RecordService } from './model.ts'
import type { RecordServices } from './services.ts'
import type { RecordStore } from './store.ts'

/** Who asks for a record, as the person will read it. */
export interface Asker {
  /** Name of the organisation, when it is known. */
  organisation: string | null
  system: string | null
  /** The person there, hashed. */
  user: string | null
  /** Their own reference. */
  reference: string | null
}

/** What left, and its entry in the ledger. */
export interface Disclosure {
  accessId: string
  /** The grant it was given for. */
  grant: string
  ledgerIndex: number
  at: string
  record: Readonly<Record<string, unknown>>
}

/** Counts a retrieval inside the transaction that records it; false when the grant may not be used any more. */
export type Spend = (now: string) => boolean

export interface Discloser {
  /** The key of somebody's record. @throws {Problem} record-not-connected */
  keyOf(subject: string, service: RecordService): string

  /** The fields of a grant that a request names, or all of them. @throws {Problem} fields-not-granted */
  granted(grant: Grant, fields?: readonly string[]): FieldExpression[]
  /** What the source has for these fields, cut there and again here; nothing is recorded yet. @throws {Problem} record-not-found, record-source-failed */
  read(grant: Pick<Grant, 'subject' | 'dataset'>, fields: readonly FieldExpression[]): Promise<Record<string, unknown>>
  /**
   * Hands out what was read, in one transaction with the count of the grant and the entry in the ledger; what is not on the disk does not
   * leave. Undefined when the grant may not be used any more, which `otherwise` may record.
   */
  handOut(
    grant: Grant,
    record: Readonly<Record<string, unknown>>,
    asker: Asker,
    spend: Spend,
    otherwise?: (record: Recorder) => void,
  ): Promise<Disclosure | undefined>
  /** Notes in the ledger that a request was refused. */
  refuse(grant: Grant, asker: Asker, fields: readonly string[], outcome: string): Promise<void>
}

export function discloser(options: { services: RecordServices; store: RecordStore; ledger: Ledger; clock: Clock }): Discloser {
  const { services, store, ledger, clock } = options
  const now = () => clock.now().toISOString()
  return {
    keyOf: (subject, service) => {
      const key = store.keyOf(subject, service.dataset)
      if (key === undefined) throw new Problem('record-not-connected', { detail: `${service.title} is not connected to you yet.` })
      return key
    },
    granted: (grant, fields = grant.fields) => {
      const service = services.get(grant.dataset)
      return [...new Set(fields)].map((text) => {
        const field = readField(service, text)
        if (!field || !grant.fields.includes(field.text)) throw notGranted(grant, text)
        return field
      })
    },
    read: async ({ subject, dataset }, fields) => {
      const service = services.get(dataset)
      const key = store.keyOf(subject, dataset)
      const found = key === undefined ? undefined : await readRecord(service, key, fields, now().slice(0, 10))
      if (!found) throw new Problem('record-not-found', { detail: `${service.title}: the source has no such record any more.` })
      return found
    },
    handOut: (grant, record, asker, spend, otherwise) => {
      const at = now()
      return ledger.commit((append) => {
        if (!spend(at)) return void otherwise?.(append)
        const event = eventOf(grant, asker, at, Object.keys(record), 'disclosed')
        const { id, place } = append({ ...event, kind: 'disclosure', responseSha256: hash('sha256', JSON.stringify(record), 'hex') })
        return { accessId: id, grant: grant.id, ledgerIndex: place, at, record }
      })
    },
    refuse: async (grant, asker, fields, outcome) => {
      await ledger.commit((append) => void append({ ...eventOf(grant, asker, now(), fields, outcome), kind: 'refusal' }))
    },
  }
}

/** The event of somebody asking with a grant; the caller says whether it was answered. */
export function eventOf(grant: Grant, asker: Asker, at: string, fields: readonly string[], outcome: string) {
  const { subject, dataset, purpose, basis, id } = grant
  return { at, subject, ...asker, dataset, fields, purpose, basis, grant: id, outcome, responseSha256: null, covert: null }
}

/** What the source has for these fields, cut there and again here; undefined when there is no such record. @throws {Problem} record-source-failed */
export async function readRecord(service: RecordService, key: string, fields: readonly FieldExpression[], today: string) {
  const found = await service.source.fetch(key, neededFields(fields))
  return found && project(found, fields, today)
}

function notGranted(grant: Grant, text: string): Problem {
  return new Problem('fields-not-granted', {
    detail: `The grant does not cover ${JSON.stringify(text.slice(0, 100))}.`,
    pointer: '/fields',
    allowed: grant.fields,
  })
}
