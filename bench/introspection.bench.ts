/**
 * How many bound tokens a second does the gate check: token and grant looked up, proof verified, its id marked as used?
 *
 * Baseline in the same run: verifying the same ES256 signatures and nothing else. One process, one thread, no HTTP.
 */
import { createHash, generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { grantStore } from '../src/core/access/grants/store.ts'
import { replayStore } from '../src/core/access/replays/store.ts'
import { artefactStore } from '../src/core/access/server/store.ts'
import { tokenActors } from '../src/core/access/server/tokens.ts'
import { openStore } from '../src/foundation/engines/sqlite/index.ts'

const COUNT = Number(process.env.COUNT ?? 10_000)
const BASE = 'https://sixteen.example'
const folder = await mkdtemp(join(tmpdir(), 'sixteen-bench-'))
const artefacts = artefactStore(openStore(join(folder, 'access.sqlite')))
const replays = replayStore(openStore(join(folder, 'replays.sqlite'), 'normal'))
const grants = grantStore(openStore(join(folder, 'consent.sqlite')))

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwk = publicKey.export({ format: 'jwk' })
const { crv, kty, x, y } = jwk
const jkt = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
const nowS = Math.floor(Date.now() / 1000)
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')

const requests = Array.from({ length: COUNT }, (_, index) => {
  const token = randomBytes(32).toString('base64url')
  const grantId = `grant-${index}`
  artefacts.upsert('AccessToken', token, { clientId: 'app', grantId, jkt, aud: BASE, exp: nowS + 3600 }, nowS + 3600)
  grants.insert({
    id: grantId,
    subject: 'person',
    actingFor: null,
    recipient: 'organisation',
    client: 'app',
    dataset: 'driving-licence',
    fields: ['penaltyPoints'],
    purpose: 'insurance-quote',
    basis: 'consent',
    maxUses: null,
    cadence: null,
    notBefore: '2020-01-01T00:00:00.000Z',
    expiresAt: '2999-01-01T00:00:00.000Z',
    createdVia: 'oauth',
    evidenceSha256: '',
    createdAt: '2020-01-01T00:00:00.000Z',
    ledgerIndex: 0,
  })
  const ath = createHash('sha256').update(token).digest('base64url')
  const claims = { jti: randomBytes(12).toString('hex'), htm: 'POST', htu: `${BASE}/records/driving-licence/v1/retrieve`, iat: nowS, ath }
  const input = `${part({ alg: 'ES256', typ: 'dpop+jwt', jwk })}.${part(claims)}`
  const signature = sign('sha256', Buffer.from(input), { key: privateKey, dsaEncoding: 'ieee-p1363' })
  return { token, input, signature, proof: `${input}.${signature.toString('base64url')}` }
})

const rate = (work: () => void): number => {
  const started = performance.now()
  work()
  return COUNT / ((performance.now() - started) / 1000)
}

const actorOf = tokenActors({
  artefacts,
  grants: () => ({ live: (id, at) => grants.find(id, at.toISOString()) }),
  client: (id) => ({
    id,
    organisation: 'organisation',
    name: 'App',
    environment: 'live',
    state: 'active',
    redirectUris: [],
    jwksUri: null,
    logoutUri: null,
    ipAllow: [],
    rateTier: 'high',
    created: '',
  }),
  mayCallFrom: () => true,
  replays,
  audience: () => BASE,
  now: () => new Date(nowS * 1000),
})
const bare = rate(() => {
  for (const { input, signature } of requests)
    if (!verify('sha256', Buffer.from(input), { key: publicKey, dsaEncoding: 'ieee-p1363' }, signature))
      throw new Error('a signature does not hold')
})
const whole = rate(() => {
  for (const { token, proof } of requests)
    actorOf({ scheme: 'DPoP', token, proof, method: 'POST', address: `${BASE}/records/driving-licence/v1/retrieve`, ip: '127.0.0.1' })
})
console.log(`| What | A second | Against the baseline |
|---|---|---|
| signature verified and nothing else (baseline) | ${Math.round(bare)} | 1.00 |
| bound token checked whole: token, grant, proof, replay | ${Math.round(whole)} | ${(whole / bare).toFixed(2)} |

${COUNT} tokens, each of its own grant and with its own proof.`)
await rm(folder, { recursive: true, force: true })
