import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { fromJsonLd, fromTurtle } from '../../src/core/catalogue/index.ts'
import { newSixteen, publishText } from '../support/sixteen.ts'

type Json = Record<string, unknown>

async function serve(t: TestContext) {
  const sixteen = await newSixteen(t, { baseUrl: 'https://data.example' })
  await sixteen.catalogue.createPublisher({ name: 'home-office', title: 'Home Office', kind: 'department' })
  const app = await sixteen.app()
  const token = async (publisher: string) => (await sixteen.access.createToken(publisher, 'test')).secret
  const call = async (method: 'GET' | 'POST' | 'PUT' | 'DELETE', url: string, options: { token?: string; body?: object } = {}) => {
    const headers = options.token ? { authorization: `Bearer ${options.token}` } : {}
    const reply = await app.inject({ method, url, headers, ...(options.body && { payload: options.body }) })
    return {
      status: reply.statusCode,
      headers: reply.headers,
      text: reply.body,
      body: (reply.body.startsWith('{') ? reply.json() : {}) as Json,
    }
  }
  return { sixteen, call, token }
}

const refusal = ({ status, body }: { status: number; body: Json }) => ({
  status,
  code: body['code'],
  ...(body['pointer'] !== undefined && { pointer: body['pointer'] }),
})

test('a dataset is made, replaced and taken away by its publisher, and answers with links to its parts', async (t) => {
  const { call, token } = await serve(t)
  const secret = await token('cabinet-office')
  const made = await call('POST', '/v1/datasets', {
    token: secret,
    body: { title: 'Office moves', publisher: 'cabinet-office', theme: ['government'], identifier: 'moves-1' },
  })
  assert.deepEqual([made.status, made.headers['location']], [201, 'https://data.example/v1/datasets/office-moves'])
  const links = {
    self: 'https://data.example/v1/datasets/office-moves',
    page: 'https://data.example/datasets/office-moves',
    publisher: 'https://data.example/v1/publishers/cabinet-office',
    turtle: 'https://data.example/datasets/office-moves.ttl',
    jsonld: 'https://data.example/datasets/office-moves.jsonld',
  }
  const { issued, modified, ...rest } = made.body
  assert.ok(typeof issued === 'string' && issued === modified)
  const expected = {
    identifier: 'moves-1',
    name: 'office-moves',
    title: 'Office moves',
    publisher: 'cabinet-office',
    theme: ['government'],
    keyword: [],
    licence: 'not-stated',
    accrualPeriodicity: 'unknown',
    state: 'published',
    visibility: 'public',
    distributions: [],
    links,
  }
  assert.deepEqual(rest, expected)
  assert.deepEqual((await call('GET', '/v1/datasets/office-moves')).body, made.body)
  const replaced = await call('PUT', '/v1/datasets/office-moves', { token: secret, body: { title: 'Moves', publisher: 'cabinet-office' } })
  assert.deepEqual(
    [replaced.status, replaced.body['name'], replaced.body['title'], replaced.body['theme']],
    [200, 'office-moves', 'Moves', []],
  )
  assert.deepEqual(
    [
      (await call('DELETE', '/v1/datasets/office-moves', { token: secret })).status,
      (await call('GET', '/v1/datasets/office-moves')).status,
    ],
    [204, 404],
  )
})

test('deleting a dataset takes its rows along', async (t) => {
  const { sixteen, call, token } = await serve(t)
  await publishText(sixteen, 'towns', 'town\nLeeds\nYork\n')
  assert.equal(
    ((await call('GET', '/v1/datasets/towns')).body['links'] as Json)['records'],
    'https://data.example/v1/datasets/towns/records',
  )
  assert.equal((await call('GET', '/v1/datasets/towns/records')).status, 200)
  assert.equal((await call('DELETE', '/v1/datasets/towns', { token: await token('cabinet-office') })).status, 204)
  assert.deepEqual(refusal(await call('GET', '/v1/datasets/towns/records')), { status: 404, code: 'dataset-not-found' })
})

test('writes say whose token is missing, and misspelt parameters and members are refused by name', async (t) => {
  const { call, token } = await serve(t)
  const office = await token('cabinet-office')
  const dataset = { title: 'Moves', publisher: 'cabinet-office' }
  await call('POST', '/v1/datasets', { token: office, body: dataset })
  const refusals = [
    [await call('POST', '/v1/datasets', { body: dataset }), { status: 401, code: 'token-missing' }],
    [await call('POST', '/v1/datasets', { token: await token('home-office'), body: dataset }), { status: 403, code: 'permission-denied' }],
    [
      await call('PUT', '/v1/datasets/moves', { token: office, body: { title: 'Moves', publisher: 'home-office' } }),
      { status: 403, code: 'permission-denied' },
    ],
    [
      await call('PUT', '/v1/datasets/moves', { token: await token('home-office'), body: { title: 'Moves', publisher: 'home-office' } }),
      { status: 403, code: 'permission-denied' },
    ],
    [await call('DELETE', '/v1/datasets/moves', { token: await token('home-office') }), { status: 403, code: 'permission-denied' }],
    [await call('POST', '/v1/publishers', { token: office, body: { name: 'x', title: 'X' } }), { status: 403, code: 'permission-denied' }],
    [
      await call('PUT', '/v1/publishers/cabinet-office', { token: office, body: { name: 'cabinet-office', title: 'X' } }),
      { status: 403, code: 'permission-denied' },
    ],
    [
      await call('POST', '/v1/datasets', { token: office, body: { ...dataset, licence: 'free' } }),
      { status: 400, code: 'parameter-invalid', pointer: '/licence' },
    ],
    [
      await call('POST', '/v1/datasets', { token: office, body: { ...dataset, license: 'ogl-uk-3.0' } }),
      { status: 400, code: 'parameter-unknown', pointer: '/license' },
    ],
    [
      await call('POST', '/v1/datasets', { token: office, body: { publisher: 'cabinet-office' } }),
      { status: 400, code: 'parameter-invalid', pointer: '/title' },
    ],
    [
      await call('POST', '/v1/datasets', { token: office, body: { ...dataset, name: 'moves' } }),
      { status: 409, code: 'dataset-exists', pointer: '/name' },
    ],
    [await call('GET', '/v1/search?querry=x'), { status: 400, code: 'parameter-unknown', pointer: '/querry' }],
    [await call('GET', '/v1/search?sort=best'), { status: 400, code: 'parameter-invalid', pointer: '/sort' }],
    [await call('GET', '/v1/search?q=a&cursor=bm8'), { status: 400, code: 'cursor-invalid', pointer: '/cursor' }],
    [await call('GET', '/v1/datasets?limit=0'), { status: 400, code: 'limit-out-of-range', pointer: '/limit' }],
    [await call('GET', '/v1/datasets/moves?columns=a'), { status: 400, code: 'parameter-unknown', pointer: '/columns' }],
    [await call('GET', '/v1/datasets/No%20such'), { status: 404, code: 'dataset-not-found' }],
    [await call('GET', '/v1/publishers/nobody'), { status: 404, code: 'publisher-not-found' }],
  ] as const
  assert.deepEqual(
    refusals.map(([answer]) => refusal(answer)),
    refusals.map(([, expected]) => expected),
  )
})

test('a search answers with hits, facets and a next page whose link goes on where it stopped', async (t) => {
  const { sixteen, call } = await serve(t)
  for (const title of ['Road lengths', 'Road deaths', 'Road tax'])
    await sixteen.catalogue.createDataset({ title, publisher: 'cabinet-office', theme: ['transport'] })
  await sixteen.catalogue.createDataset({ title: 'Road crime', publisher: 'home-office' })
  const first = await call('GET', '/v1/search?q=road&publisher=cabinet-office&publisher=nobody&sort=title&limit=2')
  const { datasets, page, facets, links } = first.body as {
    datasets: Json[]
    page: Json
    facets: Json
    links: { self: string; next: string }
  }
  assert.deepEqual(
    datasets.map(({ name, publisherTitle, snippet, matched }) => ({ name, publisherTitle, snippet, matched })),
    [
      { name: 'road-deaths', publisherTitle: 'Cabinet Office', snippet: '**Road** deaths', matched: 'title' },
      { name: 'road-lengths', publisherTitle: 'Cabinet Office', snippet: '**Road** lengths', matched: 'title' },
    ],
  )
  assert.deepEqual(facets, {
    publisher: [
      { value: 'cabinet-office', title: 'Cabinet Office', count: 3 },
      { value: 'home-office', title: 'Home Office', count: 1 },
      { value: 'nobody', title: 'nobody', count: 0 },
    ],
    format: [],
    theme: [{ value: 'transport', title: 'Transport', count: 3 }],
    licence: [{ value: 'not-stated', title: 'Licence not stated', count: 3 }],
  })
  assert.deepEqual(
    [page['total'], page['limit'], links.self],
    [3, 2, 'https://data.example/v1/search?q=road&publisher=cabinet-office&publisher=nobody&sort=title&limit=2'],
  )
  const second = await call('GET', links.next.replace('https://data.example', ''))
  const last = second.body as { datasets: Json[]; page: Json; links: Json }
  assert.deepEqual([last.datasets.map(({ name }) => name), last.page['next'], last.links['next']], [['road-tax'], null, undefined])
})

test('publishers are listed with their datasets, and a dataset is served as linked data beside its page', async (t) => {
  const { sixteen, call } = await serve(t)
  await publishText(sixteen, 'towns', 'town\nLeeds\n')
  const { publishers } = (await call('GET', '/v1/publishers')).body as { publishers: Json[] }
  const links = {
    self: 'https://data.example/v1/publishers/cabinet-office',
    page: 'https://data.example/publishers/cabinet-office',
    datasets: 'https://data.example/v1/datasets?publisher=cabinet-office',
    progress: 'https://data.example/v1/progress?department=cabinet-office',
  }
  const { modified: _modified, ...office } = publishers[0] as Json
  assert.deepEqual(
    [office, publishers.length],
    [{ name: 'cabinet-office', title: 'Cabinet Office', kind: 'other', datasetCount: 1, links }, 2],
  )
  const turtle = await call('GET', '/datasets/towns.ttl')
  const jsonld = await call('GET', '/datasets/towns.jsonld')
  assert.deepEqual([turtle.headers['content-type'], jsonld.headers['content-type']], ['text/turtle; charset=utf-8', 'application/ld+json'])
  assert.deepEqual(fromTurtle(turtle.text), fromJsonLd(jsonld.body))
  const [read] = fromTurtle(turtle.text)
  assert.deepEqual(
    [read?.address, read?.distributions.map(({ title }) => title)],
    ['https://data.example/datasets/towns', ['data: data.csv', 'data: CSV', 'data: NDJSON', 'data: Parquet']],
  )
  assert.deepEqual(refusal(await call('GET', '/datasets/nothing.ttl')), { status: 404, code: 'dataset-not-found' })
})
