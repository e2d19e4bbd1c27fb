import { rootFromPath, sha256 } from '../../foundation/merkle/index.ts'
import { canonicalJson, type Item } from './log/canonical.ts'
import { digestOf } from './log/certificate.ts'
import { entryLeaf, shaName } from './log/leaf.ts'
import { REDACTED } from './log/object-hash.ts'
import type { LogReader } from './log/reader.ts'
import type { RegisterRow } from './log/store.ts'

/** An entry that an answer rests on. */
export interface Answered {
  register: string
  entry: number
}

/** That an entry with its items is in a register's log of a size; anybody can check it without the register. */
export interface EntryProof {
  register: string
  /** Size of the log, and its root at that size. */
  size: number
  root: string
  entry: number
  key: string
  timestamp: string
  itemHashes: string[]
  items: Item[]
  /** Hashes of the siblings, from the leaf upwards. @see RFC 6962, section 2.1.1 */
  auditPath: string[]
}

export function proveEntry(reader: LogReader, row: RegisterRow, number: number): EntryProof {
  const entry = reader.entry(row, number)
  if (!entry) throw new Error(`${row.name} has no entry ${number}`)
  return {
    register: row.name,
    size: row.size,
    root: shaName(reader.root(row)),
    entry: number,
    key: entry.key,
    timestamp: entry.timestamp,
    itemHashes: entry.items.map(shaName),
    items: entry.items.map((hash) => JSON.parse(reader.item(row, hash) ?? '{}') as Item),
    auditPath: reader.auditPath(row, number, row.size).map(shaName),
  }
}

export interface ProofVerdict {
  holds: boolean
  register: string
  entry: number
  size: number
  /** What is wrong, in words. */
  reason?: string
}

/** Whether a proof holds in itself: the items have their hashes, and the entry leads to the root. Whose root that is the reader must know. */
export function verifyEntryProof(proof: EntryProof): ProofVerdict {
  const { register, entry, size, key, timestamp, itemHashes, items, auditPath, root } = proof
  const verdict = (reason?: string): ProofVerdict => ({ holds: reason === undefined, register, entry, size, ...(reason && { reason }) })
  if (items.length !== itemHashes.length) return verdict('There are not as many items as hashes.')
  for (const [at, item] of items.entries()) {
    const text = canonicalJson(item)
    if (!text.includes(REDACTED) && shaName(sha256(text)) !== itemHashes[at]) return verdict(`Item ${at + 1} does not have its hash.`)
  }
  const leaf = entryLeaf({ number: entry, key, timestamp, items: itemHashes.map(digestOf) })
  const reached = rootFromPath(leaf, entry - 1, size, auditPath.map(digestOf))
  return reached && shaName(reached) === root ? verdict() : verdict('The path does not lead to the root.')
}
