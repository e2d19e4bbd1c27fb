import { join } from 'node:path'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import type { Chunks } from '../../../foundation/merkle/index.ts'
import type { EventKind } from './event.ts'

export interface EventRow {
  place: number
  id: string
  kind: EventKind
  at: string
  subject: string | null
  organisation: string | null
  dataset: string | null
  grant_id: string | null
  covert: number
  visible_from: string
  salt: Uint8Array | null
  body: string | null
  erased_at: string | null
}

export interface EventFilter {
  /** Of any of these. */
  subjects: readonly string[]
  /** Only what may be seen at this time. */
  now: string
  from?: string
  to?: string
  dataset?: string
  organisation?: string
  kinds?: readonly EventKind[]
  /** Only places below this one. */
  before?: number
  offset?: number
  limit: number
}

export type LedgerStore = ReturnType<typeof ledgerStore>

/** Tables of the ledger. What writes is for the ledger's writer, inside its transaction. */
export function ledgerStore(store: Store) {
  store.migrate('ledger', join(import.meta.dirname, 'migrations'))
  const { raw } = store
  raw.exec('pragma secure_delete = on') // what is erased is overwritten, not only given free
  const insertEntry = raw.prepare('insert into ledger_entry (place, commitment) values (?, ?)')
  const insertEvent = raw.prepare(
    'insert into ledger_event (place, id, kind, at, subject, organisation, dataset, grant_id, covert, visible_from, salt, body) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const readChunk = raw.prepare('select hashes from ledger_chunk where level = ? and chunk = ?')
  const writeChunk = raw.prepare(
    'insert into ledger_chunk (level, chunk, hashes) values (?, ?, ?) on conflict do update set hashes = excluded.hashes',
  )
  const readHead = raw.prepare('select size, checkpoint from ledger_head')
  const writeHead = raw.prepare(
    'insert into ledger_head (one, size, checkpoint) values (1, ?, ?) on conflict do update set size = excluded.size, checkpoint = excluded.checkpoint',
  )
  const entries = raw.prepare('select commitment from ledger_entry where place >= ? and place < ? order by place')
  const byId = raw.prepare('select * from ledger_event where id = ?')
  const byPlace = raw.prepare('select * from ledger_event where place = ?')
  const erase = raw.prepare(
    "update ledger_event set salt = null, body = null, organisation = null, dataset = null, grant_id = null, subject = null, erased_at = ? where subject = ? and kind <> 'erasure' and (covert = 0 or visible_from <= ?)",
  )
  const hidden = raw.prepare('select count(*) as hidden, min(visible_from) as next from ledger_event where covert = 1 and visible_from > ?')
  const first = raw.prepare('select min(at) as at from ledger_event')
  const chunks: Chunks = {
    read: (level, chunk) => readChunk.get(level, chunk)?.hashes as Uint8Array | undefined,
    write: (level, chunk, hashes) => void writeChunk.run(level, chunk, hashes),
  }
  return {
    chunks,
    /** Brings the journal into the file and empties it: until then it holds what was erased. */
    scrub: () => void raw.prepare('pragma wal_checkpoint(truncate)').all(),
    begin: () => raw.exec('begin immediate'),
    commit: () => raw.exec('commit'),
    rollback: () => {
      if (raw.isTransaction) raw.exec('rollback')
    },
    savepoint: () => raw.exec('savepoint unit'),
    release: () => raw.exec('release unit'),
    undo: () => raw.exec('rollback to unit; release unit'),
    head: (): { size: number; checkpoint: string } =>
      (readHead.get() as { size: number; checkpoint: string } | undefined) ?? { size: 0, checkpoint: '' },
    setHead: (size: number, checkpoint: string) => void writeHead.run(size, checkpoint),
    insert: (row: Omit<EventRow, 'erased_at'>, commitment: Uint8Array) => {
      insertEntry.run(row.place, commitment)
      insertEvent.run(
        row.place,
        row.id,
        row.kind,
        row.at,
        row.subject,
        row.organisation,
        row.dataset,
        row.grant_id,
        row.covert,
        row.visible_from,
        row.salt,
        row.body,
      )
    },
    commitments: (from: number, to: number) => entries.all(from, to).map((row) => row.commitment as Uint8Array),
    event: (id: string) => byId.get(id) as EventRow | undefined,
    eventAt: (place: number) => byPlace.get(place) as EventRow | undefined,
    eraseSubject: (subject: string, at: string): number => Number(erase.run(at, subject, at).changes),
    hidden: (now: string) => hidden.get(now) as { hidden: number; next: string | null },
    firstAt: () => first.get()?.at as string | null | undefined,
    list: (filter: EventFilter): EventRow[] => {
      let query = store
        .as<{ ledger_event: EventRow }>()
        .selectFrom('ledger_event')
        .selectAll()
        .where('subject', 'in', [...filter.subjects])
        .where('visible_from', '<=', filter.now)
      if (filter.from) query = query.where('at', '>=', filter.from)
      if (filter.to) query = query.where('at', '<', filter.to)
      if (filter.dataset) query = query.where('dataset', '=', filter.dataset)
      if (filter.organisation) query = query.where('organisation', '=', filter.organisation)
      if (filter.kinds) query = query.where('kind', 'in', [...filter.kinds])
      if (filter.before !== undefined) query = query.where('place', '<', filter.before)
      const { sql, parameters } = query
        .orderBy('place', 'desc')
        .limit(filter.limit)
        .offset(filter.offset ?? 0)
        .compile()
      return raw.prepare(sql).all(...(parameters as string[])) as unknown as EventRow[]
    },
    count: (filter: Omit<EventFilter, 'limit' | 'before'>): number => {
      let query = store
        .as<{ ledger_event: EventRow }>()
        .selectFrom('ledger_event')
        .select(({ fn }) => fn.countAll<number>().as('count'))
        .where('subject', 'in', [...filter.subjects])
        .where('visible_from', '<=', filter.now)
      if (filter.from) query = query.where('at', '>=', filter.from)
      if (filter.to) query = query.where('at', '<', filter.to)
      if (filter.kinds) query = query.where('kind', 'in', [...filter.kinds])
      const { sql, parameters } = query.compile()
      return Number(raw.prepare(sql).get(...(parameters as string[]))?.count ?? 0)
    },
  }
}
