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
