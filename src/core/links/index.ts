import { join } from 'node:path'
import { agentLine, fetchText, openPolite } from '../../foundation/engines/outgoing/index.ts'
import type { Store } from '../../foundation/engines/sqlite/index.ts'
import { type Clock, Shared, type SixteenBus } from '../../foundation/kernel/index.ts'
import type { Catalogue, Dataset } from '../catalogue/index.ts'
import { AGENT, askLink, type CheckerParts } from './check.ts'
import { type Asked, judge, pauseMs } from './judge.ts'
import { type DatasetLink, type LinkCounts, type LinkFault, type LinkState, linkStates } from './model.ts'
import { type LinkRow, type LinkUse, linkStore } from './store.ts'

export * from './model.ts'

/** Where a link of a dataset stands, for whoever judges datasets. */
export interface LinkStanding {
  kind: DatasetLink['kind']
  address: string
  title?: string
  /** As its publisher says. */
  declared?: string
  /** As its content says. */
  format?: string
  state: LinkState
  detail: string
  since?: string
  movedTo?: string
  /** When its server says that it last changed, ISO 8601. */
  modified?: string
}

/** Links of datasets to files and pages elsewhere, and whether they hold. */
export interface Links {
  /** Links of a dataset with their history. */
  ofDataset(dataset: string): Promise<DatasetLink[]>
  /** Where links of many datasets stand, by name of the dataset. */
  standings(datasets: readonly string[]): Promise<Map<string, LinkStanding[]>>
  counts(): Promise<LinkCounts>
  /** Looks at the links of a dataset now, one a moment. Answers how many were looked at. */
  check(dataset: string): Promise<number>
  /** Takes changed datasets in and looks at what is due, within what a turn may take. Answers how many links were looked at. */
  tend(): Promise<number>
  /** Ends what is under way. */
  close(): Promise<void>
}

export interface LinksOptions {
  store: Store
  catalogue: Catalogue
  clock: Clock
  events: SixteenBus
  /** May ask addresses in private networks. */
  allowPrivate?: () => boolean
  /** Most requests a second to one host. */
  perSecond?: number
  timeoutMs?: number
  /** From 0 to 1, for the spread of the schedule. */
  chance?: () => number
}

/** Looked at in one turn at most, of all and of one host. */
const MOST_LINKS = 400
const MOST_OF_HOST = 20
const HOSTS_AT_ONCE = 8
const PAGE = 100
/** So many hosts without a single answer, and it is our own network that is down. */
const SURELY_US = 5

/** Opens the links kept in this store. */
export function openLinks(options: LinksOptions): Links {
  const { catalogue, clock, events, perSecond = 1, timeoutMs = 30_000, chance = Math.random } = options
  options.store.migrate('links', join(import.meta.dirname, 'migrations'))
  const store = linkStore(options.store)
  const closing = new AbortController()
  const changed = new Set<string>()
  let swept = false
  for (const name of ['dataset-changed', 'dataset-deleted'] as const) events.on(name, ({ dataset }) => void changed.add(dataset))

  const now = () => clock.now().toISOString()
  const parts = (): CheckerParts => {
    const allowPrivate = options.allowPrivate?.() ?? false
    const { signal } = closing
    const read = (address: string) =>
      fetchText(address, { headers: { 'user-agent': agentLine(AGENT) }, allowPrivate, timeoutMs, maxBytes: 500_000, signal })
    return { polite: openPolite({ agent: AGENT, perSecond, ignoreRobots: false, read, signal }), allowPrivate, timeoutMs, signal }
  }

  /** Every dataset once after a start, since others may have written meanwhile; then those that changed. */
  const takeIn = async () => {
    for (let cursor: string | undefined; !swept; ) {
      const page = await catalogue.datasets({ limit: PAGE, ...(cursor && { cursor }) })
      await store.setUses(new Map(page.items.map((dataset) => [dataset.name, usesOf(dataset)])), now())
      cursor = page.next
      if (cursor === undefined) swept = true
    }
    const names = [...changed]
    for (const name of names) changed.delete(name)
    for (let at = 0; at < names.length; at += PAGE) {
      const uses = new Map<string, LinkUse[]>()
      for (const name of names.slice(at, at + PAGE)) {
        const dataset = await catalogue.dataset(name).catch(() => undefined)
        uses.set(name, dataset ? usesOf(dataset) : [])
      }
      await store.setUses(uses, now())
    }
    await store.forgetUnused()
  }

  const keep = async (row: LinkRow, asked: Asked): Promise<void> => {
    const format = await store.formatOf(row.address)
    const finding = judge(asked, { address: row.address, fails: row.fails, ...(format && { format }) })
    const at = now()
    const { state, ms, ...found } = finding
    const well = state === 'ok' || state === 'moved' || state === 'blocked'
    const since = row.state === state && row.since ? row.since : at
    const fails = well ? 0 : row.fails + 1
    const stableDays = (Date.parse(at) - Date.parse(since)) / 86_400_000
    const next = new Date(Date.parse(at) + pauseMs(state, { fails, stableDays, chance: chance() })).toISOString()
    const kept = { content: row.found.content, ...found }
    await store.note(
      { ...row, state, since, checked: at, next, fails, found: { ...kept, ...(!kept.content && { content: {} }) } },
      { at, state, detail: found.detail, ...(found.status !== undefined && { status: found.status }), ...(ms !== undefined && { ms }) },
    )
  }

  const look = async (rows: readonly LinkRow[]): Promise<number> => {
    const using = parts()
    const hosts = [...Map.groupBy(rows, ({ host }) => host).values()].map((of) => of.slice(0, MOST_OF_HOST))
    const results: Array<{ row: LinkRow; asked: Asked }> = []
    const next = hosts.values()
    const work = async () => {
      for (const host of next)
        for (const row of host) {
          if (closing.signal.aborted) return
          results.push({ row, asked: await askLink(using, row.address) })
        }
    }
    await Promise.all(Array.from({ length: HOSTS_AT_ONCE }, work)).catch((error: unknown) => {
      if (!closing.signal.aborted) throw error
    })
    if (closing.signal.aborted) return 0
    const failed = new Set(results.flatMap(({ row, asked }) => ('failure' in asked && !asked.failure.refused ? [row.host] : [])))
    const isOurs = failed.size >= SURELY_US && results.every(({ asked }) => 'failure' in asked)
    for (const { row, asked } of results) await keep(isOurs ? { ...row, fails: 0 } : row, asked)
    return results.length
  }

  const turn = new Shared(async (): Promise<number> => {
    await takeIn()
    return look(await store.due(now(), MOST_LINKS))
  })

  return {
    ofDataset: async (dataset) => {
      const rows = await store.linksOf(dataset)
      return Promise.all(rows.map(async (row) => toPublic(row, await store.history(row.address))))
    },
    standings: async (datasets) => {
      const found = await store.statesOf(datasets)
      return new Map([...found].map(([dataset, links]) => [dataset, links.map(toStanding)]))
    },
    counts: async () => {
      const counts = Object.fromEntries(linkStates.map((state) => [state, 0])) as LinkCounts
      for (const { state, n } of await store.counts()) counts[state as LinkState] = n
      return counts
    },
    check: async (name) => {
      const dataset = await catalogue.dataset(name)
      await store.setUses(new Map([[name, usesOf(dataset)]]), now())
      return look(await store.linksOf(name))
    },
    tend: () => turn.run(),
    close: async () => {
      closing.abort()
      await turn.ended()
    },
  }
}

/** The addresses that a dataset links to. What is no address of the web is not a link that can be followed. */
function usesOf(dataset: Dataset): LinkUse[] {
  const { name, landingPage, linked = [] } = dataset
  const resources = linked.map(({ accessURL, identifier, title, format, mediaType }) => ({
    dataset: name,
    address: accessURL,
    kind: 'resource',
    resource: identifier ?? null,
    title: title ?? null,
    format: format ?? mediaType ?? null,
  }))
  const page = landingPage ? [{ dataset: name, address: landingPage, kind: 'landing-page', resource: null, title: null, format: null }] : []
  return [...resources, ...page].filter(({ address }) => /^https?:$/.test(URL.parse(address)?.protocol ?? ''))
}

type FoundLink = LinkRow & { kind: string; resource: string | null; title: string | null; format: string | null }

function toPublic(row: FoundLink, history: DatasetLink['history']): DatasetLink {
  const { status, detail, movedTo, content = {} } = row.found
  return {
    address: row.address,
    kind: row.kind as DatasetLink['kind'],
    ...(row.resource !== null && { resource: row.resource }),
    ...(row.title !== null && { title: row.title }),
    ...(row.format !== null && { format: row.format }),
    state: row.state,
    ...(status !== undefined && { status }),
    detail,
    ...(movedTo !== undefined && { movedTo }),
    content,
    ...(row.since !== undefined && { since: row.since }),
    ...(row.checked !== undefined && { checked: row.checked }),
    next: row.next,
    history,
  }
}

function toStanding(found: { kind: string; address: string; title: string | null; format: string | null; row: LinkRow }): LinkStanding {
  const { row } = found
  return {
    kind: found.kind as LinkStanding['kind'],
    address: found.address,
    ...(found.title !== null && { title: found.title }),
    ...(found.format !== null && { declared: found.format }),
    ...(row.found.content?.format && { format: row.found.content.format }),
    state: row.state,
    detail: row.found.detail,
    ...(row.since !== undefined && { since: row.since }),
    ...(row.found.movedTo !== undefined && { movedTo: row.found.movedTo }),
    ...(row.found.content?.modified && { modified: row.found.content.modified }),
  }
}

/** Links among these that need their publisher. */
export function faultsOf(standings: ReadonlyMap<string, readonly LinkStanding[]>): LinkFault[] {
  return [...standings].flatMap(([dataset, links]) =>
    links
      .filter(({ state }) => state === 'broken' || state === 'soft-404' || state === 'moved')
      .map(({ title, address, state, detail, since }) => ({
        dataset,
        ...(title !== undefined && { title }),
        address,
        state,
        detail,
        ...(since !== undefined && { since }),
      })),
  )
}
