/**
 * A server for the bench of consented retrieval, in a process of its own: invented drivers, applications, and tokens bound to a key. Beside it a
 * bare server that answers the same bytes. Says what stands where, and what processor time it has used when it is asked.
 */
import { createHash, createPublicKey, generateKeyPairSync, randomBytes } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { grantOf, licenceOf, serviceOf } from '../../scripts/access/place.ts'
import { artefactStore } from '../../src/core/access/server/store.ts'
import { openSixteen } from '../../src/edge/compose.ts'
import { openStore } from '../../src/foundation/engines/sqlite/index.ts'
import { readConfig } from '../../src/foundation/kernel/index.ts'

/** What the loading process is told. */
export interface Place {
  base: string
  bare: string
  /** PKCS 8, base64: signs proofs and assertions of every application. */
  key: string
  tokens: Array<{ token: string; client: string; grant: string }>
}

const APPLICATIONS = 8
const TOKENS = 4000
const FIELDS = ['firstNames', 'lastName', 'licenceStatus', 'entitledToDrive(B)', 'penaltyPoints']

const data = mkdtempSync(join(tmpdir(), 'sixteen-bench-'))
const sixteen = await openSixteen(
  readConfig({}, { data, port: 0, profiles: 'none', logLevel: 'error', actorAtOnce: 0, actorPerSecond: 0 }),
  { records: [serviceOf(TOKENS)] },
)
const base = await sixteen.listen()
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
const { crv, kty, x, y } = createPublicKey(privateKey).export({ format: 'jwk' })
const jkt = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
const { organisations, clients, people } = sixteen.access
const developer = people.welcome({ issuer: 'bench', subject: 'developer', name: 'Developer' })
const organisation = organisations.create(developer.id, 'Bench', 'employer')
const applications = Array.from({ length: APPLICATIONS }, (_, at) => {
  const { id } = clients.create({ organisation: organisation.id, name: `Application ${at}`, environment: 'live', redirectUris: [] })
  clients.addKey(id, 'key', publicKey.export({ format: 'jwk' }))
  clients.change(id, { rateTier: 'high' })
  return id
})
const artefacts = artefactStore(openStore(join(data, 'access.sqlite'), 'normal'))
const now = new Date()
const ends = Math.floor(now.getTime() / 1000) + 3600
const tokens = await Promise.all(
  Array.from({ length: TOKENS }, async (_, at) => {
    const client = applications[at % APPLICATIONS]!
    sixteen.consent.links.link(`driver-${at}`, 'driving-licence', licenceOf(at).driverNumber, now.toISOString())
    const grant = await sixteen.consent.grants.create(grantOf(`driver-${at}`, client, FIELDS, now))
    const token = randomBytes(32).toString('base64url')
    const payload = {
      clientId: client,
      grantId: grant.id,
      jkt,
      aud: base,
      exp: ends,
      kind: 'AccessToken',
      format: 'opaque',
      iat: ends - 3600,
      accountId: `driver-${at}`,
      gty: 'authorization_code',
      extra: {},
    }
    artefacts.upsert('AccessToken', token, payload, ends)
    return { token, client, grant: grant.id }
  }),
)

let body = Buffer.from('{}')
const bareServer = createServer((request, response) => {
  request.resume()
  request.on('end', () => response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length }).end(body))
}).listen(0, '127.0.0.1')
await once(bareServer, 'listening')

process.on('message', async (message: { ask: 'cpu' | 'end' | 'body'; body?: string }) => {
  if (message.ask === 'body') body = Buffer.from(message.body ?? '{}')
  if (message.ask === 'end') {
    bareServer.close()
    await sixteen.close()
    rmSync(data, { recursive: true, force: true })
    process.disconnect()
    return
  }
  process.send!(process.cpuUsage())
})
const key = privateKey.export({ format: 'der', type: 'pkcs8' }).toString('base64')
process.send!({ base, bare: `http://127.0.0.1:${(bareServer.address() as AddressInfo).port}`, key, tokens } satisfies Place)
