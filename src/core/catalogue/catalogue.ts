import type { Problem } from '../../foundation/kernel/index.ts'
import type { Viewer } from '../access/index.ts'
import type { History } from './history/model.ts'
import type { Dataset, DatasetInput, Distribution, Publisher, PublisherInput } from './model.ts'
import { type ExtraFacet, extraFacets } from './search/facet-names.ts'
import type { Selection } from './search/select.ts'
import type { Widened } from './search/widen.ts'
import type { SeriesBook } from './series/model.ts'
import type { Uses } from './uses/store.ts'
import type { State, VisibilityInput } from './visibility/model.ts'
import type { Sight } from './visibility/sight.ts'

export interface Page<T> {
  items: T[]
  /** Cursor of the next page, absent on the last. */
  next?: string
  total: number
}

export const searchSorts = ['relevance', 'modified', 'title'] as const
/** What a search can be narrowed by. */
export const searchFacets = ['publisher', 'theme', 'format', 'licence', ...extraFacets] as const
export type SearchFacet = (typeof searchFacets)[number]
export type SearchSort = (typeof searchSorts)[number]

/** What a finder asked. Several values of one facet mean any of them; different facets narrow each other. */
export interface SearchRequest {
  q?: string
  publisher?: string[]
  format?: string[]
  theme?: string[]
  licence?: string[]
  /** Stars of openness, 0 to 5. */
  openness?: string[]
  /** How often it is renewed. */
  frequency?: string[]
  /** `listed` or `committed` on the National Information Infrastructure. */
  nii?: string[]
  /** Area covered, as the publisher says it. */
  spatial?: string[]
  /** week, month, year or older. */
  updated?: string[]
  /** `all` counts every facet; the usual four otherwise, and those that are chosen from. */
  facets?: 'usual' | 'all'
  /** Says of each hit why it is where it is. */
  explain?: boolean
  sort?: SearchSort
  /** 1 to 100, default 20. */
  limit?: number
  cursor?: string
}

export interface FacetItem {
  value: string
  title: string
  count: number
}

export interface SearchAnswer extends Page<SearchHit> {
  /** Counts per facet with the other facets' choices applied, largest first. */
  facets: { publisher: FacetItem[]; format: FacetItem[]; theme: FacetItem[]; licence: FacetItem[] } & Partial<
    Record<ExtraFacet, FacetItem[]>
  >
  /** Other words that were asked instead, or may have been meant. */
  suggestion?: Widened
}

export interface SearchHit extends Dataset {
  publisherTitle: string
  /** Text around the match, the matched words between ** and **; absent without q. */
  snippet?: string
  /** Where the snippet is from. */
  matched?: 'title' | 'keyword' | 'publisher' | 'columns' | 'description'
  /** Why it is where it is; only where that was asked. */
  explanation?: Explanation
}

/** Why a hit is where it is. */
export interface Explanation {
  /** What the order goes by. */
  order: 'relevance' | 'title-words' | 'modified' | 'title'
  /** Score by the words alone; absent where they are not scored. */
  words?: number
  /** By how much the score is raised since the data is cared for, 1 to 1.3. */
  merit?: number
  score?: number
  /** Words and phrases of the question, with the fields of the record that have them. */
  found: Array<{ word: string; in: string[] }>
}

/** What somebody may want who has typed so far. */
export interface Completion {
  kind: 'dataset' | 'publisher' | 'word'
  text: string
  /** Name of the dataset or publisher. */
  name?: string
}

/** A question in conditions, as other catalogues' interfaces ask it. */
export interface SelectRequest {
  selection: Selection
  /** Free words of the question, by which relevance is judged. */
  words?: string
  sort: 'relevance' | 'modified' | 'title' | 'name' | 'issued'
  descending?: boolean
  start: number
  rows: number
  /** Also drafts, or taken away, of what whoever looks publishes; without it what is published. */
  states?: readonly State[]
  /** Leaves out what is not described to all, though whoever looks may see it. */
  listedOnly?: boolean
  /** What to count over the whole answer. */
  facets?: ReadonlyArray<'publisher' | 'format' | 'theme' | 'licence' | 'keyword'>
}

export interface SelectAnswer {
  items: Dataset[]
  total: number
  facets: Record<string, Map<string, number>>
}

/** A dataset to be made, or, where its name is given, to be changed. */
export interface DatasetPut {
  name?: string
  input: DatasetInput
}

export type PutOutcome = { name: string } | { problem: Problem }

/** A transaction of the store, opened by the caller and passed in. */
export type Transaction = import('kysely').Transaction<unknown>

/**
 * The public face of the catalogue. Reads that miss throw dataset-not-found or publisher-not-found, and give what the one who looks may
 * see (`currentViewer`): what it may not see is missed in the same way.
 */
export interface Catalogue {
  dataset(name: string): Promise<Dataset>
  /** The name of a dataset that goes by this identifier or this name; undefined when none does. */
  nameOf(identifierOrName: string): Promise<string | undefined>
  /** The name of the dataset that links to a resource with this identifier. */
  nameByResource(identifier: string): Promise<string | undefined>
  /** The dataset and the table that go by an identifier made by `tableId`. */
  tableById(identifier: string): Promise<{ dataset: string; table: string } | undefined>
  /** Datasets by name; of another state than published where that is asked for. */
  datasets(page: { limit?: number; cursor?: string; publisher?: string; state?: State | 'all' }): Promise<Page<Dataset>>
  /** What the one who looks, or another, sees of a dataset: everything of one that is not there. Asks no store. */
  sight(dataset: string, viewer?: Viewer): Sight
  /** @throws {Problem} dataset-exists, publisher-not-found, parameter-invalid */
  createDataset(input: DatasetInput): Promise<Dataset>
  /** Replaces the description; name and tables stay. */
  updateDataset(name: string, input: DatasetInput): Promise<Dataset>
  /** Changes who sees a dataset, and nothing else of what is said of it. @throws {Problem} dataset-not-found, parameter-invalid */
  setVisibility(name: string, change: VisibilityInput): Promise<Dataset>
  /** The publisher of a dataset that has a licence to accept, for all of it or for a column; undefined of any other. */
  licensor(name: string): Promise<string | undefined>
  /** Names and titles of datasets with a licence to accept, that whoever looks may know of. */
  licensed(): Promise<Array<{ name: string; title: string }>>
  /** Names of the columns of the current tables of a dataset, whoever may see them. */
  columnNames(name: string): Promise<string[]>
  /**
   * Makes or changes many datasets in one transaction. What is wrong with one stops no other: each has its name or its problem.
   * `within` runs in the same transaction.
   */
  putDatasets(
    puts: readonly DatasetPut[],
    within?: (transaction: Transaction, outcomes: readonly PutOutcome[]) => Promise<void>,
  ): Promise<PutOutcome[]>
  /** Takes the dataset out of the catalogue; `within` runs in the same transaction, for what other areas keep about it. */
  deleteDataset(name: string, within?: (transaction: Transaction) => Promise<void>): Promise<void>
  publisher(name: string): Promise<Publisher>
  publishers(): Promise<Publisher[]>
  createPublisher(input: PublisherInput): Promise<Publisher>
  updatePublisher(name: string, input: PublisherInput): Promise<Publisher>
  /** Series of datasets. */
  series: SeriesBook
  /** How often datasets are asked for. */
  uses: Uses
  /** What records were. */
  history: History
  search(request: SearchRequest): Promise<SearchAnswer>
  /** What somebody may want who has typed so far. */
  complete(text: string, limit?: number): Promise<Completion[]>
  /** Tells search what is known of datasets from outside, in the place of what was: by name. */
  mark(facet: 'openness' | 'nii', values: ReadonlyMap<string, string>): Promise<void>
  /** Tells search how often datasets were asked for of late, by name. */
  markUses(counts: ReadonlyMap<string, number>): Promise<void>
  select(request: SelectRequest): Promise<SelectAnswer>
  /**
   * Makes a version the current one of its table in the caller's transaction, so that data and catalogue change at once.
   * `columnNames` can then be found by search. No event: only the caller knows when its transaction is committed.
   */
  recordDistribution(transaction: Transaction, dataset: string, distribution: Distribution, columnNames?: string[]): Promise<void>
  /** Takes a table out of its dataset, in the caller's transaction. */
  forgetDistribution(transaction: Transaction, dataset: string, distribution: string): Promise<void>
  /** Datasets, publishers, and rows of all current versions. */
  counts(): Promise<{ datasets: number; publishers: number; rows: number }>
}
