import type { KeyRing } from './keys.ts'
import { signNote } from './note.ts'

export interface Checkpoint {
  origin: string
  size: number
  root: Buffer
}

/** The text of a checkpoint: the log's name, its size and the root of its tree. @see c2sp.org/tlog-checkpoint */
export function checkpointText({ origin, size, root }: Checkpoint): string {
  return `${origin}\n${size}\n${root.toString('base64')}\n`
}

export function signCheckpoint(keys: Pick<KeyRing, 'origin' | 'ledger'>, size: number, root: Buffer): string {
  return signNote(checkpointText({ origin: keys.origin, size, root }), keys.origin, keys.ledger)
}

/** The checkpoint in the text of a note; undefined when it is none. */
export function readCheckpoint(text: string): Checkpoint | undefined {
  const [origin, size, root] = text.split('\n')
  if (!origin || !size || !root || !/^(0|[1-9]\d{0,15})$/.test(size)) return undefined
  const bytes = Buffer.from(root, 'base64')
  return bytes.length === 32 && bytes.toString('base64') === root ? { origin, size: Number(size), root: bytes } : undefined
}
