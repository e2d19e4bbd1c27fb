import Type, { type Static } from 'typebox'
import { type Page, type SearchAnswer, type SearchHit, searchSorts } from './catalogue.ts'
import { type Dataset, Dataset as DatasetSchema, type Publisher, Publisher as PublisherSchema } from './model.ts'
import { extraFacets } from './search/facet-names.ts'
import { states } from './visibility/model.ts'

/** The shapes of the HTTP answers, and how they are made: the inner records with links to what belongs to them. */

const Link = Type.String({ description: 'An address on this server' })

export const DatasetLinks = Type.Object({
  self: Link,
  page: Link,
  publisher: Link,
  turtle: Link,
  jsonld: Link,
  records: Type.Optional(Link),
  schema: Type.Optional(Link),
  versions: Type.Optional(Link),
  openapi: Type.Optional(Link),
})

export const PageInfo = Type.Object({
  limit: Type.Integer({ description: 'Most items on a page' }),
  total: Type.Integer({ description: 'Items on all pages' }),
  next: Type.Union([Type.String(), Type.Null()], { description: 'Cursor of the next page; null on the last' }),
})

const PageLinks = Type.Object({ self: Link, next: Type.Optional(Link) })

export const DatasetAnswer = Type.Object({ ...DatasetSchema.properties, links: DatasetLinks })
export const DatasetsAnswer = Type.Object({ datasets: Type.Array(DatasetAnswer), page: PageInfo, links: PageLinks })

export const PublisherAnswer = Type.Object({
  ...PublisherSchema.properties,
  links: Type.Object({ self: Link, page: Link, datasets: Link, progress: Link }),
})
export const PublishersAnswer = Type.Object({ publishers: Type.Array(PublisherAnswer) })

const FacetItems = Type.Array(
  Type.Object({
    value: Type.String({ description: 'What to send as parameter' }),
    title: Type.String(),
    count: Type.Integer({ description: 'Datasets found with it' }),
  }),
)
export const Facets = Type.Object({
  publisher: FacetItems,
  format: FacetItems,
  theme: FacetItems,
  licence: FacetItems,
  ...Object.fromEntries(extraFacets.map((name) => [name, Type.Optional(FacetItems)])),
})

const Hit = Type.Object({
  ...DatasetAnswer.properties,
  publisherTitle: Type.String(),
  snippet: Type.Optional(Type.String({ description: 'Text around the match, matched words between ** and **' })),
  matched: Type.Optional(Type.String({ description: 'Where the snippet is from: title, keyword, publisher, columns or description' })),
  explanation: Type.Optional(
    Type.Object({
      order: Type.String({ description: 'What the order goes by: relevance, title-words, modified or title' }),
      words: Type.Optional(Type.Number({ description: 'Score by the words alone (BM25)' })),
      merit: Type.Optional(Type.Number({ description: 'By how much it is raised since the data is cared for and used' })),
      score: Type.Optional(Type.Number()),
      found: Type.Array(Type.Object({ word: Type.String(), in: Type.Array(Type.String()) })),
    }),
  ),
})
const Suggestion = Type.Object({
  kind: Type.Enum(['synonyms', 'spelling'], { type: 'string' }),
  text: Type.String({ description: 'Other words that were looked for too, or the question as it may have been meant' }),
  applied: Type.Boolean({ description: 'Whether what is answered is the answer to it' }),
})
export const SearchAnswerBody = Type.Object({
  datasets: Type.Array(Hit),
  facets: Facets,
  suggestion: Type.Optional(Suggestion),
  page: PageInfo,
  links: PageLinks,
})

const Limit = Type.Integer({ minimum: 1, maximum: 100, default: 20, description: 'Most items on a page' })
const Cursor = Type.String({ maxLength: 8192, description: 'page.next of the answer before' })
const choice = (description: string) => Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 50, description }))

export const ListQuery = Type.Object(
  {
    publisher: Type.Optional(Type.String({ maxLength: 100, description: 'Only datasets of this publisher' })),
    state: Type.Optional(
      Type.Enum([...states, 'all'], {
        type: 'string',
        description: 'Only datasets of this state: published (the default), an inventory entry, or your own drafts',
      }),
    ),
    limit: Limit,
    cursor: Type.Optional(Cursor),
  },
  { additionalProperties: false },
)

export const SearchQuery = Type.Object(
  {
    q: Type.Optional(
      Type.String({ maxLength: 500, description: 'Words to find; "words in quotes" are found together; title:word looks in one field' }),
    ),
    publisher: choice('Name of a publisher; repeat for any of several'),
    format: choice('Format of the file as received, such as csv; repeat for any of several'),
    theme: choice('Name of a theme; repeat for any of several'),
    licence: choice('Name of a licence; repeat for any of several'),
    openness: choice('Stars of openness, 0 to 5; repeat for any of several'),
    frequency: choice('How often it is renewed, such as monthly; repeat for any of several'),
    nii: choice('listed or committed on the National Information Infrastructure'),
    spatial: choice('Area covered, as its publisher says it; repeat for any of several'),
    updated: choice('week, month, year or older'),
    facets: Type.Optional(Type.Enum(['usual', 'all'], { type: 'string', description: 'all counts every facet' })),
    explain: Type.Optional(Type.Boolean({ description: 'Say of each hit why it is where it is' })),
    sort: Type.Optional(
      Type.Enum([...searchSorts], {
        type: 'string',
        description: 'Order: relevance (default with words), modified (default without), title',
      }),
    ),
    limit: Limit,
    cursor: Type.Optional(Cursor),
  },
  { additionalProperties: false },
)

export const AsOfQuery = Type.Object(
  { asOf: Type.Optional(Type.String({ maxLength: 40, description: 'As it was at this moment, or at the end of this day, ISO 8601' })) },
  { additionalProperties: false },
)

/** For addresses without parameters: any that is sent is refused as unknown. */
export const NoQuery = Type.Object({}, { additionalProperties: false })

// Any text: a name that cannot be is answered as one that is not there.
export const DatasetParams = Type.Object({ dataset: Type.String({ description: 'Name of the dataset' }) })
export const PublisherParams = Type.Object({ publisher: Type.String({ description: 'Name of the publisher' }) })

/** The dataset with the addresses of its parts; those of its data only when it has data. */
export function linkDataset<T extends Dataset>(dataset: T, base: string): T & { links: Static<typeof DatasetLinks> } {
  const self = `${base}/v1/datasets/${dataset.name}`
  const page = `${base}/datasets/${dataset.name}`
  const data = { records: `${self}/records`, schema: `${self}/schema`, versions: `${self}/versions`, openapi: `${self}/openapi.json` }
  const described = { self, page, publisher: `${base}/v1/publishers/${dataset.publisher}`, turtle: `${page}.ttl`, jsonld: `${page}.jsonld` }
  return { ...dataset, links: { ...described, ...(dataset.distributions.length > 0 ? data : {}) } }
}

/** The publisher with the addresses of what it publishes and promises. */
export function linkPublisher(publisher: Publisher, base: string): Static<typeof PublisherAnswer> {
  const { name } = publisher
  const links = {
    self: `${base}/v1/publishers/${name}`,
    page: `${base}/publishers/${name}`,
    datasets: `${base}/v1/datasets?publisher=${name}`,
    progress: `${base}/v1/progress?department=${name}`,
  }
  return { ...publisher, links }
}

/** A page of datasets; `path` is the address asked for, with its query, to which the next cursor is added. */
export function pageOfDatasets(found: Page<Dataset>, limit: number, base: string, path: string): Static<typeof DatasetsAnswer> {
  return { datasets: found.items.map((item) => linkDataset(item, base)), ...pageParts(found, limit, base, path) }
}

export function pageOfHits(found: SearchAnswer, limit: number, base: string, path: string): Static<typeof SearchAnswerBody> {
  return {
    datasets: found.items.map((item) => linkDataset<SearchHit>(item, base)),
    facets: found.facets,
    ...(found.suggestion && { suggestion: found.suggestion }),
    ...pageParts(found, limit, base, path),
  }
}

function pageParts({ total, next }: Page<unknown>, limit: number, base: string, path: string) {
  const links = { self: base + path, ...(next ? { next: base + withCursor(path, next) } : {}) }
  return { page: { limit, total, next: next ?? null }, links }
}

function withCursor(path: string, cursor: string): string {
  const address = new URL(path, 'http://server')
  address.searchParams.set('cursor', cursor)
  return address.pathname + address.search
}
