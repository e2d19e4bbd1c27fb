import { join } from 'node:path'
import type { Store } from '../../foundation/engines/sqlite/index.ts'
import type { Clock, SixteenBus } from '../../foundation/kernel/index.ts'
import { type Catalogue, type Dataset, timelinessOf } from '../catalogue/index.ts'
import type { LinkStanding, Links } from '../links/index.ts'
import type { Registers } from '../registers/index.ts'
import type { BoundColumn, QualityFacts } from './facts.ts'
import { commonFixes, monthsBack, toStanding } from './league.ts'
import type { DatasetQuality, PublisherQuality, PublisherStanding } from './model.ts'
import { scoreOf } from './score.ts'
import { type QualityRow, qualityStore } from './store.ts'

export { badgeSvg } from './badge.ts'
export * from './model.ts'

/** How good datasets are, and how publishers stand. */
export interface Quality {
  /** The score of a dataset as it is now. @throws {Problem} dataset-not-found */
  dataset(name: string): Promise<DatasetQuality>
  /** @throws {Problem} publisher-not-found */
  publisher(name: string): Promise<PublisherQuality>
  /** Every publisher that has a dataset, the best first. */
  league(): Promise<PublisherStanding[]>
  /** Stars of openness as they are now, by name of the dataset. */
  stars(datasets: readonly Dataset[]): Promise<Map<string, number>>
  /** Stars as they were last written down, of every dataset that has any, by name. */
  allStars(): Promise<Map<string, number>>
  /** Looks at what changed, once a day at everything, and writes down how publishers stand this month. Answers how many datasets. */
  tend(): Promise<number>
}

export interface QualityOptions {
  store: Store
  catalogue: Catalogue
  links: Links
  registers: Registers
  clock: Clock
  events: SixteenBus
}

const PAGE = 100
const DAY_MS = 86_400_000
/** Months between which a change is told. */
const CHANGE_MONTHS = 3

/** Opens the scores kept in this store. */
export function openQuality({ store: database, catalogue, links, registers, clock, events }: QualityOptions): Quality {
  database.migrate('quality', join(import.meta.dirname, 'migrations'))
  const store = qualityStore(database)
  const changed = new Set<string>()
  let whole = Number.NEGATIVE_INFINITY
  for (const name of ['dataset-changed', 'dataset-deleted', 'version-published'] as const)
    events.on(name, ({ dataset }) => void changed.add(dataset))

  const codesOf = async (dataset: Dataset): Promise<BoundColumn[]> => {
    const uses = await Promise.all(dataset.distributions.map(({ name }) => registers.changes.usesOf(dataset.name, name)))
    return uses.flat().map(({ column, register }) => ({ column, register, own: ownerOf(registers, register) === dataset.publisher }))
  }
  const factsOf = async (dataset: Dataset, standings: readonly LinkStanding[] = []): Promise<QualityFacts> => ({
    dataset,
    links: standings,
    codes: await codesOf(dataset),
    now: clock.now(),
  })
  /** Scores as they are now; `keep` also writes them down, for figures over many. */
  const look = async (datasets: readonly Dataset[], keep = false): Promise<DatasetQuality[]> => {
    const standings = await links.standings(datasets.map(({ name }) => name))
    const found: DatasetQuality[] = []
    const rows: QualityRow[] = []
    for (const dataset of datasets) {
      const facts = await factsOf(dataset, standings.get(dataset.name))
      const quality = scoreOf(facts)
      found.push(quality)
      rows.push(toRow(facts, quality))
    }
    if (keep) await store.put(rows)
    return found
  }
  const lookAtAll = async (): Promise<number> => {
    const began = clock.now().toISOString()
    let seen = 0
    for (let cursor: string | undefined; ; ) {
      const page = await catalogue.datasets({ limit: PAGE, ...(cursor && { cursor }) })
      await look(page.items, true)
      seen += page.items.length
      cursor = page.next
      if (cursor === undefined) break
    }
    await store.removeBefore(began)
    return seen
  }
  const lookAtChanged = async (): Promise<number> => {
    const names = [...changed]
    for (const name of names) changed.delete(name)
    for (const name of names) {
      const dataset = await catalogue.dataset(name).catch(() => undefined)
      if (dataset) await look([dataset], true)
      else await store.remove(name)
    }
    return names.length
  }
  const titles = async () => new Map((await catalogue.publishers()).map(({ name, title }) => [name, title]))
  const changeOf = async () => store.scoresAt(monthsBack(clock.now(), CHANGE_MONTHS), monthsBack(clock.now(), 0))

  return {
    dataset: async (name) => {
      const [found] = await look([await catalogue.dataset(name)])
      return found as DatasetQuality
    },
    publisher: async (name) => {
      const { title } = await catalogue.publisher(name)
      const standing = await store.standingOf(name)
      const since = monthsBack(clock.now(), 11)
      const { made, updated, ...sum } = await store.contribution(name, since)
      return {
        publisher: name,
        standing: standing ? toStanding(standing, title, (await changeOf()).get(name)) : null,
        contribution: {
          ...sum,
          months: Array.from({ length: 12 }, (_, i) => monthsBack(clock.now(), 11 - i)).map((month) => ({
            month,
            made: made.get(month) ?? 0,
            updated: updated.get(month) ?? 0,
          })),
        },
        months: await store.months(name),
        fixes: commonFixes(await store.rows(name)),
      }
    },
    league: async () => {
      const [rows, named, before] = await Promise.all([store.standings(), titles(), changeOf()])
      return rows
        .map((row) => toStanding(row, named.get(row.publisher) ?? row.publisher, before.get(row.publisher)))
        .sort((a, b) => b.score - a.score || b.datasets - a.datasets || a.title.localeCompare(b.title, 'en-GB'))
    },
    stars: async (datasets) => {
      const kept = await store.stars(datasets.map(({ name }) => name))
      const fresh = await look(datasets.filter(({ name }) => changed.has(name) || !kept.has(name)))
      return new Map([...kept, ...fresh.map(({ dataset, stars }): [string, number] => [dataset, stars])])
    },
    allStars: () => store.allStars(),
    tend: async () => {
      const isDue = clock.now().getTime() - whole >= DAY_MS
      if (!isDue && changed.size === 0) return 0
      const seen = (await lookAtChanged()) + (isDue ? await lookAtAll() : 0)
      if (isDue) whole = clock.now().getTime()
      await store.keepMonth(monthsBack(clock.now(), 0))
      return seen
    },
  }
}

function ownerOf(registers: Registers, register: string): string | undefined {
  if (!registers.names().includes(register)) return undefined
  return registers.summary(register).owner ?? undefined
}

function toRow({ dataset, links, now }: QualityFacts, quality: DatasetQuality): QualityRow {
  const last = dataset.distributions
    .map(({ modified }) => modified)
    .sort()
    .at(-1)
  return {
    dataset: dataset.name,
    publisher: dataset.publisher,
    score: quality.score,
    stars: quality.stars,
    timely: (last && timelinessOf(dataset.accrualPeriodicity, last, now)) ?? null,
    links: links.length,
    broken: links.filter(({ state }) => state === 'broken' || state === 'soft-404').length,
    row_count: dataset.distributions.reduce((sum, { rows }) => sum + rows, 0),
    issued: dataset.issued,
    modified: dataset.modified,
    fixes: quality.fixes,
    computed: quality.computed,
  }
}
