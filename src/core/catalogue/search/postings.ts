import { ByteCache } from '../../../foundation/kernel/index.ts'
import { Marks } from './marks.ts'
import type { SearchStore } from './store.ts'
import { inTitle, type Match } from './words.ts'

/** A word or phrase is common when more than one in 32 datasets has it: from there on, reading its numbers is what a question costs. */
const COMMON = 32

/** Most datasets that may have changed for the kept sets to be brought up to date; past it they are dropped and read again. */
const FOLLOWED = 1_000

/**
 * Which datasets have a word or phrase. Sets of common ones are kept, so that a question made of them reads no index, and are brought up
 * to date when datasets change: the changed ones alone are asked for each kept expression, in an index of their own.
 */
export class Postings {
  readonly #store: SearchStore
  readonly #kept: ByteCache<Marks>

  constructor(store: SearchStore, cacheBytes: number) {
    this.#store = store
    this.#kept = new ByteCache(cacheBytes)
  }

  /** Numbers of the datasets that have every word and phrase of the question, ascending. `count`: how many datasets there are. */
  matching({ anywhere, phrases }: Match, count: number): Uint32Array {
    const whole = this.#kept.get(anywhere)
    if (whole) return whole.numbers()
    const known: Marks[] = []
    const unknown: string[] = []
    for (const phrase of phrases) {
      const marks = this.#kept.get(phrase)
      if (marks) known.push(marks)
      else unknown.push(phrase)
    }
    const first = unknown.length > 0 ? this.#read(unknown.join(' AND '), count) : (known.shift() as Marks).numbers()
    return known.reduce((numbers, marks) => marks.among(numbers), first)
  }

  /** The datasets that have the word or phrase in their title. */
  inTitle(phrase: string): Marks {
    const expression = inTitle(phrase)
    const kept = this.#kept.get(expression)
    if (kept) return kept
    return this.#keep(expression, this.#store.titleMatches(phrase))
  }

  /** Brings the sets up to date with datasets that were changed or taken away. */
  follow(changed: number[]): void {
    if (changed.length > FOLLOWED) this.clear()
    if (changed.length === 0 || this.#kept.size === 0) return
    const entries = [...this.#kept]
    const now = this.#store.matchesAmong(
      entries.map(([expression]) => expression),
      changed,
    )
    for (const [index, [, marks]] of entries.entries()) {
      for (const number of changed) marks.delete(number)
      for (const number of now[index] as number[]) marks.add(number)
    }
  }

  clear(): void {
    this.#kept.clear()
  }

  #read(expression: string, count: number): Uint32Array {
    const numbers = this.#store.matches(expression)
    if (numbers.length * COMMON >= count) this.#keep(expression, numbers)
    return numbers
  }

  #keep(expression: string, numbers: Uint32Array): Marks {
    const marks = new Marks(numbers)
    this.#kept.set(expression, marks, 200 + expression.length * 2 + Math.ceil(marks.byteLength * 1.25))
    return marks
  }
}
