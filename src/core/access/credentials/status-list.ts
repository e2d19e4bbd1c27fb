import { deflateSync } from 'node:zlib'

/** Places of a list: many, so that a place says nothing of whose it is. */
export const LIST_SIZE = 131_072

/**
 * A status list of one bit for each place, 1 where a credential is not valid any more, compressed and as base64url.
 *
 * @see draft-ietf-oauth-status-list, section 4.1: the first place is the lowest bit of the first byte.
 */
export function statusBits(invalid: readonly number[]): string {
  const bytes = Buffer.alloc(LIST_SIZE / 8)
  for (const place of invalid) bytes[place >> 3]! |= 1 << (place & 7)
  return deflateSync(bytes, { level: 9 }).toString('base64url')
}
