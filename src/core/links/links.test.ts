import assert from 'node:assert/strict'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { openStore } from '../../foundation/engines/sqlite/index.ts'
import { Events, fixedClock, type SixteenEvents } from '../../foundation/kernel/index.ts'
import { openCatalogue } from '../catalogue/index.ts'
import { openLinks } from './index.ts'
import { judge, pauseMs } from './judge.ts'
import { sniffFormat } from './sniff.ts'

type Serve = (request: IncomingMessage, response: ServerResponse) => void

const page = (title: string) => `<!doctype html><title>${title}</title><p>${title}`
const csv = 'town,amount\nYork,1\nLeeds,2\n'
const send = (status: number, type: string, body: string, headers = {}): Serve => {
  return (request, response) =>
    void response.writeHead(status, { 'content-type': type, ...headers }).end(request.method === 'HEAD' ? '' : body)
}

const paths: Record<string, Serve> = {
  '/robots.txt': send(200, 'text/plain', 'User-agent: *\nDisallow: /private'),
  '/good.csv': send(200, 'text/csv', csv),
  '/head-refused.csv': (request, response) =>
    (request.method === 'HEAD' ? send(405, 'text/plain', '') : send(200, 'text/csv', csv))(request, response),
  '/gone.csv': send(410, 'text/html', page('Gone')),
  '/none.csv': send(404, 'text/html', page('Not found')),
  '/soft.csv': send(200, 'text/html', page('Sorry, page not found')),
  '/page-for-file.csv': send(200, 'text/html', page('Publications')),
  '/away.csv': send(301, 'text/plain', '', { location: '/good.csv' }),
  '/for-now.csv': send(302, 'text/plain', '', { location: '/good.csv' }),
  '/to-front.csv': send(302, 'text/plain', '', { location: '/' }),
  '/': send(200, 'text/html', page('Welcome')),
  '/shut.csv': send(403, 'text/html', page('No')),
  '/private/x.csv': send(200, 'text/csv', csv),
  '/fails.csv': send(503, 'text/html', page('Busy')),
  '/loop.csv': send(302, 'text/plain', '', { location: '/loop.csv' }),
  '/report.pdf': send(200, 'application/pdf', '%PDF-1.7', { 'last-modified': 'Mon, 02 Nov 2026 10:00:00 GMT' }),
}

async function open(t: TestContext) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`)
    const serve = paths[request.url ?? ''] ?? send(404, 'text/html', page('Not found'))
    serve(request, response)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const store = openStore(':memory:')
  const clock = fixedClock('2026-11-24T12:00:00Z')
  const events = new Events<SixteenEvents>((error) => {
    throw error
  })
  const catalogue = openCatalogue({ store, clock, events })
  const links = openLinks({
    store,
    catalogue,
    clock,
    events,
    allowPrivate: () => true,
    perSecond: 1_000,
    timeoutMs: 2_000,
    chance: () => 0.5,
  })
  await catalogue.createPublisher({ name: 'body', title: 'Body' })
  t.after(async () => {
    await links.close()
    server.close()
    await store.close()
  })
  return { asked, base, catalogue, clock, links }
}

test('each way that a link can stand is told, with why, and nothing else', async (t) => {
  const { base, catalogue, links } = await open(t)
  const names = Object.keys(paths).filter((path) => path.length > 1 && path !== '/robots.txt')
  await catalogue.createDataset({
    name: 'data',
    title: 'Data',
    publisher: 'body',
    landingPage: `${base}/`,
    linked: [
      ...names.map((path) => ({ accessURL: base + path, format: path.endsWith('.pdf') ? 'PDF' : 'CSV' })),
      { accessURL: 'ftp://files.example/x.csv' },
    ],
  })
  assert.equal(await links.tend(), names.length + 1)
  const found = await links.ofDataset('data')
  const told = Object.fromEntries(
    found.map(({ address, state, status, content }) => [address.slice(base.length), [state, status, content.format]]),
  )
  assert.deepEqual(told, {
    '/': ['ok', 200, 'html'],
    '/good.csv': ['ok', 200, 'csv'],
    '/head-refused.csv': ['ok', 200, 'csv'],
    '/gone.csv': ['broken', 410, undefined],
    '/none.csv': ['broken', 404, undefined],
    '/soft.csv': ['soft-404', 200, 'html'],
    '/page-for-file.csv': ['soft-404', 200, 'html'],
    '/away.csv': ['moved', 200, 'csv'],
    '/for-now.csv': ['ok', 200, 'csv'],
    '/to-front.csv': ['soft-404', 200, 'html'],
    '/shut.csv': ['blocked', 403, undefined],
    '/private/x.csv': ['blocked', undefined, undefined],
    '/fails.csv': ['unknown', 503, undefined],
    '/loop.csv': ['broken', 302, undefined],
    '/report.pdf': ['ok', 200, 'pdf'],
  })
  assert.equal(found.find(({ state }) => state === 'moved')?.movedTo, `${base}/good.csv`)
  assert.equal(found.find(({ address }) => address.endsWith('.pdf'))?.content.modified, '2026-11-02T10:00:00.000Z')
  assert.deepEqual(await links.counts(), { ok: 5, moved: 1, broken: 3, 'soft-404': 3, blocked: 2, unknown: 1 })
})

test('a server that fails is broken at the third check and no sooner, and its history says so', async (t) => {
  const { base, catalogue, clock, links } = await open(t)
  await catalogue.createDataset({
    name: 'data',
    title: 'Data',
    publisher: 'body',
    linked: [{ accessURL: `${base}/fails.csv`, format: 'CSV' }],
  })
  for (const hours of [0, 12, 24]) {
    clock.advance(hours * 3_600_000)
    assert.equal(await links.tend(), 1)
    assert.equal(await links.tend(), 0, 'nothing is due twice')
  }
  const [link] = await links.ofDataset('data')
  assert.deepEqual(
    [link?.state, link?.detail, link?.since, link?.history.map(({ state }) => state)],
    ['broken', 'Its server fails (503), at 3 checks in a row.', '2026-11-26T00:00:00.000Z', ['broken', 'unknown', 'unknown']],
  )
})

test('a file whose head tells enough is not asked for, robots.txt is read once, and a link of two datasets is asked once', async (t) => {
  const { asked, base, catalogue, links } = await open(t)
  for (const name of ['one', 'two'])
    await catalogue.createDataset({
      name,
      title: name,
      publisher: 'body',
      linked: [{ accessURL: `${base}/report.pdf` }, { accessURL: `${base}/private/x.csv` }],
    })
  await links.tend()
  assert.deepEqual(asked.sort(), ['GET /robots.txt', 'HEAD /report.pdf'])
  await catalogue.deleteDataset('one')
  await catalogue.updateDataset('two', { title: 'two', publisher: 'body' })
  await links.tend()
  assert.deepEqual(await links.counts(), { ok: 0, moved: 0, broken: 0, 'soft-404': 0, blocked: 0, unknown: 0 })
})

test('no answer is no proof: nothing is broken before it failed three times, and our own network never counts', () => {
  const expected = (fails: number) => ({ address: 'https://x.example/a.csv', fails })
  const failure = (code: string) => ({ failure: { code, detail: 'x' } })
  const states = (code: string) => [0, 1, 2, 9].map((fails) => judge(failure(code), expected(fails)).state)
  assert.deepEqual(states('ECONNREFUSED'), ['unknown', 'unknown', 'broken', 'broken'])
  assert.deepEqual(states('ENOTFOUND'), ['unknown', 'unknown', 'broken', 'broken'])
  assert.deepEqual(states('EAI_AGAIN'), ['unknown', 'unknown', 'unknown', 'unknown'])
  assert.equal(judge({ failure: { code: 'PRIVATE', detail: 'x', refused: true } }, expected(9)).state, 'blocked')
})

test('checks are spread by a quarter to each side and grow rarer for what is broken', () => {
  const hours = (state: 'ok' | 'broken', fails: number, stableDays = 0) => pauseMs(state, { fails, stableDays, chance: 0.5 }) / 3_600_000
  assert.deepEqual([hours('broken', 1), hours('broken', 2), hours('broken', 3), hours('broken', 9)], [12, 24, 168, 720])
  assert.deepEqual([hours('ok', 0), hours('ok', 0, 90)], [168, 720])
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1, noNaN: true }), (chance) => {
      const pause = pauseMs('ok', { fails: 0, stableDays: 0, chance }) / 3_600_000
      return pause >= 126 && pause <= 210
    }),
  )
})

test('formats are told from first bytes, and any bytes at all do no harm', () => {
  for (const [text, format] of [
    ['%PDF-1.7', 'pdf'],
    ['PK\u0003\u0004....xl/workbook.xml', 'xlsx'],
    ['PK\u0003\u0004mimetypeapplication/vnd.oasis.opendocument.spreadsheet', 'ods'],
    ['\ufefftown;amount\nYork;1\n', 'csv'],
    ['a\tb\n1\t2\n', 'tsv'],
    ['{"type": "FeatureCollection"', 'geojson'],
    ['[{"a": 1}', 'json'],
    ['<?xml version="1.0"?><list/>', 'xml'],
    ['<!DOCTYPE html><title>x', 'html'],
    ['@prefix dct: <http://purl.org/dc/terms/> .', 'ttl'],
    ['Just words.', undefined],
    ['', undefined],
  ] as const)
    assert.equal(sniffFormat(Buffer.from(text, text.startsWith('PK') ? 'latin1' : 'utf8')), format, text)
  fc.assert(fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => ['string', 'undefined'].includes(typeof sniffFormat(bytes))))
})
