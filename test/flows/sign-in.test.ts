import assert from 'node:assert/strict'
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { newSixteen } from '../support/sixteen.ts'
import { Visitor } from '../support/visitor.ts'

async function site(t: TestContext) {
  const sixteen = await newSixteen(t)
  const app = await sixteen.app()
  for (const kind of ['citizen', 'member'] as const)
    app.get(`/probe/${kind}`, { config: { access: kind }, schema: { hide: true } }, async ({ actor }) => actor)
  app.post('/probe/citizen', { config: { access: 'citizen' }, schema: { hide: true } }, async ({ actor }) => actor)
  return { sixteen, base: await sixteen.listen() }
}

test('a citizen signs in at the embedded provider and comes back to the page they asked for', async (t) => {
  const { sixteen, base } = await site(t)
  const visitor = new Visitor(base)
  const asked = await visitor.follow(await visitor.get('/probe/citizen?a=1'))
  assert.equal(asked.status, 200)
  const there = await visitor.choose(asked, 'asha-example')
  const { kind, person } = (await there.json()) as { kind: string; person: string }
  assert.equal(kind, 'citizen')
  assert.equal(new URL(there.url).search, '?a=1')
  assert.deepEqual(
    { ...sixteen.access.people.person(person) },
    {
      id: person,
      issuer: `${base}/development-identity`,
      subject: 'asha-example',
      name: 'Asha Example',
      birthDate: '1991-03-14',
      email: 'asha-example@example.gov.test',
    },
  )
})

test('one person is the same person at their next sign-in, and a session of one kind opens no page of the other', async (t) => {
  const { base } = await site(t)
  const people: string[] = []
  for (let i = 0; i < 2; i += 1) {
    const there = await new Visitor(base).signIn('bryn-sample', '/probe/member', 'member')
    people.push(((await there.json()) as { person: string }).person)
  }
  assert.equal(people[0], people[1])
  const member = new Visitor(base)
  await member.signIn('bryn-sample', '/probe/member', 'member')
  const refused = await member.get('/probe/citizen', { accept: 'application/json' })
  assert.deepEqual([refused.status, ((await refused.json()) as { code: string }).code], [401, 'sign-in-needed'])
})

test('the cookie is out of reach of scripts and other sites, and the folder does not hold its secret', async (t) => {
  const { sixteen, base } = await site(t)
  const visitor = new Visitor(base)
  const asked = await visitor.follow(await visitor.get('/sign-in'))
  const uid = /people\/([\w-]+)/.exec(await asked.text())![1]
  const resumed = await visitor.post(`/development-identity/people/${uid}`, { person: 'asha-example' })
  const back = await visitor.get(new URL(resumed.headers.get('location')!).pathname)
  const callback = new URL(back.headers.get('location')!)
  const done = await visitor.get(callback.pathname + callback.search)
  const line = done.headers.getSetCookie().find((each) => each.startsWith('sixteen-citizen='))!
  assert.match(line, /; Path=\/; HttpOnly; SameSite=Lax$/)
  const secret = visitor.cookie('sixteen-citizen')!
  for (const file of await readdir(sixteen.config.data)) {
    if (!file.startsWith('access.sqlite')) continue
    assert.ok(!(await readFile(join(sixteen.config.data, file), 'latin1')).includes(secret), `${file} holds the secret`)
  }
  const again = await visitor.get(callback.pathname + callback.search)
  assert.equal(again.status, 400, 'the step back counts once')
})

test('signing out ends the session for every copy of the cookie', async (t) => {
  const { base } = await site(t)
  const visitor = new Visitor(base)
  await visitor.signIn('asha-example', '/probe/citizen')
  const secret = visitor.cookie('sixteen-citizen')!
  const out = await visitor.follow(await visitor.post('/sign-out', {}))
  assert.match(await out.text(), /You have signed out/)
  const copy = await fetch(`${base}/probe/citizen`, { headers: { cookie: `sixteen-citizen=${secret}` } })
  assert.equal(copy.status, 401)
})

test('a change that another site asks for in the name of who is signed in is refused', async (t) => {
  const { base } = await site(t)
  const visitor = new Visitor(base)
  await visitor.signIn('asha-example', '/probe/citizen')
  const status = async (headers: Record<string, string>) => {
    const cookie = `sixteen-citizen=${visitor.cookie('sixteen-citizen')}`
    return (await fetch(`${base}/probe/citizen`, { method: 'POST', headers: { cookie, ...headers } })).status
  }
  assert.deepEqual(
    [
      await status({ 'sec-fetch-site': 'same-origin' }),
      await status({ 'sec-fetch-site': 'cross-site' }),
      await status({ 'sec-fetch-site': 'same-site' }),
      await status({ origin: 'https://elsewhere.example' }),
      await status({ origin: 'null' }),
      await status({ origin: base }),
    ],
    [200, 403, 403, 403, 403, 200],
  )
})

test('after signing in nobody is led to another site', async (t) => {
  const { base } = await site(t)
  for (const to of [
    'https://elsewhere.example/',
    '//elsewhere.example',
    '/\\elsewhere.example',
    '/\t/elsewhere.example',
    'javascript:alert(1)',
  ]) {
    const there = await new Visitor(base).signIn('asha-example', to)
    assert.equal(new URL(there.url).pathname, '/my', to)
  }
})

test('invented people cannot sign in where the server is reached from elsewhere, or where they are switched off', async (t) => {
  for (const overrides of [{ baseUrl: 'https://data.example' }, { developmentSignIn: false }]) {
    const sixteen = await newSixteen(t, overrides)
    const base = await sixteen.listen()
    const answer = await fetch(`${base}/sign-in`, { redirect: 'manual' })
    assert.deepEqual([answer.status, ((await answer.json()) as { code: string }).code], [503, 'sign-in-unavailable'])
    assert.equal((await fetch(`${base}/development-identity/.well-known/openid-configuration`)).status, 404)
  }
})
