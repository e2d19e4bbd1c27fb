import { sql } from 'kysely'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import type { SeriesInput } from './model.ts'

interface Tables {
  dataset_series: { name: string; publisher: string; modified: string; record: string }
}

const toSeries = ({ name, modified, record }: Tables['dataset_series']) => ({ name, ...(JSON.parse(record) as SeriesInput), modified })

/** Every statement about series. */
export function seriesStore(store: Store) {
  const db = store.as<Tables>()
  return {
    all: async () => (await db.selectFrom('dataset_series').selectAll().orderBy('name').execute()).map(toSeries),
    some: async (names: readonly string[]) =>
      names.length
        ? (await db.selectFrom('dataset_series').selectAll().where('name', 'in', names).orderBy('name').execute()).map(toSeries)
        : [],
    /** Datasets with the series that they are in. */
    memberships: async (): Promise<Array<{ dataset: string; series: string }>> =>
      (
        await sql<{ dataset: string; series: string }>`
          select dataset.name as dataset, each.value as series from dataset, json_each(dataset.description, '$.inSeries') as each
          where json_extract(description, '$.inSeries') is not null order by dataset.name`.execute(db)
      ).rows,
    put: (name: string, input: SeriesInput, modified: string) => {
      const row = { name, publisher: input.publisher, modified, record: JSON.stringify(input) }
      return db
        .insertInto('dataset_series')
        .values(row)
        .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
        .execute()
    },
    remove: async (name: string) =>
      Number((await db.deleteFrom('dataset_series').where('name', '=', name).executeTakeFirst()).numDeletedRows),
  }
}
