import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { type TestContext, test } from 'node:test'
import type { DatasetQuality, PublisherQuality } from '../../src/core/quality/index.ts'
import { fixedClock } from '../../src/foundation/kernel/index.ts'
import { newSixteen, publishText } from '../support/sixteen.ts'

async function files(t: TestContext): Promise<string> {
  const server = createServer((request, response) => {
    const pdf = request.url?.endsWith('.pdf')
    const gone = request.url?.startsWith('/gone')
    response
      .writeHead(gone ? 404 : 200, { 'content-type': pdf ? 'application/pdf' : 'text/csv' })
      .end(request.method === 'HEAD' ? '' : pdf ? '%PDF-1.7' : 'a,b\n1,2\n')
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  t.after(() => server.close())
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

const stars = ({ stars: count, openness }: DatasetQuality) => [count, openness[count]?.found]

test('stars come from the content: what is declared of a format counts nothing', async (t) => {
  const base = await files(t)
  const sixteen = await newSixteen(t, { baseUrl: 'http://127.0.0.1:1616' })
  const app = await sixteen.app()
  const make = (name: string, more: object) =>
    sixteen.catalogue.createDataset({ name, title: name, publisher: 'cabinet-office', licence: 'ogl-uk-3.0', ...more })
  await make('really-pdf', { linked: [{ accessURL: `${base}/a.pdf`, format: 'CSV' }] })
  await make('really-csv', { linked: [{ accessURL: `${base}/a.csv` }] })
  await make('gone', { linked: [{ accessURL: `${base}/gone.csv`, format: 'CSV' }] })
  await make('closed', { licence: 'end-user-licence', linked: [{ accessURL: `${base}/a.csv` }] })
  await sixteen.links.tend()
  const of = async (name: string) => (await app.inject(`/v1/datasets/${name}/quality`)).json<DatasetQuality>()
  assert.deepEqual(stars(await of('really-pdf')), [1, 'No structured data, but PDF'])
  assert.deepEqual(stars(await of('really-csv')), [3, 'No codes or addresses that name things'])
  assert.deepEqual(stars(await of('gone')), [0, 'Nothing of it answers, or nothing was looked at yet'])
  assert.deepEqual(stars(await of('closed')), [0, 'Not under an open licence: End user licence'])
  const gone = await of('gone')
  assert.deepEqual(
    gone.parts.find(({ part }) => part === 'availability'),
    {
      part: 'availability',
      weight: 15,
      score: 0,
      found: '1 of 1 link broken',
      fixes: [{ id: 'mend-link', text: `Mend the link to ${base}/gone.csv`, href: '/datasets/gone/edit#linked', gain: 16.7 }],
    },
  )
  assert.equal((await app.inject('/v1/datasets/none/quality')).statusCode, 404)
})

test('a score falls when data is late, publishers are ranked with how they were before, and each is told what gains most', async (t) => {
  const clock = fixedClock('2026-05-10T12:00:00Z')
  const sixteen = await newSixteen(t, {}, { clock })
  const app = await sixteen.app()
  await sixteen.catalogue.createPublisher({ name: 'treasury', title: 'HM Treasury' })
  await publishText(sixteen, 'spend', 'town,amount\nYork,1\nLeeds,2\n')
  await sixteen.catalogue.updateDataset('spend', {
    title: 'Spend',
    publisher: 'cabinet-office',
    licence: 'ogl-uk-3.0',
    accrualPeriodicity: 'monthly',
    description: 'Every payment of a month: who was paid, for what, and how much of it came back.',
  })
  await sixteen.catalogue.createDataset({ name: 'nothing', title: 'Nothing', publisher: 'treasury' })
  await sixteen.quality.tend()
  const fresh = await sixteen.quality.dataset('spend')
  clock.advance(40 * 86_400_000)
  const late = await sixteen.quality.dataset('spend')
  const part = (of: DatasetQuality) => of.parts.find(({ part: name }) => name === 'freshness')
  assert.deepEqual([part(fresh)?.score, part(late)?.score, part(late)?.found], [1, 0.5, 'Renewed 2026-05-10, monthly: late'])
  assert.equal(fresh.score - late.score, 10)
  await sixteen.quality.tend()
  const league = (await app.inject('/v1/quality')).json<{ publishers: Array<Record<string, unknown>> }>()
  assert.deepEqual(
    league.publishers.map(({ publisher, datasets, inTime, change }) => [publisher, datasets, inTime, change]),
    [
      ['cabinet-office', 1, 0, -10],
      ['treasury', 1, null, 0],
    ],
  )
  const treasury = (await app.inject('/v1/publishers/treasury/quality')).json<PublisherQuality>()
  assert.deepEqual(treasury.fixes[0], {
    id: 'state-frequency',
    text: 'Say how often it is renewed',
    datasets: 1,
    gain: 22.2,
    first: [{ dataset: 'nothing', text: 'Say how often it is renewed', href: '/datasets/nothing/edit#frequency' }],
  })
  assert.deepEqual(
    treasury.months.map(({ month, datasets }) => [month, datasets]),
    [
      ['2026-05', 1],
      ['2026-06', 1],
    ],
  )
  assert.deepEqual(treasury.contribution.months.at(-2), { month: '2026-05', made: 1, updated: 1 })
  const badge = await app.inject('/v1/datasets/spend/quality.svg')
  assert.equal(badge.headers['content-type'], 'image/svg+xml; charset=utf-8')
  assert.match(badge.body, new RegExp(`aria-label="Data quality ${late.score} of 100, 3 of 5 stars for openness"`))
  for (const [path, words] of [
    ['/quality', 'HM Treasury'],
    ['/publishers/treasury', 'What to fix first'],
    ['/datasets/spend', 'Quality: '],
    ['/datasets/nothing', 'Say how often it is renewed'],
  ] as const)
    assert.ok((await app.inject({ url: path, headers: { accept: 'text/html' } })).body.includes(words), path)
})

test('what is to be fixed is fixed on the page that the fix leads to, by its publisher alone', async (t) => {
  const sixteen = await newSixteen(t)
  const app = await sixteen.app()
  await sixteen.catalogue.createPublisher({ name: 'treasury', title: 'HM Treasury' })
  await sixteen.catalogue.createDataset({
    name: 'data',
    title: 'Data',
    publisher: 'treasury',
    theme: ['own-theme'],
    linked: [{ accessURL: 'https://files.example/old.csv', identifier: 'r1', byteSize: 7 }],
    extra: { kept: 'yes' },
  })
  const { secret } = await sixteen.access.createToken('treasury', 'test')
  const { secret: other } = await sixteen.access.createToken('cabinet-office', 'test')
  const send = (form: Record<string, string>) =>
    app.inject({
      method: 'POST',
      url: '/datasets/data/edit',
      headers: { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' },
      payload: new URLSearchParams({ title: 'Data', ...form }).toString(),
    })
  assert.match((await app.inject('/datasets/data/edit')).body, /id="linked"/)
  assert.equal((await send({})).statusCode, 401)
  assert.equal((await send({ token: other })).statusCode, 403)
  const wrong = await send({ token: secret, 'contact-email': 'nobody' })
  assert.deepEqual([wrong.statusCode, /href="#contact-email"/.test(wrong.body), wrong.body.includes(secret)], [400, true, false])
  const done = await send({
    token: secret,
    theme: 'transport',
    licence: 'ogl-uk-3.0',
    keyword: 'a, b',
    'linked-0': 'https://files.example/new.csv',
  })
  assert.deepEqual([done.statusCode, done.headers.location], [303, '/datasets/data'])
  const { issued: _i, modified: _m, identifier: _id, ...dataset } = await sixteen.catalogue.dataset('data')
  assert.deepEqual(dataset, {
    name: 'data',
    title: 'Data',
    publisher: 'treasury',
    keyword: ['a', 'b'],
    accrualPeriodicity: 'unknown',
    theme: ['own-theme', 'transport'],
    licence: 'ogl-uk-3.0',
    state: 'published',
    visibility: 'public',
    linked: [{ accessURL: 'https://files.example/new.csv', identifier: 'r1', byteSize: 7 }],
    extra: { kept: 'yes' },
    distributions: [],
  })
})
