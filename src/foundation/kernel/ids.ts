import { createHash, randomBytes } from 'node:crypto'

const ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz' // Crockford's base 32: no i, l, o, u

/**
 * A new identifier of 26 characters that sorts by time of making: 48 bits of milliseconds, 80 random bits.
 *
 * @see the ULID specification.
 */
export function newId(now = Date.now()): string {
  let time = ''
  for (let rest = now, i = 0; i < 10; i += 1, rest = Math.floor(rest / 32)) time = ALPHABET[rest % 32] + time
  return time + Array.from(randomBytes(16), (byte) => ALPHABET[byte & 31]).join('')
}

/** A new secret of 256 random bits, base64url, after a prefix that leak scanners can find. */
export function newSecret(prefix: string): string {
  return `${prefix}_${randomBytes(32).toString('base64url')}`
}

/** SHA-256 of the text, hex. Enough for secrets of 256 random bits; never for passwords. */
export function sha256Hex(text: string): string {
  return createHash('sha256').update(text).digest('hex')
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
