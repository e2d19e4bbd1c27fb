import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import { openCatalogue } from '../../src/core/catalogue/index.ts'
import { type Harvest, type HarvestJob, type HarvestSourceInput, openHarvest } from '../../src/core/harvest/index.ts'
import { parseRobots } from '../../src/foundation/engines/outgoing/index.ts'
import { openStore } from '../../src/foundation/engines/sqlite/index.ts'
import { Events, type SixteenEvents, systemClock } from '../../src/foundation/kernel/index.ts'
import { packageOf, serveCkan } from '../support/ckan-source.ts'
import { newSixteen, publishText } from '../support/sixteen.ts'

async function open(t: TestContext, now?: () => Date) {
  const store = openStore(':memory:')
  const clock = now ? { ...systemClock, now } : systemClock
  const catalogue = openCatalogue({ store, clock, events: new Events<SixteenEvents>() })
  const patience = { timeoutMs: 300, tries: 5, pauseMs: 5 }
  const again = () =>
    openHarvest({
      store,
      catalogue,
      clock,
      patience,
      failed: (_source, error) => {
        throw error
      },
    })
  const harvest = again()
  t.after(async () => {
    await harvest.close()
    await store.close()
  })
  return { catalogue, harvest, again }
}

async function source(t: TestContext, count: number, manners = {}) {
  const made = await serveCkan(count, manners)
  t.after(() => made.close())
  return made
}

const input = (url: string, more: Partial<HarvestSourceInput> = {}): HarvestSourceInput => ({
  url,
  kind: 'ckan',
  perSecond: 100,
  pageSize: 20,
  allowPrivate: true,
  ...more,
})

async function run(harvest: Harvest, id: string, options = {}): Promise<HarvestJob> {
  return harvest.ended((await harvest.start(id, options)).id)
}

const figures = ({ report: { seen, created, updated, unchanged, removed, refused, duplicates } }: HarvestJob) => ({
  seen,
  created,
  updated,
  unchanged,
  removed,
  refused,
  duplicates,
})
const none = { seen: 0, created: 0, updated: 0, unchanged: 0, removed: 0, refused: 0, duplicates: 0 }

test('a CKAN is pulled in whole, then only what changed, and what has gone goes', async (t) => {
  const { catalogue, harvest } = await open(t)
  const remote = await source(t, 50)
  await harvest.putSource('there', input(remote.url))
  assert.deepEqual(figures(await run(harvest, 'there', { dryRun: true })), { ...none, seen: 50, created: 50 })
  assert.equal((await catalogue.counts()).datasets, 0, 'a dry run changes nothing')
  const first = await run(harvest, 'there')
  assert.deepEqual([first.state, first.whole, figures(first)], ['done', true, { ...none, seen: 50, created: 50 }])
  const taken = await catalogue.dataset('data-3')
  assert.deepEqual(
    [taken.identifier, taken.publisher, taken.licence, taken.accrualPeriodicity, taken.linked?.[0]?.accessURL, taken.extra?.harvest_source],
    [packageOf(3).id, 'body-3', 'ogl-uk-3.0', 'monthly', 'https://files.example/3.csv', 'there'],
  )
  assert.equal((await catalogue.publisher('body-3')).title, 'Body 3')
  remote.packages.set(String(packageOf(3).id), packageOf(3, { title: 'Changed', metadata_modified: '2099-01-01T00:00:00.000000' }))
  const second = await run(harvest, 'there')
  assert.deepEqual([second.whole, figures(second)], [false, { ...none, seen: 1, updated: 1 }])
  assert.equal((await catalogue.dataset('data-3')).title, 'Changed')
  remote.packages.delete(String(packageOf(4).id))
  assert.deepEqual(figures(await run(harvest, 'there', { whole: true })), { ...none, seen: 49, unchanged: 49, removed: 1 })
  assert.equal(await catalogue.nameOf('data-4'), undefined)
})

test('a source that fails, stalls, repeats pages and changes under way is read complete and correct', async (t) => {
  const { catalogue, harvest } = await open(t)
  const remote = await source(t, 400, { failEvery: 5, stallEvery: 7, repeatEvery: 9 })
  // While it is read a record that was passed already is taken away, so that all later ones move up by one, and a new one comes.
  remote.onPage = (page) => {
    if (page === 4) {
      remote.packages.delete(String(packageOf(1).id))
      remote.packages.set(String(packageOf(900).id), packageOf(900))
    }
  }
  await harvest.putSource('there', input(remote.url))
  const job = await run(harvest, 'there')
  assert.equal(job.state, 'done', JSON.stringify(job.report.errors))
  assert.ok(job.report.retries > 3 && job.report.passes > 1, JSON.stringify(job.report))
  for (const each of remote.packages.values()) assert.ok(await catalogue.nameOf(String(each.id)), String(each.name))
  assert.equal((await catalogue.counts()).datasets >= remote.packages.size, true)
  remote.manners = {}
  await run(harvest, 'there', { whole: true })
  assert.equal((await catalogue.counts()).datasets, remote.packages.size)
})

test('one record that cannot be taken stops no other, and is told', async (t) => {
  const { catalogue, harvest } = await open(t)
  const remote = await source(t, 5)
  const put = (n: number, more: Record<string, unknown>) => remote.packages.set(String(packageOf(n).id), packageOf(n, more))
  put(1, { title: '', name: '' })
  put(2, { notes: 'x'.repeat(100_000), maintainer_email: 'no address', tags: [{ name: '"><script>' }, { name: 'good' }], name: 'Data 2 !' })
  put(3, { type: 'harvest' })
  put(4, { private: true })
  put(5, { license_id: 'my-own', resources: [{ url: 'javascript:alert(1)' }, null, 'x'] })
  await harvest.putSource('there', input(remote.url))
  const job = await run(harvest, 'there')
  assert.deepEqual(figures(job), { ...none, seen: 4, created: 3, refused: 1 })
  assert.equal(job.report.passes, 1)
  assert.deepEqual(
    job.report.errors.map(({ record }) => record),
    [packageOf(1).id],
  )
  const two = await catalogue.dataset('data-2')
  assert.deepEqual([two.description?.length, two.keyword], [20_000, ['good']])
  assert.equal((await catalogue.dataset('data-5')).extra?.license_id, 'my-own')
  put(5, { private: true, metadata_modified: '2099-01-01T00:00:00.000000' })
  assert.deepEqual(figures(await run(harvest, 'there')), { ...none, removed: 1 })
  assert.equal(await catalogue.nameOf('data-5'), undefined, 'what has become private is gone at once')
})

test('a source that loses most of its records at once loses nothing here', async (t) => {
  const { catalogue, harvest } = await open(t)
  const remote = await source(t, 60)
  await harvest.putSource('there', input(remote.url))
  await run(harvest, 'there')
  for (const id of [...remote.packages.keys()].slice(10)) remote.packages.delete(id)
  const job = await run(harvest, 'there', { whole: true })
  assert.match(job.report.errors[0]?.message ?? '', /50 of 60 records are gone at once/)
  assert.equal((await catalogue.counts()).datasets, 60)
})

test('what two sources tell of is taken once, and names that are taken are given another', async (t) => {
  const { catalogue, harvest } = await open(t)
  const [one, two] = [await source(t, 10), await source(t, 12)]
  two.packages.set('other', { ...packageOf(0), id: 'other', title: 'Data of another' })
  await harvest.putSource('one', input(one.url))
  await harvest.putSource('two', input(two.url))
  await run(harvest, 'one')
  assert.deepEqual(figures(await run(harvest, 'two')), { ...none, seen: 13, created: 3, duplicates: 10 })
  assert.equal((await catalogue.dataset('data-of-another')).identifier, 'other')
})

test('a job whose process died is gone on with where it stood, and one that is alive is left alone', async (t) => {
  let now = new Date('2026-06-01T00:00:00Z')
  const { catalogue, harvest, again } = await open(t, () => now)
  const remote = await source(t, 100)
  let block: (() => void) | undefined
  await harvest.putSource('there', input(remote.url))
  remote.onPage = (page) => {
    if (page === 3) block?.()
  }
  const dying = again()
  block = () => void dying.close()
  const job = await dying.start('there')
  await dying.ended(job.id)
  assert.equal((await harvest.job(job.id)).state, 'running')
  const before = (await catalogue.counts()).datasets
  assert.ok(before >= 40 && before < 100)
  now = new Date(now.getTime() + 1_000)
  remote.requests.length = 0
  assert.deepEqual(await harvest.tend(), ['there'])
  await assert.rejects(harvest.start('there'), { code: 'harvest-running' })
  const ended = await harvest.ended(job.id)
  assert.deepEqual([ended.id, ended.state, ended.report.created], [job.id, 'done', 100])
  assert.ok(!remote.requests.some((path) => /start=0&/.test(path)), 'it did not begin again')
})

test('private addresses, other protocols and what robots.txt forbids are not asked', async (t) => {
  const { harvest } = await open(t)
  const remote = await source(t, 5, { robots: 'User-agent: *\nDisallow: /api/\n' })
  await harvest.putSource('private', input(remote.url, { allowPrivate: false }))
  assert.match((await run(harvest, 'private')).report.errors[0]?.message ?? '', /private address/)
  assert.equal(remote.requests.length, 0)
  await harvest.putSource('robots', input(remote.url))
  assert.match((await run(harvest, 'robots')).report.errors[0]?.message ?? '', /robots.txt asks/)
  assert.deepEqual(remote.requests, ['/robots.txt'])
  await harvest.putSource('robots', input(remote.url, { ignoreRobots: true }))
  assert.equal((await run(harvest, 'robots')).report.created, 5)
})

test('the rules of robots.txt are read as RFC 9309 says', () => {
  const rules = parseRobots(
    'user-agent: a\nuser-agent: *\ndisallow: /x\nallow: /x/y\ndisallow: /*.php$ # end\n\nUser-Agent: b\nDisallow: /\n',
    'Sixteen-Harvester',
  )
  assert.deepEqual(
    ['/x', '/x/y/z', '/a.php', '/a.phpx', '/'].map((path) => rules.allows(path)),
    [false, true, false, true, true],
  )
  assert.equal(
    parseRobots('User-agent: Sixteen-Harvester\nDisallow: /\n\nUser-agent: *\nAllow: /', 'Sixteen-Harvester').allows('/x'),
    false,
  )
  assert.equal(parseRobots('', 'Sixteen-Harvester').allows('/'), true)
})

async function serveTexts(t: TestContext, texts: Record<string, [type: string, text: string]>, seen: string[] = []) {
  const server = createServer((request, response) => {
    const [type, text] = texts[(request.url ?? '').split('?')[0] ?? ''] ?? []
    seen.push(`${request.url} ${request.headers['if-none-match'] ?? ''}`)
    if (text === undefined) return void response.writeHead(404).end()
    if (request.headers['if-none-match'] === '"1"') return void response.writeHead(304).end()
    response
      .writeHead(200, { 'content-type': type, etag: '"1"' })
      .end(text.replaceAll('BASE', `http://127.0.0.1:${(server.address() as AddressInfo).port}`))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

test('DCAT with pages, data.json, OGC records and an inventory are read, and asked again only whether they changed', async (t) => {
  const { catalogue, harvest } = await open(t)
  const seen: string[] = []
  const turtle = (
    n: number,
    next: string,
  ) => `@prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> . @prefix hydra: <http://www.w3.org/ns/hydra/core#> .
<https://there.example/d${n}> a dcat:Dataset ; dct:title "Turtle ${n}"@en ; dct:license <https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/> ;
  dct:publisher [ foaf:name "Ministry of Turtles" ] ; dcat:distribution [ a dcat:Distribution ; dcat:accessURL <https://there.example/d${n}.csv> ] .
${next ? `<BASE/cat.ttl> hydra:next <BASE/${next}> .` : ''}`
  const base = await serveTexts(
    t,
    {
      '/cat.ttl': ['text/turtle', turtle(1, 'cat2.ttl')],
      '/cat2.ttl': ['text/turtle', turtle(2, '')],
      '/data.json': [
        'application/json',
        JSON.stringify({
          dataset: [
            {
              identifier: 'a',
              title: 'Pod',
              publisher: { name: 'Agency of Pods' },
              accrualPeriodicity: 'R/P1W',
              license: 'https://creativecommons.org/publicdomain/zero/1.0/',
              distribution: [{ downloadURL: 'https://there.example/a.csv', mediaType: 'text/csv' }],
            },
            { identifier: 'b' },
            null,
          ],
        }),
      ],
      '/items': [
        'application/geo+json',
        JSON.stringify({
          numberMatched: 1,
          features: [
            {
              id: 'r1',
              properties: { title: 'Record', keywords: ['k'], contacts: [{ organization: 'Survey' }] },
              links: [{ href: 'https://there.example/r.gml', type: 'application/gml+xml' }],
            },
          ],
        }),
      ],
      '/inventory.csv': [
        'text/csv',
        'Dataset Name,Department,Link,Licence,Update Frequency\r\nPotholes,Roads Agency,https://there.example/p.csv,OGL v3,Monthly\r\n,,,,\r\n',
      ],
      '/entities.ttl': ['text/turtle', 'this is <no turtle'],
    },
    seen,
  )
  const kinds = {
    cat: ['dcat', '/cat.ttl'],
    pod: ['data-json', '/data.json'],
    ogc: ['ogc-records', '/items'],
    inv: ['inventory', '/inventory.csv'],
  } as const
  for (const [id, [kind, path]] of Object.entries(kinds)) {
    await harvest.putSource(id, input(base + path, { kind }))
    const job = await run(harvest, id)
    assert.equal(job.state, 'done', JSON.stringify(job.report.errors))
  }
  const { items } = await catalogue.datasets({ limit: 100 })
  assert.deepEqual(
    items.map(({ name, publisher, licence, accrualPeriodicity, linked }) => [
      name,
      publisher,
      licence,
      accrualPeriodicity,
      linked?.[0]?.accessURL,
    ]),
    [
      ['pod', 'agency-of-pods', 'cc0-1.0', 'weekly', 'https://there.example/a.csv'],
      ['potholes', 'roads-agency', 'ogl-uk-3.0', 'monthly', 'https://there.example/p.csv'],
      ['record', 'survey', 'not-stated', 'unknown', 'https://there.example/r.gml'],
      ['turtle-1', 'ministry-of-turtles', 'ogl-uk-3.0', 'unknown', 'https://there.example/d1.csv'],
      ['turtle-2', 'ministry-of-turtles', 'ogl-uk-3.0', 'unknown', 'https://there.example/d2.csv'],
    ],
  )
  assert.deepEqual((await harvest.source('pod')).job?.report.errors.length, 2)
  seen.length = 0
  assert.deepEqual(figures(await run(harvest, 'inv', { whole: true })), none)
  assert.deepEqual(seen, ['/robots.txt ', '/inventory.csv "1"'])
  assert.equal((await catalogue.counts()).datasets, 5, 'what has not changed is not gone')
  await harvest.putSource('bad', input(`${base}/entities.ttl`, { kind: 'dcat' }))
  assert.equal((await run(harvest, 'bad')).state, 'failed')
  await harvest.putSource('none', input(`${base}/none`, { kind: 'data-json' }))
  assert.match((await run(harvest, 'none')).report.errors[0]?.message ?? '', /answered 404/)
})

test('another Sixteen is pulled in, over its own interface and over CKAN’s, and operators alone say what is', async (t) => {
  const there = await newSixteen(t)
  await publishText(there, 'towns', 'Town,Beds\nYork,4\n')
  await there.catalogue.createDataset({
    name: 'roads',
    title: 'Roads',
    publisher: 'cabinet-office',
    theme: ['transport'],
    keyword: ['road'],
  })
  const address = await there.listen()
  const { catalogue, harvest } = await open(t)
  await harvest.putSource('sixteen', input(address, { kind: 'sixteen' }))
  assert.deepEqual(figures(await run(harvest, 'sixteen')), { ...none, seen: 2, created: 2 })
  const towns = await catalogue.dataset('towns')
  assert.deepEqual(
    [towns.identifier, towns.linked?.[0]?.accessURL],
    [(await there.catalogue.dataset('towns')).identifier, `${address}/v1/datasets/towns/records.csv`],
  )
  await harvest.putSource('ckan', input(address))
  assert.deepEqual(figures(await run(harvest, 'ckan')), { ...none, seen: 2, duplicates: 2 })
  await harvest.putSource('dcat', input(`${address}/catalog.ttl`, { kind: 'dcat' }))
  assert.equal((await run(harvest, 'dcat')).report.seen, 2)

  const app = await there.app()
  const { secret } = await there.access.createToken('cabinet-office', 't')
  const put = { method: 'PUT' as const, url: '/v1/harvest/sources/other', payload: { url: 'https://there.example', kind: 'ckan' } }
  assert.equal((await app.inject(put)).statusCode, 401)
  assert.equal((await app.inject({ ...put, headers: { authorization: `Bearer ${secret}` } })).statusCode, 403)
  assert.equal((await app.inject('/v1/harvest/sources/none')).json().code, 'harvest-source-not-found')
  assert.equal((await app.inject('/v1/harvest/jobs/none')).json().code, 'job-not-found')
  await there.harvest.putSource('other', { url: 'https://there.example', kind: 'ckan' })
  assert.deepEqual((await app.inject('/v1/harvest/sources')).json().sources[0], {
    id: 'other',
    url: 'https://there.example',
    kind: 'ckan',
    records: 0,
    lastComplete: null,
    next: null,
    job: null,
  })
})
