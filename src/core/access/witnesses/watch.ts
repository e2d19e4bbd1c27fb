import { emptyRoot, isConsistent } from '../../../foundation/merkle/index.ts'
import { readCheckpoint } from '../ledger/checkpoint.ts'
import type { Ed25519 } from '../ledger/keys.ts'
import { COSIGNATURE, cosignedText, isSignedBy, keyIdOf, readNote, signatureLine, type Verifier } from '../ledger/note.ts'
import type { witnessStore } from './store.ts'

/** What a witness answers, as its protocol has it. */
export interface WitnessAnswer {
  status: 200 | 400 | 403 | 404 | 409 | 422
  type: 'text/plain; charset=utf-8' | 'text/x.tlog.size'
  body: string
}

const MOST_HASHES = 63

/** A line that says that this witness saw the text as the log's, at this time. @see c2sp.org/tlog-cosignature */
export function cosign(text: string, name: string, key: Ed25519, atS: number): string {
  const time = Buffer.alloc(8)
  time.writeBigUInt64BE(BigInt(atS))
  const signature = Buffer.concat([time, key.sign(cosignedText(text, atS))])
  return signatureLine(name, keyIdOf(name, COSIGNATURE, key.publicBytes), signature)
}

/** The parts of a request to a witness; undefined when it is none. @see c2sp.org/tlog-witness */
export function readAddCheckpoint(body: string): { old: number; proof: Buffer[]; note: string } | undefined {
  const at = body.indexOf('\n\n')
  const [first = '', ...lines] = at < 0 ? [] : body.slice(0, at).split('\n')
  const [, old] = /^old (0|[1-9]\d{0,15})$/.exec(first) ?? []
  if (old === undefined || lines.length > MOST_HASHES) return undefined
  const proof = lines.map((line) => Buffer.from(line, 'base64'))
  if (proof.some((hash, line) => hash.length !== 32 || hash.toString('base64') !== lines[line])) return undefined
  return { old: Number(old), proof, note: body.slice(at + 2) }
}

/**
 * Takes a checkpoint of another log: only one that is signed by it and continues, provably, what was seen of it before, is cosigned.
 *
 * @see c2sp.org/tlog-witness
 */
export function watcher(options: {
  store: ReturnType<typeof witnessStore>
  logs: readonly Verifier[]
  name: string
  key: Ed25519
  nowS: () => number
}): (body: string) => WitnessAnswer {
  const { store, logs, name, key, nowS } = options
  return (body) => {
    const asked = readAddCheckpoint(body)
    const note = asked && readNote(asked.note)
    const checkpoint = note && readCheckpoint(note.text)
    if (!checkpoint) return plain(400, 'This is no request to add a checkpoint.')
    const known = logs.filter((log) => log.name === checkpoint.origin)
    if (known.length === 0) return plain(404, 'This log is not watched here.')
    if (!known.some((log) => isSignedBy(note, log))) return plain(403, 'The checkpoint is not signed by the log.')
    if (asked.old > checkpoint.size) return plain(400, 'The checkpoint is of a shorter log than the old one.')
    const seen = store.seen(checkpoint.origin) ?? { size: 0, root: emptyRoot }
    const same = asked.old === checkpoint.size && !checkpoint.root.equals(seen.root)
    if (asked.old !== seen.size || same) return { status: 409, type: 'text/x.tlog.size', body: `${seen.size}\n` }
    const sizes = { older: seen.size, newer: checkpoint.size }
    if (!isConsistent(sizes, { older: seen.root, newer: checkpoint.root }, asked.proof))
      return plain(422, 'The proof does not show that the log continues what was seen of it.')
    if (!store.advance(checkpoint.origin, seen, checkpoint))
      return { status: 409, type: 'text/x.tlog.size', body: `${store.seen(checkpoint.origin)?.size ?? 0}\n` }
    return { status: 200, type: 'text/plain; charset=utf-8', body: cosign(note.text, name, key, nowS()) }
  }
}

function plain(status: 400 | 403 | 404 | 422, sentence: string): WitnessAnswer {
  return { status, type: 'text/plain; charset=utf-8', body: `${sentence}\n` }
}
