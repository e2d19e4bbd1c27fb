import { join } from 'node:path'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'

/** Places of credentials in status lists. What writes runs inside a transaction of the ledger's writer. */
export function credentialStore(store: Store) {
  store.migrate('credentials', join(import.meta.dirname, 'migrations'))
  const { raw } = store
  const insert = raw.prepare('insert into credential (list, place, grant_id, made_at) values (?, ?, ?, ?) on conflict do nothing')
  const newest = raw.prepare('select list, count(*) as count from credential group by list order by list desc limit 1')
  const ofGrant = raw.prepare('select count(*) as count from credential where grant_id = ?')
  // A grant that was erased is no live grant either.
  const dead = raw.prepare(
    `select place from credential left join access_grant on access_grant.id = grant_id
     where list = ? and (access_grant.id is null or state <> 'active' or expires_at <= ?)`,
  )
  return {
    /** Whether the place was free. */
    take: (list: number, place: number, grant: string, at: string): boolean => insert.run(list, place, grant, at).changes === 1,
    newest: () => (newest.get() as { list: number; count: number } | undefined) ?? { list: 0, count: 0 },
    countOf: (grant: string): number => Number(ofGrant.get(grant)?.count),
    dead: (list: number, now: string): number[] => dead.all(list, now).map(({ place }) => Number(place)),
  }
}
