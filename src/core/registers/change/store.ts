import type { Store } from '../../../foundation/engines/sqlite/index.ts'

export interface ProposalRow {
  id: string
  register: number
  created: string
  proposed_by: string
  note: string
  notice_ends: string
  state: 'open' | 'entered' | 'withdrawn'
  items: string
  findings: string
  size: number | null
}

export interface UseRow {
  register: string
  dataset: string
  distribution: string
  field: string
  version: string
  rows: number
  matched: number
  confidence: number
  updated: string
  codes: string
  texts: string
  issues: string
}

export interface SubscriptionRow {
  id: string
  register: number
  callback: string
  secret: string
  pinned: number | null
  created: string
}

export interface DeliveryRow {
  id: string
  subscription: string
  body: string
  attempts: number
  next_at: string
}

interface Tables {
  proposal: ProposalRow
  use: UseRow
  subscription: SubscriptionRow
  delivery: DeliveryRow
}

export function changeStore(store: Store) {
  const db = store.as<Tables>()
  return {
    insertProposal: (row: ProposalRow) => db.insertInto('proposal').values(row).execute(),
    proposals: (register: number) =>
      db.selectFrom('proposal').selectAll().where('register', '=', register).orderBy('created', 'desc').orderBy('id', 'desc').execute(),
    proposal: (id: string) => db.selectFrom('proposal').selectAll().where('id', '=', id).executeTakeFirst(),
    due: (now: string) =>
      db.selectFrom('proposal').selectAll().where('state', '=', 'open').where('notice_ends', '<=', now).orderBy('created').execute(),
    /** False when it is no longer open: somebody else was quicker. */
    close: async (id: string, state: 'entered' | 'withdrawn', size: number | null) => {
      const result = await db
        .updateTable('proposal')
        .set({ state, size })
        .where('id', '=', id)
        .where('state', '=', 'open')
        .executeTakeFirst()
      return result.numUpdatedRows > 0n
    },
    setSize: (id: string, size: number) => db.updateTable('proposal').set({ size }).where('id', '=', id).execute(),
    reopen: (id: string) => db.updateTable('proposal').set({ state: 'open', size: null }).where('id', '=', id).execute(),
    putUse: (row: UseRow) =>
      db
        .insertInto('use')
        .values(row)
        .onConflict((conflict) =>
          conflict.columns(['register', 'dataset', 'distribution', 'field']).doUpdateSet({
            version: row.version,
            rows: row.rows,
            matched: row.matched,
            confidence: row.confidence,
            updated: row.updated,
            codes: row.codes,
            texts: row.texts,
            issues: row.issues,
          }),
        )
        .execute(),
    removeUses: (dataset: string, distribution?: string) => {
      const query = db.deleteFrom('use').where('dataset', '=', dataset)
      return (distribution ? query.where('distribution', '=', distribution) : query).execute()
    },
    uses: (register: string) =>
      db.selectFrom('use').selectAll().where('register', '=', register).orderBy('dataset').orderBy('field').execute(),
    usesOf: (dataset: string, distribution: string) =>
      db.selectFrom('use').selectAll().where('dataset', '=', dataset).where('distribution', '=', distribution).execute(),
    insertSubscription: (row: SubscriptionRow) => db.insertInto('subscription').values(row).execute(),
    subscriptions: (register: number) => db.selectFrom('subscription').selectAll().where('register', '=', register).execute(),
    subscription: (id: string) => db.selectFrom('subscription').selectAll().where('id', '=', id).executeTakeFirst(),
    removeSubscription: async (id: string) => {
      await db.deleteFrom('delivery').where('subscription', '=', id).execute()
      return db.deleteFrom('subscription').where('id', '=', id).execute()
    },
    insertDelivery: (row: DeliveryRow) => db.insertInto('delivery').values(row).execute(),
    dueDeliveries: (now: string) =>
      db.selectFrom('delivery').selectAll().where('next_at', '<=', now).orderBy('next_at').limit(100).execute(),
    removeDelivery: (id: string) => db.deleteFrom('delivery').where('id', '=', id).execute(),
    postpone: (id: string, attempts: number, nextAt: string) =>
      db.updateTable('delivery').set({ attempts, next_at: nextAt }).where('id', '=', id).execute(),
  }
}
