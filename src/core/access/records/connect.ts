import { type Clock, Problem } from '../../../foundation/kernel/index.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { RecordServices } from './services.ts'
import type { RecordStore } from './store.ts'

/** Which records are whose. */
export interface Links {
  linksOf: RecordStore['linksOf']
  keyOf: RecordStore['keyOf']
  /** Connects a record by a key that is known to be right. */
  link: RecordStore['link']
  /**
   * Connects a record to a person who knows what stands in it.
   *
   * @throws {Problem} record-service-not-found, record-not-matched, rate-limited
   */
  connect(person: string, dataset: string, claims: Readonly<Record<string, string>>): Promise<void>
}

const TRIES = 5
const HOUR_MS = 3_600_000

export function openLinks(options: { store: RecordStore; services: RecordServices; ledger: Ledger; clock: Clock }): Links {
  const { store, services, ledger, clock } = options
  return {
    linksOf: store.linksOf,
    keyOf: store.keyOf,
    link: store.link,
    connect: async (person, dataset, claims) => {
      const service = services.get(dataset)
      const now = clock.now()
      const hour = Math.floor(now.getTime() / HOUR_MS)
      const tries = await ledger.commit(() => store.countTry(person, dataset, hour))
      if (tries > TRIES) {
        const retryAfter = Math.ceil(((hour + 1) * HOUR_MS - now.getTime()) / 1000)
        throw new Problem('rate-limited', { detail: 'That was tried too often. Try again in an hour.', retryAfter })
      }
      const key = await service.source.match(claims)
      if (key === undefined)
        throw new Problem('record-not-matched', {
          detail: 'No record has all of this. Check each answer against the document.',
          pointer: `/${service.claims[0]?.name ?? ''}`,
        })
      await ledger.commit(() => store.link(person, dataset, key, now.toISOString()))
    },
  }
}
