import { leafHash } from '../../../foundation/merkle/index.ts'

/** Hash as the first version of the API writes it. */
export const shaName = (digest: Uint8Array): string => `sha-256:${Buffer.from(digest).toString('hex')}`

export interface LeafEntry {
  number: number
  key: string
  timestamp: string
  /** SHA-256 of each item's canonical JSON. */
  items: readonly Uint8Array[]
}

const plainKey = /^[\w:./-]*$/

/**
 * Hash of an entry as a leaf of the first version's tree. The names stand in this order and no other, and the numbers are texts:
 * nothing else reproduces the roots that GOV.UK Registers published.
 */
export function entryLeaf({ number, key, timestamp, items }: LeafEntry): Buffer {
  const keyText = plainKey.test(key) ? `"${key}"` : JSON.stringify(key)
  const hashes = items.length === 1 ? `"${shaName(items[0]!)}"` : items.map((item) => `"${shaName(item)}"`).join(',')
  return leafHash(
    Buffer.from(
      `{"index-entry-number":"${number}","entry-number":"${number}","entry-timestamp":"${timestamp}","key":${keyText},"item-hash":[${hashes}]}`,
    ),
  )
}
