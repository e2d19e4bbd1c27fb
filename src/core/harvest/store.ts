import type { Kysely, Transaction } from 'kysely'
import type { Store } from '../../foundation/engines/sqlite/index.ts'
import type { HarvestJob, HarvestReport, HarvestSourceInput, SourceState } from './model.ts'

interface Tables {
  harvest_source: { id: string; record: string; state: string }
  harvest_job: {
    id: string
    source: string
    state: string
    dry: number
    whole: number
    started: string
    lease: string
    ended: string | null
    cursor: string | null
    report: string
  }
  harvest_record: { source: string; remote: string; dataset: string | null; hash: string; seen: string; gone: string | null }
}

type Db = Kysely<Tables> | Transaction<Tables>
type RecordRow = Tables['harvest_record']

/** Every statement about harvests. */
export function harvestStore(store: Store) {
  const db = store.as<Tables>()
  return { ...sourceStatements(db), ...jobStatements(db), ...recordStatements(db) }
}
export type HarvestStore = ReturnType<typeof harvestStore>

const toSource = (row: Tables['harvest_source']) => ({
  id: row.id,
  input: JSON.parse(row.record) as HarvestSourceInput,
  state: JSON.parse(row.state) as SourceState,
})

function sourceStatements(db: Kysely<Tables>) {
  return {
    sources: async () => (await db.selectFrom('harvest_source').selectAll().orderBy('id').execute()).map(toSource),
    source: async (id: string) => {
      const row = await db.selectFrom('harvest_source').selectAll().where('id', '=', id).executeTakeFirst()
      return row && toSource(row)
    },
    putSource: (id: string, input: HarvestSourceInput) =>
      db
        .insertInto('harvest_source')
        .values({ id, record: JSON.stringify(input), state: '{}' })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ record: JSON.stringify(input) }))
        .execute(),
    setState: (id: string, state: SourceState) =>
      db
        .updateTable('harvest_source')
        .set({ state: JSON.stringify(state) })
        .where('id', '=', id)
        .execute(),
    removeSource: (id: string) => db.deleteFrom('harvest_source').where('id', '=', id).execute(),
  }
}

export interface StoredJob extends HarvestJob {
  cursor: unknown
}

const toJob = (row: Tables['harvest_job']): StoredJob => ({
  id: row.id,
  source: row.source,
  state: row.state as HarvestJob['state'],
  dryRun: row.dry === 1,
  whole: row.whole === 1,
  started: row.started,
  ended: row.ended,
  heldUntil: row.lease,
  report: JSON.parse(row.report) as HarvestReport,
  cursor: row.cursor === null ? undefined : (JSON.parse(row.cursor) as unknown),
})

function jobStatements(db: Kysely<Tables>) {
  const jobs = () => db.selectFrom('harvest_job').selectAll()
  const first = async (query: ReturnType<typeof jobs>): Promise<StoredJob | undefined> => {
    const row = await query.executeTakeFirst()
    return row && toJob(row)
  }
  return {
    job: (id: string) => first(jobs().where('id', '=', id)),
    newestJob: (source: string) => first(jobs().where('source', '=', source).orderBy('id', 'desc').limit(1)),
    runningJob: (source: string) => first(jobs().where('source', '=', source).where('state', '=', 'running')),
    addJob: (job: Tables['harvest_job']) => db.insertInto('harvest_job').values(job).execute(),
    /** Takes over a job whose lease has ended; false when somebody was faster. */
    takeJob: async (id: string, held: string, lease: string) => {
      const changed = await db.updateTable('harvest_job').set({ lease }).where('id', '=', id).where('lease', '=', held).executeTakeFirst()
      return Number(changed.numUpdatedRows) === 1
    },
    saveJob: (id: string, { lease, cursor, report }: { lease: string; cursor: unknown; report: HarvestReport }, on: Db = db) =>
      on
        .updateTable('harvest_job')
        .set({ lease, cursor: cursor === undefined ? null : JSON.stringify(cursor), report: JSON.stringify(report) })
        .where('id', '=', id)
        .execute(),
    beat: (id: string, lease: string) => db.updateTable('harvest_job').set({ lease }).where('id', '=', id).execute(),
    endJob: (id: string, state: HarvestJob['state'], ended: string, report: HarvestReport) =>
      db
        .updateTable('harvest_job')
        .set({ state, ended, report: JSON.stringify(report) })
        .where('id', '=', id)
        .execute(),
    /** Old jobs go, but for the newest hundred of a source. */
    trimJobs: (source: string) =>
      db
        .deleteFrom('harvest_job')
        .where('source', '=', source)
        .where('state', '<>', 'running')
        .where('id', 'not in', (eb) =>
          eb.selectFrom('harvest_job').select('id').where('source', '=', source).orderBy('id', 'desc').limit(100),
        )
        .execute(),
  }
}

function recordStatements(db: Kysely<Tables>) {
  return {
    records: async (source: string, remotes: readonly string[]): Promise<Map<string, RecordRow>> => {
      const rows = remotes.length
        ? await db.selectFrom('harvest_record').selectAll().where('source', '=', source).where('remote', 'in', remotes).execute()
        : []
      return new Map(rows.map((row) => [row.remote, row]))
    },
    putRecords: async (on: Db, rows: readonly RecordRow[]) => {
      for (let at = 0; at < rows.length; at += 100)
        await on
          .insertInto('harvest_record')
          .values(rows.slice(at, at + 100))
          .onConflict((conflict) =>
            conflict.columns(['source', 'remote']).doUpdateSet((eb) => ({
              dataset: eb.ref('excluded.dataset'),
              hash: eb.ref('excluded.hash'),
              seen: eb.ref('excluded.seen'),
              gone: eb.ref('excluded.gone'),
            })),
          )
          .execute()
    },
    /** Records of a source with a dataset that a job did not see. */
    missed: (source: string, job: string) =>
      db
        .selectFrom('harvest_record')
        .selectAll()
        .where('source', '=', source)
        .where('seen', '<>', job)
        .where('gone', 'is', null)
        .where('dataset', 'is not', null)
        .orderBy('remote')
        .execute(),
    markGone: (source: string, remote: string, gone: string) =>
      db.updateTable('harvest_record').set({ gone, dataset: null }).where('source', '=', source).where('remote', '=', remote).execute(),
    countRecords: async (source: string) =>
      (
        await db
          .selectFrom('harvest_record')
          .select((eb) => eb.fn.countAll<number>().as('n'))
          .where('source', '=', source)
          .where('dataset', 'is not', null)
          .executeTakeFirstOrThrow()
      ).n,
    countSeen: async (source: string, job: string) =>
      (
        await db
          .selectFrom('harvest_record')
          .select((eb) => eb.fn.countAll<number>().as('n'))
          .where('source', '=', source)
          .where('seen', '=', job)
          .executeTakeFirstOrThrow()
      ).n,
  }
}
