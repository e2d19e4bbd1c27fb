import type { Kysely, Transaction } from 'kysely'
import type { Store } from '../../foundation/engines/sqlite/index.ts'
import type { Attempt, Channel, Delivery, Follow, FollowEvent, Subject } from './model.ts'

interface Tables {
  follow: {
    id: string
    kind: string
    subject: string
    channel: string
    target_hash: string
    target_sealed: Uint8Array
    secret_sealed: Uint8Array | null
    token_hash: string
    token_sealed: Uint8Array
    state: string
    created: string
    confirmed: string | null
    failing_since: string | null
  }
  follow_cursor: { source: string; seq: number }
  follow_delivery: { id: string; follow: string; created: string; event: string; state: string; attempts: number; next: string }
  follow_attempt: { delivery: string; at: string; ok: number; status: number | null; ms: number; detail: string }
}

export type FollowRow = Tables['follow']
export interface DueDelivery {
  id: string
  follow: string
  event: FollowEvent
  attempts: number
}

type Db = Kysely<Tables> | Transaction<Tables>

const SHOWN_DELIVERIES = 50

/** Every statement about who follows what. */
export function followStore(store: Store) {
  const db = store.as<Tables>()
  return {
    transaction: <T>(work: (on: Transaction<Tables>) => Promise<T>) => db.transaction().execute(work),
    ...followStatements(db),
    ...deliveryStatements(db),
    cursor: async (source: string) =>
      (await db.selectFrom('follow_cursor').select('seq').where('source', '=', source).executeTakeFirst())?.seq,
    setCursor: (on: Db, source: string, seq: number) =>
      on
        .insertInto('follow_cursor')
        .values({ source, seq })
        .onConflict((conflict) => conflict.column('source').doUpdateSet({ seq }))
        .execute(),
  }
}

export const toFollow = (row: FollowRow): Follow => ({
  id: row.id,
  subject: { kind: row.kind, value: row.subject },
  channel: row.channel as Channel,
  state: row.state as Follow['state'],
  created: row.created,
  ...(row.confirmed !== null && { confirmed: row.confirmed }),
})

function followStatements(db: Kysely<Tables>) {
  return {
    add: (row: FollowRow) => db.insertInto('follow').values(row).execute(),
    byToken: (hash: string) => db.selectFrom('follow').selectAll().where('token_hash', '=', hash).executeTakeFirst(),
    byId: (id: string) => db.selectFrom('follow').selectAll().where('id', '=', id).executeTakeFirst(),
    ofTarget: (hash: string) => db.selectFrom('follow').selectAll().where('target_hash', '=', hash).where('state', '<>', 'ended').execute(),
    countAll: async () =>
      (
        await db
          .selectFrom('follow')
          .select((eb) => eb.fn.countAll<number>().as('n'))
          .where('state', '<>', 'ended')
          .executeTakeFirstOrThrow()
      ).n,
    /** Confirms what still waits; how many that were. */
    confirm: async (id: string, at: string) => {
      const changed = await db
        .updateTable('follow')
        .set({ state: 'live', confirmed: at })
        .where('id', '=', id)
        .where('state', '=', 'pending')
        .executeTakeFirst()
      return Number(changed.numUpdatedRows)
    },
    /** Ends it and forgets everything that was to be sent, address included. */
    remove: (id: string) => db.deleteFrom('follow').where('id', '=', id).execute(),
    forgetPending: (before: string) => db.deleteFrom('follow').where('state', '=', 'pending').where('created', '<', before).execute(),
    failing: (id: string, since: string | null) => db.updateTable('follow').set({ failing_since: since }).where('id', '=', id).execute(),
    live: (kind: Subject['kind'], subjects: readonly string[]) =>
      subjects.length
        ? db
            .selectFrom('follow')
            .select(['id', 'subject'])
            .where('kind', '=', kind)
            .where('subject', 'in', subjects)
            .where('state', '=', 'live')
            .execute()
        : Promise.resolve([]),
    searches: async () => {
      const rows = await db
        .selectFrom('follow')
        .select(['id', 'subject'])
        .where('kind', '=', 'search')
        .where('state', '=', 'live')
        .execute()
      return Map.groupBy(rows, ({ subject }) => subject)
    },
  }
}

function deliveryStatements(db: Kysely<Tables>) {
  return {
    enqueue: (on: Db, row: { id: string; follow: string; event: FollowEvent; at: string }) =>
      on
        .insertInto('follow_delivery')
        .values({
          id: row.id,
          follow: row.follow,
          created: row.at,
          event: JSON.stringify(row.event),
          state: 'waiting',
          attempts: 0,
          next: row.at,
        })
        .execute(),
    due: async (now: string, limit: number) => {
      const rows = await db
        .selectFrom('follow_delivery')
        .innerJoin('follow', 'follow.id', 'follow_delivery.follow')
        .select(['follow_delivery.id', 'follow', 'event', 'attempts'])
        .where('follow_delivery.state', '=', 'waiting')
        .where('next', '<=', now)
        .orderBy('next')
        .limit(limit)
        .execute()
      return Map.groupBy(
        rows.map((row): DueDelivery => ({ ...row, event: JSON.parse(row.event) as FollowEvent })),
        ({ follow }) => follow,
      )
    },
    note: (ids: readonly string[], attempt: Attempt, outcome: { state: Delivery['state']; next?: string }) =>
      db.transaction().execute(async (on) => {
        for (const delivery of ids) {
          await on
            .insertInto('follow_attempt')
            .values({
              delivery,
              at: attempt.at,
              ok: attempt.ok ? 1 : 0,
              status: attempt.status ?? null,
              ms: attempt.ms,
              detail: attempt.detail,
            })
            .execute()
          await on
            .updateTable('follow_delivery')
            .set((eb) => ({ state: outcome.state, attempts: eb('attempts', '+', 1), ...(outcome.next && { next: outcome.next }) }))
            .where('id', '=', delivery)
            .execute()
        }
      }),
    /** Sends again: one delivery, or all that failed. */
    replay: async (follow: string, now: string, delivery?: string) => {
      let query = db.updateTable('follow_delivery').set({ state: 'waiting', attempts: 0, next: now }).where('follow', '=', follow)
      query = delivery === undefined ? query.where('state', '=', 'failed') : query.where('id', '=', delivery)
      return Number((await query.executeTakeFirst()).numUpdatedRows)
    },
    deliveries: async (follow: string): Promise<Delivery[]> => {
      const rows = await db
        .selectFrom('follow_delivery')
        .selectAll()
        .where('follow', '=', follow)
        .orderBy('id', 'desc')
        .limit(SHOWN_DELIVERIES)
        .execute()
      const attempts = rows.length
        ? await db
            .selectFrom('follow_attempt')
            .selectAll()
            .where(
              'delivery',
              'in',
              rows.map(({ id }) => id),
            )
            .orderBy('at')
            .execute()
        : []
      return rows.map(({ id, created, state, next, event }) => ({
        id,
        created,
        state: state as Delivery['state'],
        ...(state === 'waiting' && { next }),
        event: JSON.parse(event) as FollowEvent,
        attempts: attempts
          .filter(({ delivery }) => delivery === id)
          .map(({ at, ok, status, ms, detail }) => ({ at, ok: ok === 1, ...(status !== null && { status }), ms, detail })),
      }))
    },
    forgetDeliveries: (before: string) =>
      db.deleteFrom('follow_delivery').where('created', '<', before).where('state', '<>', 'waiting').execute(),
  }
}
