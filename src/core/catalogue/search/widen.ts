import type { Vocabulary } from './spelling.ts'
import { synonymsOf } from './synonyms.ts'
import { type Match, toMatch } from './words.ts'

/** A question that finds fewer is asked again in other words. */
export const FEW = 5

/** What was asked instead, or may have been meant. */
export interface Widened {
  kind: 'synonyms' | 'spelling'
  /** The question as it was asked, or would be. */
  text: string
  /** It was asked, and what is answered is its answer. */
  applied: boolean
}

/** The question with the synonyms of its words; undefined when it has none. */
export function withSynonyms(text: string): { match: Match; told: string } | undefined {
  const used: string[] = []
  const match = toMatch(text, (words) => {
    const others = synonymsOf(words)
    used.push(...others)
    return others
  })
  return match && used.length ? { match, told: [...new Set(used)].join(', ') } : undefined
}

/** The question with words that nobody has in a title put right; undefined when there is nothing to put right. What stands in quotes stays. */
export function spelt(text: string, vocabulary: Vocabulary): string | undefined {
  let changed = false
  const words = text.split(/("[^"]*"?)/).map((part, i) =>
    i % 2 === 1
      ? part
      : part.replace(/\p{L}+(?!:)\b/gu, (word) => {
          const right = vocabulary.correct(word.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase())
          if (right === undefined) return word
          changed = true
          return right
        }),
  )
  return changed ? words.join('') : undefined
}
