import { type Kysely, sql, type Transaction } from 'kysely'
import type { Store } from '../../foundation/engines/sqlite/index.ts'
import type { Tables } from './tables.ts'

type Db = Kysely<Tables> | Transaction<Tables>

/** Tiers whose datasets are described to all. */
const described = ['public', 'licensed']

/** Which datasets a list may hold, for whom. */
export interface ListFor {
  /** Also what is not described to all: everything, or that of these publishers and these tiers. */
  viewer: 'everything' | { publishers: readonly string[]; tiers: readonly string[] }
  state: string | 'all'
}

/** Permissions that filter a list, as a condition on `dataset`. */
const seenBy = ({ viewer, state }: ListFor) => {
  const wanted = state === 'all' ? sql<boolean>`true` : sql<boolean>`state = ${state}`
  if (viewer === 'everything') return wanted
  const { publishers, tiers } = viewer
  const own = publishers.length ? sql<boolean>`publisher in (${sql.join(publishers)})` : sql<boolean>`false`
  return sql<boolean>`(${wanted} and (${own} or (state not in ('draft', 'deleted') and visibility in (${sql.join([...tiers])}))))`
}

/** Every statement about publishers, datasets and their tables. Those that write take the caller's transaction. */
export function catalogueStore(store: Store) {
  const db = store.as<Tables>()
  return {
    transaction: <T>(work: (transaction: Transaction<Tables>) => Promise<T>) => db.transaction().execute(work),
    ...publisherStatements(db),
    ...datasetStatements(db),
    ...distributionStatements(db),
    ...restrictionStatements(store),
  }
}
export type CatalogueStore = ReturnType<typeof catalogueStore>

function publisherStatements(db: Kysely<Tables>) {
  const withCount = () =>
    db
      .selectFrom('publisher')
      .selectAll('publisher')
      .select((eb) =>
        eb
          .selectFrom('dataset')
          .whereRef('dataset.publisher', '=', 'publisher.name')
          .where('state', '=', 'published')
          .where('visibility', 'in', described)
          .select(eb.fn.countAll<number>().as('n'))
          .as('dataset_count'),
      )
  return {
    publisher: (name: string) => withCount().where('publisher.name', '=', name).executeTakeFirst(),
    publishers: () => withCount().orderBy('publisher.title').execute(),
    publisherRow: (on: Db, name: string) => on.selectFrom('publisher').selectAll().where('name', '=', name).executeTakeFirst(),
    /** Names from this publisher's parent upwards; ends even if the stored chain were a ring. */
    ancestors: async (on: Db, name: string) => {
      const found = await sql<{ name: string }>`
        with recursive line (name) as (
          select parent from publisher where name = ${name} and parent is not null
          union select p.parent from publisher p join line on p.name = line.name where p.parent is not null
        ) select name from line`.execute(on)
      return found.rows.map((row) => row.name)
    },
    insertPublisher: (on: Db, row: Tables['publisher']) => on.insertInto('publisher').values(row).execute(),
    replacePublisher: (on: Db, row: Tables['publisher']) => on.updateTable('publisher').set(row).where('name', '=', row.name).execute(),
    countPublishers: async () =>
      (
        await db
          .selectFrom('publisher')
          .select((eb) => eb.fn.countAll<number>().as('n'))
          .executeTakeFirstOrThrow()
      ).n,
  }
}

function datasetStatements(db: Kysely<Tables>) {
  return {
    datasetRow: (name: string, on: Db = db) => on.selectFrom('dataset').selectAll().where('name', '=', name).executeTakeFirst(),
    datasetRowByIdentifier: (identifier: string, on: Db = db) =>
      on.selectFrom('dataset').selectAll().where(sql`json_extract(description, '$.identifier')`, '=', identifier).executeTakeFirst(),
    /** Name of the dataset that links to a resource with this identifier. */
    nameByResource: async (identifier: string) =>
      (
        await db
          .selectFrom('linked_resource')
          .innerJoin('dataset', 'dataset.number', 'linked_resource.dataset')
          .select('dataset.name')
          .where('identifier', '=', identifier)
          .executeTakeFirst()
      )?.name,
    /** The tables of datasets that changed after a point of the clock, and the clock of the newest. */
    tablesAfter: async (change: number) => {
      const found = await sql<{ change: number; name: string; identifier: string; distribution: string | null }>`
        select dataset.change, dataset.name, json_extract(description, '$.identifier') as identifier, distribution.name as distribution
        from dataset left join distribution on distribution.dataset = dataset.number where dataset.change > ${change}`.execute(db)
      return found.rows
    },
    datasetRows: (page: { after?: string; limit: number; publisher?: string }, list: ListFor) => {
      let query = db.selectFrom('dataset').selectAll().where(seenBy(list)).orderBy('name').limit(page.limit)
      if (page.after !== undefined) query = query.where('name', '>', page.after)
      if (page.publisher !== undefined) query = query.where('publisher', '=', page.publisher)
      return query.execute()
    },
    datasetRowsByNumber: (numbers: number[]) => db.selectFrom('dataset').selectAll().where('number', 'in', numbers).execute(),
    countDatasets: async (list: ListFor, publisher?: string) => {
      const query = db
        .selectFrom('dataset')
        .select((eb) => eb.fn.countAll<number>().as('n'))
        .where(seenBy(list))
      return (await (publisher === undefined ? query : query.where('publisher', '=', publisher)).executeTakeFirstOrThrow()).n
    },
    /** The first of `base`, `base-2`, `base-3`… that no dataset has. */
    freeName: async (on: Db, base: string) => {
      const found = await sql<{ name: string }>`
        with recursive candidate (n, name) as (
          select 1, ${base}
          union all select n + 1, ${base} || '-' || (n + 1) from candidate where exists (select 1 from dataset where dataset.name = candidate.name)
        ) select name from candidate order by n desc limit 1`.execute(on)
      return found.rows[0]?.name ?? base
    },
    nextChange: async (on: Db) =>
      (
        await on
          .updateTable('dataset_clock')
          .set((eb) => ({ value: eb('value', '+', 1) }))
          .returning('value')
          .executeTakeFirstOrThrow()
      ).value,
    insertDataset: async (on: Db, row: Omit<Tables['dataset'], 'number'>) => {
      const top = await on
        .selectFrom('dataset')
        .select((eb) => eb.fn.max('number').as('number'))
        .executeTakeFirst()
      const number = Number(top?.number ?? 0) + 1
      await on
        .insertInto('dataset')
        .values({ ...row, number })
        .execute()
      return number
    },
    replaceDataset: (on: Db, row: Tables['dataset']) => on.updateTable('dataset').set(row).where('number', '=', row.number).execute(),
    removeDataset: async (on: Db, gone: Tables['dataset_gone']) => {
      await on.deleteFrom('dataset').where('number', '=', gone.number).execute()
      await on.insertInto('dataset_gone').values(gone).execute()
    },
  }
}

function distributionStatements(db: Kysely<Tables>) {
  return {
    distributionRows: async (numbers: number[], on: Db = db) => {
      if (numbers.length === 0) return []
      return on.selectFrom('distribution').selectAll().where('dataset', 'in', numbers).orderBy('dataset').orderBy('name').execute()
    },
    allColumnNames: async (dataset: string) => {
      const found = await db
        .selectFrom('distribution')
        .innerJoin('dataset', 'dataset.number', 'distribution.dataset')
        .select('column_names')
        .where('dataset.name', '=', dataset)
        .execute()
      return found.flatMap(({ column_names }) => JSON.parse(column_names) as string[])
    },
    columnNames: async (on: Db, dataset: number, name: string) => {
      const row = await on
        .selectFrom('distribution')
        .select('column_names')
        .where('dataset', '=', dataset)
        .where('name', '=', name)
        .executeTakeFirst()
      return row && (JSON.parse(row.column_names) as string[])
    },
    putDistribution: (on: Db, row: Tables['distribution']) =>
      on
        .insertInto('distribution')
        .values(row)
        .onConflict((conflict) => conflict.columns(['dataset', 'name']).doUpdateSet(row))
        .execute(),
    removeDistribution: (on: Db, dataset: number, name: string) =>
      on.deleteFrom('distribution').where('dataset', '=', dataset).where('name', '=', name).execute(),
    sumRows: async () =>
      Number(
        (
          await db
            .selectFrom('distribution')
            .innerJoin('dataset', 'dataset.number', 'distribution.dataset')
            .select((eb) => eb.fn.sum<number>('row_count').as('n'))
            .where('state', '=', 'published')
            .where('visibility', '=', 'public')
            .executeTakeFirstOrThrow()
        ).n ?? 0,
      ),
  }
}

/** What is read at start, before anything is asked. */
function restrictionStatements({ raw }: Store) {
  return {
    restrictedRows: () =>
      raw
        .prepare(
          `select * from dataset where state <> 'published' or visibility <> 'public' or json_extract(description, '$.columnVisibility') is not null`,
        )
        .all() as unknown as Array<Tables['dataset']>,
    publisherKinds: () => raw.prepare('select name, kind from publisher').all() as unknown as Array<{ name: string; kind: string }>,
  }
}
