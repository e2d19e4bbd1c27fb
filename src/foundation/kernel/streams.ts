import { Problem } from './problem.ts'

/**
 * Passes the bytes on and stops the sender at the limit.
 *
 * @throws {Problem} body-too-large once more than `limitBytes` have come.
 */
export async function* capped(source: AsyncIterable<Uint8Array>, limitBytes: number): AsyncGenerator<Uint8Array> {
  let seen = 0
  for await (const chunk of source) {
    seen += chunk.byteLength
    if (seen > limitBytes)
      throw new Problem('body-too-large', { detail: `At most ${Math.floor(limitBytes / 1e6)} MB are taken in.`, limitBytes })
    yield chunk
  }
}

/**
 * The same items, the first of which is there already: what stops a source at its beginning is thrown here, before anything of an answer is sent.
 * Whoever has them calls `return` in the end, even where nothing was taken.
 */
export async function begun<T>(items: AsyncGenerator<T>): Promise<AsyncGenerator<T>> {
  let first: IteratorResult<T> | undefined = await items.next()
  const same: AsyncGenerator<T> = {
    next: async () => {
      const taken = first
      first = undefined
      return taken ?? items.next()
    },
    return: (value) => items.return(value),
    throw: (error) => items.throw(error),
    [Symbol.asyncIterator]: () => same,
    [Symbol.asyncDispose]: async () => void (await items.return(undefined)),
  }
  return same
}
