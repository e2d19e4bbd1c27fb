import { type Clock, Problem } from '../../../../foundation/kernel/index.ts'
import type { RecordSource } from '../model.ts'

const FAILURES = 5
const PAUSE_MS = 10_000

/**
 * Leaves a source in peace for ten seconds after it failed five times in a row, so that requests do not pile up behind it; then one request tries
 * again. A problem is an answer and no failure.
 *
 * @throws {Problem} record-source-failed in the place of whatever the source says of a failure, which may name the person and goes no further.
 */
export function withBreaker(source: RecordSource, title: string, clock: Clock): RecordSource {
  let failures = 0
  let until = 0
  const guarded = async <T>(work: () => Promise<T>): Promise<T> => {
    const now = clock.now().getTime()
    if (failures >= FAILURES && now < until) {
      const retryAfter = Math.max(1, Math.ceil((until - now) / 1000))
      throw new Problem('record-source-failed', { detail: `${title}: the source has failed several times.`, retryAfter })
    }
    until = now + PAUSE_MS // of those who wait, one tries
    try {
      const value = await work()
      failures = 0
      return value
    } catch (error) {
      if (error instanceof Problem) throw error
      failures += 1
      throw new Problem('record-source-failed', { detail: `${title}: the source does not answer.`, retryAfter: 30 })
    }
  }
  const { version } = source
  return {
    fetch: (key, fields) => guarded(() => source.fetch(key, fields)),
    match: (claims) => guarded(() => source.match(claims)),
    ...(version && { version: (key) => guarded(() => version(key)) }),
  }
}
