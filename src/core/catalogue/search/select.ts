import type { SearchMemory, Unlisted } from './memory.ts'
import type { SearchStore } from './store.ts'
import { toMatch } from './words.ts'

/** Which datasets: a tree of conditions over the search index and the catalogue's tables. */
export type Selection =
  | { all: true }
  | { none: true }
  | { and: Selection[] }
  | { or: Selection[] }
  | { not: Selection }
  /** Words, anywhere or in one column of the index. */
  | { words: string; column?: 'title' | 'keyword' | 'publisher' | 'columns' | 'description' }
  | { facet: 'publisher' | 'format' | 'theme' | 'licence'; value: string | undefined; prefix?: boolean }
  /** A member of the record, by its JSON path or column; several values are matched one by one. */
  | { member: string; value: string | undefined; prefix?: boolean }
  | { state: 'published' | 'draft' | 'deleted' }
  /** Whether it is not described to all. */
  | { private: boolean }
  /** Days or moments in ISO 8601. */
  | { date: 'modified' | 'issued'; from?: string; to?: string; fromOpen?: boolean; toOpen?: boolean }

/** Which of the datasets that not everybody finds are found. */
export type Finds = (unlisted: Unlisted) => boolean

/** The numbers of the datasets that a selection names, as marks by number. Must run while nobody writes. */
export function select(selection: Selection, memory: SearchMemory, store: SearchStore, finds?: Finds): Uint8Array {
  const all = memory.all(finds)
  const size = memory.size()
  const marks = (numbers: Iterable<number>): Uint8Array => {
    const marked = new Uint8Array(size)
    for (const number of numbers) if (number < size) marked[number] = 1
    return marked
  }
  const visit = (node: Selection): Uint8Array => {
    if ('all' in node) return marks(all)
    if ('none' in node) return new Uint8Array(size)
    if ('and' in node) return node.and.map(visit).reduce(both, marks(all))
    if ('or' in node) return node.or.map(visit).reduce(either, new Uint8Array(size))
    if ('not' in node) return except(marks(all), visit(node.not))
    if ('words' in node) return marks(wordsOf(node, store, finds !== undefined))
    if ('facet' in node) return facetMarks(node, memory, size)
    if ('state' in node) return marks(all.filter((number) => (memory.unlisted.get(number)?.state ?? 'published') === node.state))
    if ('private' in node) return marks(all.filter((number) => isPrivate(memory.unlisted.get(number)) === node.private))
    if ('date' in node) return marks(store.dated(node))
    return marks(store.holding(node.member, node.value, node.prefix ?? false))
  }
  return both(visit(selection), marks(all))
}

function wordsOf({ words, column }: Extract<Selection, { words: string }>, store: SearchStore, restricted: boolean): Iterable<number> {
  const match = toMatch(words)
  if (!match) return []
  const expression = column ? `{${column}} : (${match.anywhere})` : match.anywhere
  return restricted ? [...store.matches(expression), ...store.restrictedMatches(expression)] : store.matches(expression)
}

function facetMarks({ facet, value, prefix }: Extract<Selection, { facet: string }>, memory: SearchMemory, size: number): Uint8Array {
  const { of, combinations } = memory.facets[facet]
  const wanted = value?.toLowerCase()
  const fits = (each: string) => wanted === undefined || (prefix ? each.toLowerCase().startsWith(wanted) : each.toLowerCase() === wanted)
  const passes = combinations.map((values) => values.some(fits))
  const marked = new Uint8Array(size)
  for (let number = 0; number < size; number += 1) if (memory.isLive(number) && passes[of[number] ?? -1]) marked[number] = 1
  return marked
}

const isPrivate = (unlisted: Unlisted | undefined): boolean =>
  unlisted !== undefined && unlisted.visibility !== 'public' && unlisted.visibility !== 'licensed'

const both = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((mark, i) => mark & (b[i] as number))
const either = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((mark, i) => mark | (b[i] as number))
const except = (a: Uint8Array, b: Uint8Array): Uint8Array => a.map((mark, i) => mark & ((b[i] as number) ^ 1))
