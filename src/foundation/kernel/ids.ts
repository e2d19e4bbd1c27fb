import { hash, randomBytes, randomFillSync } from 'node:crypto'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz' // Crockford's base 32: no i, l, o, u

/**
 * A new identifier of 26 characters that sorts by time of making: 48 bits of milliseconds, 80 random bits.
 *
 * @see the ULID specification.
 */
export function newId(now = Date.now()): string {
  let time = ''
  for (let rest = now, i = 0; i < 10; i += 1, rest = Math.floor(rest / 32)) time = ALPHABET[rest % 32] + time
  let random = ''
  for (const byte of randomSixteen()) random += ALPHABET[byte & 31]
  return time + random
}

const pool = new Uint8Array(4096)
let taken = pool.length

/** 16 random bytes, drawn many at a time: every request has an id, and drawing costs more than making one. */
function randomSixteen(): Uint8Array {
  if (taken >= pool.length) {
    randomFillSync(pool)
    taken = 0
  }
  taken += 16
  return pool.subarray(taken - 16, taken)
}

/** A new secret of 256 random bits, base64url, after a prefix that leak scanners can find. */
export function newSecret(prefix: string): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`
}

/** SHA-256 of the text, hex. Enough for secrets of 256 random bits; never for passwords. */
export function sha256Hex(text: string): string {
  return hash('sha256', text, 'hex')
}

/** A name usable in addresses: lower case, digits and hyphens, at most `max` characters, cut at a word where it can be. */
export function slugify(text: string, max = 80): string {
  const plain = text
    .normalize('NFKD')
    .replace(/[\u0300-\u036f]/g, '')
    .replace(/£/g, '')
    .replace(/&/g, ' and ')
    .replace(/(?<=\d),(?=\d{3})/g, '')
    .toLowerCase()
    .replace(/['’]/g, '')
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
  if (plain.length <= max) return plain
  const cut = plain.lastIndexOf('-', max)
  return plain.slice(0, cut > max / 2 ? cut : max)
}
