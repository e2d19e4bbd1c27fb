import type { Store } from '../../../foundation/engines/sqlite/index.ts'

/** What was said of a version after it was published. */
export interface VersionNote {
  notes?: string
  /** When it was withdrawn, ISO 8601, and why. */
  withdrawn?: string
  reason?: string
}

/** A breaking change announced for a table. */
export interface Notice {
  dataset: string
  distribution: string
  announced: string
  /** Day on which it comes, ISO 8601. */
  effective: string
  description: string
}

export interface SavedQueryRow {
  id: string
  dataset: string
  created: string
  request: string
  checks: string
}

type Tables = {
  version_note: { version: string; notes: string | null; withdrawn: string | null; reason: string | null }
  version_notice: Notice
  saved_query: SavedQueryRow
}

export type NoteStore = ReturnType<typeof noteStore>

/** Notes, withdrawals and notices of versions, and saved queries. */
export function noteStore(store: Store) {
  const db = store.as<Tables>()
  return {
    note: async (version: string): Promise<VersionNote> => {
      const row = await db.selectFrom('version_note').selectAll().where('version', '=', version).executeTakeFirst()
      if (!row) return {}
      const { notes, withdrawn, reason } = row
      return { ...(notes && { notes }), ...(withdrawn && { withdrawn }), ...(reason && { reason }) }
    },
    write: async (version: string, note: VersionNote): Promise<void> => {
      const values = { notes: note.notes ?? null, withdrawn: note.withdrawn ?? null, reason: note.reason ?? null }
      await db
        .insertInto('version_note')
        .values({ version, ...values })
        .onConflict((conflict) => conflict.column('version').doUpdateSet(values))
        .execute()
    },
    withdrawn: async (): Promise<Set<string>> => {
      const rows = await db.selectFrom('version_note').select('version').where('withdrawn', 'is not', null).execute()
      return new Set(rows.map((row) => row.version))
    },
    notices: (dataset: string): Promise<Notice[]> =>
      db.selectFrom('version_notice').selectAll().where('dataset', '=', dataset).orderBy('effective').execute(),
    announce: async (notice: Notice): Promise<void> => {
      await db
        .insertInto('version_notice')
        .values(notice)
        .onConflict((conflict) => conflict.columns(['dataset', 'distribution']).doUpdateSet(notice))
        .execute()
    },
    callOff: async (dataset: string, distribution: string): Promise<boolean> => {
      const [done] = await db.deleteFrom('version_notice').where('dataset', '=', dataset).where('distribution', '=', distribution).execute()
      return Number(done?.numDeletedRows ?? 0) > 0
    },
    forget: async (dataset: string): Promise<void> => {
      await db.deleteFrom('version_notice').where('dataset', '=', dataset).execute()
      await db.deleteFrom('saved_query').where('dataset', '=', dataset).execute()
    },
    saveQuery: async (row: SavedQueryRow): Promise<void> => {
      await db.insertInto('saved_query').values(row).execute()
    },
    savedQuery: (id: string): Promise<SavedQueryRow | undefined> =>
      db.selectFrom('saved_query').selectAll().where('id', '=', id).executeTakeFirst(),
    savedQueries: (dataset: string): Promise<SavedQueryRow[]> =>
      db.selectFrom('saved_query').selectAll().where('dataset', '=', dataset).execute(),
    savedQueryCount: async (): Promise<number> => {
      const row = await db
        .selectFrom('saved_query')
        .select((on) => on.fn.countAll<number>().as('rows'))
        .executeTakeFirst()
      return Number(row?.rows ?? 0)
    },
    noteChecks: async (id: string, checks: string): Promise<void> => {
      await db.updateTable('saved_query').set({ checks }).where('id', '=', id).execute()
    },
  }
}
