import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import { decodeCursor, encodeCursor, Problem, sha256Hex } from '../../../foundation/kernel/index.ts'
import { currentViewer, isOwner, isWithin, publicViewer, type Viewer, type Visibility } from '../../access/index.ts'
import type {
  Completion,
  Explanation,
  FacetItem,
  SearchAnswer,
  SearchHit,
  SearchRequest,
  SearchSort,
  SelectAnswer,
  SelectRequest,
} from '../catalogue.ts'
import { formatTitle } from '../formats.ts'
import type { Dataset } from '../model.ts'
import { licenceTitle, themeTitle } from '../vocabularies.ts'
import { explain } from './explain.ts'
import { updatedColumn } from './extra.ts'
import { type ExtraFacet, extraFacets, type FacetName, spanTitles } from './facet-names.ts'
import { type AnyFacet, type Columns, facetItems, type Narrowed, narrow, usualColumns } from './facets.ts'
import { SearchMemory } from './memory.ts'
import { type Order, type Place, pageAfter } from './order.ts'
import { Postings } from './postings.ts'
import { type Matched, matcher, orderOf, type SearchIndex } from './rank.ts'
import { type Finds, select } from './select.ts'
import { Vocabulary } from './spelling.ts'
import { type SearchStore, searchStore, type WordColumn } from './store.ts'
import { FEW, spelt, type Widened, withSynonyms } from './widen.ts'
import { inTitle, type Match, ofTitle, toMatch } from './words.ts'

export interface SearchOptions {
  store: Store
  /** Descriptions of the datasets on a page. */
  readDatasets: (numbers: number[]) => Promise<Map<number, Dataset>>
  /** Memory for what the latest questions matched, in bytes. */
  cacheBytes?: number
  isGovernment: (publisher: string) => boolean
  /** The present, in milliseconds since 1970. */
  now?: () => number
}

/** Opens search: the index that writers keep current, and the question that finders ask. */
export function openSearch({ store, readDatasets, cacheBytes = 16_000_000, isGovernment, now = Date.now }: SearchOptions) {
  const statements = searchStore(store)
  const memory = new SearchMemory()
  const postings = new Postings(statements, cacheBytes / 2)
  const matches = matcher(postings, cacheBytes / 2)
  const vocabulary = new Vocabulary(() => titlesOf(memory))
  const index: Index = { statements, memory, postings, matchOf: matches.of, now, vocabulary }
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
    complete: async (text: string, limit = 8) => {
      const finds = findsOf(currentViewer(), isGovernment)
      const found = await statements.undisturbed(() => {
        follow()
        titles ??= statements.publisherTitles()
        return completions(index, titles, text, limit, finds)
      })
      const datasets = await readDatasets(found.numbers)
      const shown = found.numbers.flatMap((number): Completion[] => {
        const dataset = datasets.get(number)
        return dataset ? [{ kind: 'dataset', text: dataset.title, name: dataset.name }] : []
      })
      return [...found.publishers, ...shown, ...found.words].slice(0, limit)
    },
    mark: (facet: 'openness' | 'nii', values: ReadonlyMap<string, string>): Promise<void> =>
      statements.undisturbed(() => {
        follow()
        const numbers = statements.numbersOf(values.keys())
        memory.mark(facet, new Map([...numbers].map(([name, number]) => [number, values.get(name) as string])))
      }),
    markUses: (counts: ReadonlyMap<string, number>): Promise<void> =>
      statements.undisturbed(() => {
        const most = Math.log1p(Math.max(1, ...counts.values()))
        const numbers = statements.numbersOf(counts.keys())
        memory.setUses(new Map([...numbers].map(([name, number]) => [number, Math.log1p(counts.get(name) ?? 0) / most])))
      }),
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

interface Index extends SearchIndex {
  vocabulary: Vocabulary
}

interface Found {
  narrowed: Narrowed
  page: Place[]
  next?: string
  snippets: Map<number, Pick<SearchHit, 'snippet' | 'matched'>>
  suggestion?: Widened
  explanations?: Map<number, Explanation>
}

function find(index: Index, request: SearchRequest, finds?: Finds): Found {
  const { statements, memory } = index
  const { match, matched, candidates, suggestion } = settle(index, request.q ?? '', finds)
  const narrowed = narrow(columnsOf(index, request), candidates, request)
  const { limit = 20 } = request
  const question = questionOf(request)
  const after = request.cursor === undefined ? undefined : readPlace(request.cursor, question)
  const sort = sortOf(request, match)
  const places = pageAfter(narrowed.numbers, orderOf(sort, index, matched), limit + 1, after)
  const page = places.slice(0, limit)
  const snippets = match ? snippetsOf(statements, match, page.map(numberOf)) : new Map()
  return {
    narrowed,
    page,
    snippets,
    ...(suggestion && { suggestion }),
    ...(request.explain && { explanations: explain({ statements, memory, now: index.now() }, sort, page, matched) }),
    ...(places.length > limit ? { next: encodeCursor({ question, after: page.at(-1) }) } : {}),
  }
}

/** What a question finds, asked in other words where it finds little. Questions that find enough do no more than before. */
function settle(index: Index, text: string, finds?: Finds) {
  const { statements, memory, matchOf, vocabulary, now } = index
  const ask = (match: Match | undefined) => {
    const matched = match && matchOf(match, memory)
    return { match, matched, candidates: candidatesOf(statements, memory, matched, isBlank(text), finds) }
  }
  const plain: ReturnType<typeof ask> & { suggestion?: Widened } = ask(toMatch(text))
  if (!plain.match || plain.candidates.length >= FEW) return plain
  const synonyms = withSynonyms(text)
  if (synonyms) {
    const wider = ask(synonyms.match)
    if (wider.candidates.length > plain.candidates.length)
      return { ...wider, suggestion: { kind: 'synonyms' as const, text: synonyms.told, applied: true } }
  }
  vocabulary.follow(memory.change, now())
  const right = spelt(text, vocabulary)
  if (right === undefined) return plain
  const meant = ask(toMatch(right))
  if (meant.candidates.length <= plain.candidates.length) return plain
  const applied = plain.candidates.length === 0
  return { ...(applied ? meant : plain), suggestion: { kind: 'spelling' as const, text: right, applied } }
}

/** The usual facets, and of the others those that are chosen from or asked for. */
function columnsOf({ memory, now }: Index, request: SearchRequest): Columns {
  const asked = extraFacets.filter((name) => request.facets === 'all' || request[name]?.length)
  return [
    ...usualColumns(memory.facets),
    ...asked.map((name) => [name, name === 'updated' ? updatedColumn(memory, now()) : memory.extras[name]] as const),
  ]
}

/** Titles of what everybody finds. */
function* titlesOf(memory: SearchMemory): Generator<string> {
  for (const number of memory.all()) yield memory.title(number)
}

/** Publishers, titles and words that begin as somebody has typed. */
function completions(
  { memory, postings, vocabulary, now, statements }: Index,
  titles: Map<string, string>,
  text: string,
  limit: number,
  finds?: Finds,
): { numbers: number[]; publishers: Completion[]; words: Completion[] } {
  const match = toMatch(text)
  if (!match) return { numbers: [], publishers: [], words: [] }
  const sets = match.phrases.flatMap((phrase) => {
    const asked = ofTitle(phrase)
    return asked === undefined ? [] : [postings.inTitle(asked)]
  })
  const [first, ...rest] = sets
  const everybody = rest.reduce((numbers, marks) => marks.among(numbers), first?.numbers() ?? new Uint32Array(0))
  const own = finds ? memory.found(statements.restrictedMatches(inTitle(match.anywhere)), finds) : []
  const byLength: Order = { tier: () => 0, value: (number) => -memory.titleLength(number) }
  const numbers = pageAfter(Uint32Array.from([...everybody, ...own]), byLength, limit).map(numberOf)
  const typed = plainText(text)
  const publishers = [...titles]
    .filter(
      ([name, title]) =>
        plainText(title)
          .split(/\s+/)
          .some((_, i, all) => all.slice(i).join(' ').startsWith(typed)) || name.startsWith(typed),
    )
    .slice(0, 2)
    .map(([name, title]): Completion => ({ kind: 'publisher', text: title, name }))
  vocabulary.follow(memory.change, now())
  const last = typed.split(/\s+/).at(-1) ?? ''
  const before = text.trim().slice(0, text.trim().length - last.length)
  const words = last.length < 2 ? [] : vocabulary.beginning(last, 3).map((word): Completion => ({ kind: 'word', text: `${before}${word}` }))
  return { numbers, publishers, words }
}

const plainText = (text: string): string => text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase().trim()

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
  { narrowed, page, next, snippets, suggestion, explanations }: Found,
  request: SearchRequest,
  titles: Map<string, string>,
  datasets: Map<number, Dataset>,
): SearchAnswer {
  const publisherTitle = (name: string) => titles.get(name) ?? name
  const items = page.flatMap((place): SearchHit[] => {
    const dataset = datasets.get(numberOf(place))
    // Taken away between the question and the reading of descriptions.
    if (!dataset) return []
    const explanation = explanations?.get(numberOf(place))
    return [
      {
        ...dataset,
        publisherTitle: publisherTitle(dataset.publisher),
        ...snippets.get(numberOf(place)),
        ...(explanation && { explanation }),
      },
    ]
  })
  const facet = (name: AnyFacet, titleOf: (value: string) => string): FacetItem[] =>
    facetItems(narrowed.counts[name] ?? new Map(), request[name], titleOf)
  const extras = extraFacets.filter((name) => narrowed.counts[name]).map((name) => [name, facet(name, extraTitles[name])] as const)
  const facets = {
    publisher: facet('publisher', publisherTitle),
    format: facet('format', formatTitle),
    theme: facet('theme', themeTitle),
    licence: facet('licence', licenceTitle),
    ...Object.fromEntries(extras),
  }
  return { items, total: narrowed.numbers.length, facets, ...(next ? { next } : {}), ...(suggestion && { suggestion }) }
}

const extraTitles: Record<ExtraFacet, (value: string) => string> = {
  openness: (stars) => `${stars} of 5 stars`,
  frequency: (frequency) => (frequency === 'unknown' ? 'Not stated' : sentence(frequency)),
  nii: (stage) => sentence(stage),
  spatial: (area) => area,
  updated: (span) => spanTitles[span as keyof typeof spanTitles] ?? span,
}

const sentence = (words: string): string => words.charAt(0).toUpperCase() + words.slice(1).replaceAll('-', ' ')

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
function questionOf({ q, publisher, format, theme, licence, sort, openness, frequency, nii, spatial, updated }: SearchRequest): string {
  return sha256Hex(JSON.stringify([q, publisher, format, theme, licence, sort, openness, frequency, nii, spatial, updated])).slice(0, 16)
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
