import { join } from 'node:path'
import type { Transaction as KyselyTransaction } from 'kysely'
import type { Store } from '../../foundation/engines/sqlite/index.ts'
import { type Clock, decodeCursor, encodeCursor, Problem, type SixteenBus } from '../../foundation/kernel/index.ts'
import { currentViewer, isWithin, type Viewer, visibilities } from '../access/index.ts'
import type { Catalogue } from './catalogue.ts'
import { datasetNotFound, datasetRecords, toDataset, toDatasets } from './datasets.ts'
import { openHistory } from './history/index.ts'
import { historyStore, serveTriggers } from './history/store.ts'
import type { Dataset } from './model.ts'
import { publisherRecords } from './publishers.ts'
import { openSearch } from './search/index.ts'
import { openSeries } from './series/index.ts'
import { type CatalogueStore, catalogueStore, type ListFor } from './store.ts'
import { tableIndex } from './table-index.ts'
import type { Tables } from './tables.ts'
import { openUses } from './uses/store.ts'
import type { State } from './visibility/model.ts'
import { isLicensed, openRestrictions, type Restrictions } from './visibility/restrictions.ts'
import { isSame, type Restriction } from './visibility/sight.ts'

export type {
  Catalogue,
  Completion,
  DatasetPut,
  FacetItem,
  Page,
  PutOutcome,
  SearchAnswer,
  SearchHit,
  SearchRequest,
  SearchSort,
  Transaction,
} from './catalogue.ts'
export { type SearchFacet, searchFacets, searchSorts } from './catalogue.ts'
export { type Action, type Actions, type CkanContext, listOf, resourceHome, textOf, truthOf, wholeOf } from './ckan/context.ts'
export { CkanError, denied, invalid, notFound, toCkanError } from './ckan/errors.ts'
export { tableId } from './ckan/ids.ts'
export { fromPackage } from './ckan/package.ts'
export { addResource } from './ckan/write.ts'
export { toCroissant } from './croissant.ts'
export {
  fromJsonLd,
  fromTurtle,
  prefixes as rdfPrefixes,
  type ReadDataset,
  type ReadDistribution,
  toJsonLd,
  toQuads as datasetQuads,
  toTurtle,
} from './dcat.ts'
export { eventsAtom } from './feeds/atom.ts'
export { formatOf, formatTitle } from './formats.ts'
export { nextDue, timelinessOf } from './freshness.ts'
export { type Happening, type History, type HistoryPage, RecordChange } from './history/model.ts'
export * from './model.ts'
export { toSchemaOrg } from './schema-org.ts'
export { Series, type SeriesBook, SeriesInput } from './series/model.ts'
export * from './services/index.ts'
export { inventoryStates, type State, states, type VisibilityInput } from './visibility/model.ts'
export { accessWords } from './visibility/rights.ts'
export type { Sight } from './visibility/sight.ts'
export { licenceTerms, licenceTitle, themes, themeTitle } from './vocabularies.ts'

/** Opens the catalogue in this store, making or changing its tables as needed. */
export function openCatalogue(options: { store: Store; clock: Clock; events: SixteenBus; searchCacheBytes?: number }): Catalogue {
  const { clock, events } = options
  serveTriggers(options.store, clock)
  options.store.migrate('catalogue', join(import.meta.dirname, 'migrations'))
  const store = catalogueStore(options.store)
  const restrictions = openRestrictions(store)
  const search = openSearch({
    store: options.store,
    readDatasets: (numbers) => readByNumber(store, restrictions, numbers),
    cacheBytes: options.searchCacheBytes,
    isGovernment: restrictions.isGovernment,
    now: () => clock.now().getTime(),
  })
  const publishers = publisherRecords(store, clock)
  const datasets = datasetRecords(store, clock, search.index, restrictions)
  /** A name that is there for whoever looks. */
  const seen = (name: string | undefined) => (name === undefined || restrictions.sight(name).of === 'nothing' ? undefined : name)
  const tableById = tableIndex(store)
  const tellChange = (dataset: string, was: Restriction | undefined) => {
    const is = restrictions.of(dataset)
    if (!isSame(was, is)) events.emit('visibility-changed', { dataset, publisher: (is ?? was)?.publisher ?? '' })
  }
  return {
    dataset: (name) => readDataset(store, name, restrictions),
    sight: restrictions.sight,
    nameOf: async (wanted) => seen(((await store.datasetRowByIdentifier(wanted)) ?? (await store.datasetRow(wanted)))?.name),
    nameByResource: async (identifier) => seen(await store.nameByResource(identifier)),
    tableById: async (identifier) => {
      const home = await tableById(identifier)
      return home && seen(home.dataset) ? home : undefined
    },
    datasets: (page) => listDatasets(store, restrictions, page),
    publisher: publishers.publisher,
    publishers: publishers.publishers,
    createDataset: async (input) => {
      const name = await datasets.create(input)
      events.emit('dataset-changed', { dataset: name, publisher: input.publisher })
      return readDataset(store, name)
    },
    updateDataset: async (name, input) => {
      const was = restrictions.of(name)
      await datasets.update(name, input)
      tellChange(name, was)
      events.emit('dataset-changed', { dataset: name, publisher: input.publisher })
      return readDataset(store, name)
    },
    setVisibility: async (name, change) => {
      const was = restrictions.of(name)
      await datasets.setVisibility(name, change)
      tellChange(name, was)
      const changed = await readDataset(store, name)
      events.emit('dataset-changed', { dataset: name, publisher: changed.publisher })
      return changed
    },
    licensor: async (name) => {
      const restriction = restrictions.of(name)
      return restriction && isLicensed(restriction) ? restriction.publisher : undefined
    },
    licensed: async () => {
      const found = await Promise.all(restrictions.licensed().map((name) => readDataset(store, name, restrictions).catch(() => undefined)))
      return found.flatMap((each) => (each ? [{ name: each.name, title: each.title }] : []))
    },
    columnNames: (name) => store.allColumnNames(name),
    putDatasets: async (puts, within = async () => {}) => {
      const were = puts.map(({ name }) => name && restrictions.of(name))
      const outcomes = await datasets.putAll(puts, (on, made) => within(on as KyselyTransaction<unknown>, made))
      for (const [i, outcome] of outcomes.entries()) if ('name' in outcome) tellChange(outcome.name, were[i] || undefined)
      for (const [i, outcome] of outcomes.entries())
        if ('name' in outcome) events.emit('dataset-changed', { dataset: outcome.name, publisher: puts[i]?.input.publisher ?? '' })
      return outcomes
    },
    deleteDataset: async (name, within = async () => {}) => {
      const { publisher } = await datasets.remove(name, (on) => within(on as KyselyTransaction<unknown>))
      events.emit('dataset-deleted', { dataset: name, publisher })
    },
    createPublisher: async (input) => {
      const made = await publishers.create(input)
      await restrictions.readPublishers()
      search.forgetTitles()
      events.emit('publisher-changed', { publisher: made.name })
      return made
    },
    updatePublisher: async (name, input) => {
      const changed = await publishers.update(name, input, search.index.retitle)
      await restrictions.readPublishers()
      search.forgetTitles()
      events.emit('publisher-changed', { publisher: name })
      return changed
    },
    series: openSeries({ store: options.store, clock, publisher: publishers.publisher, isSeen: (name) => seen(name) !== undefined }),
    uses: openUses(options.store, clock),
    history: openHistory({ store, lines: historyStore(options.store), current: publishers.publisher, restrictions }),
    search: search.search,
    complete: search.complete,
    mark: search.mark,
    markUses: search.markUses,
    select: search.select,
    recordDistribution: (transaction, name, distribution, columnNames = []) =>
      datasets.record(transaction as KyselyTransaction<Tables>, name, distribution, columnNames),
    forgetDistribution: (transaction, name, distribution) => datasets.forget(transaction as KyselyTransaction<Tables>, name, distribution),
    counts: async () => ({
      datasets: await store.countDatasets({ viewer: { publishers: [], tiers: [...describedToAll] }, state: 'published' }),
      publishers: await store.countPublishers(),
      rows: await store.sumRows(),
    }),
  }
}

/** A dataset as whoever looks sees it; without restrictions whole, for who has just written it. */
async function readDataset(store: CatalogueStore, name: string, restrictions?: Restrictions): Promise<Dataset> {
  const sight = restrictions?.sight(name)
  const row = sight?.of === 'nothing' ? undefined : await store.datasetRow(name)
  const found = row && toDataset(row, await store.distributionRows([row.number]), sight)
  if (!found) throw datasetNotFound(name)
  return found
}

async function readByNumber(store: CatalogueStore, restrictions: Restrictions, numbers: number[]): Promise<Map<number, Dataset>> {
  if (numbers.length === 0) return new Map()
  const rows = await store.datasetRowsByNumber(numbers)
  const tables = Map.groupBy(await store.distributionRows(numbers), (row) => row.dataset)
  return new Map(
    rows.flatMap((row) => {
      const found = toDataset(row, tables.get(row.number) ?? [], restrictions.sight(row.name))
      return found ? [[row.number, found] as const] : []
    }),
  )
}

/** Tiers whose datasets are described to all. */
const describedToAll = ['public', 'licensed'] as const

/** Permissions of a viewer as they filter lists. */
function listFor(viewer: Viewer, restrictions: Restrictions, state: State | 'all'): ListFor {
  if (viewer.everything) return { viewer: 'everything', state }
  const nobodys = { dataset: '', publisher: '' }
  const tiers = visibilities.filter(
    (tier) => describedToAll.includes(tier as 'public') || isWithin(viewer, tier, nobodys, restrictions.isGovernment),
  )
  return { viewer: { publishers: viewer.publishers, tiers }, state }
}

async function listDatasets(
  store: CatalogueStore,
  restrictions: Restrictions,
  { limit = 20, cursor, publisher, state = 'published' }: Parameters<Catalogue['datasets']>[0],
) {
  const list = listFor(currentViewer(), restrictions, state)
  const after = cursor === undefined ? undefined : readAfter(cursor)
  const asked = { limit: limit + 1, ...(after === undefined ? {} : { after }), ...(publisher === undefined ? {} : { publisher }) }
  const rows = await store.datasetRows(asked, list)
  const page = rows.slice(0, limit)
  const items = toDatasets(page, await store.distributionRows(page.map((row) => row.number)), restrictions.sight)
  const last = page.at(-1)
  return {
    items,
    total: await store.countDatasets(list, publisher),
    ...(rows.length > limit && last ? { next: encodeCursor({ after: last.name }) } : {}),
  }
}

function readAfter(cursor: string): string {
  const { after } = (decodeCursor(cursor) ?? {}) as { after?: unknown }
  if (typeof after !== 'string') throw new Problem('cursor-invalid', { detail: 'The cursor belongs to another list.', pointer: '/cursor' })
  return after
}
