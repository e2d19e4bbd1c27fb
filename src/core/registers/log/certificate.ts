import { sha256 } from '../../../foundation/merkle/index.ts'
import { canonicalJson, type Item } from './canonical.ts'
import { shaName } from './leaf.ts'
import { blobHash, multihash, redactValue } from './object-hash.ts'

const PREFIX = 'redaction:'

export const isCertificate = (key: string): boolean => key.startsWith(PREFIX)

/**
 * What a register says of an item whose values were taken out: a system entry under `redaction:` and the item's hash. The user entry
 * keeps its hash, so every root stays; the certificate leads from that hash to the item as it is now, and its multihash, which
 * redaction does not change, ties the two together.
 */
export function certificate(
  original: Uint8Array,
  redacted: Item,
  fields: readonly string[],
  reason: string,
): { key: string; json: string } {
  return {
    key: PREFIX + shaName(original),
    json: canonicalJson({
      redaction: shaName(original),
      'redacted-item': shaName(sha256(canonicalJson(redacted))),
      'blob-hash': multihash(blobHash(redacted)),
      fields: [...fields],
      reason,
    }),
  }
}

/** The hashes that a certificate ties together, of the item as it was and as it is, and the fields that were taken out. */
export function certified(key: string, json: string | undefined): { original: Buffer; redacted: Buffer; fields: string[] } {
  const { 'redacted-item': redacted, fields = [] } = JSON.parse(json ?? '{}') as { 'redacted-item'?: string; fields?: string[] }
  return { original: digestOf(key.slice(PREFIX.length)), redacted: digestOf(redacted ?? ''), fields }
}

/** What an item becomes by its certificate; undefined when that is not what the certificate says. */
export function applyCertificate(json: string, { redacted, fields }: { redacted: Buffer; fields: readonly string[] }): string | undefined {
  const item = JSON.parse(json) as Item
  for (const field of fields) if (item[field] !== undefined) item[field] = redactValue(item[field])
  const text = canonicalJson(item)
  return sha256(text).equals(redacted) ? text : undefined
}

/** The digest behind `sha-256:` and hexadecimal digits; empty when the text is not that. */
export function digestOf(name: string): Buffer {
  const [, hex = ''] = /^sha-256:([0-9a-f]{64})$/i.exec(name) ?? []
  return Buffer.from(hex, 'hex')
}
