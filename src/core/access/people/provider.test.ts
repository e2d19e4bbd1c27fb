import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { Problem } from '../../../foundation/kernel/index.ts'
import { signInProvider } from './provider.ts'

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url')
const signed = (header: object, payload: object, key: KeyObject) => {
  const input = `${part({ alg: 'ES256', ...header })}.${part(payload)}`
  return `${input}.${sign('sha256', Buffer.from(input), { key, dsaEncoding: 'ieee-p1363' }).toString('base64url')}`
}

/** A provider in the profile of GOV.UK One Login, which says of everybody what the test has it say. */
async function oneLogin(t: TestContext, claims: () => object) {
  const own = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const platform = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  let asked: URL | undefined
  let metadataAsked = 0
  let metadataWorks = true
  const server = createServer((request, response) => {
    const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
    const json = (value: object) => response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(value))
    let body = ''
    request.on('data', (piece) => void (body += piece))
    request.on('end', () => {
      if (request.url === '/.well-known/openid-configuration') {
        metadataAsked += 1
        if (!metadataWorks) return response.writeHead(503).end()
        return json({
          issuer,
          authorization_endpoint: `${issuer}authorize`,
          token_endpoint: `${issuer}token`,
          userinfo_endpoint: `${issuer}userinfo`,
          jwks_uri: `${issuer}jwks`,
          end_session_endpoint: `${issuer}logout`,
        })
      }
      if (request.url === '/jwks')
        return json({ keys: [{ ...own.publicKey.export({ format: 'jwk' }), kid: 'k', alg: 'ES256', use: 'sig' }] })
      if (request.url === '/userinfo') return json({ sub: 'urn:fdc:gov.uk:2022:abc', email: 'asha@example.gov.test', email_verified: true })
      const form = new URLSearchParams(body)
      const assertion = form.get('client_assertion')!.split('.')
      const holds = verify(
        'sha256',
        Buffer.from(assertion.slice(0, 2).join('.')),
        { key: platform.publicKey, dsaEncoding: 'ieee-p1363' },
        Buffer.from(assertion[2]!, 'base64url'),
      )
      const challenge = createHash('sha256').update(form.get('code_verifier')!).digest('base64url')
      const header = JSON.parse(Buffer.from(assertion[0]!, 'base64url').toString()) as { kid?: string; alg: string }
      if (!holds || header.kid !== 'platform-1' || header.alg !== 'ES256' || challenge !== asked!.searchParams.get('code_challenge'))
        return response.writeHead(400, { 'content-type': 'application/json' }).end('{"error":"invalid_client"}')
      const now = Math.floor(Date.now() / 1000)
      const id = { iss: issuer, aud: 'sixteen', sub: 'urn:fdc:gov.uk:2022:abc', iat: now, exp: now + 60, sid: 's1', ...claims() }
      return json({
        access_token: 'a',
        token_type: 'Bearer',
        id_token: signed({ kid: 'k' }, { nonce: asked!.searchParams.get('nonce'), ...id }, own.privateKey),
      })
    })
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  t.after(() => {
    server.closeAllConnections()
    server.close()
  })
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
  const provider = signInProvider(() => ({
    issuer,
    clientId: 'sixteen',
    key: platform.privateKey,
    kid: 'platform-1',
    vtr: '["Cl.Cm.P2"]',
    scope: 'openid email',
    insecure: true,
  }))
  const signIn = async () => {
    const begun = await provider.begin('citizen', '/my', 'https://sixteen.example/sign-in/back')
    asked = new URL(begun.address)
    const back = new URL('https://sixteen.example/sign-in/back')
    back.search = new URLSearchParams({ code: 'c', state: begun.signIn.state, iss: issuer }).toString()
    return provider.finish(begun.signIn, back)
  }
  return {
    issuer,
    provider,
    signIn,
    asked: () => asked!,
    stopMetadata: () => {
      metadataWorks = false
    },
    metadataAsked: () => metadataAsked,
  }
}

test('the profile of GOV.UK One Login: a vector of trust is asked for, the assertion is signed with the named key, and who is proved enough comes in', async (t) => {
  const login = await oneLogin(t, () => ({ vot: 'P2.Cl.Cm' }))
  assert.deepEqual(await login.signIn(), {
    issuer: login.issuer,
    subject: 'urn:fdc:gov.uk:2022:abc',
    email: 'asha@example.gov.test',
    providerSession: 's1',
  })
  const asked = login.asked().searchParams
  assert.deepEqual(
    [asked.get('vtr'), asked.get('scope'), asked.get('code_challenge_method'), asked.get('redirect_uri')],
    ['["Cl.Cm.P2"]', 'openid email', 'S256', 'https://sixteen.example/sign-in/back'],
  )
  assert.equal(
    await login.provider.farewell('https://sixteen.example/'),
    `${login.issuer}logout?post_logout_redirect_uri=https%3A%2F%2Fsixteen.example%2F&client_id=sixteen`,
  )
  login.stopMetadata()
  await login.signIn()
  assert.equal(login.metadataAsked(), 1, 'what it said before is used')
})

test('an identity that is not proved enough, or a token for somebody else, is no sign-in', async (t) => {
  const now = Math.floor(Date.now() / 1000)
  for (const [what, claims] of [
    ['a weaker identity', { vot: 'P1.Cl.Cm' }],
    ['no vector at all', {}],
    ['another audience', { vot: 'P2.Cl.Cm', aud: 'other' }],
    ['another issuer', { vot: 'P2.Cl.Cm', iss: 'https://other.example/' }],
    ['another nonce', { vot: 'P2.Cl.Cm', nonce: 'other' }],
    ['a token that has ended', { vot: 'P2.Cl.Cm', iat: now - 900, exp: now - 600 }],
    ['another person than the one asked about', { vot: 'P2.Cl.Cm', sub: 'other' }],
  ] as const) {
    const login = await oneLogin(t, () => claims)
    await assert.rejects(login.signIn(), (error) => error instanceof Problem && error.code === 'sign-in-failed', what)
  }
})
