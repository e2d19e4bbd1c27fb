import { Growth, leafHash, rootFromPath, rootOf } from '../../../foundation/merkle/index.ts'
import { readCheckpoint } from './checkpoint.ts'
import { commitmentOf } from './event.ts'
import type { Ledger } from './ledger.ts'
import { isSignedBy, readNote, readVerifierKey } from './note.ts'
import { readBundle, TILE_WIDTH, type TileName, tileBytes, tilesOf } from './tiles.ts'

/** What was found of a log. */
export interface LedgerVerdict {
  holds: boolean
  size: number
  /** Root that the entries lead to, base64. */
  root: string
  /** What is wrong, in words. */
  reason?: string
}

/** Where a log's parts are read: files, addresses, or the store itself. */
export interface LedgerSource {
  checkpoint: string
  /** Undefined when the part is missing. */
  tile(name: TileName): Promise<Uint8Array | undefined>
}

/**
 * Whether a log is what its checkpoint says, from its parts alone: the signature holds, the entries lead to the root, every tile of hashes is
 * that of the entries, an older checkpoint, when there is one, is of the same log, and each of the witnesses has cosigned.
 */
export async function verifyLog(
  source: LedgerSource,
  key: string,
  older?: string,
  witnesses: readonly string[] = [],
): Promise<LedgerVerdict> {
  const verifier = readVerifierKey(key)
  const read = verifier && readSigned(source.checkpoint, verifier)
  if (!verifier) return failure('The key is not one of a log.')
  if (!read) return failure('The checkpoint is not signed with this key.')
  const missing = witnesses.find((witness) => !isCosignedBy(source.checkpoint, witness))
  if (missing !== undefined) return failure(`The witness ${missing.split('+')[0]} has not cosigned the checkpoint.`)
  const before = older === undefined ? undefined : readSigned(older, verifier)
  if (older !== undefined && !before) return failure('The older checkpoint is not signed with this key.')
  if (before && before.size > read.size) return failure('The older checkpoint is of a longer log.')
  const tree = growing()
  const bundles = tilesOf(read.size).filter(({ level }) => level === 'entries')
  for (const name of bundles) {
    const entries = readBundle((await source.tile(name)) ?? new Uint8Array(0))
    if (entries?.length !== name.width) return failure(`The bundle of entries ${name.number} is missing or cut.`)
    for (const entry of entries) tree.append(leafHash(entry))
  }
  tree.flush()
  const root = rootOf(read.size, tree.node)
  const verdict = (reason?: string): LedgerVerdict => ({
    holds: reason === undefined,
    size: read.size,
    root: root.toString('base64'),
    ...(reason && { reason }),
  })
  if (!root.equals(read.root)) return verdict('The entries do not lead to the signed root.')
  if (before && !rootOf(before.size, tree.node).equals(before.root)) return verdict('The log has changed since the older checkpoint.')
  for (const name of tilesOf(read.size)) {
    if (name.level === 'entries') continue
    const bytes = await source.tile(name)
    if (!bytes || !tileBytes({ ...name, level: name.level }, tree.node).equals(bytes))
      return verdict(`Tile ${name.level}/${name.number} is not that of the entries.`)
  }
  return verdict()
}

/** The same of a log in its store, with a root that it had before. */
export function verifyLedger(ledger: Ledger, past?: { size: number; root: string }): LedgerVerdict {
  const checkpoint = ledger.checkpoint()
  const verifier = readVerifierKey(ledger.verifierKey)!
  const read = checkpoint && readSigned(checkpoint.note, verifier)
  if (!read) return failure('There is no signed checkpoint.')
  const tree = growing()
  for (let at = 0; at < read.size; at += TILE_WIDTH)
    for (const entry of ledger.commitments(at, Math.min(at + TILE_WIDTH, read.size))) tree.append(leafHash(entry))
  if (tree.size !== read.size) return failure('Entries are missing.')
  tree.flush()
  const root = rootOf(read.size, tree.node)
  const holds = root.equals(read.root) && rootOf(read.size, ledger.node).equals(root)
  const same = !past || (past.size <= read.size && rootOf(past.size, tree.node).toString('base64') === past.root)
  const reason = holds ? (same ? undefined : 'The past of the log has changed.') : 'The entries do not lead to the signed root.'
  return { holds: reason === undefined, size: read.size, root: root.toString('base64'), ...(reason && { reason }) }
}

const failure = (reason: string): LedgerVerdict => ({ holds: false, size: 0, root: '', reason })

function readSigned(text: string, verifier: NonNullable<ReturnType<typeof readVerifierKey>>) {
  const note = readNote(text)
  const checkpoint = note && isSignedBy(note, verifier) && readCheckpoint(note.text)
  return checkpoint && checkpoint.origin === verifier.name ? checkpoint : undefined
}

function isCosignedBy(text: string, key: string): boolean {
  const verifier = readVerifierKey(key)
  const note = readNote(text)
  return verifier !== undefined && note !== undefined && isSignedBy(note, verifier)?.at !== undefined
}

/** A tree in memory. */
function growing(): Growth {
  const chunks = new Map<string, Uint8Array>()
  return new Growth(0, {
    read: (level, chunk) => chunks.get(`${level} ${chunk}`),
    write: (level, chunk, hashes) => void chunks.set(`${level} ${chunk}`, Uint8Array.from(hashes)),
  })
}

/** Whether an event with its salt is in the log that a proof leads to. @see c2sp.org/tlog-proof */
export function verifyEventProof(given: { event: string; salt: string; proof: string }, key: string): LedgerVerdict {
  const verifier = readVerifierKey(key)
  if (!verifier) return failure('The key is not one of a log.')
  const [, index, hashes = '', note = ''] =
    /^c2sp\.org\/tlog-proof@v1\n(?:extra [^\n]*\n)?index (\d{1,15})\n((?:[A-Za-z0-9+/]{43}=\n)*)\n([\s\S]*)$/.exec(given.proof) ?? []
  const checkpoint = readSigned(note, verifier)
  if (index === undefined) return failure('The proof cannot be read.')
  if (!checkpoint) return failure('The checkpoint is not signed with this key.')
  const leaf = leafHash(commitmentOf(Buffer.from(given.salt, 'base64'), given.event))
  const path = hashes
    .split('\n')
    .filter(Boolean)
    .map((hash) => Buffer.from(hash, 'base64'))
  const root = rootFromPath(leaf, Number(index), checkpoint.size, path)
  if (!root?.equals(checkpoint.root)) return { ...failure('The event is not what the log committed to.'), size: checkpoint.size }
  return { holds: true, size: checkpoint.size, root: root.toString('base64') }
}
