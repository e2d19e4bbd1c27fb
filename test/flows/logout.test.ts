import assert from 'node:assert/strict'
import { createPublicKey, verify } from 'node:crypto'
import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { test } from 'node:test'
import { withApplication } from '../support/application.ts'

test('an application is told when a person signs out here, by a signed token for it alone', async (t) => {
  const told: URLSearchParams[] = []
  const listener = createServer((request, response) => {
    let body = ''
    request.on('data', (piece) => void (body += piece))
    request.on('end', () => {
      told.push(new URLSearchParams(body))
      response.end()
    })
  }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  t.after(() => {
    listener.closeAllConnections()
    listener.close()
  })
  const { sixteen, application, visitor, base } = await withApplication(t)
  const logoutUri = `http://127.0.0.1:${(listener.address() as AddressInfo).port}/logout`
  sixteen.access.clients.change(application.clientId, { logoutUri })
  const answer = await application.consent(visitor, ['name'], { scope: 'openid' })
  const tokens = (await (await application.redeem(answer.searchParams.get('code')!)).json()) as { id_token: string; access_token: string }
  const claimsOf = (jwt: string) => JSON.parse(Buffer.from(jwt.split('.')[1]!, 'base64url').toString()) as Record<string, unknown>
  const { sub, sid } = claimsOf(tokens.id_token)
  const out = await visitor.post('/sign-out', {})
  assert.deepEqual([out.status, out.headers.get('clear-site-data')], [303, '"cache"'])

  assert.equal(told.length, 1)
  const token = told[0]!.get('logout_token')!
  const [head = '', body = '', signature = ''] = token.split('.')
  const header = JSON.parse(Buffer.from(head, 'base64url').toString()) as { kid: string; alg: string; typ: string }
  const { keys } = (await (await fetch(`${base}/auth/jwks`)).json()) as { keys: Array<{ kid: string }> }
  const key = createPublicKey({ key: keys.find(({ kid }) => kid === header.kid)!, format: 'jwk' })
  assert.deepEqual([header.alg, header.typ], ['ES256', 'logout+jwt'])
  assert.ok(verify('sha256', Buffer.from(`${head}.${body}`), { key, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url')))
  const { iat, jti, ...claims } = claimsOf(token)
  assert.ok(typeof iat === 'number' && typeof jti === 'string')
  assert.deepEqual(claims, {
    iss: `${base}/auth`,
    aud: application.clientId,
    sub,
    sid,
    events: { 'http://schemas.openid.net/event/backchannel-logout': {} },
    ...('exp' in claims && { exp: claims.exp }),
  })
  assert.equal(
    (await application.call('/probe/client', tokens.access_token)).status,
    200,
    'what the citizen allowed stands: signing out is no revocation',
  )
})

test('an application that does not answer keeps nobody from signing out', async (t) => {
  const { sixteen, application, visitor } = await withApplication(t)
  sixteen.access.clients.change(application.clientId, { logoutUri: 'http://127.0.0.1:9/logout' })
  await application.consent(visitor, ['name'], { scope: 'openid' })
  assert.equal((await visitor.post('/sign-out', {})).status, 303)
  assert.equal((await visitor.get('/me/grants', { accept: 'application/json' })).status, 401)
})
