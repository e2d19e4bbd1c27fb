import { join } from 'node:path'
import type { Transaction as KyselyTransaction } from 'kysely'
import type { Store } from '../../foundation/engines/sqlite/index.ts'
import { type Clock, decodeCursor, encodeCursor, Problem, type SixteenBus } from '../../foundation/kernel/index.ts'
import type { Catalogue } from './catalogue.ts'
import { datasetNotFound, datasetRecords, toDatasets } from './datasets.ts'
import { openHistory } from './history/index.ts'
import { historyStore, serveTriggers } from './history/store.ts'
import type { Dataset } from './model.ts'
import { publisherRecords } from './publishers.ts'
import { openSearch } from './search/index.ts'
import { type CatalogueStore, catalogueStore } from './store.ts'
import { tableIndex } from './table-index.ts'
import type { Tables } from './tables.ts'

export type {
  Catalogue,
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
export { searchSorts } from './catalogue.ts'
export { type Action, type Actions, type CkanContext, listOf, resourceHome, textOf, truthOf, wholeOf } from './ckan/context.ts'
export { CkanError, denied, invalid, notFound, toCkanError } from './ckan/errors.ts'
export { tableId } from './ckan/ids.ts'
export { fromPackage } from './ckan/package.ts'
export { addResource } from './ckan/write.ts'
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
export { formatOf, formatTitle } from './formats.ts'
export { nextDue, timelinessOf } from './freshness.ts'
export { type Happening, type History, type HistoryPage, RecordChange } from './history/model.ts'
export * from './model.ts'
export { toSchemaOrg } from './schema-org.ts'
export * from './services/index.ts'
export { licenceTerms, licenceTitle, themes, themeTitle } from './vocabularies.ts'

/** Opens the catalogue in this store, making or changing its tables as needed. */
export function openCatalogue(options: { store: Store; clock: Clock; events: SixteenBus; searchCacheBytes?: number }): Catalogue {
  const { clock, events } = options
  serveTriggers(options.store, clock)
  options.store.migrate('catalogue', join(import.meta.dirname, 'migrations'))
  const store = catalogueStore(options.store)
  const search = openSearch({
    store: options.store,
    readDatasets: (numbers) => readByNumber(store, numbers),
    cacheBytes: options.searchCacheBytes,
  })
  const publishers = publisherRecords(store, clock)
  const datasets = datasetRecords(store, clock, search.index)
  const dataset = (name: string) => readDataset(store, name)
  return {
    dataset,
    nameOf: async (wanted) => ((await store.datasetRowByIdentifier(wanted)) ?? (await store.datasetRow(wanted)))?.name,
    nameByResource: (identifier) => store.nameByResource(identifier),
    tableById: tableIndex(store),
    datasets: (page) => listDatasets(store, page),
    publisher: publishers.publisher,
    publishers: publishers.publishers,
    createDataset: async (input) => {
      const name = await datasets.create(input)
      events.emit('dataset-changed', { dataset: name, publisher: input.publisher })
      return dataset(name)
    },
    updateDataset: async (name, input) => {
      await datasets.update(name, input)
      events.emit('dataset-changed', { dataset: name, publisher: input.publisher })
      return dataset(name)
    },
    putDatasets: async (puts, within = async () => {}) => {
      const outcomes = await datasets.putAll(puts, (on, made) => within(on as KyselyTransaction<unknown>, made))
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
      search.forgetTitles()
      events.emit('publisher-changed', { publisher: made.name })
      return made
    },
    updatePublisher: async (name, input) => {
      const changed = await publishers.update(name, input, search.index.retitle)
      search.forgetTitles()
      events.emit('publisher-changed', { publisher: name })
      return changed
    },
    history: openHistory({ store, lines: historyStore(options.store), current: publishers.publisher }),
    search: search.search,
    select: search.select,
    recordDistribution: (transaction, name, distribution, columnNames = []) =>
      datasets.record(transaction as KyselyTransaction<Tables>, name, distribution, columnNames),
    forgetDistribution: (transaction, name, distribution) => datasets.forget(transaction as KyselyTransaction<Tables>, name, distribution),
    counts: async () => ({ datasets: await store.countDatasets(), publishers: await store.countPublishers(), rows: await store.sumRows() }),
  }
}

async function readDataset(store: CatalogueStore, name: string) {
  const row = await store.datasetRow(name)
  if (!row) throw datasetNotFound(name)
  const [found] = toDatasets([row], await store.distributionRows([row.number]))
  return found as NonNullable<typeof found>
}

async function readByNumber(store: CatalogueStore, numbers: number[]): Promise<Map<number, Dataset>> {
  if (numbers.length === 0) return new Map()
  const rows = await store.datasetRowsByNumber(numbers)
  const datasets = toDatasets(rows, await store.distributionRows(numbers))
  return new Map(rows.map((row, index) => [row.number, datasets[index] as Dataset]))
}

async function listDatasets(
  store: CatalogueStore,
  { limit = 20, cursor, publisher }: { limit?: number; cursor?: string; publisher?: string },
) {
  const after = cursor === undefined ? undefined : readAfter(cursor)
  const rows = await store.datasetRows({
    limit: limit + 1,
    ...(after === undefined ? {} : { after }),
    ...(publisher === undefined ? {} : { publisher }),
  })
  const page = rows.slice(0, limit)
  const items = toDatasets(page, await store.distributionRows(page.map((row) => row.number)))
  const last = page.at(-1)
  return {
    items,
    total: await store.countDatasets(publisher),
    ...(rows.length > limit && last ? { next: encodeCursor({ after: last.name }) } : {}),
  }
}

function readAfter(cursor: string): string {
  const { after } = (decodeCursor(cursor) ?? {}) as { after?: unknown }
  if (typeof after !== 'string') throw new Problem('cursor-invalid', { detail: 'The cursor belongs to another list.', pointer: '/cursor' })
  return after
}
