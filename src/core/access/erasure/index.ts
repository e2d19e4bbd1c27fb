import type { Clock, SixteenBus } from '../../../foundation/kernel/index.ts'
import type { GrantStore } from '../grants/store.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { RecordStore } from '../records/store.ts'

/** What was erased of a person, and the entry that says so. */
export interface Erased {
  at: string
  /** Place in the log of the entry that says that something was erased; it is all that is left. */
  ledgerIndex: number
  /** Entries of the history whose content is gone; their commitments stay in the log. */
  entries: number
  /** Grants and share codes that are gone, live ones ended by that. */
  grants: number
}

export interface Erasure {
  /**
   * Takes away everything that is kept of a person's records here: what they allowed, their codes, which records are theirs, and what their
   * history says. The log is not touched: it holds commitments that say nothing without the salts, which are erased. What the law hides from
   * the person for now stays until its date, since they could not know of it otherwise.
   */
  erase(person: string): Promise<Erased>
}

export function openErasure(options: {
  grants: GrantStore
  records: RecordStore
  ledger: Ledger
  clock: Clock
  events: SixteenBus
}): Erasure {
  const { grants, records, ledger, clock, events } = options
  return {
    erase: async (person) => {
      const at = clock.now().toISOString()
      const live = grants.ofSubject(person, at).filter(({ state }) => state === 'active')
      const erased = await ledger.commit((record) => {
        const gone = grants.eraseSubject(person)
        records.eraseSubject(person)
        const entries = ledger.events.eraseSubject(person, at)
        const { place } = record({
          kind: 'erasure',
          at,
          subject: person,
          organisation: null,
          system: null,
          user: null,
          dataset: null,
          fields: [],
          purpose: null,
          basis: null,
          grant: null,
          outcome: 'erased',
          responseSha256: null,
          reference: null,
          covert: null,
        })
        return { at, ledgerIndex: place, entries, grants: gone }
      })
      for (const { id, client, dataset } of live) events.emit('grant-revoked', { grant: id, client, dataset })
      ledger.scrub()
      return erased
    },
  }
}
