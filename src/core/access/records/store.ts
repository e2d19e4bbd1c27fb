import { join } from 'node:path'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'

export type RecordStore = ReturnType<typeof recordStore>

/** Which record of a service is whose, and when each was last seen to change. */
export function recordStore(store: Store) {
  store.migrate('records', join(import.meta.dirname, 'migrations'))
  const { raw } = store
  const link = raw.prepare(
    'insert into record_link (person, dataset, record_key, connected_at) values (?, ?, ?, ?) on conflict do update set record_key = excluded.record_key, connected_at = excluded.connected_at',
  )
  const key = raw.prepare('select record_key from record_link where person = ? and dataset = ?')
  const links = raw.prepare('select dataset, connected_at from record_link where person = ? order by dataset')
  const erase = raw.prepare('delete from record_link where person = ?')
  const countTry = raw.prepare(
    `insert into link_try (person, dataset, hour, count) values (?, ?, ?, 1)
     on conflict do update set count = case when hour = excluded.hour then count + 1 else 1 end, hour = excluded.hour returning count`,
  )
  const see = raw.prepare(
    `insert into record_state (dataset, subject, state, changed_at) values (?, ?, ?, ?)
     on conflict do update set state = excluded.state, changed_at = excluded.changed_at where state <> excluded.state`,
  )
  const changedAt = raw.prepare('select changed_at from record_state where dataset = ? and subject = ?')
  return {
    link: (person: string, dataset: string, recordKey: string, at: string) => void link.run(person, dataset, recordKey, at),
    keyOf: (person: string, dataset: string) => key.get(person, dataset)?.record_key as string | undefined,
    linksOf: (person: string) =>
      links.all(person).map((row) => ({ dataset: row.dataset as string, connectedAt: row.connected_at as string })),
    /** Tries of a person to connect a record in this hour, with this one. */
    countTry: (person: string, dataset: string, hour: number) => Number(countTry.get(person, dataset, hour)?.count),
    eraseSubject: (person: string) => void erase.run(person),
    /** Notes the state of a record; the answer is when it last changed. */
    see: (dataset: string, subject: string, state: string, at: string): string => {
      see.run(dataset, subject, state, at)
      return changedAt.get(dataset, subject)?.changed_at as string
    },
  }
}
