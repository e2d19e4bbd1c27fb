import assert from 'node:assert/strict'
import { createPublicKey, generateKeyPairSync, hash, type JsonWebKey, sign, verify } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { inflateSync } from 'node:zlib'
import { SDJwtVcInstance } from '@sd-jwt/sd-jwt-vc'
import fc from 'fast-check'
import { statusBits } from '../../src/core/access/credentials/status-list.ts'
import { asha, bryn, type ConsentBench, consentBench, nobody } from '../support/consent.ts'
import { newSixteen } from '../support/sixteen.ts'
import { Visitor } from '../support/visitor.ts'

const share = { dataset: 'driving-licence', fields: ['lastName', 'entitledToDrive(B)'], purpose: 'vehicle-hire', uses: 3, days: 7 }

interface Made {
  credential: string
  grant: string
  ledgerIndex: number
}

async function withCode(t: TestContext) {
  const bench = await consentBench(t)
  const { code, grant } = (await bench.send(asha, 'POST', '/me/share-codes', share)).body as { code: string; grant: { id: string } }
  const make = (body: object = {}, actor = asha) => bench.send(actor, 'POST', `/me/grants/${grant.id}/credential`, body)
  return { ...bench, code, grant: grant.id, make }
}

const partOf = (jwt: string, at: number) => JSON.parse(Buffer.from(jwt.split('.')[at]!, 'base64url').toString()) as Record<string, unknown>

/** A verifier of somebody else's making, which knows the issuer's key and a status list that it fetched before, and has no network. */
async function verifier({ send }: ConsentBench, statusList: string) {
  const { jwks, issuer } = (await send(nobody, 'GET', '/.well-known/jwt-vc-issuer')).body as {
    issuer: string
    jwks: { keys: JsonWebKey[] }
  }
  assert.equal(issuer, 'https://sixteen.test')
  const check = (key: JsonWebKey, text: string, signature: string) =>
    key.kty === 'OKP'
      ? verify(null, Buffer.from(text), createPublicKey({ key, format: 'jwk' }), Buffer.from(signature, 'base64url'))
      : verify(
          'sha256',
          Buffer.from(text),
          { key: createPublicKey({ key, format: 'jwk' }), dsaEncoding: 'ieee-p1363' },
          Buffer.from(signature, 'base64url'),
        )
  return new SDJwtVcInstance({
    verifier: (text, signature) => check(jwks.keys[0]!, text, signature),
    statusVerifier: (text, signature) => check(jwks.keys[0]!, text, signature),
    kbVerifier: (text, signature, payload) => check((payload as unknown as { cnf: { jwk: JsonWebKey } }).cnf.jwk, text, signature),
    hasher: (data, algorithm) => hash(algorithm.replace('-', ''), typeof data === 'string' ? data : new Uint8Array(data), 'buffer'),
    hashAlg: 'sha-256',
    statusListFetcher: async () => statusList,
  })
}

async function listOf({ send }: ConsentBench, credential: string): Promise<string> {
  const { uri } = (partOf(credential, 1).status as { status_list: { uri: string } }).status_list
  const answer = await send(nobody, 'GET', new URL(uri).pathname)
  assert.equal(answer.status, 200)
  return answer.text
}

test('a code is also a proof to carry: a verifier without a network reads what its holder shows of it, and one stop ends both', async (t) => {
  const bench = await withCode(t)
  const { make, send, clock, code, grant } = bench
  const made = await make()
  assert.equal(made.status, 201)
  const { credential } = made.body as Made
  const payload = partOf(credential, 1)
  const { _sd, status, ...open } = payload as { _sd: string[]; status: object } & Record<string, unknown>
  assert.deepEqual(open, {
    iss: 'https://sixteen.test',
    iat: Math.floor(clock.now().getTime() / 1000),
    nbf: Math.floor(clock.now().getTime() / 1000),
    exp: Math.floor(clock.now().getTime() / 1000) + 7 * 86_400,
    vct: 'https://sixteen.test/credentials/types/driving-licence',
    purpose: 'vehicle-hire',
    _sd_alg: 'sha-256',
  })
  assert.equal(_sd.length, 2)
  assert.ok(!JSON.stringify(payload).includes('Example'), 'nothing of the record is open')

  const seen = await verifier(bench, await listOf(bench, credential))
  const currentDate = Math.floor(clock.now().getTime() / 1000)
  const all = (await seen.verify(credential, { currentDate })).payload as Record<string, unknown>
  assert.deepEqual([all.lastName, all['entitledToDrive(B)'], all.dateOfBirth], ['Example', true, undefined])
  const part = await seen.present(credential, { 'entitledToDrive(B)': true } as never)
  const shown = (await seen.verify(part, { currentDate })).payload as Record<string, unknown>
  assert.deepEqual([shown.lastName, shown['entitledToDrive(B)']], [undefined, true])

  const changed = credential.split('~')
  changed[1] = Buffer.from(Buffer.from(changed[1]!, 'base64url').toString().replace('Example', 'Another')).toString('base64url')
  const lie = (await seen.verify(changed.join('~'), { currentDate }).catch(() => undefined))?.payload as { lastName?: string } | undefined
  assert.notEqual(lie?.lastName, 'Another')
  await assert.rejects(seen.verify(credential, { currentDate: currentDate + 8 * 86_400 }), /exp/i, 'after its end')

  const { entries } = (await send(asha, 'GET', '/me/access-history')).body as { entries: Array<{ kind: string; system: string }> }
  assert.deepEqual([entries[0]!.kind, entries[0]!.system], ['disclosure', 'credential'])
  assert.equal((await send(asha, 'POST', `/me/grants/${grant}/revoke`)).status, 200)
  assert.equal((await send(nobody, 'POST', '/share-codes/redeem', { code, factor: '141A99XA' })).status, 404)
  const after = await verifier(bench, await listOf(bench, credential))
  await assert.rejects(after.verify(credential, { currentDate }), /Status/)
  assert.equal((await make()).status, 403, 'of what was stopped no other is made')
})

test('a credential bound to a wallet is good with a proof of its key for this verifier', async (t) => {
  const bench = await withCode(t)
  const wallet = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const made = await bench.make({ holderKey: wallet.publicKey.export({ format: 'jwk' }) })
  const { credential } = made.body as Made
  const seen = await verifier(bench, await listOf(bench, credential))
  const holder = new SDJwtVcInstance({
    hasher: (data, algorithm) => hash(algorithm.replace('-', ''), typeof data === 'string' ? data : new Uint8Array(data), 'buffer'),
    hashAlg: 'sha-256',
    kbSigner: (text) => sign('sha256', Buffer.from(text), { key: wallet.privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url'),
    kbSignAlg: 'ES256',
  })
  const now = Math.floor(bench.clock.now().getTime() / 1000)
  const kb = { payload: { iat: now, aud: 'https://hire.example', nonce: 'n-1' } }
  const presented = await holder.present(credential, { lastName: true } as never, { kb })
  assert.equal((await seen.verify(presented, { currentDate: now, keyBindingNonce: 'n-1' })).kb?.payload.aud, 'https://hire.example')
  await assert.rejects(seen.verify(presented, { currentDate: now, keyBindingNonce: 'n-2' }))
  await assert.rejects(seen.verify(credential, { currentDate: now, keyBindingNonce: 'n-1' }))
  const privateKey = await bench.make({ holderKey: wallet.privateKey.export({ format: 'jwk' }) as JsonWebKey })
  assert.deepEqual([privateKey.status, (privateKey.body as { code: string }).code], [400, 'credential-not-allowed'])
})

test('a credential is made by whose grant it is, ten times at most, and erasing ends it', async (t) => {
  const bench = await withCode(t)
  const { make, send } = bench
  assert.equal((await make({}, bryn)).status, 404)
  const all = await Promise.all(Array.from({ length: 12 }, () => make()))
  assert.deepEqual(all.map(({ status }) => status).sort(), [...Array.from({ length: 10 }, () => 201), 400, 400])
  const { credential } = all.find(({ status }) => status === 201)!.body as Made
  assert.equal((await send(asha, 'POST', '/me/erase', { confirm: true })).status, 200)
  const currentDate = Math.floor(bench.clock.now().getTime() / 1000)
  await assert.rejects((await verifier(bench, await listOf(bench, credential))).verify(credential, { currentDate }), /Status/)
  for (const path of ['/credentials/status/1', '/credentials/status/99']) assert.equal((await send(nobody, 'GET', path)).status, 404)
  const type = (await send(nobody, 'GET', '/credentials/types/driving-licence')).body as { vct: string; claims: unknown[] }
  assert.deepEqual([type.vct, type.claims.length], ['https://sixteen.test/credentials/types/driving-licence', 15])
})

test('a status list has a one for each place that is not good, and nothing else', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.nat(131_071), { maxLength: 50 }), (places) => {
      const bytes = inflateSync(Buffer.from(statusBits(places), 'base64url'))
      const found: number[] = []
      for (const [at, byte] of bytes.entries()) for (let bit = 0; bit < 8; bit += 1) if (byte & (1 << bit)) found.push(at * 8 + bit)
      assert.deepEqual(
        found,
        [...places].sort((a, b) => a - b),
      )
    }),
    { numRuns: 20 },
  )
})

test('a person gets a proof to carry from the page of what they share, without JavaScript', async (t) => {
  const sixteen = await newSixteen(t, { profiles: 'driving-licence' })
  const visitor = new Visitor(await sixteen.listen())
  await visitor.signIn('asha-example', '/my')
  await visitor.post('/my/connect/driving-licence', { driverNumber: 'EXAMP953141A99XA', postcode: 'ZZ1 1AA' })
  await visitor.post('/my/share/driving-licence', { purpose: 'vehicle-hire', field: 'lastName', days: '3', uses: '1' })
  const grant = /action="\/my\/credential"[^>]*><input type="hidden" name="grant" value="(\w+)"/.exec(
    await (await visitor.get('/my')).text(),
  )![1]!
  const page = await (await visitor.post('/my/credential', { grant })).text()
  assert.match(page, /Your proof to carry/)
  assert.match(page, /aria-label="The proof, as text"[^>]*>eyJ[\w-]+\.[\w-]+\.[\w-]+~[\w-]+~</)
  assert.match(await (await visitor.get('/my/history')).text(), /You, as a proof to carry/)
})
