import { join } from 'node:path'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'

export interface SigningKeyRow {
  kid: string
  alg: string
  private_sealed: Uint8Array
  public_jwk: string
  created: string
  /** From when it signs: later than it is published. */
  active_from: string
  /** From when it signs no more. */
  retires: string
  /** From when it is published no more. */
  gone: string
}

export function keyStore(store: Store) {
  store.migrate('keys', join(import.meta.dirname, 'migrations'))
  const { raw } = store
  const published = raw.prepare('select * from signing_key where gone > ? order by active_from desc')
  // One row for each moment of becoming active: of two processes that make the next key at once, one does nothing.
  const insert = raw.prepare(
    `insert into signing_key (kid, alg, private_sealed, public_jwk, created, active_from, retires, gone)
     select ?, ?, ?, ?, ?, ?, ?, ? where not exists (select 1 from signing_key where alg = ? and retires >= ?)`,
  )
  const forget = raw.prepare('delete from signing_key where gone <= ?')
  return {
    published: (now: string) => published.all(now) as unknown as SigningKeyRow[],
    /** Adds a key unless one of its algorithm lasts as long; true when it was added. */
    add: (row: SigningKeyRow) =>
      insert.run(
        row.kid,
        row.alg,
        row.private_sealed,
        row.public_jwk,
        row.created,
        row.active_from,
        row.retires,
        row.gone,
        row.alg,
        row.retires,
      ).changes === 1,
    forget: (now: string) => void forget.run(now),
  }
}
