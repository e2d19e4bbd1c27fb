import { sql } from 'kysely'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import type { Clock } from '../../../foundation/kernel/index.ts'

interface Tables {
  dataset_use: { dataset: string; day: string; requests: number }
}

/** Days over which use counts. */
const DAYS = 30

/** How often datasets are asked for, by day. */
export interface Uses {
  /** Adds up requests of today, by name. */
  add(counts: ReadonlyMap<string, number>): Promise<void>
  /** Requests of the last 30 days, by name. */
  recent(): Promise<Map<string, number>>
}

/** The uses kept in this store. */
export function openUses(store: Store, clock: Clock): Uses {
  const db = store.as<Tables>()
  const day = (back = 0) => new Date(clock.now().getTime() - back * 86_400_000).toISOString().slice(0, 10)
  return {
    add: (counts) =>
      db.transaction().execute(async (on) => {
        for (const [dataset, requests] of counts)
          await on
            .insertInto('dataset_use')
            .values({ dataset, day: day(), requests })
            .onConflict((conflict) => conflict.doUpdateSet({ requests: sql<number>`dataset_use.requests + excluded.requests` }))
            .execute()
        await on.deleteFrom('dataset_use').where('day', '<', day(DAYS)).execute()
      }),
    recent: async () => {
      const rows = await db
        .selectFrom('dataset_use')
        .select((eb) => ['dataset', eb.fn.sum<number>('requests').as('n')])
        .groupBy('dataset')
        .execute()
      return new Map(rows.map(({ dataset, n }) => [dataset, Number(n)]))
    },
  }
}
