import { createPublicKey, hash, type JsonWebKey, type KeyObject, verify } from 'node:crypto'
import { algorithmsOf, checkPublicKey, readCompact } from '../jose/strict.ts'

/** How far the time in a proof may be from ours, in seconds. */
export const PROOF_WINDOW_S = 60

/** What a proof of possession says, once it holds. */
export interface Proof {
  jti: string
  /** Thumbprint of the key, as tokens are bound to it. */
  thumbprint: string
}

const KEPT_KEYS = 5_000
const keys = new Map<string, { key: KeyObject; thumbprint: string }>()

/**
 * Checks a DPoP proof for one request with one access token, all but whether it was used before.
 *
 * Synchronous, with Node's own verification: a job on the thread pool costs more than the signature.
 *
 * @throws {TypeError} saying which rule it breaks.
 * @see RFC 9449, sections 4.2, 4.3 and 7.
 */
export function checkProof(text: string, asked: { method: string; address: string; token: string; nowS: number }): Proof {
  const { header, payload, signature, input } = readCompact(text)
  if (header.typ !== 'dpop+jwt') throw new TypeError('typ is not dpop+jwt')
  const { key, thumbprint, algorithms } = keyOf(header.jwk)
  if (!algorithms.includes(String(header.alg))) throw new TypeError('alg does not suit the key')
  const { jti, htm, htu, iat, ath } = payload
  if (typeof jti !== 'string' || jti === '' || jti.length > 256) throw new TypeError('jti is missing')
  if (htm !== asked.method) throw new TypeError('htm is another method')
  if (typeof htu !== 'string' || plainAddress(htu) !== plainAddress(asked.address)) throw new TypeError('htu is another address')
  if (typeof iat !== 'number' || Math.abs(asked.nowS - iat) > PROOF_WINDOW_S) throw new TypeError('iat is not recent')
  if (ath !== hash('sha256', asked.token, 'base64url')) throw new TypeError('ath is of another token')
  if (!signatureHolds(key, input, signature)) throw new TypeError('the signature does not hold')
  return { jti, thumbprint }
}

function keyOf(jwk: unknown): { key: KeyObject; thumbprint: string; algorithms: readonly string[] } {
  if (typeof jwk !== 'object' || jwk === null) throw new TypeError('jwk is missing')
  const given = jwk as JsonWebKey
  const algorithms = algorithmsOf(given)
  const name = JSON.stringify(given)
  const kept = keys.get(name)
  if (kept) return { ...kept, algorithms }
  checkPublicKey(given)
  const made = { key: importKey(given), thumbprint: thumbprintOf(given) }
  if (keys.size >= KEPT_KEYS) keys.delete(keys.keys().next().value as string)
  keys.set(name, made)
  return { ...made, algorithms }
}

function importKey(jwk: JsonWebKey): KeyObject {
  try {
    return createPublicKey({ key: jwk, format: 'jwk' })
  } catch {
    throw new TypeError('the key cannot be read')
  }
}

/** @see RFC 7638, section 3: the members that matter, in the order of the alphabet. */
function thumbprintOf({ kty, crv, x, y, n, e }: JsonWebKey): string {
  const members = kty === 'RSA' ? { e, kty, n } : kty === 'OKP' ? { crv, kty, x } : { crv, kty, x, y }
  return hash('sha256', JSON.stringify(members), 'base64url')
}

function signatureHolds(key: KeyObject, input: string, signature: Buffer): boolean {
  const bytes = Buffer.from(input)
  if (key.asymmetricKeyType === 'ed25519') return verify(null, bytes, key, signature)
  if (key.asymmetricKeyType === 'ec')
    return signature.length === 64 && verify('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }, signature)
  return verify('sha256', bytes, { key, padding: 6, saltLength: 32 }, signature) // RSA_PKCS1_PSS_PADDING
}

/** Without query and fragment, as RFC 3986 makes addresses equal. */
function plainAddress(address: string): string | undefined {
  const url = URL.parse(address)
  return url ? `${url.origin}${url.pathname}` : undefined
}
