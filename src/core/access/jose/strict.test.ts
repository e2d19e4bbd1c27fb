import assert from 'node:assert/strict'
import { generateKeyPairSync, type JsonWebKey, type KeyPairKeyObjectResult } from 'node:crypto'
import { test } from 'node:test'
import fc from 'fast-check'
import { checkPublicKey, decodeStrictly, readCompact } from './strict.ts'

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url')
const rsa = (n: bigint, e: bigint): JsonWebKey => {
  const bytes = (value: bigint) =>
    Buffer.from(value.toString(16).padStart(2 * Math.ceil(value.toString(16).length / 2), '0'), 'hex').toString('base64url')
  return { kty: 'RSA', n: bytes(n), e: bytes(e) }
}

test('bytes have one spelling, and every other is refused', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ minLength: 1, maxLength: 64 }),
      fc.nat(),
      fc.constantFrom('+', '/', '=', ' ', '\n', '.', 'é'),
      (bytes, at, odd) => {
        const text = Buffer.from(bytes).toString('base64url')
        assert.deepEqual(decodeStrictly(text), Buffer.from(bytes))
        const place = at % (text.length + 1)
        assert.throws(() => decodeStrictly(text.slice(0, place) + odd + text.slice(place)), TypeError)
      },
    ),
  )
  for (const text of ['', 'A', 'AB', 'AAB', 'QQ==', 'QR']) assert.throws(() => decodeStrictly(text), TypeError, text)
})

test('whatever text comes, it is read or refused and nothing else happens', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.tuple(fc.json(), fc.json(), fc.string()).map((parts) => parts.map((each) => Buffer.from(each).toString('base64url')).join('.')),
      ),
      (text) => {
        try {
          const { header, payload } = readCompact(text)
          assert.ok(typeof header.alg === 'string' && typeof payload === 'object')
        } catch (error) {
          assert.ok(error instanceof TypeError)
        }
      },
    ),
  )
})

test('headers that change the meaning of a signature are refused', () => {
  for (const header of [
    { alg: 'none' },
    { alg: 'HS256' },
    {},
    { alg: 'ES256', crit: ['exp'] },
    { alg: 'ES256', b64: false },
    { alg: 'ES256', zip: 'DEF' },
    [],
  ])
    assert.throws(() => readCompact(`${part(header)}.${part({})}.AAAA`), TypeError, JSON.stringify(header))
  assert.deepEqual(readCompact(`${part({ alg: 'ES256' })}.${part({ a: 1 })}.AAAA`).payload, { a: 1 })
})

test('keys in use are taken; weak, private and foreign ones are not', () => {
  const pair = (type: 'ec' | 'rsa' | 'ed25519', options: object) => {
    const { publicKey, privateKey } = (generateKeyPairSync as unknown as (type: string, options: object) => KeyPairKeyObjectResult)(
      type,
      options,
    )
    return { open: publicKey.export({ format: 'jwk' }), secret: privateKey.export({ format: 'jwk' }) }
  }
  const p256 = pair('ec', { namedCurve: 'P-256' })
  const large = pair('rsa', { modulusLength: 2048 })
  for (const key of [p256.open, pair('ed25519', {}).open, large.open, { ...p256.open, alg: 'ES256' }])
    assert.doesNotThrow(() => checkPublicKey(key))
  const n = BigInt(`0x${Buffer.from(large.open.n!, 'base64url').toString('hex')}`)
  // Both primes of such a modulus are of the form k * M + 65537^a mod M, with M a product of small primes; so is their product.
  const product = [
    3n,
    5n,
    7n,
    11n,
    13n,
    17n,
    19n,
    23n,
    29n,
    31n,
    37n,
    41n,
    43n,
    47n,
    53n,
    59n,
    61n,
    67n,
    71n,
    73n,
    79n,
    83n,
    89n,
    97n,
    101n,
    103n,
    107n,
    109n,
    113n,
    127n,
    131n,
    137n,
    139n,
    149n,
    151n,
    157n,
    163n,
    167n,
  ].reduce((all, prime) => all * prime, 2n)
  const roca = 65_537n ** 5n + product * (1n << BigInt(2047 - product.toString(2).length + 1))
  const refused: Array<[string, JsonWebKey]> = [
    ['private', p256.secret],
    ['symmetric', { kty: 'oct', k: 'AAAA' }],
    ['another curve', pair('ec', { namedCurve: 'secp256k1' }).open],
    ['declared for something else', { ...p256.open, alg: 'PS256' }],
    ['for encryption', { ...p256.open, use: 'enc' }],
    ['RSA of 1024 bits', pair('rsa', { modulusLength: 1024 }).open],
    ['RSA with the exponent 1', rsa(n, 1n)],
    ['RSA with the exponent 3', rsa(n, 3n)],
    ['RSA with a small factor', rsa(n - (n % 3n) + (n % 2n === (n % 3n) % 2n ? 3n : 0n), 65_537n)],
    ['RSA of the broken generator', rsa(roca, 65_537n)],
    ['spelt another way', { ...p256.open, x: `${p256.open.x}=` }],
  ]
  for (const [what, key] of refused) assert.throws(() => checkPublicKey(key), TypeError, what)
  assert.throws(() => checkPublicKey(rsa(roca, 65_537n)), /generator/)
})
