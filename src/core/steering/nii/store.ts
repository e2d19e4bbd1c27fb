import type { Kysely, Transaction } from 'kysely'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import type { ProbeSummary } from './measure.ts'
import type { NiiComment, NiiEvent, NiiRecord, NiiStage } from './model.ts'

interface Tables {
  nii_entry: { id: string; stage: string; record: string }
  nii_event: {
    seq: number
    entry: string
    at: string
    actor: string
    step: string
    stage: string
    reason: string | null
    detail: string | null
  }
  nii_comment: { id: string; entry: string; at: string; text: string; use_case: string | null; who: string | null }
  nii_probe: { entry: string; at: string; ok: number; ms: number; status: number }
}

type Db = Kysely<Tables> | Transaction<Tables>

/** Every statement about the list. */
export function niiStore(store: Store) {
  const db = store.as<Tables>()
  return {
    transaction: <T>(work: (on: Transaction<Tables>) => Promise<T>) => db.transaction().execute(work),
    all: async (): Promise<NiiRecord[]> =>
      (await db.selectFrom('nii_entry').select('record').orderBy('id').execute()).map(({ record }) => JSON.parse(record) as NiiRecord),
    one: async (id: string, on: Db = db): Promise<NiiRecord | undefined> => {
      const row = await on.selectFrom('nii_entry').select('record').where('id', '=', id).executeTakeFirst()
      return row && (JSON.parse(row.record) as NiiRecord)
    },
    put: (on: Db, entry: NiiRecord) => {
      const row = { id: entry.id, stage: entry.stage, record: JSON.stringify(entry) }
      return on
        .insertInto('nii_entry')
        .values(row)
        .onConflict((conflict) => conflict.column('id').doUpdateSet(row))
        .execute()
    },
    note: (on: Db, event: { entry: string; at: string; actor: string; step: string; stage: NiiStage; reason?: string; detail?: unknown }) =>
      on
        .insertInto('nii_event')
        .values({
          entry: event.entry,
          at: event.at,
          actor: event.actor,
          step: event.step,
          stage: event.stage,
          reason: event.reason ?? null,
          detail: event.detail === undefined ? null : JSON.stringify(event.detail),
        } as Tables['nii_event'])
        .execute(),
    history: async (entry: string): Promise<NiiEvent[]> =>
      (await db.selectFrom('nii_event').selectAll().where('entry', '=', entry).orderBy('seq').execute()).map(
        ({ seq, at, actor, step, stage, reason, detail }) => ({
          seq,
          at,
          actor,
          step,
          stage: stage as NiiStage,
          ...(reason !== null && { reason }),
          ...(detail !== null && { detail: JSON.parse(detail) as unknown }),
        }),
      ),
    /** Steps of all entries after a point, the oldest first, with the entry's title. */
    eventsAfter: async (seq: number, limit: number) =>
      (
        await db
          .selectFrom('nii_event')
          .innerJoin('nii_entry', 'nii_entry.id', 'nii_event.entry')
          .select(['seq', 'entry', 'at', 'step', 'nii_event.stage', 'record'])
          .where('seq', '>', seq)
          .orderBy('seq')
          .limit(limit)
          .execute()
      ).map(({ record, ...event }) => ({ ...event, stage: event.stage as NiiStage, title: (JSON.parse(record) as NiiRecord).title })),
    newestEvent: async () =>
      (
        await db
          .selectFrom('nii_event')
          .select((eb) => eb.fn.max('seq').as('seq'))
          .executeTakeFirst()
      )?.seq ?? 0,
    comments: async (entry: string): Promise<NiiComment[]> =>
      (await db.selectFrom('nii_comment').selectAll().where('entry', '=', entry).orderBy('at').orderBy('id').execute()).map(
        ({ id, at, text, use_case, who }) => ({
          id,
          at,
          text,
          ...(use_case !== null && { useCase: use_case }),
          ...(who !== null && { who }),
        }),
      ),
    addComment: (entry: string, { id, at, text, useCase, who }: NiiComment) =>
      db
        .insertInto('nii_comment')
        .values({ id, entry, at, text, use_case: useCase ?? null, who: who ?? null })
        .execute(),
    removeComment: async (entry: string, id: string) => {
      const gone = await db.deleteFrom('nii_comment').where('entry', '=', entry).where('id', '=', id).executeTakeFirst()
      return Number(gone.numDeletedRows) > 0
    },
    addProbe: (row: Tables['nii_probe']) =>
      db
        .insertInto('nii_probe')
        .values(row)
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    forgetProbes: (before: string) => db.deleteFrom('nii_probe').where('at', '<', before).execute(),
    /** What the probes since a moment found, by entry. */
    probesSince: async (since: string): Promise<Map<string, ProbeSummary>> => {
      const rows = await db.selectFrom('nii_probe').select(['entry', 'ok', 'ms']).where('at', '>=', since).execute()
      return new Map(
        [...Map.groupBy(rows, ({ entry }) => entry)].map(([entry, of]) => {
          const times = of
            .filter(({ ok }) => ok)
            .map(({ ms }) => ms)
            .sort((a, b) => a - b)
          return [entry, { runs: of.length, ok: times.length, p95Ms: times[Math.ceil(times.length * 0.95) - 1] ?? 0 }]
        }),
      )
    },
  }
}
export type NiiStore = ReturnType<typeof niiStore>
