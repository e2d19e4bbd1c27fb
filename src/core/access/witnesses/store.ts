import { join } from 'node:path'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'

export interface CosignatureRow {
  /** The witness's key, as verifiers take it. */
  witness: string
  size: number
  root: Uint8Array
  /** Seconds since 1970. */
  at: number
  signature: Uint8Array
}

/** The newest cosignature of each witness of the log here, and how far the logs were seen that this server is a witness of. */
export function witnessStore(store: Store) {
  store.migrate('witnesses', join(import.meta.dirname, 'migrations'))
  const { raw } = store
  // A witness that is late does not take the place of what it signed since.
  const keep = raw.prepare(
    `insert into cosignature (witness, size, root, at, signature) values (?, ?, ?, ?, ?)
     on conflict do update set size = excluded.size, root = excluded.root, at = excluded.at, signature = excluded.signature
     where excluded.size > size or (excluded.size = size and excluded.at > at)`,
  )
  const cosignatures = raw.prepare('select witness, size, root, at, signature from cosignature order by size desc, witness')
  const seen = raw.prepare('select size, root from watched_log where origin = ?')
  const begin = raw.prepare('insert into watched_log (origin, size, root) values (?, ?, ?) on conflict do nothing')
  const advance = raw.prepare('update watched_log set size = ?, root = ? where origin = ? and size = ? and root = ?')
  return {
    keep: ({ witness, size, root, at, signature }: CosignatureRow) => keep.run(witness, size, root, at, signature).changes === 1,
    cosignatures: () => cosignatures.all() as unknown as CosignatureRow[],
    seen: (origin: string) => seen.get(origin) as { size: number; root: Uint8Array } | undefined,
    /** Whether the log stood there until now: one statement, so that of two that go on from one size one is told to look again. */
    advance: (origin: string, from: { size: number; root: Uint8Array }, to: { size: number; root: Uint8Array }): boolean => {
      begin.run(origin, from.size, from.root)
      return advance.run(to.size, to.root, origin, from.size, from.root).changes === 1
    },
  }
}
