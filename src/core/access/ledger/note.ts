import { createPublicKey, hash, verify } from 'node:crypto'
import type { Ed25519 } from './keys.ts'

/**
 * Signed notes: a text, an empty line, and a line for each signature.
 *
 * @see c2sp.org/signed-note
 */
export interface Note {
  /** Ends with a newline. */
  text: string
  signatures: Array<{ name: string; keyId: string; signature: Buffer }>
}

/** Kinds of signatures, as they stand in a key. */
export const ED25519 = 1
export const COSIGNATURE = 4

/** First four bytes of the hash of a key with its name, hex. */
export function keyIdOf(name: string, type: number, publicBytes: Uint8Array): string {
  return hash('sha256', Buffer.concat([Buffer.from(`${name}\n`), Buffer.of(type), publicBytes]), 'buffer')
    .subarray(0, 4)
    .toString('hex')
}

/** The key as verifiers take it: `name+id+key`. */
export function verifierKey(name: string, type: number, publicBytes: Uint8Array): string {
  return `${name}+${keyIdOf(name, type, publicBytes)}+${Buffer.concat([Buffer.of(type), publicBytes]).toString('base64')}`
}

export interface Verifier {
  name: string
  keyId: string
  type: number
  publicBytes: Buffer
}

/** A verifier key read; undefined when the text is none, or its id is not that of its key. */
export function readVerifierKey(text: string): Verifier | undefined {
  const [, name, keyId, encoded] = /^([^+\s]+)\+([0-9a-f]{8})\+([A-Za-z0-9+/]+={0,2})$/.exec(text.trim()) ?? []
  if (!name || !keyId || !encoded) return undefined
  const key = Buffer.from(encoded, 'base64')
  const [type] = key
  const publicBytes = key.subarray(1)
  if ((type !== ED25519 && type !== COSIGNATURE) || publicBytes.length !== 32 || key.toString('base64') !== encoded) return undefined
  return keyIdOf(name, type, publicBytes) === keyId ? { name, keyId, type, publicBytes } : undefined
}

/** A line that signs a note. */
export function signatureLine(name: string, keyId: string, signature: Uint8Array): string {
  return `\u2014 ${name} ${Buffer.concat([Buffer.from(keyId, 'hex'), signature]).toString('base64')}\n`
}

/** The text with the signature of the log's own key. */
export function signNote(text: string, name: string, key: Ed25519): string {
  return `${text}\n${signatureLine(name, keyIdOf(name, ED25519, key.publicBytes), key.sign(Buffer.from(text)))}`
}

const MAX_NOTE_BYTES = 64_000
const MAX_SIGNATURES = 100

/** A note read; undefined when the text is none. */
export function readNote(note: string): Note | undefined {
  if (note.length > MAX_NOTE_BYTES || !note.endsWith('\n')) return undefined
  const at = note.lastIndexOf('\n\n')
  if (at < 0) return undefined
  const lines = note
    .slice(at + 2)
    .split('\n')
    .slice(0, -1)
  if (lines.length === 0 || lines.length > MAX_SIGNATURES) return undefined
  const signatures: Note['signatures'] = []
  for (const line of lines) {
    const [, name, encoded] = /^\u2014 ([^+\s]+) ([A-Za-z0-9+/]+={0,2})$/.exec(line) ?? []
    if (!name || !encoded) return undefined
    const bytes = Buffer.from(encoded, 'base64')
    if (bytes.length < 5 || bytes.toString('base64') !== encoded) return undefined
    signatures.push({ name, keyId: bytes.subarray(0, 4).toString('hex'), signature: bytes.subarray(4) })
  }
  return { text: note.slice(0, at + 1), signatures }
}

const SPKI_ED25519 = Buffer.from('302a300506032b6570032100', 'hex') // RFC 8410, section 4, up to the key

export function verifyEd25519(publicBytes: Uint8Array, bytes: Uint8Array, signature: Uint8Array): boolean {
  const key = createPublicKey({ key: Buffer.concat([SPKI_ED25519, publicBytes]), format: 'der', type: 'spki' })
  return verify(null, bytes, key, signature)
}

/** Whether the note carries a good signature of this key; a cosignature also says when it was made, in seconds since 1970. */
export function isSignedBy(note: Note, verifier: Verifier): { at?: number } | undefined {
  for (const { name, keyId, signature } of note.signatures) {
    if (name !== verifier.name || keyId !== verifier.keyId) continue
    if (verifier.type === ED25519)
      return signature.length === 64 && verifyEd25519(verifier.publicBytes, Buffer.from(note.text), signature) ? {} : undefined
    if (signature.length !== 72) return undefined
    const at = Number(signature.readBigUInt64BE(0))
    return verifyEd25519(verifier.publicBytes, cosignedText(note.text, at), signature.subarray(8)) ? { at } : undefined
  }
  return undefined
}

/** What a witness signs. @see c2sp.org/tlog-cosignature */
export function cosignedText(text: string, at: number): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${at}\n${text}`)
}
