import assert from 'node:assert/strict'
import { webcrypto } from 'node:crypto'
import { test } from 'node:test'
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrlWithPAR,
  calculatePKCECodeChallenge,
  clientCredentialsGrant,
  discovery,
  fetchProtectedResource,
  getDPoPHandle,
  PrivateKeyJwt,
  randomDPoPKeyPair,
  randomPKCECodeVerifier,
  randomState,
  refreshTokenGrant,
  tokenIntrospection,
  tokenRevocation,
} from 'openid-client'
import { callback, detail, withApplication } from '../support/application.ts'

test('a client of the field goes the whole way, and its token carries what the citizen left ticked', async (t) => {
  const { sixteen, base, application, visitor, organisation } = await withApplication(t)
  const key = await webcrypto.subtle.importKey(
    'pkcs8',
    application.key.export({ format: 'der', type: 'pkcs8' }),
    { name: 'ECDSA', namedCurve: 'P-256' },
    false,
    ['sign'],
  )
  const config = await discovery(
    new URL(`${base}/auth`),
    application.clientId,
    { id_token_signed_response_alg: 'ES256' },
    PrivateKeyJwt(key),
    {
      execute: [allowInsecureRequests],
    },
  )
  const DPoP = getDPoPHandle(config, await randomDPoPKeyPair('ES256'))
  const pkceCodeVerifier = randomPKCECodeVerifier()
  const expectedState = randomState()
  const to = await buildAuthorizationUrlWithPAR(
    config,
    {
      redirect_uri: callback,
      scope: 'openid',
      code_challenge: await calculatePKCECodeChallenge(pkceCodeVerifier),
      code_challenge_method: 'S256',
      state: expectedState,
      authorization_details: JSON.stringify([{ ...detail, duration: 'P7D' }]),
    },
    { DPoP },
  )
  const page = await visitor.follow(await visitor.get(to.pathname + to.search))
  const text = await page.text()
  assert.match(text, /<h1[^>]*>Leeds Library asks to see your library pass<\/h1>/)
  for (const said of ['Asha Example', 'Pass maker', 'Joining another library', '7 days', 'Date of birth', 'tried out'])
    assert.match(text, new RegExp(said))
  assert.equal(page.headers.get('x-frame-options'), 'DENY')
  assert.match(page.headers.get('content-security-policy') ?? '', /frame-ancestors 'none'/)

  const answer = await application.agree(visitor, page, ['name'])
  assert.equal(answer.searchParams.get('iss'), `${base}/auth`)
  const tokens = await authorizationCodeGrant(config, answer, { pkceCodeVerifier, expectedState, idTokenExpected: true }, undefined, {
    DPoP,
  })
  const granted = { type: 'library-pass', fields: ['name'], purpose: 'join' }
  assert.equal(tokens.token_type, 'dpop')
  assert.ok(tokens.expires_in! <= 300)
  assert.deepEqual(tokens.authorization_details, [granted])

  const grant = sixteen.consent.grants.find(String(tokens.grant_id))!
  const person = sixteen.access.people.known(`${base}/development-identity`, 'asha-example')!
  assert.deepEqual(
    [grant.subject, grant.recipient, grant.client, grant.fields, grant.purpose, grant.basis, grant.createdVia, grant.state],
    [person.id, organisation, application.clientId, ['name'], 'join', 'consent', 'oauth', 'active'],
  )
  assert.equal(Math.round((Date.parse(grant.expiresAt) - Date.parse(grant.notBefore)) / 86_400_000), 7)
  assert.notEqual(tokens.claims()?.sub, person.id, 'the identifier of a person leaves the platform for nobody')

  const probe = async (token: string) =>
    fetchProtectedResource(config, token, new URL(`${base}/probe/client`), 'GET', undefined, undefined, { DPoP })
  const actor = { kind: 'client', client: application.clientId, organisation }
  assert.deepEqual(await (await probe(tokens.access_token)).json(), { ...actor, grant: grant.id })

  const seen = await tokenIntrospection(config, tokens.access_token)
  assert.deepEqual([seen.active, seen.aud, seen.authorization_details], [true, base, [granted]])
  assert.ok((seen.cnf as { jkt?: string }).jkt)

  const refreshed = await refreshTokenGrant(config, tokens.refresh_token!, undefined, { DPoP })
  assert.equal(refreshed.refresh_token ?? tokens.refresh_token, tokens.refresh_token, 'a bound refresh token is not rotated')
  assert.deepEqual(await (await probe(refreshed.access_token)).json(), { ...actor, grant: grant.id })

  const own = await clientCredentialsGrant(config, undefined, { DPoP })
  assert.deepEqual(await (await probe(own.access_token)).json(), actor)

  const managed = await fetchProtectedResource(
    config,
    own.access_token,
    new URL(`${base}/auth/grants/${grant.id}`),
    'GET',
    undefined,
    undefined,
    { DPoP },
  )
  assert.deepEqual(((await managed.json()) as { authorization_details: unknown }).authorization_details, [
    { ...granted, expires_at: grant.expiresAt },
  ])

  await sixteen.consent.grants.revoke(grant.id, person.id, null)
  await assert.rejects(probe(refreshed.access_token), /401|WWW-Authenticate|invalid_token/i)
  assert.equal((await tokenIntrospection(config, refreshed.access_token)).active, false)
  await assert.rejects(refreshTokenGrant(config, tokens.refresh_token!, undefined, { DPoP }), { error: 'invalid_grant' })
  await tokenRevocation(config, own.access_token)
  await assert.rejects(probe(own.access_token))
})

test('who does not agree sends the application away with a refusal and no grant', async (t) => {
  const { sixteen, application, visitor, base } = await withApplication(t)
  const { request_uri } = (await (await application.push()).json()) as { request_uri: string }
  const page = await application.open(visitor, request_uri)
  const done = await visitor.follow(await visitor.post(new URL(page.url).pathname, { answer: 'no' }))
  const answer = new URL(done.headers.get('location')!)
  assert.deepEqual(
    [answer.searchParams.get('error'), answer.searchParams.get('state'), answer.searchParams.get('iss')],
    ['access_denied', 'abc', `${base}/auth`],
  )
  const person = sixteen.access.people.known(`${base}/development-identity`, 'asha-example')!
  assert.deepEqual(sixteen.consent.grants.listOf(person.id), [])
})
