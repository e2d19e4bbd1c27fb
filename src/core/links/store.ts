import type { Kysely } from 'kysely'
import type { Store } from '../../foundation/engines/sqlite/index.ts'
import type { LinkCheck, LinkContent, LinkState } from './model.ts'

interface Tables {
  link: {
    address: string
    host: string
    state: string
    since: string | null
    checked: string | null
    next: string
    fails: number
    found: string
  }
  link_use: { dataset: string; address: string; kind: string; resource: string | null; title: string | null; format: string | null }
  link_check: { address: string; at: string; state: string; status: number | null; ms: number | null; detail: string }
}

/** What the last check found, as kept. */
export interface Found {
  status?: number
  detail: string
  movedTo?: string
  content?: LinkContent
}

export interface LinkRow {
  address: string
  host: string
  state: LinkState
  since?: string
  checked?: string
  next: string
  fails: number
  found: Found
}

export type LinkUse = Tables['link_use']

const KEPT_CHECKS = 100
const SHOWN_CHECKS = 20
/** Values bound at once stay under what SQLite takes. */
const MOST_NAMES = 500

const toRow = (row: Tables['link']): LinkRow => ({
  address: row.address,
  host: row.host,
  state: row.state as LinkState,
  ...(row.since !== null && { since: row.since }),
  ...(row.checked !== null && { checked: row.checked }),
  next: row.next,
  fails: row.fails,
  found: JSON.parse(row.found) as Found,
})

/** Every statement about links. */
export function linkStore(store: Store) {
  const db = store.as<Tables>()
  return { ...useStatements(db), ...stateStatements(db) }
}

function useStatements(db: Kysely<Tables>) {
  return {
    /** Makes these the links of each dataset. New addresses are due at `now`. */
    setUses: (uses: ReadonlyMap<string, readonly LinkUse[]>, now: string) =>
      db.transaction().execute(async (on) => {
        for (const [dataset, links] of uses) {
          await on.deleteFrom('link_use').where('dataset', '=', dataset).execute()
          for (const use of links) {
            await on
              .insertInto('link_use')
              .values(use)
              .onConflict((conflict) => conflict.doNothing())
              .execute()
            const fresh = { address: use.address, host: URL.parse(use.address)?.host ?? '', state: 'unknown', since: null, checked: null }
            await on
              .insertInto('link')
              .values({ ...fresh, next: now, fails: 0, found: JSON.stringify({ detail: 'Not checked yet.' }) })
              .onConflict((conflict) => conflict.doNothing())
              .execute()
          }
        }
      }),
    /** Forgets addresses that no dataset links to any more, with their checks. */
    forgetUnused: () =>
      db.transaction().execute(async (on) => {
        const unused = await on
          .selectFrom('link')
          .leftJoin('link_use', 'link_use.address', 'link.address')
          .where('link_use.address', 'is', null)
          .select('link.address')
          .limit(1_000)
          .execute()
        for (const { address } of unused) {
          await on.deleteFrom('link_check').where('address', '=', address).execute()
          await on.deleteFrom('link').where('address', '=', address).execute()
        }
        return unused.length
      }),
    linksOf: async (dataset: string) => {
      const rows = await db
        .selectFrom('link_use')
        .innerJoin('link', 'link.address', 'link_use.address')
        .where('dataset', '=', dataset)
        .selectAll('link')
        .select(['kind', 'resource', 'title', 'format'])
        .orderBy('kind', 'desc')
        .orderBy('title')
        .execute()
      return rows.map(({ kind, resource, title, format, ...row }) => ({ ...toRow(row), kind, resource, title, format }))
    },
    /** Where links of these datasets stand, by dataset. */
    statesOf: async (datasets: readonly string[]) => {
      const rows: Array<{ dataset: string; kind: string; address: string; title: string | null; format: string | null; row: LinkRow }> = []
      for (let at = 0; at < datasets.length; at += MOST_NAMES)
        for (const { dataset, kind, title, format, ...row } of await db
          .selectFrom('link_use')
          .innerJoin('link', 'link.address', 'link_use.address')
          .where('dataset', 'in', datasets.slice(at, at + MOST_NAMES))
          .selectAll('link')
          .select(['dataset', 'kind', 'title', 'format'])
          .execute())
          rows.push({ dataset, kind, title, format, address: row.address, row: toRow(row) })
      return Map.groupBy(rows, ({ dataset }) => dataset)
    },
    formatOf: async (address: string) => {
      const found = await db.selectFrom('link_use').select(['kind', 'format']).where('address', '=', address).executeTakeFirst()
      return found?.kind === 'resource' ? (found.format ?? undefined) : undefined
    },
  }
}

function stateStatements(db: Kysely<Tables>) {
  return {
    due: async (now: string, limit: number): Promise<LinkRow[]> =>
      (await db.selectFrom('link').selectAll().where('next', '<=', now).orderBy('next').limit(limit).execute()).map(toRow),
    link: async (address: string): Promise<LinkRow | undefined> => {
      const row = await db.selectFrom('link').selectAll().where('address', '=', address).executeTakeFirst()
      return row && toRow(row)
    },
    counts: async () =>
      db
        .selectFrom('link')
        .select((eb) => ['state', eb.fn.countAll<number>().as('n')])
        .groupBy('state')
        .execute(),
    /** Keeps what a check found, with its place in the history. */
    note: (row: LinkRow, check: LinkCheck) =>
      db.transaction().execute(async (on) => {
        await on
          .updateTable('link')
          .set({
            state: row.state,
            since: row.since ?? null,
            checked: row.checked ?? null,
            next: row.next,
            fails: row.fails,
            found: JSON.stringify(row.found),
          })
          .where('address', '=', row.address)
          .execute()
        await on
          .insertInto('link_check')
          .values({
            address: row.address,
            at: check.at,
            state: check.state,
            status: check.status ?? null,
            ms: check.ms ?? null,
            detail: check.detail,
          })
          .onConflict((conflict) => conflict.doNothing())
          .execute()
        await on
          .deleteFrom('link_check')
          .where('address', '=', row.address)
          .where('at', 'not in', (eb) =>
            eb.selectFrom('link_check').select('at').where('address', '=', row.address).orderBy('at', 'desc').limit(KEPT_CHECKS),
          )
          .execute()
      }),
    history: async (address: string): Promise<LinkCheck[]> =>
      (
        await db.selectFrom('link_check').selectAll().where('address', '=', address).orderBy('at', 'desc').limit(SHOWN_CHECKS).execute()
      ).map(({ at, state, status, ms, detail }) => ({
        at,
        state: state as LinkState,
        ...(status !== null && { status }),
        ...(ms !== null && { ms: Math.round(ms) }),
        detail,
      })),
  }
}
