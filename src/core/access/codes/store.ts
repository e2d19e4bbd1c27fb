import { join } from 'node:path'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'

export interface CodeRow {
  id: string
  grant_id: string
  subject: string
  dataset: string
  wrong: number
  burnt_at: string | null
  created_at: string
}

export type CodeStore = ReturnType<typeof codeStore>

const LIVE_GRANT = "state = 'active' and not_before <= ? and expires_at > ? and (max_uses is null or used < max_uses)"

/** Share codes by their keyed hash, and counts of attempts. What writes runs inside a transaction of the ledger's writer. */
export function codeStore(store: Store) {
  store.migrate('codes', join(import.meta.dirname, 'migrations'))
  const { raw } = store
  const insert = raw.prepare(
    'insert into share_code (id, hash, factor, grant_id, subject, dataset, created_at) values (?, ?, ?, ?, ?, ?, ?)',
  )
  const live = raw.prepare(
    `select grant_id from share_code join access_grant on access_grant.id = grant_id where hash = ? and factor = ? and burnt_at is null and ${LIVE_GRANT}`,
  )
  const spend = raw.prepare(
    `update access_grant set used = used + 1 where id = (select grant_id from share_code where hash = ? and factor = ? and burnt_at is null) and ${LIVE_GRANT}`,
  )
  const wrong = raw.prepare(
    `update share_code set wrong = wrong + 1, burnt_at = case when wrong + 1 >= ? then ? end
     where hash = ? and factor <> ? and burnt_at is null and grant_id in (select id from access_grant where ${LIVE_GRANT}) returning grant_id, wrong`,
  )
  const known = raw.prepare('select grant_id from share_code where hash = ?')
  const byId = raw.prepare('select id, grant_id, subject, dataset, wrong, burnt_at, created_at from share_code where id = ?')
  const ofSubject = raw.prepare(
    'select id, grant_id, subject, dataset, wrong, burnt_at, created_at from share_code where subject = ? order by id desc limit 200',
  )
  const liveCount = raw.prepare(
    `select count(*) as count from share_code join access_grant on access_grant.id = grant_id where share_code.subject = ? and share_code.dataset = ? and burnt_at is null and ${LIVE_GRANT}`,
  )
  const count = raw.prepare(
    'insert into attempt (bucket, period, count) values (?, ?, 1) on conflict do update set count = count + 1 returning count',
  )
  const peek = raw.prepare('select count from attempt where bucket = ? and period = ?')
  const forget = raw.prepare('delete from attempt where period < ?')
  return {
    insert: (row: { id: string; hash: Buffer; factor: Buffer; grant: string; subject: string; dataset: string; at: string }) =>
      void insert.run(row.id, row.hash, row.factor, row.grant, row.subject, row.dataset, row.at),
    /** The grant behind a code that would be taken now. */
    liveGrant: (hash: Buffer, factor: Buffer, now: string) => live.get(hash, factor, now, now)?.grant_id as string | undefined,
    /** Whether the code was taken, which is now one use less. */
    spend: (hash: Buffer, factor: Buffer, now: string): boolean => spend.run(hash, factor, now, now).changes === 1,
    /** Counts a wrong factor for a live code; at `most` the code is burnt. */
    countWrong: (hash: Buffer, factor: Buffer, now: string, most: number) =>
      wrong.get(most, now, hash, factor, now, now) as { grant_id: string; wrong: number } | undefined,
    grantOf: (hash: Buffer) => known.get(hash)?.grant_id as string | undefined,
    find: (id: string) => byId.get(id) as CodeRow | undefined,
    ofSubject: (subject: string) => ofSubject.all(subject) as unknown as CodeRow[],
    liveCount: (subject: string, dataset: string, now: string) => Number(liveCount.get(subject, dataset, now, now)?.count),
    /** How many there are in this period with this one. */
    attempt: (bucket: Buffer, period: number): number => Number(count.get(bucket, period)?.count),
    attempts: (bucket: Buffer, period: number): number => Number(peek.get(bucket, period)?.count ?? 0),
    forgetAttempts: (before: number) => void forget.run(before),
  }
}
