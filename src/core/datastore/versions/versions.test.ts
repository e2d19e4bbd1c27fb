import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { newSixteen, publishText } from '../../../../test/support/sixteen.ts'

async function serve(t: TestContext) {
  const sixteen = await newSixteen(t, { baseUrl: 'http://data.test' })
  const app = await sixteen.app()
  const { secret } = await sixteen.access.createToken('cabinet-office', 'test')
  const call = async (method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE', url: string, payload?: object) => {
    const answer = await app.inject({ method, url, headers: { authorization: `Bearer ${secret}` }, ...(payload && { payload }) })
    return { status: answer.statusCode, headers: answer.headers, body: answer.body, json: () => answer.json() as Record<string, unknown> }
  }
  return { sixteen, call, open: (url: string) => app.inject(url) }
}

const first = 'id,town,price\n1,Leeds,10\n2,York,20\n3,Ely,30\n'

test('a version says what it changed: columns by name, rows by key, page by page', async (t) => {
  const { sixteen, call } = await serve(t)
  await publishText(sixteen, 'sales', first, { key: ['id'] })
  await publishText(sixteen, 'sales', 'id,town,price\n1,Leeds,10\n2,York,25\n4,Bath,\n')
  const changes = (await call('GET', '/v1/datasets/sales/versions/1.0.1/changes')).json()
  const row = (id: number, town: string, price: number | null) => ({ id, town, price })
  assert.deepEqual(changes, {
    from: '1.0.0',
    to: '1.0.1',
    impact: 'patch',
    schema: [],
    rows: { added: 1, removed: 1, changed: 1 },
    records: [
      { kind: 'changed', key: { id: 2 }, before: row(2, 'York', 20), after: row(2, 'York', 25), columns: ['price'] },
      { kind: 'removed', key: { id: 3 }, before: row(3, 'Ely', 30) },
      { kind: 'added', key: { id: 4 }, after: row(4, 'Bath', null) },
    ],
    page: { limit: 100, total: 3, next: null },
  })
  const seen: unknown[] = []
  let cursor: string | null = null
  do {
    const page = (
      await call('GET', `/v1/datasets/sales/versions/1.0.1/changes?limit=1${cursor ? `&cursor=${cursor}` : ''}`)
    ).json() as unknown as {
      records: unknown[]
      page: { next: string | null }
    }
    seen.push(...page.records)
    cursor = page.page.next
  } while (cursor)
  assert.deepEqual(seen, (changes as { records: unknown }).records)
  await publishText(sixteen, 'sales', 'id,price,county\n1,10,West Yorkshire\n2,high,York\n', { overrides: { types: { price: 'text' } } })
  const broken = (await call('GET', '/v1/datasets/sales/versions/2.0.0/changes?from=1.0.0&limit=1')).json()
  assert.deepEqual(
    { ...broken, records: undefined, page: undefined },
    {
      from: '1.0.0',
      to: '2.0.0',
      impact: 'major',
      schema: [
        { kind: 'column-removed', breaking: true, column: 'town', before: 'text' },
        { kind: 'column-retyped', breaking: true, column: 'price', before: 'integer', after: 'text' },
        { kind: 'column-added', breaking: false, column: 'county', after: 'text' },
      ],
      rows: { added: 0, removed: 1, changed: 1 },
      records: undefined,
      page: undefined,
    },
  )
  assert.equal((await call('GET', '/v1/datasets/sales/versions/1.0.0/changes')).status, 404)
})

test('without a key, rows come and go as wholes and as often as they occur', async (t) => {
  const { sixteen, call } = await serve(t)
  await publishText(sixteen, 'plain', 'a\nx\nx\ny\n')
  await publishText(sixteen, 'plain', 'a\nx\nz\n')
  const { rows, records } = (await call('GET', '/v1/datasets/plain/versions/1.0.1/changes')).json() as Record<string, unknown>
  assert.deepEqual(rows, { added: 1, removed: 2, changed: 0 })
  assert.deepEqual(records, [
    { kind: 'added', after: { a: 'z' } },
    { kind: 'removed', before: { a: 'x' } },
    { kind: 'removed', before: { a: 'y' } },
  ])
})

test('a version is found by number, by the beginning of one, and by date', async (t) => {
  const { sixteen, open } = await serve(t)
  await publishText(sixteen, 'sales', first)
  await publishText(sixteen, 'sales', `${first}4,Bath,1\n`)
  await publishText(sixteen, 'sales', 'id\n1\n')
  for (const [query, version] of [
    ['version=1.0.0', '1.0.0'],
    ['version=1.*', '1.0.1'],
    ['version=1', '1.0.1'],
    ['version=1.0.*', '1.0.1'],
    ['version=*', '2.0.0'],
    ['version=2.*', '2.0.0'],
    [`asOf=${new Date().toISOString().slice(0, 10)}`, '2.0.0'],
    ['asOf=2999-01-01T00:00:00Z', '2.0.0'],
  ] as const)
    assert.equal((await open(`/v1/datasets/sales/records?${query}`)).json<{ version: string }>().version, version, query)
  for (const [query, status] of [
    ['version=3.*', 404],
    ['version=1.5', 404],
    ['version=one', 404],
    ['asOf=2001-01-01', 404],
    ['asOf=May', 400],
  ] as const)
    assert.equal((await open(`/v1/datasets/sales/records?${query}`)).statusCode, status, query)
})

test('a withdrawn version gives its reason instead of its rows, and the one before takes its place', async (t) => {
  const { sixteen, call, open } = await serve(t)
  await publishText(sixteen, 'sales', first)
  await publishText(sixteen, 'sales', `${first}4,Bath,1\n`)
  assert.equal((await open('/v1/datasets/sales/records')).json<{ version: string }>().version, '1.0.1')
  const amended = await call('PATCH', '/v1/datasets/sales/versions/1.0.1', {
    notes: 'Bath was added',
    withdrawn: 'Bath is not ours to publish.',
  })
  assert.deepEqual(
    { ...amended.json(), withdrawn: '' },
    { version: '1.0.1', notes: 'Bath was added', reason: 'Bath is not ours to publish.', withdrawn: '' },
  )
  const gone = await open('/v1/datasets/sales/records?version=1.0.1')
  assert.deepEqual(
    [gone.statusCode, gone.json<{ code: string; detail: string }>().detail],
    [410, 'Version 1.0.1 was withdrawn: Bath is not ours to publish.'],
  )
  assert.equal((await open('/v1/datasets/sales/records')).json<{ version: string }>().version, '1.0.0')
  assert.equal((await open('/v1/datasets/sales/versions/1.0.1')).json<{ reason: string }>().reason, 'Bath is not ours to publish.')
  assert.match((await open('/v1/datasets/sales/versions.atom')).body, /<title>Version 1\.0\.1, withdrawn<\/title>/)
  await call('PATCH', '/v1/datasets/sales/versions/1.0.1', { withdrawn: '' })
  assert.equal((await open('/v1/datasets/sales/records')).json<{ version: string }>().version, '1.0.1')
  assert.equal((await open('/v1/datasets/sales/versions/1.0.1')).json<{ notes: string }>().notes, 'Bath was added')
})

test('an announced breaking change is told with every answer and in the feed', async (t) => {
  const { sixteen, call, open } = await serve(t)
  await publishText(sixteen, 'sales', first)
  assert.equal((await open('/v1/datasets/sales/records')).headers.sunset, undefined)
  const notice = await call('PUT', '/v1/datasets/sales/notice', { effective: '2030-04-01', description: 'price becomes pence' })
  assert.equal(notice.status, 200)
  for (const path of ['records', 'records.csv']) {
    const { headers } = await open(`/v1/datasets/sales/${path}`)
    assert.equal(headers.sunset, 'Mon, 01 Apr 2030 00:00:00 GMT')
    assert.match(String(headers.deprecation), /^@\d{10}$/)
    assert.match(String(headers.link), /rel="deprecation"/)
  }
  assert.match((await open('/v1/datasets/sales/versions.atom')).body, /A breaking change is announced for 2030-04-01.*price becomes pence/)
  assert.equal((await call('DELETE', '/v1/datasets/sales/notice')).status, 204)
  assert.equal((await open('/v1/datasets/sales/records')).headers.sunset, undefined)
})

test('a saved question is checked at each version, and says when it breaks and when it works again', async (t) => {
  const { sixteen, open, call } = await serve(t)
  await publishText(sixteen, 'sales', first)
  const refused = await call('POST', '/v1/queries', { dataset: 'sales', query: { columns: ['county'] } })
  assert.deepEqual([refused.status, refused.json().code], [400, 'column-not-found'])
  const saved = (
    await call('POST', '/v1/queries', { dataset: 'sales', query: { filter: { town__exact: 'York' }, columns: ['price'] } })
  ).json() as { id: string }
  const records = await open(`/v1/queries/${saved.id}/records`)
  assert.deepEqual(records.json<{ records: object[] }>().records, [{ price: 20 }])
  await publishText(sixteen, 'sales', 'id,price\n1,10\n')
  await publishText(sixteen, 'sales', 'id,price\n1,11\n')
  await publishText(sixteen, 'sales', first)
  const { works, checks } = (await open(`/v1/queries/${saved.id}`)).json<{
    works: boolean
    checks: { version: string; works: boolean; problem?: object }[]
  }>()
  assert.deepEqual(
    [works, checks.map(({ version, works: each, problem }) => [version, each, problem])],
    [
      true,
      [
        ['2.1.0', true, undefined],
        ['2.0.0', false, { code: 'column-not-found', detail: 'There is no column "town".', pointer: '/filter/town__exact' }],
        ['1.0.0', true, undefined],
      ],
    ],
  )
  assert.equal((await open('/v1/queries/nothing')).statusCode, 404)
})
