import { generateKeyPairSync, type JsonWebKey } from 'node:crypto'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import { type Clock, newId } from '../../../foundation/kernel/index.ts'
import type { MasterKey } from './master.ts'
import { keyStore, type SigningKeyRow } from './store.ts'

export { type MasterKey, openMasterKey } from './master.ts'

const DAY_MS = 86_400_000
/** A key signs this long. */
const ACTIVE_MS = 90 * DAY_MS
/** A key is published this long before it signs, so that every cache of the set has it, and as long after, so that what it signed can be checked. */
const OVERLAP_MS = 2 * DAY_MS

export type Phase = 'next' | 'active' | 'retiring'

export interface SigningKey {
  kid: string
  alg: string
  phase: Phase
  private: JsonWebKey
  public: JsonWebKey
}

export interface SigningKeys {
  /** The published keys, the one that signs first; makes what is missing. */
  set(): SigningKey[]
}

/** The keys of the authorization server: next, active, retiring; changed by themselves every 90 days. Private halves are sealed by the master key. */
export function openSigningKeys({ store, master, clock }: { store: Store; master: MasterKey; clock: Clock }): SigningKeys {
  const tables = keyStore(store)
  const iso = (ms: number) => new Date(ms).toISOString()
  const add = (now: number, activeFrom: number) => {
    const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const kid = newId(now)
    const sealed = master.seal(Buffer.from(JSON.stringify(privateKey.export({ format: 'jwk' }))), `signing key ${kid}`)
    const retires = activeFrom + ACTIVE_MS
    return tables.add({
      kid,
      alg: 'ES256',
      private_sealed: sealed,
      public_jwk: JSON.stringify(publicKey.export({ format: 'jwk' })),
      created: iso(now),
      active_from: iso(activeFrom),
      retires: iso(retires),
      gone: iso(retires + OVERLAP_MS),
    })
  }
  const phaseOf = (row: SigningKeyRow, now: string): Phase => {
    if (row.active_from > now) return 'next'
    return row.retires > now ? 'active' : 'retiring'
  }
  return {
    set: () => {
      const ms = clock.now().getTime()
      const now = iso(ms)
      let rows = tables.published(now)
      const last = rows[0]
      if (!last || last.retires <= now) add(ms, ms)
      else if (Date.parse(last.retires) - ms <= OVERLAP_MS) add(ms, Date.parse(last.retires))
      tables.forget(now)
      rows = tables.published(now)
      const order: Phase[] = ['active', 'next', 'retiring']
      return rows
        .map((row) => {
          const common = { kid: row.kid, alg: row.alg, use: 'sig' }
          const opened = JSON.parse(master.open(row.private_sealed, `signing key ${row.kid}`).toString()) as JsonWebKey
          return {
            kid: row.kid,
            alg: row.alg,
            phase: phaseOf(row, now),
            private: { ...opened, ...common },
            public: { ...(JSON.parse(row.public_jwk) as JsonWebKey), ...common },
          }
        })
        .sort((a, b) => order.indexOf(a.phase) - order.indexOf(b.phase))
    },
  }
}
