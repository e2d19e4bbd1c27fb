import { type Clock, newId, Problem } from '../../../foundation/kernel/index.ts'
import type { Disclosure } from './disclose.ts'
import type { Prepared } from './retrieve.ts'

/** Answers of slow sources, between the request and its being fetched. */
export interface Waiting {
  /** Begins; the answer is an id to ask again with. @throws {Problem} busy when too many wait already. */
  begin(client: string, read: () => Promise<Prepared>): string
  /**
   * What came, handed out, counted and recorded at this moment; undefined while the source has not answered.
   *
   * @throws {Problem} answer-not-found, and whatever the retrieval throws
   */
  take(id: string, client: string): Promise<Disclosure | undefined>
}

const KEPT_MS = 10 * 60_000
const MOST = 1000
/** Of one application. */
const MOST_EACH = 100

interface One {
  client: string
  ends: number
  state: 'waiting' | 'done'
  outcome: Promise<{ prepared: Prepared } | { error: unknown }>
}

/**
 * What was read waits in memory for ten minutes at most, and has not left: it is counted and recorded when it is fetched, so that a grant that is revoked
 * meanwhile refuses, and an answer that nobody fetches is no disclosure.
 */
export function openWaiting(options: { clock: Clock; give: (prepared: Prepared) => Promise<Disclosure> }): Waiting {
  const { clock, give } = options
  const waiting = new Map<string, One>()
  const forgetOld = (now: number) => {
    for (const [id, { ends }] of waiting) if (ends <= now) waiting.delete(id)
  }
  return {
    begin: (client, read) => {
      const now = clock.now().getTime()
      forgetOld(now)
      const own = [...waiting.values()].filter((one) => one.client === client).length
      if (waiting.size >= MOST || own >= MOST_EACH)
        throw new Problem('busy', { detail: 'Too many answers wait to be fetched.', retryAfter: 10 })
      const one: One = {
        client,
        ends: now + KEPT_MS,
        state: 'waiting',
        outcome: read().then(
          (prepared) => ({ prepared }),
          (error: unknown) => ({ error }),
        ),
      }
      void one.outcome.then(() => {
        one.state = 'done'
      })
      const id = newId()
      waiting.set(id, one)
      return id
    },
    take: async (id, client) => {
      forgetOld(clock.now().getTime())
      const one = waiting.get(id)
      if (one?.client !== client)
        throw new Problem('answer-not-found', { detail: 'No answer waits under this address, or it was fetched.' })
      if (one.state === 'waiting') return undefined
      waiting.delete(id)
      const outcome = await one.outcome
      if ('error' in outcome) throw outcome.error
      return give(outcome.prepared)
    },
  }
}
