import { createPrivateKey, createPublicKey, hkdfSync, type KeyObject, randomBytes, sign } from 'node:crypto'
import { join } from 'node:path'
import { keptFile } from '../keys/kept-file.ts'

/** Secrets of this data folder that outlive a process. */
export interface KeyRing {
  /** Name of the log, in its checkpoints and keys. */
  origin: string
  ledger: Ed25519
  receipts: Ed25519
  /** Cosigns checkpoints of other logs. */
  witness: Ed25519
  /** Keys the hashes of share codes and their second factors. */
  pepper: Buffer
}

export interface Ed25519 {
  public: KeyObject
  /** The 32 bytes of the public key. */
  publicBytes: Buffer
  sign(bytes: Uint8Array): Buffer
}

const FILE = 'access-keys.json'
const PKCS8_ED25519 = Buffer.from('302e020100300506032b657004220420', 'hex') // RFC 8410, section 7, up to the seed

/** The key ring of a data folder, readable by its owner alone; made when there is none, once however many processes ask. */
export function openKeyRing(folder: string, host: string): KeyRing {
  const kept = JSON.parse(keptFile(join(folder, FILE), () => JSON.stringify(makeKept(host)))) as Kept
  return {
    origin: kept.origin,
    ledger: ed25519(Buffer.from(kept.ledger, 'base64url')),
    receipts: ed25519(Buffer.from(kept.receipts, 'base64url')),
    witness: ed25519(new Uint8Array(hkdfSync('sha256', Buffer.from(kept.ledger, 'base64url'), '', 'sixteen witness', 32))),
    pepper: Buffer.from(kept.pepper, 'base64url'),
  }
}

type Kept = Record<'origin' | 'ledger' | 'receipts' | 'pepper', string>

function makeKept(host: string): Kept {
  const seed = () => randomBytes(32).toString('base64url')
  return { origin: `${host}/ledger`, ledger: seed(), receipts: seed(), pepper: seed() }
}

/** The Ed25519 key of a seed of 32 bytes. */
export function ed25519(seed: Uint8Array): Ed25519 {
  const key = createPrivateKey({ key: Buffer.concat([PKCS8_ED25519, seed]), format: 'der', type: 'pkcs8' })
  const publicKey = createPublicKey(key)
  return {
    public: publicKey,
    publicBytes: publicKey.export({ format: 'der', type: 'spki' }).subarray(-32),
    sign: (bytes) => sign(null, bytes, key),
  }
}
