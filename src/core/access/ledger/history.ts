import { type Clock, decodeCursor, encodeCursor, Problem } from '../../../foundation/kernel/index.ts'
import { labelOf } from '../records/expression.ts'
import type { RecordServices } from '../records/services.ts'
import type { EventKind, LedgerEvent } from './event.ts'
import type { Ledger } from './ledger.ts'
import type { EventRow } from './store.ts'

/** What happened once to somebody's records, as they read it. */
export interface HistoryEntry extends Omit<LedgerEvent, 'subject' | 'user' | 'covert' | 'fields'> {
  fields: string[]
  /** What the record is called. */
  title: string | null
  /** The fields in words. */
  labels: string[]
  purposeLabel: string | null
  /** It was kept from the person until now, as the law allows, and by whom that was reviewed. */
  hiddenUntil: string | null
  reviewer: string | null
  ledgerIndex: number
}

export interface HistoryQuery {
  from?: string | undefined
  to?: string | undefined
  dataset?: string | undefined
  org?: string | undefined
  kinds?: readonly EventKind[]
  cursor?: string | undefined
  limit: number
}

/** That an event is in the log as it is signed; checkable without the log's help. */
export interface EventProof {
  id: string
  /** The event as the log committed to it, and the salt: SHA-256 of the salt and this text is the log's entry. */
  event: string
  /** base64 */
  salt: string
  ledgerIndex: number
  size: number
  /** @see c2sp.org/tlog-proof */
  proof: string
}

export interface History {
  list(subject: string, query: HistoryQuery): { entries: HistoryEntry[]; next: string | null }
  count(subject: string, query: Pick<HistoryQuery, 'from' | 'to' | 'kinds'>): number
  /** Entries by their place in the whole, newest first. */
  slice(subject: string, query: Pick<HistoryQuery, 'from' | 'to' | 'kinds'> & { offset: number; limit: number }): HistoryEntry[]
  /** @throws {Problem} history-not-found */
  proof(subject: string, id: string): EventProof
  /** How many events are hidden from their subjects now, of everybody's, and when the next is shown. */
  hidden(): { hidden: number; nextRevealed: string | null }
}

/** What subjects may see of the ledger: their own, and nothing before its date. */
export function openHistory(options: {
  ledger: Ledger
  services: RecordServices
  organisationName: (organisation: string) => string
  /** Under what the ledger keeps what happened to somebody's records. */
  subjectsOf: (person: string) => string[]
  clock: Clock
}): History {
  const { ledger, subjectsOf, clock } = options
  const now = () => clock.now().toISOString()
  const filterOf = ({ from, to, dataset, org, kinds }: Partial<HistoryQuery>) => ({
    now: now(),
    ...(from && { from }),
    ...(to && { to }),
    ...(dataset && { dataset }),
    ...(org && { organisation: org }),
    ...(kinds && { kinds }),
  })
  return {
    list: (subject, query) => {
      const before = query.cursor === undefined ? undefined : positionOf(query.cursor)
      const rows = ledger.events.list({
        subjects: subjectsOf(subject),
        ...filterOf(query),
        limit: query.limit + 1,
        ...(before !== undefined && { before }),
      })
      const page = rows.slice(0, query.limit)
      return {
        entries: page.map((row) => entryOf(row, options)),
        next: rows.length > query.limit ? encodeCursor({ before: page.at(-1)!.place }) : null,
      }
    },
    count: (subject, query) => ledger.events.count({ subjects: subjectsOf(subject), ...filterOf(query) }),
    slice: (subject, { offset, limit, ...query }) =>
      ledger.events.list({ subjects: subjectsOf(subject), ...filterOf(query), offset, limit }).map((row) => entryOf(row, options)),
    proof: (subject, id) => {
      const row = ledger.events.event(id)
      const checkpoint = ledger.checkpoint()
      if (!row?.body || !row.salt || !subjectsOf(subject).includes(row.subject ?? '') || row.visible_from > now() || !checkpoint)
        throw new Problem('history-not-found', { detail: 'There is no such entry in your history.' })
      const path = ledger.path(row.place, checkpoint.size).map((hash) => `${hash.toString('base64')}\n`)
      return {
        id,
        event: row.body,
        salt: Buffer.from(row.salt).toString('base64'),
        ledgerIndex: row.place,
        size: checkpoint.size,
        proof: `c2sp.org/tlog-proof@v1\nindex ${row.place}\n${path.join('')}\n${checkpoint.note}`,
      }
    },
    hidden: () => {
      const { hidden, next } = ledger.events.hidden(now())
      return { hidden: Number(hidden), nextRevealed: next }
    },
  }
}

function positionOf(cursor: string): number {
  const { before } = (decodeCursor(cursor) ?? {}) as { before?: unknown }
  if (!Number.isSafeInteger(before))
    throw new Problem('cursor-invalid', { detail: 'The cursor is not of this history.', pointer: '/cursor' })
  return before as number
}

type Words = { services: RecordServices; organisationName: (organisation: string) => string }

function entryOf(row: EventRow, { services, organisationName }: Words): HistoryEntry {
  const { subject: _subject, user: _user, covert, ...event } = JSON.parse(row.body!) as LedgerEvent
  const service = services.all().find(({ dataset }) => dataset === event.dataset)
  return {
    ...event,
    organisation: event.organisation && organisationName(event.organisation),
    fields: [...event.fields],
    title: service?.title ?? null,
    labels: event.fields.map((field) => (service ? labelOf(service, field) : field)),
    purposeLabel: service?.purposes.find(({ code }) => code === event.purpose)?.label ?? event.purpose,
    hiddenUntil: covert?.until ?? null,
    reviewer: covert?.reviewer ?? null,
    ledgerIndex: row.place,
  }
}
