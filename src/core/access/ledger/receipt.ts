import type { KeyRing } from './keys.ts'

const encode = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** Identifier of the key that signs receipts, and the key as a JWK. */
export function receiptKey(keys: Pick<KeyRing, 'receipts'>): {
  kty: 'OKP'
  crv: 'Ed25519'
  x: string
  kid: string
  alg: 'EdDSA'
  use: 'sig'
} {
  const x = keys.receipts.publicBytes.toString('base64url')
  return { kty: 'OKP', crv: 'Ed25519', x, kid: x.slice(0, 16), alg: 'EdDSA', use: 'sig' }
}

/**
 * A JWS in its compact form.
 *
 * @see RFC 7515, section 7.1; RFC 8037, section 3.1
 */
export function signReceipt(keys: Pick<KeyRing, 'receipts'>, typ: string, payload: object): string {
  const text = `${encode({ alg: 'EdDSA', kid: receiptKey(keys).kid, typ })}.${encode(payload)}`
  return `${text}.${keys.receipts.sign(Buffer.from(text)).toString('base64url')}`
}
