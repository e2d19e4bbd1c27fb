import { auditPath, emptyRoot, nodeReader, type ReadNode } from '../../../foundation/merkle/index.ts'
import { signCheckpoint } from './checkpoint.ts'
import type { KeyRing } from './keys.ts'
import { ED25519, verifierKey } from './note.ts'
import type { LedgerStore } from './store.ts'
import { type LedgerWriter, ledgerWriter } from './writer.ts'

/** The log of everything that happens to people's records, and what is kept of each event for its subject. */
export interface Ledger extends LedgerWriter {
  origin: string
  /** Key that checks its checkpoints. @see c2sp.org/signed-note */
  verifierKey: string
  /** The newest signed checkpoint; undefined while the log is empty. */
  checkpoint(): { size: number; note: string } | undefined
  /** The checkpoint as it is published: of size 0 while the log is empty, so that whoever watches it can begin before anything happens. */
  published(): string
  /** Reads nodes of the tree, below the size of a checkpoint. */
  node: ReadNode
  commitments(from: number, to: number): Uint8Array[]
  /** Siblings of a leaf up to the root of the first `size` leaves. */
  path(place: number, size: number): Buffer[]
  /** Takes what was erased out of the file too, and not only out of its tables. */
  scrub(): void
  events: Pick<LedgerStore, 'event' | 'list' | 'count' | 'hidden' | 'firstAt' | 'eventAt' | 'eraseSubject'>
}

export function openLedger(store: LedgerStore, keys: KeyRing): Ledger {
  const writer = ledgerWriter(store, keys)
  const node = nodeReader(store.chunks)
  const empty = signCheckpoint(keys, 0, emptyRoot)
  return {
    ...writer,
    origin: keys.origin,
    verifierKey: verifierKey(keys.origin, ED25519, keys.ledger.publicBytes),
    checkpoint: () => {
      const { size, checkpoint } = store.head()
      return size > 0 ? { size, note: checkpoint } : undefined
    },
    published: () => store.head().checkpoint || empty,
    node,
    commitments: store.commitments,
    path: (place, size) => auditPath(place, size, node),
    scrub: store.scrub,
    events: store,
  }
}
