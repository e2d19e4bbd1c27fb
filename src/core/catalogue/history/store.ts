import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import { type Clock, whoActs } from '../../../foundation/kernel/index.ts'
import type { DatasetRow, PublisherRow } from '../tables.ts'
import type { Happening } from './model.ts'

interface Tables {
  record_history: {
    seq: number
    kind: string
    name: string
    part: string | null
    what: string
    at: string
    actor: string
    detail: string | null
    hidden: number
    before: string | null
  }
}

/** A line of the history as kept. */
export interface HistoryLine extends Happening {
  actor: string
  /** What was before or after was not described to all. */
  hidden: boolean
  /** The row before; absent when it was made. */
  before?: unknown
}

export type DatasetImage = Omit<DatasetRow, 'number' | 'change'>
export type PublisherImage = PublisherRow

const toLine = ({ seq, kind, name, part, what, at, actor, detail, hidden, before }: Tables['record_history']): HistoryLine => ({
  seq,
  at,
  kind: kind as HistoryLine['kind'],
  name,
  what: what as HistoryLine['what'],
  actor,
  hidden: hidden === 1,
  ...(part !== null && { table: part }),
  ...(detail !== null && { version: detail }),
  ...(before !== null && { before: JSON.parse(before) as unknown }),
})

/** Gives the triggers of the history what they ask for; before anything is written. */
export function serveTriggers({ raw }: Store, clock: Clock): void {
  raw.function('acting_name', () => whoActs())
  raw.function('acting_moment', () => clock.now().toISOString())
}

/** Every statement about histories. They are written by triggers. */
export function historyStore(store: Store) {
  const db = store.as<Tables>()
  return {
    /** Lines of a record, the newest first: those before a point, so many. */
    lines: async (kinds: readonly HistoryLine['kind'][], name: string, page: { before?: number; limit: number }) => {
      let query = db.selectFrom('record_history').selectAll().where('name', '=', name).where('kind', 'in', kinds)
      if (page.before !== undefined) query = query.where('seq', '<', page.before)
      return (await query.orderBy('seq', 'desc').limit(page.limit).execute()).map(toLine)
    },
    /** Lines of all records after a point, the oldest first. */
    after: async (seq: number, limit: number): Promise<HistoryLine[]> =>
      (await db.selectFrom('record_history').selectAll().where('seq', '>', seq).orderBy('seq').limit(limit).execute()).map(toLine),
    newest: async (): Promise<number> =>
      (
        await db
          .selectFrom('record_history')
          .select((eb) => eb.fn.max('seq').as('seq'))
          .executeTakeFirst()
      )?.seq ?? 0,
  }
}
