import assert from 'node:assert/strict'
import { createHash, generateKeyPairSync } from 'node:crypto'
import { test } from 'node:test'
import { type Application, callback, detail, nowS, signed, withApplication } from '../support/application.ts'
import { Visitor } from '../support/visitor.ts'

/** The status and error of an answer, as `400 invalid_request`. */
async function outcome(answer: Response): Promise<string> {
  const body = (await answer.json().catch(() => ({}))) as { error?: string; code?: string; active?: boolean }
  return `${answer.status} ${body.error ?? body.code ?? (body.active === undefined ? 'ok' : `active ${body.active}`)}`
}

const details = (...entries: object[]) => ({ authorization_details: JSON.stringify(entries) })
const otherSpelling = (text: string) =>
  text.replace(/(.)$/, (last) => (last === 'A' ? 'B' : last === 'g' ? 'h' : last === 'w' ? 'x' : last === 'Q' ? 'R' : 'A'))

test('each wrong pushed request has its own error', async (t) => {
  const { application: app } = await withApplication(t)
  const par = (form: Record<string, string | undefined>, headers?: Record<string, string>) => () => app.push(form, headers)
  const assertion = (claims: object, header: object = {}) => par({ client_assertion: app.assertion(claims as never, header as never) })
  const table: Array<[string, string, () => Promise<Response>]> = [
    ['a right one', '201 ok', par({})],
    ['no PKCE', '400 invalid_request', par({ code_challenge: undefined, code_challenge_method: undefined })],
    ['plain PKCE', '400 invalid_request', par({ code_challenge: app.verifier, code_challenge_method: 'plain' })],
    ['PKCE whose method is left out, which means plain', '400 invalid_request', par({ code_challenge_method: undefined })],
    ['another redirect address', '400 invalid_request', par({ redirect_uri: 'https://elsewhere.example/callback' })],
    ['a redirect address that only begins like it', '400 invalid_request', par({ redirect_uri: `${callback}/more` })],
    ['no redirect address', '400 invalid_request', par({ redirect_uri: undefined })],
    ['no client authentication', '401 invalid_client', par({ client_assertion: undefined, client_assertion_type: undefined })],
    [
      'an application that is not known',
      '401 invalid_client',
      par({ client_id: 'app_none', client_assertion: app.assertion({ iss: 'app_none', sub: 'app_none' }) }),
    ],
    ['an assertion that has ended', '401 invalid_client', assertion({ exp: nowS() - 60 })],
    ['an assertion that ends in a day', '401 invalid_client', assertion({ exp: nowS() + 86_400 })],
    ['an assertion for the token endpoint', '401 invalid_client', assertion({ aud: `${app.base}/auth/token` })],
    ['an assertion for a list of audiences', '401 invalid_client', assertion({ aud: [`${app.base}/auth`] })],
    ['an assertion for another server', '401 invalid_client', assertion({ aud: 'https://elsewhere.example' })],
    ['an assertion without jti', '401 invalid_client', assertion({ jti: undefined })],
    ['an assertion with an algorithm that the key is not for', '401 invalid_client', assertion({}, { alg: 'PS256' })],
    ['an unsigned assertion', '401 invalid_client', assertion({}, { alg: 'none' })],
    ['an assertion with an unknown critical extension', '401 invalid_client', assertion({}, { crit: ['exp2'], exp2: 1 })],
    ['an assertion spelt another way', '401 invalid_client', par({ client_assertion: otherSpelling(app.assertion()) })],
    ['a secret', '401 invalid_client', par({ client_assertion: undefined, client_assertion_type: undefined, client_secret: 'x' })],
    ['no details', '400 invalid_request', par({ authorization_details: undefined })],
    ['details that are no JSON', '400 invalid_authorization_details', par({ authorization_details: '{' })],
    ['two consents at once', '400 invalid_authorization_details', par(details(detail, detail))],
    ['records that do not exist', '400 invalid_authorization_details', par(details({ ...detail, type: 'fishing-licence' }))],
    ['a purpose that does not exist', '400 invalid_authorization_details', par(details({ ...detail, purpose: 'curiosity' }))],
    ['a field that does not exist', '400 invalid_authorization_details', par(details({ ...detail, fields: ['shoe-size'] }))],
    [
      'a field that the purpose does not allow',
      '400 invalid_authorization_details',
      par(details({ ...detail, fields: ['name', 'fines'] })),
    ],
    ['no fields', '400 invalid_authorization_details', par(details({ ...detail, fields: [] }))],
    ['a member that is not known', '400 invalid_authorization_details', par(details({ ...detail, everything: true }))],
    ['longer than the purpose allows', '400 invalid_authorization_details', par(details({ ...detail, duration: 'P31D' }))],
    ['another response type', '400 unsupported_response_type', par({ response_type: 'code id_token' })],
    ['another resource', '400 invalid_target', par({ resource: 'https://elsewhere.example' })],
    ['an action on grants that is not known', '400 invalid_request', par({ grant_management_action: 'steal' })],
    ['merging with a grant that is not its own', '400 invalid_grant_id', par({ grant_management_action: 'merge', grant_id: '01none' })],
    ['a request_uri inside the request', '400 request_uri_not_supported', par({ request_uri: 'https://app.example/request' })],
  ]
  for (const [what, expected, ask] of table) assert.equal(await outcome(await ask()), expected, what)

  const once = app.assertion()
  assert.equal(await outcome(await app.push({ client_assertion: once })), '201 ok')
  assert.equal(await outcome(await app.push({ client_assertion: once })), '401 invalid_client', 'an assertion that was used before')
})

test('an application without a subscription, or a stopped one, gets nowhere', async (t) => {
  const { sixteen, application } = await withApplication(t)
  sixteen.access.clients.unsubscribe(application.clientId, 'library-pass')
  assert.equal(await outcome(await application.push()), '400 invalid_authorization_details')
  sixteen.access.clients.subscribe(application.clientId, 'library-pass', false, null)
  assert.equal(await outcome(await application.push()), '400 invalid_authorization_details', 'asked for and not approved')
  sixteen.access.clients.change(application.clientId, { state: 'stopped' })
  assert.equal(await outcome(await application.push()), '401 invalid_client')
})

test('the browser step takes a pushed request, once, from the application that pushed it', async (t) => {
  const { application, visitor } = await withApplication(t)
  const refused = async (query: Record<string, string>) => {
    const answer = await visitor.get(`/auth/authorize?${new URLSearchParams(query)}`)
    return `${answer.status} ${/<code>(\w+)<\/code>/.exec(await answer.text())?.[1]}`
  }
  const { clientId: client_id } = application
  const bare = await visitor.get(`/auth/authorize?${new URLSearchParams({ client_id, response_type: 'code', redirect_uri: callback })}`)
  const back = new URL(bare.headers.get('location')!)
  assert.deepEqual(
    [back.origin, back.searchParams.get('error'), back.searchParams.get('code')],
    ['https://app.example', 'invalid_request', null],
  )
  assert.equal(
    await refused({ client_id, request_uri: 'urn:ietf:params:oauth:request_uri:none' }),
    '400 invalid_request_uri',
    'never pushed',
  )
  const pushed = (await (await application.push()).json()) as { request_uri: string }
  assert.match(await refused({ client_id: 'app_none', request_uri: pushed.request_uri }), /^40[01] invalid_/, 'pushed by another')
  const page = await application.open(visitor, pushed.request_uri)
  const answer = await application.agree(visitor, page, ['name'])
  assert.ok(answer.searchParams.get('code'))
  assert.equal(await refused({ client_id, request_uri: pushed.request_uri }), '400 invalid_request_uri', 'used before')
  const again = await visitor.post(new URL(page.url).pathname, { answer: 'yes', field: 'name' })
  assert.equal(again.status, 400, 'the consent page counts once')
})

test('the consent page gives what was asked for, to who was asked, and nothing else', async (t) => {
  const { sixteen, application, visitor, base } = await withApplication(t)
  const { request_uri } = (await (await application.push()).json()) as { request_uri: string }
  const page = await application.open(visitor, request_uri)
  const path = new URL(page.url).pathname
  for (const form of [{ answer: 'yes' }, { answer: 'yes', field: 'fines' }]) {
    const kept = await visitor.post(path, form as Record<string, string>)
    assert.deepEqual([kept.status, /There is a problem/.test(await kept.text())], [400, true])
  }
  const other = new Visitor(base)
  await other.signIn('carys-specimen', '/signed-out')
  assert.equal((await other.get(path)).status, 400, 'another browser is asked nothing')
  const cross = await visitor.post(path, { answer: 'yes', field: 'name' }, { 'sec-fetch-site': 'cross-site' })
  assert.equal(cross.status, 403)
  const person = sixteen.access.people.known(`${base}/development-identity`, 'asha-example')!
  assert.deepEqual(sixteen.consent.grants.listOf(person.id), [])
})

test('each wrong redemption of a code has its own error, and a code counts once', async (t) => {
  const { sixteen, application: app, visitor } = await withApplication(t)
  const code = async () => (await app.consent(visitor)).searchParams.get('code')!
  const address = `${app.base}/auth/token`
  const proof = (claims: object, header: object = {}) => app.proof('POST', address, claims as never, header as never)
  const first = await code()
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const table: Array<[string, string, () => Promise<Response>]> = [
    ['no proof', '400 invalid_grant', () => app.redeem(first, {}, null)],
    ['a proof for another address', '400 invalid_dpop_proof', () => app.redeem(first, {}, proof({ htu: `${app.base}/auth/par` }))],
    ['a proof for another method', '400 invalid_dpop_proof', () => app.redeem(first, {}, proof({ htm: 'GET' }))],
    ['a stale proof', '400 use_dpop_nonce', () => app.redeem(first, {}, proof({ iat: nowS() - 1000 }))],
    ['a proof of another type', '400 invalid_dpop_proof', () => app.redeem(first, {}, proof({}, { typ: 'jwt' }))],
    ['a proof without jti', '400 invalid_dpop_proof', () => app.redeem(first, {}, proof({ jti: undefined }))],
    [
      'a proof signed with another key',
      '400 invalid_dpop_proof',
      () => app.redeem(first, {}, proof({}, { jwk: other.publicKey.export({ format: 'jwk' }) })),
    ],
    [
      'a proof that shows its private key',
      '400 invalid_dpop_proof',
      () => app.redeem(first, {}, proof({}, { jwk: app.proofKey.privateKey.export({ format: 'jwk' }) })),
    ],
    ['a proof spelt another way', '400 invalid_dpop_proof', () => app.redeem(first, {}, otherSpelling(proof({})))],
    ['a proof with an unknown critical extension', '400 invalid_dpop_proof', () => app.redeem(first, {}, proof({}, { crit: ['x'], x: 1 }))],
    ['another verifier', '400 invalid_grant', () => app.redeem(first, { code_verifier: 'x'.repeat(43) })],
    ['no verifier', '400 invalid_grant', () => app.redeem(first, { code_verifier: undefined })],
    ['another redirect address', '400 invalid_grant', () => app.redeem(first, { redirect_uri: 'https://app.example/other' })],
    ['a code that does not exist', '400 invalid_grant', () => app.redeem('none')],
    [
      'asking for more with the code',
      '400 invalid_authorization_details',
      () => app.redeem(first, details({ ...detail, fields: ['fines'] })),
    ],
  ]
  for (const [what, expected, ask] of table.slice(0, -1)) assert.equal(await outcome(await ask()), expected, what)

  const same = proof({})
  assert.equal(await outcome(await app.token({ grant_type: 'client_credentials' }, same)), '200 ok')
  assert.match(
    await outcome(await app.token({ grant_type: 'client_credentials' }, same)),
    /^400 invalid_(grant|dpop_proof|client)$/,
    'a proof used before',
  )

  const redeemed = (await (await app.redeem(first)).json()) as { access_token: string; grant_id: string }
  assert.equal((await app.call('/probe/client', redeemed.access_token)).status, 200)
  assert.equal(await outcome(await app.redeem(first)), '400 invalid_grant', 'a code used before')
  assert.equal(sixteen.consent.grants.find(redeemed.grant_id)?.state, 'revoked', 'a code used twice ends what it stood for')
  assert.equal(await outcome(await app.call('/probe/client', redeemed.access_token)), '401 token-invalid')

  assert.equal(
    await outcome(await app.redeem(await code(), details({ ...detail, fields: ['fines'] }))),
    '400 invalid_authorization_details',
  )
})

test('a token is good with a fresh proof of its own key for the very request, and otherwise for nothing', async (t) => {
  const { sixteen, application: app, visitor, base } = await withApplication(t)
  const { access_token: token, grant_id } = await app.obtain(visitor)
  const path = '/probe/client'
  const ath = createHash('sha256').update(token).digest('base64url')
  const send = (authorization: string, dpop?: string) => () => fetch(base + path, { headers: { authorization, ...(dpop && { dpop }) } })
  const proof = (claims: object = {}, header: object = {}) => app.proof('GET', base + path, { ath, ...claims }, header as never)
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const foreign = signed(
    { alg: 'ES256', typ: 'dpop+jwt', jwk: other.publicKey.export({ format: 'jwk' }) },
    { jti: 'a', htm: 'GET', htu: base + path, iat: nowS(), ath },
    other.privateKey,
  )
  const weak = { kty: 'RSA', n: Buffer.alloc(128, 0xab).toString('base64url'), e: 'AQAB' }
  const once = proof()
  const refusals: Array<[string, () => Promise<Response>]> = [
    ['as a bearer token', send(`Bearer ${token}`)],
    ['as a bearer token beside a proof', send(`Bearer ${token}`, proof())],
    ['without a proof', send(`DPoP ${token}`)],
    ['with a proof for another address', send(`DPoP ${token}`, proof({ htu: `${base}/probe` }))],
    ['with a proof for another method', send(`DPoP ${token}`, proof({ htm: 'POST' }))],
    ['with a stale proof', send(`DPoP ${token}`, proof({ iat: nowS() - 120 }))],
    ['with a proof from the future', send(`DPoP ${token}`, proof({ iat: nowS() + 120 }))],
    ['with a proof of another type', send(`DPoP ${token}`, proof({}, { typ: 'JWT' }))],
    ['with a proof for another token', send(`DPoP ${token}`, proof({ ath: 'x' }))],
    ['with a proof without ath', send(`DPoP ${token}`, proof({ ath: undefined }))],
    ['with a proof of another key', send(`DPoP ${token}`, foreign)],
    ['with a proof of a weak key', send(`DPoP ${token}`, proof({}, { jwk: weak, alg: 'PS256' }))],
    ['with a proof whose algorithm is not the key’s', send(`DPoP ${token}`, proof({}, { alg: 'EdDSA' }))],
    ['with a proof spelt another way', send(`DPoP ${token}`, otherSpelling(proof()))],
    ['with a token that does not exist', send('DPoP none', proof())],
  ]
  for (const [what, ask] of refusals) assert.equal(await outcome(await ask()), '401 token-invalid', what)
  assert.equal((await send(`DPoP ${token}`, once)()).status, 200)
  assert.equal(await outcome(await send(`DPoP ${token}`, once)()), '401 token-invalid', 'with a proof used before')

  sixteen.access.clients.change(app.clientId, { ipAllow: ['192.0.2.0/24'] })
  assert.equal(await outcome(await app.call(path, token)), '403 network-not-allowed')
  sixteen.access.clients.change(app.clientId, { ipAllow: ['127.0.0.0/8'] })
  assert.equal((await app.call(path, token)).status, 200)
  assert.equal((await app.call(`/auth/grants/${grant_id}`, token, { method: 'DELETE' })).status, 204)
  assert.equal(await outcome(await app.call(path, token)), '401 token-invalid', 'after the grant was given back')
})

test('no other application learns anything of a token or a grant', async (t) => {
  const { sixteen, application, visitor, base } = await withApplication(t)
  const { register } = await import('../support/application.ts')
  const { access_token: token, grant_id } = await application.obtain(visitor)
  const stranger: Application = register(sixteen, base)
  assert.equal(await outcome(await stranger.post('introspect', { token })), '200 active false')
  assert.equal(await outcome(await stranger.post('introspect', { token: 'none' })), '200 active false')
  await stranger.post('revoke', { token })
  assert.equal((await application.call('/probe/client', token)).status, 200)
  const own = (await (await stranger.token({ grant_type: 'client_credentials' })).json()) as { access_token: string }
  for (const id of [grant_id, 'none'])
    assert.equal(await outcome(await stranger.call(`/auth/grants/${id}`, own.access_token)), '404 grant-not-found')
})

test('a consent is joined to one before, or takes its place, and the one before ends', async (t) => {
  const { sixteen, application: app, visitor } = await withApplication(t)
  const before = await app.obtain(visitor, ['name'])
  const answer = await app.consent(visitor, ['born'], {
    ...details({ ...detail, fields: ['born'] }),
    grant_management_action: 'merge',
    grant_id: before.grant_id,
  })
  const merged = (await (await app.redeem(answer.searchParams.get('code')!)).json()) as { grant_id: string }
  const { grants } = sixteen.consent
  assert.deepEqual([grants.find(before.grant_id)?.state, grants.find(merged.grant_id)?.fields], ['superseded', ['name', 'born']])
  assert.equal(await outcome(await app.call('/probe/client', before.access_token)), '401 token-invalid')
})

test('who signed out, or is another person now, is asked again', async (t) => {
  const { application, visitor } = await withApplication(t)
  const { request_uri } = (await (await application.push()).json()) as { request_uri: string }
  const page = await application.open(visitor, request_uri)
  await visitor.post('/sign-out', {})
  const there = await visitor.signIn('carys-specimen', '/signed-out')
  assert.equal(there.status, 200, await there.text())
  const kept = await visitor.post(new URL(page.url).pathname, { answer: 'yes', field: 'name' })
  assert.equal(kept.status, 400)
})

test('what the files of the server hold opens nothing', async (t) => {
  const { readdir, readFile } = await import('node:fs/promises')
  const { join } = await import('node:path')
  const { sixteen, application, visitor } = await withApplication(t)
  const { access_token, refresh_token } = await application.obtain(visitor)
  const { secret } = sixteen.access.clients.addSecret(application.clientId, 'test')
  for (const file of await readdir(sixteen.config.data)) {
    if (!/\.sqlite/.test(file)) continue
    const bytes = await readFile(join(sixteen.config.data, file), 'latin1')
    for (const each of [access_token, refresh_token, secret]) assert.ok(!bytes.includes(each), `${file} holds a secret`)
  }
})
