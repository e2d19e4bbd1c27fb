/**
 * How many consented retrievals a second does one process answer over HTTP: token and grant looked up, proof of possession verified and its id
 * marked as used, the record cut, and its entry in the ledger on the disk before the answer leaves? How many introspections? And how long
 * does a revocation take until it holds?
 *
 * Baseline in the same run: a bare `node:http` server in the same process that answers the same bytes to the same requests. The load comes
 * from another process, so the server has about one of two cores. Processor time of the server stands beside the wall clock, since other
 * work on the machine moves the latter alone.
 */
import { fork } from 'node:child_process'
import { createHash, createPrivateKey, createPublicKey, randomBytes, sign } from 'node:crypto'
import { once } from 'node:events'
import { join } from 'node:path'
import { load, type Measured, type Prepared } from './consent/load.ts'
import type { Place } from './consent/server.ts'

const COUNT = Number(process.env.COUNT ?? 8000)
const CONNECTIONS = 32
const REVOCATIONS = 200
const RETRIEVE = '/records/driving-licence/v1/retrieve'

const server = fork(join(import.meta.dirname, 'consent/server.ts'), {
  execArgv: process.env.PROFILE ? ['--cpu-prof', `--cpu-prof-dir=${process.env.PROFILE}`] : [],
})
const [place] = (await once(server, 'message')) as [Place]
const key = createPrivateKey({ key: Buffer.from(place.key, 'base64'), format: 'der', type: 'pkcs8' })
const jwk = createPublicKey(key).export({ format: 'jwk' })
const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const signed = (header: object, payload: object): string => {
  const input = `${part({ alg: 'ES256', ...header })}.${part(payload)}`
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}
const jti = () => randomBytes(12).toString('hex')
const nowS = () => Math.floor(Date.now() / 1000)
const tokenAt = (at: number) => place.tokens[at % place.tokens.length]!

function bound(method: string, path: string, token: string): Record<string, string> {
  const ath = createHash('sha256').update(token).digest('base64url')
  const proof = signed({ typ: 'dpop+jwt', jwk }, { jti: jti(), htm: method, htu: place.base + path, iat: nowS(), ath })
  return { authorization: `DPoP ${token}`, dpop: proof }
}

const retrieval = (at: number): Prepared => ({
  path: RETRIEVE,
  headers: { ...bound('POST', RETRIEVE, tokenAt(at).token), 'content-type': 'application/json' },
  body: JSON.stringify({ reference: `case-${at}` }),
})
const introspection = (at: number): Prepared => {
  const { token, client } = tokenAt(at)
  const assertion = signed({}, { iss: client, sub: client, aud: `${place.base}/auth`, jti: jti(), iat: nowS(), exp: nowS() + 300 })
  const type = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer'
  const form = new URLSearchParams({ token, client_id: client, client_assertion_type: type, client_assertion: assertion })
  return { path: '/auth/introspect', headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: form.toString() }
}

const ask = async (message: object) => {
  server.send(message)
  const [usage] = (await once(server, 'message')) as [{ user: number; system: number }]
  return usage
}
const cpu = () => ask({ ask: 'cpu' })

async function measured(base: string, make: (at: number) => Prepared, count: number): Promise<Measured> {
  const requests = Array.from({ length: count }, (_, at) => make(at))
  return load(base, requests, CONNECTIONS, cpu)
}

async function compared(make: (at: number) => Prepared) {
  await measured(place.base, make, 500) // warms up
  const whole = await measured(place.base, make, COUNT)
  if (whole.failed.size > 0) throw new Error(`not all were answered: ${JSON.stringify([...whole.failed])} ${whole.sample}`)
  await ask({ ask: 'body', body: whole.sample })
  await measured(place.bare, make, 500)
  return { whole, bare: await measured(place.bare, make, COUNT) }
}

/** Revokes grants under load of their retrieval; the times until the revocation was acknowledged, and what was still given after. */
async function revocations() {
  const took: number[] = []
  let late = 0
  for (let at = 0; at < REVOCATIONS; at += 1) {
    const { token, grant } = tokenAt(place.tokens.length - 1 - at)
    let acknowledged = Number.POSITIVE_INFINITY
    let refused = false
    const hand = async () => {
      while (!refused) {
        const sent = performance.now()
        const { path, headers, body } = retrieval(place.tokens.length - 1 - at)
        const { status } = await fetch(place.base + path, { method: 'POST', headers, body })
        if (status === 200 && sent > acknowledged) late += 1
        if (status !== 200) refused = true
      }
    }
    const hands = [hand(), hand()]
    const path = `/auth/grants/${grant}`
    const headers = bound('DELETE', path, token)
    const sent = performance.now()
    const answer = await fetch(place.base + path, { method: 'DELETE', headers })
    await answer.arrayBuffer()
    acknowledged = performance.now()
    if (answer.status !== 204) throw new Error(`not revoked: ${answer.status}`)
    took.push(acknowledged - sent)
    await Promise.all(hands)
  }
  took.sort((a, b) => a - b)
  return { p50: took[took.length >> 1]!, p99: took[Math.floor(took.length * 0.99)]!, most: took.at(-1)!, late }
}

const retrieve = await compared(retrieval)
const introspect = await compared(introspection)
const revoked = await revocations()
server.send({ ask: 'end' })
await once(server, 'exit')

const ms = (value: number) => value.toFixed(value < 10 ? 2 : 1)
const row = (what: string, one: Measured, bare: Measured) =>
  `| ${what} | ${Math.round(one.perSecond)} | ${ms(one.p50)} | ${ms(one.p99)} | ${ms(one.cpuMs)} | ${(one.perSecond / bare.perSecond).toFixed(3)} | ${(one.cpuMs / bare.cpuMs).toFixed(1)} |`
console.log(`| What | A second | p50 ms | p99 ms | Processor ms each | Rate against the baseline | Processor time against the baseline |
|---|---|---|---|---|---|---|
${row('bare server, the same bytes as a retrieval (baseline)', retrieve.bare, retrieve.bare)}
${row('consented retrieval, entry on the disk', retrieve.whole, retrieve.bare)}
${row('bare server, the same bytes as an introspection (baseline)', introspect.bare, introspect.bare)}
${row('introspection with a signed client assertion', introspect.whole, introspect.bare)}

${COUNT} requests each over ${CONNECTIONS} connections, one server process, ${place.tokens.length} tokens of as many grants; every proof and assertion is used once.

Revocation under load of the same grant, ${REVOCATIONS} times: acknowledged after ${ms(revoked.p50)} ms (p50), ${ms(revoked.p99)} ms (p99), ${ms(revoked.most)} ms (most).
Retrievals that were sent after the acknowledgement and answered: ${revoked.late}.`)
