import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { FastifyInstance } from 'fastify'
import { bytesOf, newSixteen } from '../support/sixteen.ts'

const EMPTY = 'assert-root-hash\tsha-256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'
const gb = '{"citizen-names":["Briton","British citizen"],"country":"GB","name":"United Kingdom"}'
const fr = '{"country":"FR","name":"France"}'
const frOld = '{"country":"FR","name":"Frankreich"}'
const fieldsItem =
  '{"fields":["country","name","citizen-names"],"phase":"beta","register":"country","registry":"foreign-office","text":"Countries"}'
const citizen = '{"cardinality":"n","datatype":"string","field":"citizen-names","phase":"beta","text":"Names"}'
const hashes: Record<string, string> = {}

async function withCountries(t: TestContext): Promise<{ app: FastifyInstance; get: (path: string, headers?: object) => Promise<Got> }> {
  const sixteen = await newSixteen(t, { baseUrl: 'http://registers.example' })
  const { createHash } = await import('node:crypto')
  for (const json of [gb, fr, frOld, fieldsItem, citizen]) hashes[json] = `sha-256:${createHash('sha256').update(json).digest('hex')}`
  const entry = (log: string, key: string, json: string) => `append-entry\t${log}\t${key}\t2016-04-05T13:23:05Z\t${hashes[json]}`
  const rsf = [
    EMPTY,
    ...[citizen, fieldsItem, gb, frOld, fr].map((json) => `add-item\t${json}`),
    entry('system', 'field:citizen-names', citizen),
    entry('system', 'register:country', fieldsItem),
    entry('user', 'GB', gb),
    entry('user', 'FR', frOld),
    entry('user', 'FR', fr),
  ]
  await sixteen.registers.load('country', bytesOf(rsf.map((line) => `${line}\n`).join('')))
  const app = await sixteen.app()
  return {
    app,
    get: async (path, headers = {}) => {
      const reply = await app.inject({ url: path, headers: headers as Record<string, string> })
      return {
        status: reply.statusCode,
        type: String(reply.headers['content-type']),
        link: reply.headers['link'],
        headers: reply.headers,
        body: reply.body,
      }
    },
  }
}

interface Got {
  status: number
  type: string
  link: string | string[] | number | undefined
  headers: Record<string, unknown>
  body: string
}

const entryOf = (number: number, key: string, json: string) => ({
  'index-entry-number': String(number),
  'entry-number': String(number),
  'entry-timestamp': '2016-04-05T13:23:05Z',
  key,
  'item-hash': [hashes[json]],
})

test('version 1 answers as GOV.UK Registers did', async (t) => {
  const { get } = await withCountries(t)
  const register = await get('/registers/country/register')
  assert.equal(register.type, 'application/json')
  assert.deepEqual(JSON.parse(register.body), {
    domain: 'registers.example',
    'total-records': 2,
    'total-entries': 3,
    'total-items': 5,
    'register-record': {
      fields: ['country', 'name', 'citizen-names'],
      registry: 'foreign-office',
      text: 'Countries',
      phase: 'beta',
      register: 'country',
    },
    'last-updated': '2016-04-05T13:23:05Z',
  })
  const { 'item-hash': _hash, ...frRecord } = entryOf(3, 'FR', fr)
  const record = await get('/registers/country/records/FR')
  assert.deepEqual(JSON.parse(record.body), { FR: { ...frRecord, item: [JSON.parse(fr)] } })
  assert.equal(record.link, '<http://registers.example/registers/country/records/FR/entries>; rel="version-history"')
  assert.deepEqual(JSON.parse((await get('/registers/country/records/FR/entries')).body), [entryOf(2, 'FR', frOld), entryOf(3, 'FR', fr)])
  assert.deepEqual(JSON.parse((await get('/registers/country/entries/1')).body), [entryOf(1, 'GB', gb)])
  assert.deepEqual(JSON.parse((await get(`/registers/country/items/${hashes[gb]}`)).body), JSON.parse(gb))
  assert.deepEqual(Object.keys(JSON.parse((await get('/registers/country/records/citizen-names/Briton')).body)), ['GB'])
})

test('CSV has its columns in order, cells of several with semicolons, and pages link to each other', async (t) => {
  const { get } = await withCountries(t)
  const records = await get('/registers/country/records.csv?page-size=1&page-index=2')
  assert.equal(records.type, 'text/csv;charset=UTF-8')
  assert.equal(
    records.body,
    'index-entry-number,entry-number,entry-timestamp,key,country,name,citizen-names\r\n1,1,2016-04-05T13:23:05Z,GB,GB,United Kingdom,Briton;British citizen\r\n',
  )
  assert.equal(records.link, '</registers/country/records.csv?page-index=1&page-size=1>; rel="previous"')
  const entries = await get('/registers/country/entries?start=2&limit=1', { accept: 'text/csv' })
  assert.equal(
    entries.body,
    `index-entry-number,entry-number,entry-timestamp,key,item-hash\r\n2,2,2016-04-05T13:23:05Z,FR,${hashes[frOld]}\r\n`,
  )
  assert.equal(
    entries.link,
    '</registers/country/entries?start=3&limit=1>; rel="next", </registers/country/entries?start=1&limit=1>; rel="previous"',
  )
})

test('what cannot be answered is refused in the API’s own shape', async (t) => {
  const { get, app } = await withCountries(t)
  const refusals = [
    ['/registers/country/records?page-size=5001', {}, 400, 'page-size too big, maximum page size can be 5000.'],
    ['/registers/country/records/XX', {}, 404, 'HTTP 404 Not Found'],
    ['/registers/country/entries/4', {}, 404, 'HTTP 404 Not Found'],
    ['/registers/country/nothing', {}, 404, 'HTTP 404 Not Found'],
    ['/registers/nowhere/records', {}, 404, 'There is no register nowhere.'],
    ['/registers/country/records', { accept: 'image/png' }, 406, 'HTTP 406 Not Acceptable'],
    ['/registers/country/records.yaml', {}, 406, 'This format was dropped; .json and .csv are served.'],
  ] as const
  for (const [path, headers, status, message] of refusals) {
    const got = await get(path, headers)
    assert.deepEqual([got.status, got.type, JSON.parse(got.body)], [status, 'application/json', { code: status, message }], path)
  }
  const posted = await app.inject({ method: 'PUT', url: '/registers/country/records' })
  assert.deepEqual([posted.statusCode, posted.headers['allow']], [405, 'GET, HEAD, OPTIONS'])
  const moved = await get('/registers/country/v1/records?page-size=1')
  assert.deepEqual([moved.status, moved.headers['location']], [301, 'http://registers.example/registers/country/records'])
  assert.equal((await get('/registers/country/entry/1')).headers['location'], 'http://registers.example/registers/country/entries/1')
  const loaded = await app.inject({
    method: 'POST',
    url: '/registers/country/load-rsf',
    headers: { 'content-type': 'application/uk-gov-rsf' },
    payload: EMPTY,
  })
  assert.equal(loaded.statusCode, 401)
})

test('version 2 has plain records, multihashes and snapshots', async (t) => {
  const { get } = await withCountries(t)
  assert.deepEqual(JSON.parse((await get('/registers/country/v2/records')).body), [
    { _id: 'FR', ...JSON.parse(fr) },
    { _id: 'GB', ...JSON.parse(gb) },
  ])
  const [first] = JSON.parse((await get('/registers/country/v2/entries')).body)
  assert.deepEqual([first['entry-number'], first.key], [1, 'GB'])
  assert.match(first['blob-hash'], /^1220[0-9a-f]{64}$/)
  assert.deepEqual(JSON.parse((await get(`/registers/country/blobs/${first['blob-hash']}`)).body), {
    _id: first['blob-hash'],
    ...JSON.parse(gb),
  })
  const then = JSON.parse((await get('/registers/country/snapshots/2/FR')).body)
  assert.equal(then['entry-number'], 2)
  const context = JSON.parse((await get('/registers/country/context')).body)
  assert.deepEqual(context['statistics'], { 'total-entries': 3, 'total-blobs': 5, 'total-items': 5, 'total-records': 2 })
  const proof = JSON.parse((await get('/registers/country/proofs/register')).body)
  assert.deepEqual([proof['root-hash'], proof['total-entries']], [context['root-hash'], 3])
})

test('a delta begins with one root and ends with the other; of equal sizes it is one line', async (t) => {
  const { get } = await withCountries(t)
  const rootAt = async (size: number) => (await get(`/registers/country/download-rsf/${size}/${size}`)).body
  const delta = await get('/registers/country/download-rsf/2/3')
  assert.equal(delta.type, 'application/uk-gov-rsf')
  assert.equal(
    delta.body,
    `${await rootAt(2)}add-item\t${fr}\nappend-entry\tuser\tFR\t2016-04-05T13:23:05Z\t${hashes[fr]}\n${await rootAt(3)}`,
  )
  assert.match(await rootAt(3), /^assert-root-hash\tsha-256:[0-9a-f]{64}\n$/)
})

test('a reconciliation service answers forms, addresses and JSONP alike, each query for itself', async (t) => {
  const { app } = await withCountries(t)
  const url = '/registers/country/reconcile'
  const queries = JSON.stringify({
    q0: { query: 'united kingdom', limit: 3, type: 'la', type_strict: 'should' },
    q1: { limit: 3 },
    q2: 'Frankreich',
  })
  const posted = await app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded; charset=UTF-8', origin: 'http://localhost:3333' },
    payload: new URLSearchParams({ queries }).toString(),
  })
  assert.equal(posted.headers['access-control-allow-origin'], '*')
  const answer = posted.json()
  assert.deepEqual(answer.q0.result[0], {
    id: 'GB',
    name: 'United Kingdom',
    description: 'the text is the name United Kingdom',
    type: [{ id: 'country', name: 'Country' }],
    score: 100,
    match: true,
    features: [
      { id: 'name', value: 100 },
      { id: 'kind', value: 2 },
    ],
  })
  assert.deepEqual(answer.q1, { result: [], error: 'A query has the member query, or properties.' })
  assert.deepEqual([answer.q2.result[0].id, answer.q2.result[0].match], ['FR', true], 'a former name')
  const byAddress = await app.inject(`${url}?${new URLSearchParams({ queries })}`)
  assert.deepEqual(byAddress.json(), answer)
  const padded = await app.inject(`${url}?callback=jQuery123_4&${new URLSearchParams({ queries })}`)
  assert.match(String(padded.headers['content-type']), /^application\/javascript/)
  assert.equal(padded.body, `/**/jQuery123_4(${posted.body});`)
  assert.equal((await app.inject(`${url}?callback=alert(1)//`)).statusCode, 400)
  const manifest = (await app.inject(url)).json()
  assert.deepEqual(manifest.versions, ['0.1', '0.2'])
  assert.equal(manifest.identifierSpace, 'http://registers.example/registers/country/codes/')
})

test('suggest, extend and preview answer as clients of the reconciliation API ask', async (t) => {
  const { app } = await withCountries(t)
  const url = '/registers/country/reconcile'
  const suggested = (await app.inject(`${url}/suggest/entity?prefix=fra`)).json()
  assert.deepEqual(suggested.result, [{ id: 'FR', name: 'France', notable: [{ id: 'country', name: 'Country' }] }])
  const extended = await app.inject({
    method: 'POST',
    url,
    headers: { 'content-type': 'application/x-www-form-urlencoded' },
    payload: new URLSearchParams({ extend: JSON.stringify({ ids: ['GB', 'XX'], properties: [{ id: 'citizen-names' }] }) }).toString(),
  })
  assert.deepEqual(extended.json(), {
    meta: [{ id: 'citizen-names', name: 'citizen names' }],
    rows: { GB: { 'citizen-names': [{ str: 'Briton' }, { str: 'British citizen' }] }, XX: { 'citizen-names': [] } },
  })
  assert.deepEqual((await app.inject(`${url}/properties?type=country&limit=1`)).json(), {
    type: 'country',
    limit: 1,
    properties: [{ id: 'name', name: 'name' }],
  })
  const preview = await app.inject(`${url}/preview?id=GB`)
  assert.match(preview.body, /<strong>United Kingdom<\/strong>/)
  assert.equal(preview.headers['x-frame-options'], undefined)
  const flyout = (await app.inject(`${url}/flyout/entity?id=GB`)).json()
  assert.equal(flyout.id, 'GB')
})

test('version 1.0 takes and gives arrays', async (t) => {
  const { app } = await withCountries(t)
  const post = (path: string, payload: object) => app.inject({ method: 'POST', url: `/registers/country/reconcile/${path}`, payload })
  const matched = await post('match', {
    queries: [{ type: 'country', limit: 1, conditions: [{ matchType: 'name', propertyValue: 'France' }] }],
  })
  const { results } = matched.json()
  assert.deepEqual([results.length, results[0].candidates[0].id, results[0].candidates[0].match], [1, 'FR', true])
  assert.equal((await post('match', { queries: [{ conditions: [] }] })).statusCode, 400)
  assert.deepEqual((await post('extend', { ids: ['FR'], properties: [{ id: 'name' }] })).json(), {
    meta: [{ id: 'name', name: 'name' }],
    rows: [{ id: 'FR', properties: [{ id: 'name', values: [{ str: 'France' }] }] }],
  })
  assert.deepEqual((await app.inject('/registers/country/reconcile/1.0')).json().suggest, { entity: true, property: true, type: true })
})

test('a batch of codes is answered line by line, and a line that is wrong stops none', async (t) => {
  const { app } = await withCountries(t)
  const reply = await app.inject({
    method: 'POST',
    url: '/v1/registers/country/validate',
    headers: { 'content-type': 'application/x-ndjson' },
    payload: '"GB"\n{"code":"XX","row":7}\nnot json\n{"nothing":1}\n',
  })
  assert.equal(reply.headers['content-type'], 'application/x-ndjson')
  const lines = reply.body
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  assert.deepEqual(
    lines.map(({ code, row, result, problem }) => [code, row, result, problem]),
    [
      ['GB', undefined, true, undefined],
      ['XX', 7, false, undefined],
      [undefined, undefined, false, 'json-invalid'],
      [undefined, undefined, false, 'parameter-invalid'],
    ],
  )
})
