import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import { decodeCursor, encodeCursor, Problem, sha256Hex } from '../../../foundation/kernel/index.ts'
import { currentViewer, isOwner, isWithin, publicViewer, type Viewer, type Visibility } from '../../access/index.ts'
import type { FacetItem, SearchAnswer, SearchHit, SearchRequest, SearchSort, SelectAnswer, SelectRequest } from '../catalogue.ts'
import { formatTitle } from '../formats.ts'
import type { Dataset } from '../model.ts'
import { licenceTitle, themeTitle } from '../vocabularies.ts'
import { facetItems, type Narrowed, narrow } from './facets.ts'
import { type FacetName, SearchMemory } from './memory.ts'
import { type Place, pageAfter } from './order.ts'
import { Postings } from './postings.ts'
import { type Matched, matcher, orderOf, type SearchIndex } from './rank.ts'
import { type Finds, select } from './select.ts'
import { type SearchStore, searchStore, type WordColumn } from './store.ts'
import { type Match, toMatch } from './words.ts'

export interface SearchOptions {
  store: Store
  /** Descriptions of the datasets on a page. */
  readDatasets: (numbers: number[]) => Promise<Map<number, Dataset>>
  /** Memory for what the latest questions matched, in bytes. */
  cacheBytes?: number
  isGovernment: (publisher: string) => boolean
}

/** Opens search: the index that writers keep current, and the question that finders ask. */
export function openSearch({ store, readDatasets, cacheBytes = 16_000_000, isGovernment }: SearchOptions) {
  const statements = searchStore(store)
  const memory = new SearchMemory()
  const postings = new Postings(statements, cacheBytes / 2)
  const matches = matcher(postings, cacheBytes / 2)
  const index = { statements, memory, postings, matchOf: matches.of }
  const follow = () => postings.follow(memory.follow(statements))
  let titles: Map<string, string> | undefined
  return {
    index: { put: statements.put, remove: statements.remove, retitle: statements.retitle },
    /** To be called when a publisher was made or is called otherwise. */
    forgetTitles: () => {
      titles = undefined
      // Its datasets are found by its name, and they do not change when it does.
      postings.clear()
      matches.clear()
    },
    select: async (request: SelectRequest): Promise<SelectAnswer> => {
      const finds = request.listedOnly ? undefined : findsOf(currentViewer(), isGovernment, request.states)
      const found = await statements.undisturbed(() => {
        follow()
        return pick(index, request, finds)
      })
      const datasets = await readDatasets(found.page)
      return { ...found, items: found.page.flatMap((number) => datasets.get(number) ?? []) }
    },
    search: async (request: SearchRequest): Promise<SearchAnswer> => {
      const finds = findsOf(currentViewer(), isGovernment)
      const found = await statements.undisturbed(() => {
        follow()
        titles ??= statements.publisherTitles()
        return find(index, request, finds)
      })
      return answer(found, request, titles as Map<string, string>, await readDatasets(found.page.map(numberOf)))
    },
  }
}

/** The datasets of a selection, sorted, a stretch of them; counts of the facets asked for over all of them. */
function pick(
  index: SearchIndex,
  { selection, words, sort, descending = sort !== 'title' && sort !== 'name', start, rows, facets = [] }: SelectRequest,
  finds?: Finds,
): { total: number; page: number[]; facets: Record<string, Map<string, number>> } {
  const { statements, memory, matchOf } = index
  const marked = select(selection, memory, statements, finds)
  const numbers = memory.all(finds).filter((number) => marked[number] === 1)
  const match = words && sort === 'relevance' ? toMatch(words) : undefined
  const places = (): number[] => {
    if (sort === 'name' || sort === 'issued') return statements.inOrder(sort, numbers, descending)
    const by = match ? 'relevance' : sort === 'title' ? 'title' : 'modified'
    const order = orderOf(by, index, match && matchOf(match, memory))
    // The orders of search put titles forward and dates and scores backward; the other way round needs the whole.
    const usual = descending === (by !== 'title')
    return usual ? pageAfter(numbers, order, start + rows).map(numberOf) : pageAfter(numbers, order, numbers.length).map(numberOf).reverse()
  }
  const counts = Object.fromEntries(
    facets.map((facet) => [facet, facet === 'keyword' ? statements.keywordCounts(marked) : facetCounts(memory, facet, numbers)]),
  )
  return { total: numbers.length, page: places().slice(start, start + rows), facets: counts }
}

function facetCounts(memory: SearchMemory, facet: FacetName, numbers: Uint32Array): Map<string, number> {
  const { of, combinations } = memory.facets[facet]
  const counts = new Map<string, number>()
  for (const number of numbers)
    for (const value of combinations[of[number] as number] ?? []) counts.set(value, (counts.get(value) ?? 0) + 1)
  return counts
}

interface Found {
  narrowed: Narrowed
  page: Place[]
  next?: string
  snippets: Map<number, Pick<SearchHit, 'snippet' | 'matched'>>
}

function find(index: SearchIndex, request: SearchRequest, finds?: Finds): Found {
  const { statements, memory, matchOf } = index
  const match = toMatch(request.q ?? '')
  const matched = match && matchOf(match, memory)
  const candidates = candidatesOf(statements, memory, matched, isBlank(request.q), finds)
  const narrowed = narrow(memory, candidates, request)
  const { limit = 20 } = request
  const question = questionOf(request)
  const after = request.cursor === undefined ? undefined : readPlace(request.cursor, question)
  const places = pageAfter(narrowed.numbers, orderOf(sortOf(request, match), index, matched), limit + 1, after)
  const page = places.slice(0, limit)
  const snippets = match ? snippetsOf(statements, match, page.map(numberOf)) : new Map()
  return { narrowed, page, snippets, ...(places.length > limit ? { next: encodeCursor({ question, after: page.at(-1) }) } : {}) }
}

/** What matched of what is found by whoever asks; without words, all of that. */
function candidatesOf(
  statements: SearchStore,
  memory: SearchMemory,
  matched: Matched | undefined,
  blank: boolean,
  finds?: Finds,
): Uint32Array {
  if (!matched) return blank ? memory.all(finds) : new Uint32Array(0)
  if (!finds) return matched.numbers
  const restricted = memory.found(statements.restrictedMatches(matched.match.anywhere), finds)
  return restricted.length === 0 ? matched.numbers : Uint32Array.from([...matched.numbers, ...restricted]).sort()
}

/** Which datasets that not everybody finds this viewer does: those within its tiers, in these states. undefined for none. */
function findsOf(
  viewer: Viewer,
  isGovernment: (publisher: string) => boolean,
  states: readonly string[] = ['published'],
): Finds | undefined {
  if (viewer === publicViewer) return undefined
  return ({ name, publisher, state, visibility }) => {
    if (!states.includes(state)) return false
    if (isOwner(viewer, publisher)) return true
    if (state === 'draft' || state === 'deleted') return false
    return isWithin(viewer, visibility as Visibility, { dataset: name, publisher }, isGovernment)
  }
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
