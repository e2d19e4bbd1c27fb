import { ByteCache } from '../../../foundation/kernel/index.ts'
import type { SearchSort } from '../catalogue.ts'
import { MERIT, meritOf } from './extra.ts'
import type { SearchMemory } from './memory.ts'
import type { Order } from './order.ts'
import type { Postings } from './postings.ts'
import type { SearchStore } from './store.ts'
import { type Match, ofTitle } from './words.ts'

/**
 * Most matches that are scored one by one. Scoring costs about a microsecond each, and a walk through all places of each of its words,
 * to know how rare they are.
 */
const SCORED = 1_000

/** What one question matched, and the scores that have been worked out for it. */
export interface Matched {
  match: Match
  numbers: Uint32Array
  scores?: Map<number, number>
  /** Only for questions that match more than can be scored: by number, how many of the words and phrases the title has. */
  titleWords?: Uint8Array
}

/** Answers what a question matches, keeping the latest questions, with what was worked out for their order, until the catalogue changes. */
export function matcher(postings: Postings, cacheBytes: number) {
  const cache = new ByteCache<Matched>(cacheBytes)
  let change = -1
  return {
    of: (match: Match, memory: SearchMemory): Matched => {
      if (memory.change !== change) cache.clear()
      change = memory.change
      const kept = cache.get(match.anywhere)
      if (kept) return kept
      const matched = { match, numbers: postings.matching(match, memory.count) }
      cache.set(match.anywhere, matched, 1_000 + matched.numbers.byteLength * 2 + Math.min(matched.numbers.length, SCORED) * 64)
      return matched
    },
    clear: () => cache.clear(),
  }
}

/** What a question is answered from. */
export interface SearchIndex {
  statements: SearchStore
  memory: SearchMemory
  postings: Postings
  matchOf: ReturnType<typeof matcher>['of']
  /** The present, in milliseconds since 1970. */
  now: () => number
}

/**
 * The order in which datasets are answered.
 *
 * By relevance, up to 1,000 matches are scored: BM25, with the title counting most. A question that matches more says little about any of
 * them; there, the more of its words a title has the earlier it comes, and of titles that have all of them the shorter come first.
 * What is equal in that comes latest changed first. Of those that are scored, data that is cared for scores up to three tenths above data
 * that is not.
 */
export function orderOf(sort: SearchSort, { memory, statements, postings, now }: SearchIndex, matched?: Matched): Order {
  if (sort === 'title') return { tier: () => 0, value: (number) => memory.title(number) }
  if (sort === 'modified' || !matched) return { tier: () => 0, value: (number) => memory.modified(number) }
  if (matched.numbers.length > SCORED)
    return byTitle((matched.titleWords ??= countTitleWords(postings, matched)), memory, matched.match.phrases.length)
  const scores = (matched.scores ??= statements.scores(matched.match.scored))
  const at = now()
  return { tier: () => 0, value: (number) => (scores.get(number) ?? 0) * (1 + MERIT * meritOf(memory, number, at)) }
}

function byTitle(titleWords: Uint8Array, memory: SearchMemory, all: number): Order {
  return {
    tier: (number) => titleWords[number] ?? 0,
    value: (number) => (titleWords[number] === all ? -memory.titleLength(number) : memory.modified(number)),
  }
}

function countTitleWords(postings: Postings, { match, numbers }: Matched): Uint8Array {
  const words = new Uint8Array(1 + (numbers.at(-1) ?? 0))
  for (const phrase of match.phrases.slice(0, 255)) {
    const asked = ofTitle(phrase)
    if (asked === undefined) continue
    const titles = postings.inTitle(asked)
    for (const number of numbers) if (titles.has(number)) words[number] = (words[number] as number) + 1
  }
  return words
}
