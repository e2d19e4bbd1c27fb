import { setTimeout } from 'node:timers/promises'
import { Problem } from '../../../foundation/kernel/index.ts'

/** Exports often follow one another; a moment between two of them is not quiet. */
const STILL_MS = 500

/**
 * A way to the column engine that only so many may be on at once, so that what takes long leaves connections to what does not. Who finds no
 * place waits; past `most` waiting, the answer is to come back later.
 */
export class Lane {
  #free: number
  readonly #most: number
  readonly #waiting: Array<() => void> = []
  readonly #places: number
  #left = Number.NEGATIVE_INFINITY

  constructor(places: number, most: number) {
    this.#free = places
    this.#places = places
    this.#most = most
  }

  /**
   * Resolves when nobody has been on the lane for half a second, or after `mostMs` all the same: for work in the background that takes as
   * much memory as what goes on here.
   */
  async quiet(mostMs: number): Promise<void> {
    const until = performance.now() + mostMs
    for (;;) {
      const now = performance.now()
      if (now >= until || (this.#free === this.#places && now - this.#left > STILL_MS)) return
      await setTimeout(Math.min(STILL_MS / 2, until - now), undefined, { ref: false })
    }
  }

  /**
   * A place, given back by the function returned, which may be called more than once.
   *
   * @throws {Problem} busy when too many wait, or when the signal says that nobody wants the answer any more
   */
  async enter(signal?: AbortSignal): Promise<() => void> {
    if (this.#free > 0) this.#free -= 1
    else await this.#wait(signal)
    let left = false
    return () => {
      if (left) return
      left = true
      this.#left = performance.now()
      const next = this.#waiting.shift()
      if (next) next()
      else this.#free += 1
    }
  }

  /** @throws {Problem} as enter, and what the work throws */
  async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const leave = await this.enter(signal)
    try {
      return await work()
    } finally {
      leave()
    }
  }

  /** Batches that take their place with the first and give it back with the last, or when they are not wanted any more. */
  async *stream<T>(batches: () => AsyncGenerator<T>, signal?: AbortSignal): AsyncGenerator<T> {
    const leave = await this.enter(signal)
    try {
      yield* batches()
    } finally {
      leave()
    }
  }

  async #wait(signal: AbortSignal | undefined): Promise<void> {
    if (this.#waiting.length >= this.#most)
      throw new Problem('busy', {
        detail: 'Too many long questions are being answered.',
        retryAfter: 5,
        hint: 'Short ones are still answered: a page, a look-up, a filter on few rows.',
      })
    await new Promise<void>((resolve, reject) => {
      const go = () => {
        signal?.removeEventListener('abort', gone)
        resolve()
      }
      const gone = () => {
        const at = this.#waiting.indexOf(go)
        if (at >= 0) this.#waiting.splice(at, 1)
        reject(new Problem('busy', { detail: 'The client went away.' }))
      }
      if (signal?.aborted) {
        gone()
        return
      }
      signal?.addEventListener('abort', gone, { once: true })
      this.#waiting.push(go)
    })
  }
}
