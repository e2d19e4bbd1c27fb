import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import { decodeCursor, encodeCursor, Problem, sha256Hex } from '../../../foundation/kernel/index.ts'
import type { FacetItem, SearchAnswer, SearchHit, SearchRequest, SearchSort } from '../catalogue.ts'
import { formatTitle } from '../formats.ts'
import type { Dataset } from '../model.ts'
import { licenceTitle, themeTitle } from '../vocabularies.ts'
import { facetItems, type Narrowed, narrow } from './facets.ts'
import { SearchMemory } from './memory.ts'
import { type Place, pageAfter } from './order.ts'
import { matcher, orderOf } from './rank.ts'
import { type SearchStore, searchStore, type WordColumn } from './store.ts'
import { type Match, toMatch } from './words.ts'

export interface SearchOptions {
  store: Store
  /** Descriptions of the datasets on a page. */
  readDatasets: (numbers: number[]) => Promise<Map<number, Dataset>>
  /** Memory for what the latest questions matched, in bytes. */
  cacheBytes?: number
}

/** Opens search: the index that writers keep current, and the question that finders ask. */
export function openSearch({ store, readDatasets, cacheBytes = 16_000_000 }: SearchOptions) {
  const statements = searchStore(store)
  const memory = new SearchMemory()
  const matchOf = matcher(statements, cacheBytes)
  let titles: Map<string, string> | undefined
  return {
    index: { put: statements.put, remove: statements.remove, retitle: statements.retitle },
    /** To be called when a publisher was made or is called otherwise. */
    forgetTitles: () => {
      titles = undefined
    },
    search: async (request: SearchRequest): Promise<SearchAnswer> => {
      const found = await statements.undisturbed(() => {
        memory.follow(statements)
        titles ??= statements.publisherTitles()
        return find(statements, memory, matchOf, request)
      })
      return answer(found, request, titles as Map<string, string>, await readDatasets(found.page.map(numberOf)))
    },
  }
}

interface Found {
  narrowed: Narrowed
  page: Place[]
  next?: string
  snippets: Map<number, Pick<SearchHit, 'snippet' | 'matched'>>
}

function find(statements: SearchStore, memory: SearchMemory, matchOf: ReturnType<typeof matcher>, request: SearchRequest): Found {
  const match = toMatch(request.q ?? '')
  const matched = match && matchOf(match, memory)
  const candidates = matched?.numbers ?? (isBlank(request.q) ? memory.all() : new Uint32Array(0))
  const narrowed = narrow(memory, candidates, request)
  const { limit = 20 } = request
  const question = questionOf(request)
  const after = request.cursor === undefined ? undefined : readPlace(request.cursor, question)
  const places = pageAfter(narrowed.numbers, orderOf(sortOf(request, match), memory, statements, matched), limit + 1, after)
  const page = places.slice(0, limit)
  const snippets = match ? snippetsOf(statements, match, page.map(numberOf)) : new Map()
  return { narrowed, page, snippets, ...(places.length > limit ? { next: encodeCursor({ question, after: page.at(-1) }) } : {}) }
}

function answer(
  { narrowed, page, next, snippets }: Found,
  request: SearchRequest,
  titles: Map<string, string>,
  datasets: Map<number, Dataset>,
): SearchAnswer {
  const publisherTitle = (name: string) => titles.get(name) ?? name
  const items = page.flatMap((place): SearchHit[] => {
    const dataset = datasets.get(numberOf(place))
    // Taken away between the question and the reading of descriptions.
    return dataset ? [{ ...dataset, publisherTitle: publisherTitle(dataset.publisher), ...snippets.get(numberOf(place)) }] : []
  })
  const facet = (name: keyof Narrowed['counts'], titleOf: (value: string) => string): FacetItem[] =>
    facetItems(narrowed.counts[name], request[name], titleOf)
  const facets = {
    publisher: facet('publisher', publisherTitle),
    format: facet('format', formatTitle),
    theme: facet('theme', themeTitle),
    licence: facet('licence', licenceTitle),
  }
  return { items, total: narrowed.numbers.length, facets, ...(next ? { next } : {}) }
}

/** Columns a snippet is taken from, the most telling first: the title is seen anyway. */
const telling: WordColumn[] = ['description', 'columns', 'keyword', 'publisher', 'title']

function snippetsOf(statements: SearchStore, match: Match, numbers: number[]): Found['snippets'] {
  const found = statements.snippets(match.anywhere, numbers).map(({ number, ...snippets }) => {
    const matched = telling.find((column) => snippets[column].includes('**')) ?? 'title'
    return [number, { matched, snippet: snippets[matched] }] as const
  })
  return new Map(found)
}

const numberOf = (place: Place): number => place[2]

const isBlank = (text = ''): boolean => text.trim() === ''

function sortOf(request: SearchRequest, match: Match | undefined): SearchSort {
  return request.sort ?? (match ? 'relevance' : 'modified')
}

/** Names the question that a cursor belongs to: everything but the page. */
function questionOf({ q, publisher, format, theme, licence, sort }: SearchRequest): string {
  return sha256Hex(JSON.stringify([q, publisher, format, theme, licence, sort])).slice(0, 16)
}

function readPlace(cursor: string, question: string): Place {
  const position = (decodeCursor(cursor) ?? {}) as { question?: unknown; after?: unknown }
  if (position.question !== question || !isPlace(position.after))
    throw new Problem('cursor-invalid', {
      detail: 'The cursor belongs to another question.',
      pointer: '/cursor',
      hint: 'Send it with the same q, facets and sort as the answer it came from.',
    })
  return position.after
}

function isPlace(value: unknown): value is Place {
  return (
    Array.isArray(value) &&
    value.length === 3 &&
    Number.isFinite(value[0]) &&
    Number.isFinite(value[2]) &&
    (typeof value[1] === 'string' || Number.isFinite(value[1]))
  )
}
