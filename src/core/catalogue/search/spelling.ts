import { editDistance } from '../../../foundation/kernel/index.ts'

/** Words that nobody means by a word so short. */
const SHORTEST = 4
/** Words read anew at most so often, in milliseconds: it costs a walk through all titles. */
const REREAD_MS = 60_000

/** The words of all titles, to find what somebody meant who spelt a word otherwise. */
export class Vocabulary {
  readonly #titles: () => Iterable<string>
  #counts = new Map<string, number>()
  #byLength: string[][] = []
  #read = Number.NEGATIVE_INFINITY
  #change = -1

  constructor(titles: () => Iterable<string>) {
    this.#titles = titles
  }

  /** Takes over the words of the titles as they are, where they have changed and a while has passed. */
  follow(change: number, now: number): void {
    if (change === this.#change || now - this.#read < REREAD_MS) return
    this.#change = change
    this.#read = now
    this.#counts = new Map()
    this.#byLength = []
    for (const title of this.#titles())
      for (const [word] of title.matchAll(/\p{L}{3,40}/gu)) this.#counts.set(word, (this.#counts.get(word) ?? 0) + 1)
    for (const word of this.#counts.keys()) (this.#byLength[word.length] ??= []).push(word)
  }

  has(word: string): boolean {
    return this.#counts.has(word)
  }

  /** Words that begin so, the most frequent first. */
  beginning(start: string, limit: number): string[] {
    const found: string[] = []
    for (const word of this.#counts.keys()) if (word.startsWith(start) && word !== start) found.push(word)
    return found.sort((a, b) => this.#count(b) - this.#count(a) || (a < b ? -1 : 1)).slice(0, limit)
  }

  /**
   * The word that was most likely meant: within one slip of the fingers, or two in a word of eight letters or more; of the nearest the most
   * frequent. undefined when the word is known, too short, or like nothing.
   */
  correct(word: string): string | undefined {
    if (word.length < SHORTEST || this.has(word)) return undefined
    const most = word.length >= 8 ? 2 : 1
    let best: { word: string; distance: number } | undefined
    for (let length = word.length - most; length <= word.length + most; length += 1)
      for (const other of this.#byLength[length] ?? []) {
        const limit = best ? best.distance : most
        const distance = editDistance(word, other, limit)
        if (distance > limit) continue
        if (!best || distance < best.distance || this.#count(other) > this.#count(best.word)) best = { word: other, distance }
      }
    return best?.word
  }

  #count(word: string): number {
    return this.#counts.get(word) ?? 0
  }
}
