import { sql } from 'kysely'
import type { Store } from '../../foundation/engines/sqlite/index.ts'
import type { Fix, QualityMonth } from './model.ts'

interface Tables {
  quality: {
    dataset: string
    publisher: string
    score: number
    stars: number
    timely: string | null
    links: number
    broken: number
    row_count: number
    issued: string
    modified: string
    fixes: string
    computed: string
  }
  quality_month: {
    publisher: string
    month: string
    datasets: number
    score: number
    stars: number
    in_time: number | null
    broken: number
  }
}

export type QualityRow = Omit<Tables['quality'], 'fixes'> & { fixes: Fix[] }
type Standing = Omit<Tables['quality_month'], 'month'>

const MOST_MONTHS = 24
const MOST_NAMES = 500

const standing = sql<Standing>`
  publisher, count(*) as datasets, avg(score) as score, avg(stars) as stars,
  cast(sum(timely = 'in-time') as real) / nullif(sum(timely is not null), 0) as in_time, sum(broken) as broken`

/** Every statement about quality. */
export function qualityStore(store: Store) {
  const db = store.as<Tables>()
  return {
    put: (rows: readonly QualityRow[]) =>
      db.transaction().execute(async (on) => {
        for (const { fixes, ...rest } of rows) {
          const row = { ...rest, fixes: JSON.stringify(fixes) }
          await on
            .insertInto('quality')
            .values(row)
            .onConflict((conflict) => conflict.column('dataset').doUpdateSet(row))
            .execute()
        }
      }),
    remove: (dataset: string) => db.deleteFrom('quality').where('dataset', '=', dataset).execute(),
    /** Forgets datasets that a whole reading which began then did not meet. */
    removeBefore: (computed: string) => db.deleteFrom('quality').where('computed', '<', computed).execute(),
    standings: async (): Promise<Standing[]> => (await sql<Standing>`select ${standing} from quality group by publisher`.execute(db)).rows,
    standingOf: async (publisher: string): Promise<Standing | undefined> =>
      (await sql<Standing>`select ${standing} from quality where publisher = ${publisher} group by publisher`.execute(db)).rows[0],
    /** Writes down how every publisher stands in this month. */
    keepMonth: (month: string) =>
      sql`insert into quality_month (publisher, datasets, score, stars, in_time, broken, month)
        select ${standing}, ${month} from quality where true group by publisher
        on conflict (publisher, month) do update set datasets = excluded.datasets, score = excluded.score, stars = excluded.stars,
          in_time = excluded.in_time, broken = excluded.broken`.execute(db),
    months: async (publisher: string): Promise<QualityMonth[]> =>
      (
        await db
          .selectFrom('quality_month')
          .selectAll()
          .where('publisher', '=', publisher)
          .orderBy('month', 'desc')
          .limit(MOST_MONTHS)
          .execute()
      )
        .map(({ publisher: _publisher, in_time, ...month }) => ({ ...month, inTime: in_time }))
        .reverse(),
    /** Mean scores at the newest month that is not after this one, by publisher; the first that is known where all are after. */
    scoresAt: async (month: string, now: string): Promise<Map<string, number>> => {
      const found = await sql<{ publisher: string; score: number }>`
        select publisher, score from quality_month as one where month < ${now} and month = coalesce(
          (select max(month) from quality_month as other where other.publisher = one.publisher and month <= ${month}),
          (select min(month) from quality_month as other where other.publisher = one.publisher))`.execute(db)
      return new Map(found.rows.map((row) => [row.publisher, row.score]))
    },
    rows: async (publisher: string) =>
      (await db.selectFrom('quality').select(['dataset', 'fixes']).where('publisher', '=', publisher).execute()).map(
        ({ dataset, fixes }) => ({
          dataset,
          fixes: JSON.parse(fixes) as Fix[],
        }),
      ),
    contribution: async (publisher: string, since: string) => {
      const made = await byMonth('issued', publisher, since)
      const updated = await byMonth('modified', publisher, since)
      const sum = await db
        .selectFrom('quality')
        .select((eb) => [eb.fn.countAll<number>().as('datasets'), eb.fn.sum<number>('row_count').as('rows')])
        .where('publisher', '=', publisher)
        .executeTakeFirstOrThrow()
      return { datasets: sum.datasets, rows: Number(sum.rows ?? 0), made, updated }
    },
    allStars: async () =>
      new Map((await db.selectFrom('quality').select(['dataset', 'stars']).execute()).map(({ dataset, stars }) => [dataset, stars])),
    stars: async (datasets: readonly string[]): Promise<Map<string, number>> => {
      const found = new Map<string, number>()
      for (let at = 0; at < datasets.length; at += MOST_NAMES)
        for (const { dataset, stars } of await db
          .selectFrom('quality')
          .select(['dataset', 'stars'])
          .where('dataset', 'in', datasets.slice(at, at + MOST_NAMES))
          .execute())
          found.set(dataset, stars)
      return found
    },
  }

  async function byMonth(column: 'issued' | 'modified', publisher: string, since: string): Promise<Map<string, number>> {
    const found = await sql<{ month: string; n: number }>`
      select substr(${sql.ref(column)}, 1, 7) as month, count(*) as n from quality
      where publisher = ${publisher} and ${sql.ref(column)} >= ${since} group by 1`.execute(db)
    return new Map(found.rows.map(({ month, n }) => [month, n]))
  }
}
