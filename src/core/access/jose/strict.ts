import type { JsonWebKey } from 'node:crypto'

/** A JSON Web Signature in compact form, read to the letter. */
export interface CompactJws {
  header: Record<string, unknown>
  payload: Record<string, unknown>
  signature: Buffer
  /** What is signed. */
  input: string
}

const MAX_LENGTH = 16_384

/**
 * The parts of a compact JWS whose payload is a JSON object.
 *
 * Stricter than the decoders of Node and of JOSE libraries, which skip characters that are not of the alphabet, take `+` and `/`, and do not mind
 * bits left over at the end: there, one signature has many spellings, and what remembers spellings is fooled.
 *
 * @throws {TypeError} saying what is wrong with it.
 * @see RFC 7515, sections 2 and 5.2; RFC 4648, section 3.5.
 */
export function readCompact(text: string): CompactJws {
  const parts = text.length <= MAX_LENGTH ? text.split('.') : []
  if (parts.length !== 3) throw new TypeError('not a compact JWS')
  const [head = '', body = '', end = ''] = parts
  const header = readObject(decodeStrictly(head))
  if (header.crit !== undefined) throw new TypeError('crit names extensions that are not understood')
  if (header.b64 !== undefined || header.zip !== undefined) throw new TypeError('the payload is encoded in an unusual way')
  if (typeof header.alg !== 'string' || /^(none|HS\d+)$/i.test(header.alg)) throw new TypeError('alg is missing or signs nothing')
  return { header, payload: readObject(decodeStrictly(body)), signature: decodeStrictly(end), input: `${head}.${body}` }
}

/** The bytes of a base64url text that has exactly one spelling. @throws {TypeError} */
export function decodeStrictly(text: string): Buffer {
  const bytes = Buffer.from(text, 'base64url')
  if (text === '' || bytes.toString('base64url') !== text) throw new TypeError('not base64url to the letter')
  return bytes
}

function readObject(bytes: Buffer): Record<string, unknown> {
  const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes)
  const value: unknown = parse(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new TypeError('not a JSON object')
  return value as Record<string, unknown>
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new TypeError('not JSON')
  }
}

const PRIVATE = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k']
const curveAlgorithms: Record<string, readonly string[]> = { 'P-256': ['ES256'], Ed25519: ['EdDSA', 'Ed25519'] }

/** Algorithms that a public key may be used with here; the first is the usual one. */
export function algorithmsOf(jwk: JsonWebKey): readonly string[] {
  return jwk.kty === 'RSA' ? ['PS256'] : (curveAlgorithms[String(jwk.crv)] ?? [])
}

/**
 * Refuses a key that is private, of a kind not used here, weak, or declared for something else.
 *
 * @throws {TypeError} saying what is wrong with it.
 * @see FAPI 2.0 Security Profile, section 5.4.1: RSA of 2048 bits or more, elliptic curves of 224 or more; CVE-2017-15361 for the RSA keys of one maker.
 */
export function checkPublicKey(jwk: JsonWebKey): void {
  if (PRIVATE.some((member) => jwk[member] !== undefined)) throw new TypeError('the key is private or symmetric')
  const algorithms = algorithmsOf(jwk)
  if (!algorithms.length) throw new TypeError('the key is neither P-256, Ed25519 nor RSA')
  if (jwk.alg !== undefined && !algorithms.includes(String(jwk.alg))) throw new TypeError(`the key is declared for ${String(jwk.alg)}`)
  if (jwk.use !== undefined && jwk.use !== 'sig') throw new TypeError('the key is not declared for signatures')
  for (const member of ['x', 'y', 'n', 'e']) if (jwk[member] !== undefined) decodeStrictly(String(jwk[member]))
  if (jwk.kty === 'RSA') checkRsa(decodeStrictly(String(jwk.n)), decodeStrictly(String(jwk.e)))
}

function checkRsa(modulus: Buffer, exponent: Buffer): void {
  const n = BigInt(`0x${modulus.toString('hex')}`)
  const bits = n.toString(2).length
  if (bits < 2048 || bits > 8192) throw new TypeError('the RSA key has fewer than 2048 bits or more than 8192')
  const e = BigInt(`0x${exponent.toString('hex')}`)
  if (e < 65_537n || e % 2n === 0n) throw new TypeError('the exponent of the RSA key is even or too small')
  if (n % 2n === 0n || hasKnownFactor(n)) throw new TypeError('the RSA key can be factored')
  if (isRoca(n)) throw new TypeError('the RSA key was made by a generator that is known to be broken')
}

const primes = [
  3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37, 41, 43, 47, 53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139,
  149, 151, 157, 163, 167,
]

const hasKnownFactor = (n: bigint): boolean => primes.some((prime) => n % BigInt(prime) === 0n)

/** For each prime the remainders that powers of 65537 have: the broken generator makes moduli of these alone. */
const fingerprints = primes.map((prime) => {
  const powers = new Set<number>()
  for (let power = 1; !powers.has(power); power = (power * 65_537) % prime) powers.add(power)
  return { prime: BigInt(prime), powers }
})

const isRoca = (n: bigint): boolean => fingerprints.every(({ prime, powers }) => powers.has(Number(n % prime)))
