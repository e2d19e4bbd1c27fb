import type { Explanation, SearchSort } from '../catalogue.ts'
import { MERIT, meritOf } from './extra.ts'
import type { SearchMemory } from './memory.ts'
import type { Place } from './order.ts'
import type { Matched } from './rank.ts'
import { type SearchStore, wordColumns } from './store.ts'
import { ofTitle } from './words.ts'

interface ExplainParts {
  statements: SearchStore
  memory: SearchMemory
  now: number
}

/** Why each hit of a page is where it is, by number: which words stand in which fields, and what the order made of that. */
export function explain(
  { statements, memory, now }: ExplainParts,
  sort: SearchSort,
  page: readonly Place[],
  matched?: Matched,
): Map<number, Explanation> {
  const numbers = page.map(([, , number]) => number)
  const phrases = matched?.match.phrases ?? []
  const asked = phrases.flatMap((phrase) =>
    wordColumns.flatMap((column) => {
      const inner = phrase.startsWith('{') ? (column === 'title' ? ofTitle(phrase) : undefined) : phrase
      return inner === undefined ? [] : [{ phrase, column, expression: `{${column}} : (${inner})` }]
    }),
  )
  const holders =
    asked.length && numbers.length
      ? statements.matchesAmong(
          asked.map(({ expression }) => expression),
          numbers,
        )
      : []
  const scored = matched?.scores
  const order = sort !== 'relevance' || !matched ? (sort === 'title' ? 'title' : 'modified') : scored ? 'relevance' : 'title-words'
  return new Map(
    numbers.map((number): [number, Explanation] => {
      const words = scored?.get(number)
      const merit = 1 + MERIT * meritOf(memory, number, now)
      const found = phrases.map((phrase) => ({
        word: readable(phrase),
        in: asked.flatMap(({ phrase: of, column }, i) => (of === phrase && holders[i]?.includes(number) ? [column] : [])),
      }))
      return [
        number,
        { order, found, ...(words !== undefined && { words: round(words), merit: round(merit), score: round(words * merit) }) },
      ]
    }),
  )
}

/** A phrase as its asker wrote it. */
const readable = (phrase: string): string =>
  phrase
    .replace(/^\{(\w+)\} : \((.*)\)$/, '$1:$2')
    .replaceAll('"', '')
    .replace(/ \*/g, '…')

const round = (value: number): number => Number(value.toFixed(3))
