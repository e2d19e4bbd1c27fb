import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { type TestContext, test } from 'node:test'
import { libraryPass } from '../support/library-pass.ts'
import { newSixteen } from '../support/sixteen.ts'
import { Visitor } from '../support/visitor.ts'

async function hub(t: TestContext) {
  const sixteen = await newSixteen(t, {}, { records: [libraryPass] })
  const base = await sixteen.listen()
  const visitor = new Visitor(base)
  await visitor.signIn('bryn-sample', '/developers/applications', 'member')
  const made = await visitor.post('/developers/organisations', { name: 'Leeds Library', kind: 'library' })
  const organisation = made.headers.get('location')!
  return { sixteen, base, visitor, organisation }
}

const newKey = () => generateKeyPairSync('ec', { namedCurve: 'P-256' })
const jwkText = () => JSON.stringify(newKey().publicKey.export({ format: 'jwk' }))

test('open data is called without signing in, and the first page says how', async (t) => {
  const { base } = await hub(t)
  const page = await (await fetch(`${base}/developers`)).text()
  assert.match(page, /Open data needs no key and no account/)
  assert.match(page, /curl (&#39;|')http:\/\/127\.0\.0\.1:\d+\/v1\/datasets\//)
})

test('a developer registers an application, gives it keys and addresses, and subscribes it, without JavaScript', async (t) => {
  const { sixteen, visitor, organisation } = await hub(t)
  const made = await visitor.post(`${organisation}/applications`, { name: 'Pass maker', environment: 'sandbox' })
  const at = made.headers.get('location')!
  for (let i = 0; i < 2; i += 1) assert.equal((await visitor.post(`${at}/keys`, { jwk: jwkText() })).status, 303)
  await visitor.post(`${at}/settings`, {
    name: 'Pass maker',
    redirectUris: 'https://app.example/callback\nhttp://127.0.0.1:9/back',
    ipAllow: '127.0.0.0/8',
  })
  await visitor.post(`${at}/subscribe`, { api: 'library-pass' })
  const page = await (await visitor.get(at)).text()
  for (const said of ['Library pass</strong>: approved', '/auth', 'app_', '10 a second']) assert.ok(page.includes(said), said)
  const id = at.split('/').at(-1)!
  const { clients } = sixteen.access
  assert.deepEqual(
    [clients.keys(id).length, clients.find(id)?.redirectUris, clients.find(id)?.ipAllow],
    [2, ['https://app.example/callback', 'http://127.0.0.1:9/back'], ['127.0.0.0/8']],
  )
  const [first] = clients.keys(id)
  await visitor.post(`${at}/keys/remove`, { id: first!.id })
  assert.equal(clients.keys(id).length, 1)
})

test('what is wrong with a form is said above it and nothing changes', async (t) => {
  const { sixteen, visitor, organisation } = await hub(t)
  const at = (await visitor.post(`${organisation}/applications`, { name: 'Pass maker' })).headers.get('location')!
  const id = at.split('/').at(-1)!
  const secret = JSON.stringify(newKey().privateKey.export({ format: 'jwk' }))
  const cases: Array<[string, Record<string, string>, RegExp]> = [
    ['keys', { jwk: secret }, /private/],
    ['keys', { jwk: '{' }, /JSON Web Key/],
    ['settings', { name: 'x', redirectUris: 'http://app.example/' }, /https/],
    ['settings', { name: 'x', redirectUris: 'https://app.example/#a' }, /fragment/],
    ['settings', { name: 'x', redirectUris: 'javascript:alert(1)' }, /https/],
    ['settings', { name: 'x', ipAllow: '300.1.1.1' }, /no network/],
    ['settings', { name: '' }, /name/],
    ['delete', { name: 'other' }, /Type the name/],
  ]
  for (const [form, fields, said] of cases) {
    const answer = await visitor.post(`${at}/${form}`, fields)
    const page = await answer.text()
    assert.ok(answer.status >= 400 && answer.status < 500, `${form}: ${answer.status}`)
    assert.match(/error-summary[\s\S]*?<\/ul>/.exec(page)?.[0] ?? page.slice(0, 500), said)
    assert.ok(!page.includes(secret.slice(20, 60)), 'a private key is not shown again')
  }
  assert.deepEqual([sixteen.access.clients.keys(id), sixteen.access.clients.find(id)?.name], [[], 'Pass maker'])
})

test('a live application asks with answers, and what it asked for waits for a decision', async (t) => {
  const { sixteen, base, visitor, organisation } = await hub(t)
  const at = (await visitor.post(`${organisation}/applications`, { name: 'Pass maker', environment: 'live' })).headers.get('location')!
  const id = at.split('/').at(-1)!
  assert.equal((await visitor.post(`${at}/subscribe`, { api: 'library-pass' })).status, 400)
  const answer = 'A long enough answer.'
  await visitor.post(`${at}/subscribe`, { api: 'library-pass', use: answer, protection: answer, retention: answer, contact: answer })
  const { clients } = sixteen.access
  assert.deepEqual(
    clients.asked().map(({ client, api, state }) => ({ client, api, state })),
    [{ client: id, api: 'library-pass', state: 'asked' }],
  )
  const decide = async (publisher: string) => {
    const { secret } = await sixteen.access.createToken(publisher, 'test')
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' }
    const body = JSON.stringify({ client: id, api: 'library-pass', approved: true })
    return (await fetch(`${base}/v1/subscriptions/decide`, { method: 'POST', headers, body })).status
  }
  assert.deepEqual([await decide('cabinet-office'), await decide('libraries'), await decide('libraries')], [403, 204, 404])
  assert.equal(clients.subscriptions(id)[0]?.state, 'approved')
})

test('strangers see nothing of an organisation, viewers change nothing, and one admin stays', async (t) => {
  const { sixteen, base, visitor, organisation } = await hub(t)
  const at = (await visitor.post(`${organisation}/applications`, { name: 'Pass maker' })).headers.get('location')!
  const other = new Visitor(base)
  await other.signIn('carys-specimen', '/developers/applications', 'member')
  for (const path of [organisation, at]) assert.equal((await other.get(path)).status, 404, path)
  assert.equal((await other.post(`${at}/secrets`, {})).status, 404)
  const page = await (await visitor.post(`${organisation}/invitations`, { role: 'viewer' })).text()
  const code = /invitation_[\w-]+/.exec(page)![0]
  assert.equal((await other.post('/developers/invitations', { code })).status, 303)
  assert.equal((await other.post('/developers/invitations', { code })).status, 400, 'an invitation is good once')
  assert.equal((await other.get(at)).status, 200)
  assert.equal((await other.post(`${at}/secrets`, {})).status, 403)
  const person = sixteen.access.people.known(`${base}/development-identity`, 'bryn-sample')!
  assert.equal((await visitor.post(`${organisation}/members`, { person: person.id, role: 'viewer' })).status, 409)
})

test('a secret says who asks, is shown once, and opens no person’s records', async (t) => {
  const { sixteen, base, visitor, organisation } = await hub(t)
  const at = (await visitor.post(`${organisation}/applications`, { name: 'Pass maker' })).headers.get('location')!
  const page = await (await visitor.post(`${at}/secrets`, { name: 'first' })).text()
  const secret = /key_[\w-]{43}/.exec(page)![0]
  assert.ok(!(await (await visitor.get(at)).text()).includes(secret))
  const call = (path: string) => fetch(base + path, { headers: { authorization: `Bearer ${secret}` } })
  assert.equal((await call('/v1/datasets')).status, 200)
  assert.equal((await call('/auth/grants/x')).status, 401)
  await visitor.post(`${at}/state`, { state: 'stopped' })
  assert.equal((await call('/v1/datasets')).status, 401)
  assert.equal(sixteen.access.clients.find(at.split('/').at(-1)!)?.state, 'stopped')
})

test('requests of an application are counted by API and day, and held to its rate', async (t) => {
  const { sixteen, base, visitor, organisation } = await hub(t)
  const at = (await visitor.post(`${organisation}/applications`, { name: 'Pass maker' })).headers.get('location')!
  const secret = /key_[\w-]{43}/.exec(await (await visitor.post(`${at}/secrets`, {})).text())![0]
  const statuses: number[] = []
  for (let i = 0; i < 40; i += 1)
    statuses.push((await fetch(`${base}/v1/datasets${i === 0 ? '/none' : ''}`, { headers: { authorization: `Bearer ${secret}` } })).status)
  assert.deepEqual(statuses.slice(0, 10), [404, ...Array(9).fill(200)])
  assert.ok(statuses.includes(429), 'ten a second, two seconds of it at once')
  const app = await sixteen.app()
  await app.close()
  const usage = sixteen.access.clients.usage(at.split('/').at(-1)!)
  const refused = statuses.filter((status) => status >= 400).length
  assert.deepEqual(
    usage.map((row) => ({ ...row })),
    [{ day: new Date().toISOString().slice(0, 10), api: 'datasets', requests: 40, refused, failed: 0 }],
  )
})
