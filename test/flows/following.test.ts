import assert from 'node:assert/strict'
import { createHmac } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import type { FollowEvent } from '../../src/core/following/index.ts'
import { fixedClock } from '../../src/foundation/kernel/index.ts'
import { newSixteen, publishText } from '../support/sixteen.ts'

interface Received {
  headers: IncomingHttpHeaders
  body: string
  event: FollowEvent
}

async function receiver(t: TestContext) {
  const received: Received[] = []
  const answer = { status: 200 }
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const piece of request) body += piece
    received.push({ headers: request.headers, body, event: JSON.parse(body) as FollowEvent })
    response.writeHead(answer.status).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return { address: `http://127.0.0.1:${(server.address() as AddressInfo).port}/secret-hook`, received, answer }
}

async function open(t: TestContext, baseUrl = 'http://127.0.0.1:1616') {
  const clock = fixedClock('2026-05-10T12:00:00Z')
  const sixteen = await newSixteen(t, { baseUrl }, { clock })
  const app = await sixteen.app()
  await sixteen.catalogue.createDataset({ name: 'spend', title: 'Spend', publisher: 'cabinet-office' })
  await sixteen.following.tend()
  const follow = async (payload: object) => {
    const answer = await app.inject({ method: 'POST', url: '/v1/follows', payload })
    return { status: answer.statusCode, ...answer.json<{ secret: string; token: string; code?: string }>() }
  }
  const change = async () => {
    clock.advance(1_000)
    await sixteen.catalogue.updateDataset('spend', {
      title: 'Spend',
      publisher: 'cabinet-office',
      keyword: [String(clock.now().getTime())],
    })
    return sixteen.following.tend()
  }
  return { sixteen, app, clock, follow, change }
}

const dataset = { kind: 'dataset', value: 'spend' }

/** As a receiver verifies it, from the words of Standard Webhooks alone. */
function verify({ headers, body }: Received, secret: string): boolean {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`
  return headers['webhook-signature'] === `v1,${createHmac('sha256', key).update(signed).digest('base64')}`
}

test('a webhook is told nothing before it confirms, and then each change once, signed', async (t) => {
  const { sixteen, app, follow, change } = await open(t)
  const { address, received } = await receiver(t)
  const { status, secret, token } = await follow({ subject: dataset, channel: 'webhook', address })
  assert.equal(status, 202)
  await change()
  assert.deepEqual(
    received.map(({ event }) => event.type),
    ['follow.confirm'],
  )
  const confirm = new URL(received[0]?.event.data.url ?? '').pathname
  assert.equal((await app.inject({ method: 'POST', url: confirm })).json<{ state: string }>().state, 'live')
  await publishText(sixteen, 'spend', 'a,b\n1,2\n')
  await sixteen.following.tend()
  await sixteen.following.tend()
  const told = received.slice(1)
  assert.deepEqual(
    told.map(({ event }) => event),
    [
      {
        type: 'dataset.version-published',
        timestamp: '2026-05-10T12:00:01.000Z',
        data: {
          title: 'Spend',
          text: 'Version 1.0.0 published',
          url: 'http://127.0.0.1:1616/datasets/spend',
          dataset: 'spend',
          publisher: 'cabinet-office',
          version: '1.0.0',
        },
      },
    ],
  )
  assert.ok(received.every((each) => verify(each, secret)))
  assert.equal(verify({ ...(received[1] as Received), body: '{}' }, secret), false)
  const files = await readdir(sixteen.config.data)
  const kept = Buffer.concat(
    await Promise.all(files.filter((name) => name.startsWith('store.sqlite')).map((name) => readFile(join(sixteen.config.data, name)))),
  )
  for (const canary of ['secret-hook', secret, token])
    assert.equal(kept.includes(canary), false, 'nothing of an address is kept in the clear')
})

test('what a receiver refuses is tried again later and later, told with every attempt, and sent again when asked', async (t) => {
  const { app, clock, sixteen, follow, change } = await open(t)
  const { address, received, answer } = await receiver(t)
  const { token } = await follow({ subject: { kind: 'publisher', value: 'cabinet-office' }, channel: 'webhook', address })
  await app.inject({ method: 'POST', url: `/v1/follows/${token}/confirm` })
  await sixteen.following.tend()
  answer.status = 503
  await change()
  const log = async () =>
    (await app.inject(`/v1/follows/${token}`)).json<{
      deliveries: Array<{ id: string; state: string; attempts: Array<{ status: number }> }>
    }>().deliveries
  const ids = () => received.slice(1).map(({ headers }) => headers['webhook-id'])
  assert.deepEqual(
    (await log())[0]?.attempts.map(({ status }) => status),
    [503],
  )
  await sixteen.following.tend()
  assert.equal(ids().length, 1, 'not before its time')
  for (const seconds of [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400]) {
    clock.advance(seconds * 1_000)
    await sixteen.following.tend()
  }
  const [given] = await log()
  assert.deepEqual([given?.state, given?.attempts.length, new Set(ids()).size], ['failed', 10, 1])
  answer.status = 200
  assert.deepEqual((await app.inject({ method: 'POST', url: `/v1/follows/${token}/replays` })).json(), { deliveries: 1 })
  assert.equal(await sixteen.following.tend(), 1)
  assert.equal((await log())[0]?.state, 'sent')
  answer.status = 410
  await change()
  assert.equal((await app.inject(`/v1/follows/${token}`)).json<{ code: string }>().code, 'follow-not-found')
})

test('an e-mail address confirms by a link, gets one letter for what happened, and ends it with one click', async (t) => {
  const { app, sixteen, follow, change } = await open(t)
  const folder = join(sixteen.config.data, 'mail')
  const letters = async () =>
    Promise.all((await readdir(folder).catch(() => [])).sort().map((name) => readFile(join(folder, name), 'utf8')))
  const asked = await follow({ subject: dataset, channel: 'email', address: 'reader@example.org' })
  assert.deepEqual([asked.status, asked.secret, asked.token], [202, undefined, undefined], 'only the reader gets the link')
  await follow({ subject: dataset, channel: 'email', address: 'reader@EXAMPLE.org' })
  await change()
  assert.equal((await letters()).length, 1, 'asking twice sends one letter, and nothing else before it is confirmed')
  const path = /\/follow\/follow_[\w-]+/.exec((await letters())[0]?.replaceAll('=\n', '') ?? '')?.[0] ?? ''
  assert.match(
    (await app.inject({ url: path, headers: { accept: 'text/html' } })).body,
    /<button class="govuk-button" type="submit">Confirm/,
  )
  await change()
  assert.equal((await letters()).length, 1, 'a program that opens the link confirms nothing')
  const form = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' }
  assert.equal((await app.inject({ method: 'POST', url: path, headers: form, payload: '' })).statusCode, 200)
  await sixteen.catalogue.updateDataset('spend', { title: 'Spend', publisher: 'cabinet-office', keyword: ['x'] })
  await change()
  const [, news = ''] = await letters()
  assert.match(news, /^Subject: 2 changes to data that you follow$/m)
  assert.match(news, /^List-Unsubscribe-Post: List-Unsubscribe=One-Click$/m)
  assert.match(news, /^To: reader@example\.org$/m)
  assert.equal(
    (await app.inject({ method: 'POST', url: `${path}/stop`, headers: form, payload: 'List-Unsubscribe=One-Click' })).statusCode,
    200,
  )
  await change()
  assert.equal((await letters()).length, 2)
  assert.equal((await app.inject({ url: path, headers: { accept: 'text/html' } })).statusCode, 404)
})

test('a search and an entry of the list are followed as datasets are', async (t) => {
  const { app, sixteen, follow, change } = await open(t)
  const { address, received } = await receiver(t)
  const entry = await sixteen.nii.nominate({ title: 'Crimes', use: 'Safer streets' })
  await sixteen.following.tend()
  for (const subject of [
    { kind: 'search', value: 'q=spending&publisher=cabinet-office' },
    { kind: 'search', value: 'q=rivers' },
    { kind: 'nii', value: entry.id },
  ]) {
    const { token } = await follow({ subject, channel: 'webhook', address })
    await app.inject({ method: 'POST', url: `/v1/follows/${token}/confirm` })
  }
  await sixteen.following.tend()
  received.length = 0
  await change()
  assert.deepEqual(
    received.map(({ event }) => [event.type, event.data.dataset]),
    [['dataset.changed', 'spend']],
  )
  await sixteen.nii.step(entry.id, { step: 'triage', reason: 'Not a duplicate' } as never, 'operator')
  await sixteen.following.tend()
  assert.deepEqual(
    received.slice(1).map(({ event }) => [event.type, event.data.entry]),
    [['nii.changed', 'crimes']],
  )
  const feed = async (path: string) => (await app.inject(path)).body.match(/<title>[^<]*/g)
  assert.deepEqual(await feed('/nii/crimes.atom'), [
    '<title>Crimes',
    '<title>Crimes: triage, now To be assessed',
    '<title>Crimes: nominate, now Nominated',
  ])
  assert.deepEqual((await feed('/datasets/spend.atom'))?.slice(0, 2), ['<title>Spend', '<title>Spend: changed'])
  assert.equal((await app.inject('/publishers/cabinet-office.atom')).headers.location, '/datasets.atom?publisher=cabinet-office')
})

test('what cannot be followed, and receivers that must not be asked, are refused', async (t) => {
  const { app, sixteen, follow } = await open(t, 'https://data.example')
  const code = async (payload: object) => (await follow({ subject: dataset, channel: 'email', address: 'a@example.org', ...payload })).code
  assert.equal(await code({ subject: { kind: 'dataset', value: 'none' } }), 'dataset-not-found')
  assert.equal(await code({ subject: { kind: 'nii', value: 'none' } }), 'nii-entry-not-found')
  assert.equal(await code({ subject: { kind: 'search', value: 'x=y' } }), 'parameter-invalid')
  for (const address of ['a@example.org\r\nBcc: b@example.org', 'a@example.org,b@example.org', '<a@example.org>', 'a', 'a@localhost'])
    assert.equal(await code({ address }), 'parameter-invalid', address)
  assert.equal(await code({ channel: 'webhook', address: 'ftp://hooks.example/' }), 'parameter-invalid')
  const { address, received } = await receiver(t)
  const { token } = await follow({ subject: dataset, channel: 'webhook', address })
  await sixteen.following.tend()
  const { deliveries } = (await app.inject(`/v1/follows/${token}`)).json<{ deliveries: Array<{ attempts: Array<{ detail: string }> }> }>()
  assert.deepEqual([received.length, deliveries[0]?.attempts[0]?.detail], [0, 'The receiver is a private address.'])
  for (const other of ['a', 'b', 'c', 'd', 'e'])
    await sixteen.catalogue.createDataset({ name: other, title: other, publisher: 'cabinet-office' })
  for (const value of ['a', 'b', 'c', 'd']) assert.equal(await code({ subject: { kind: 'dataset', value } }), undefined)
  assert.equal(await code({}), undefined)
  assert.equal(await code({ subject: { kind: 'dataset', value: 'e' } }), 'rate-limited', 'nobody is asked to confirm without end')
})
