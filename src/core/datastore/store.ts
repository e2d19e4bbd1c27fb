import type { Kysely, Transaction } from 'kysely'
import type { Store } from '../../foundation/engines/sqlite/index.ts'
import type { Manifest } from './model.ts'

interface VersionTable {
  id: string
  dataset: string
  distribution: string
  number: string
  created: string
  /** 1 on the current version of its distribution. */
  current: number
  source_sha256: string
  /** The manifest as JSON. */
  manifest: string
}

type Tables = { version: VersionTable }

export type VersionStore = ReturnType<typeof versionStore>

export function versionStore(store: Store) {
  const db = store.as<Tables>()
  const tables = (within?: Transaction<unknown>) => (within ?? db) as Kysely<Tables>
  const read = (rows: Array<{ manifest: string }>) => rows.map((row) => JSON.parse(row.manifest) as Manifest)
  return {
    transaction: <T>(work: (transaction: Transaction<unknown>) => Promise<T>) => store.as<unknown>().transaction().execute(work),
    ids: async () => (await db.selectFrom('version').select('id').execute()).map((row) => row.id),
    currents: async () => read(await db.selectFrom('version').select('manifest').where('current', '=', 1).orderBy('id').execute()),
    current: async (dataset: string, within?: Transaction<unknown>) =>
      read(
        await tables(within)
          .selectFrom('version')
          .select('manifest')
          .where('dataset', '=', dataset)
          .where('current', '=', 1)
          .orderBy('distribution')
          .execute(),
      ),
    versions: async (dataset: string, distribution: string) =>
      read(
        await db
          .selectFrom('version')
          .select('manifest')
          .where('dataset', '=', dataset)
          .where('distribution', '=', distribution)
          .orderBy('id', 'desc')
          .execute(),
      ),
    find: async (dataset: string, distribution: string, wanted: string) => {
      const row = await db
        .selectFrom('version')
        .select('manifest')
        .where('dataset', '=', dataset)
        .where('distribution', '=', distribution)
        .where((is) => is.or([is('id', '=', wanted), is('number', '=', wanted)]))
        .executeTakeFirst()
      return row && (JSON.parse(row.manifest) as Manifest)
    },
    /** Makes this the current version of its distribution. */
    insertCurrent: async (transaction: Transaction<unknown>, manifest: Manifest) => {
      const on = tables(transaction)
      await on
        .updateTable('version')
        .set({ current: 0 })
        .where('dataset', '=', manifest.dataset)
        .where('distribution', '=', manifest.distribution)
        .where('current', '=', 1)
        .execute()
      await on
        .insertInto('version')
        .values({
          id: manifest.id,
          dataset: manifest.dataset,
          distribution: manifest.distribution,
          number: manifest.version,
          created: manifest.created,
          current: 1,
          source_sha256: manifest.source.sha256,
          manifest: JSON.stringify(manifest),
        })
        .execute()
    },
    removeDistribution: async (transaction: Transaction<unknown>, dataset: string, distribution: string) => {
      await tables(transaction).deleteFrom('version').where('dataset', '=', dataset).where('distribution', '=', distribution).execute()
    },
    removeDataset: async (transaction: Transaction<unknown>, dataset: string) => {
      await tables(transaction).deleteFrom('version').where('dataset', '=', dataset).execute()
    },
  }
}
