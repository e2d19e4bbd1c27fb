import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newSixteen, publishText } from '../support/sixteen.ts'

const table = `Council,GSS,Amount
Leeds,E08000035,10
Leeds,E08000035,20
City of York Council,E06000014,30
Cornwall,E06000052,40
Taunton Deane,E07000190,50
North Yorkshire,E06000065,60
Adur,E07000223,70
Bath & North East Somerset,E06000022,80
Atlantis,X99999999,90
`

test('columns of codes bind themselves to registers, say what is wrong, and can be labelled, filtered by parent and translated', async (t) => {
  const sixteen = await newSixteen(t, { baseUrl: 'http://data.example' })
  await sixteen.registers.ship()
  await publishText(sixteen, 'grants', table)
  const app = await sixteen.app()
  const get = async (path: string) => (await app.inject(path)).json()
  let columns: Array<{
    column: string
    register: string
    rows: number
    matched: number
    confidence: number
    issues: Array<Record<string, unknown>>
  }> = []
  for (let tries = 0; tries < 100 && columns.length === 0; tries += 1) {
    columns = (await get('/v1/datasets/grants/bindings')).columns
    await new Promise((resolve) => setTimeout(resolve, 30))
  }
  assert.deepEqual(
    columns.map(({ column, register, rows, matched }) => [column, register, rows, matched]),
    [
      ['Council', 'local-authority', 9, 8],
      ['GSS', 'statistical-geography-area', 9, 8],
    ],
  )
  assert.deepEqual(
    columns[0]!.issues.map(({ code, text, rows, instead }) => [code, text, rows, instead]),
    [
      ['unknown', 'Atlantis', 1, undefined],
      ['retired', 'Taunton Deane', 1, 'SWT'],
    ],
  )
  const labelled = await get('/v1/datasets/grants/records?columns=GSS,Amount&labels=GSS&translate=GSS:2026&Amount__gte=30&Amount__lte=50')
  assert.deepEqual(labelled.records, [
    { GSS: 'E06000014', Amount: 30, GSS_label: 'York', GSS_at_2026: 'E06000014' },
    { GSS: 'E06000052', Amount: 40, GSS_label: 'Cornwall', GSS_at_2026: 'E06000052' },
    { GSS: 'E07000190', Amount: 50, GSS_label: 'Taunton Deane', GSS_at_2026: 'E06000066' },
  ])
  for (const column of ['Council', 'GSS']) {
    const within = await get(`/v1/datasets/grants/records?${column}__within=E12000003&columns=Amount`)
    assert.deepEqual(
      within.records.map(({ Amount }: { Amount: number }) => Amount),
      [10, 20, 30, 60],
      column,
    )
  }
  assert.equal((await app.inject('/v1/datasets/grants/records.csv?Council__within=W92000004')).body.trim(), 'Council,GSS,Amount')
  const joined = await get(
    '/v1/datasets/grants/records?columns=Council.code,GSS.parent.name,GSS.code@2026,Amount&Council.kind__exact=Unitary authority&sort=-Council.name',
  )
  assert.deepEqual(joined.records, [
    { 'Council.code': 'YOR', 'GSS.parent.name': 'Yorkshire and The Humber', 'GSS.code@2026': 'E06000014', Amount: 30 },
    { 'Council.code': 'NYE', 'GSS.parent.name': 'Yorkshire and The Humber', 'GSS.code@2026': 'E06000065', Amount: 60 },
    { 'Council.code': 'CON', 'GSS.parent.name': 'South West', 'GSS.code@2026': 'E06000052', Amount: 40 },
    { 'Council.code': 'BAS', 'GSS.parent.name': 'South West', 'GSS.code@2026': 'E06000022', Amount: 80 },
  ])
  const query = async (payload: object) => (await app.inject({ method: 'POST', url: '/v1/datasets/grants/query', payload })).json()
  const byKind = {
    group: ['Council.kind'],
    measures: ['count', 'sum:Amount', 'count-distinct:Council.name'],
    sort: ['-count', 'Council.kind'],
  }
  const kinds = [
    { 'Council.kind': 'Unitary authority', count: 4, sum_amount: 210, 'count_distinct_Council.name': 4 },
    { 'Council.kind': 'Metropolitan district', count: 2, sum_amount: 30, 'count_distinct_Council.name': 1 },
    { 'Council.kind': 'Non-metropolitan district', count: 2, sum_amount: 120, 'count_distinct_Council.name': 2 },
    { 'Council.kind': null, count: 1, sum_amount: 90, 'count_distinct_Council.name': 0 },
  ]
  assert.deepEqual((await query(byKind)).records, kinds)
  assert.deepEqual(
    (await query({ filter: { GSS__within: 'E12000003' }, columns: ['GSS.name'], distinct: true, sort: ['GSS.name'] })).records,
    [{ 'GSS.name': 'Leeds' }, { 'GSS.name': 'North Yorkshire' }, { 'GSS.name': 'York' }],
  )
  const file = await app.inject('/v1/datasets/grants/records.csv?columns=GSS.name,Amount&Amount__lte=30')
  assert.equal(file.body, 'GSS.name,Amount\r\nLeeds,10\r\nLeeds,20\r\nYork,30\r\n')
  assert.deepEqual(
    [file.headers.etag, (await app.inject('/v1/datasets/grants/records?columns=GSS.name')).headers.etag],
    [undefined, undefined],
  )
  const saved = await app.inject({ method: 'POST', url: '/v1/queries', payload: { dataset: 'grants', query: byKind } })
  assert.deepEqual((await get(`/v1/queries/${saved.json().id}/records`)).records, kinds)
  for (const [path, status, code] of [
    ['records?columns=Amount.name', 400, 'parameter-invalid'],
    ['records?columns=GSS.nothing', 400, 'column-not-found'],
    ['records?columns=GSS.name.name', 400, 'column-not-found'],
    ['records?columns=GSS.name@2019-13', 400, 'parameter-invalid'],
    ['records?Amount__within=E12000003', 400, 'parameter-invalid'],
    ['records?within=E12000003', 400, 'parameter-invalid'],
    ['records?labels=Amount', 400, 'parameter-invalid'],
    ['records?Council__within=nowhere', 404, 'register-code-not-found'],
    ['records?translate=GSS', 400, 'parameter-invalid'],
    ['records.csv?labels=GSS', 400, 'parameter-invalid'],
  ] as const) {
    const reply = await app.inject(`/v1/datasets/grants/${path}`)
    assert.deepEqual([reply.statusCode, reply.json().code], [status, code], path)
  }
  const { uses } = await get('/v1/registers/local-authority/uses')
  assert.deepEqual(
    uses.map(({ dataset, column, rows }: { dataset: string; column: string; rows: number }) => [dataset, column, rows]),
    [['grants', 'Council', 9]],
  )
  const { reaches } = await sixteen.registers.changes.propose(
    'local-authority',
    { items: [{ 'local-authority': 'LDS', name: 'Leeds', 'end-date': '2030-03-31' }], proposedBy: 'me' },
    true,
  )
  assert.deepEqual([reaches.rows, reaches.columns[0]?.dataset, reaches.registers], [2, 'grants', ['statistical-geography-area']])
  await publishText(sixteen, 'grants', `${table}Hull,E06000010,100\n`)
  const older = await get('/v1/datasets/grants/records?version=1.0.0&columns=GSS.name&Amount__gte=80')
  assert.deepEqual(older.records, [{ 'GSS.name': 'Bath and North East Somerset' }, { 'GSS.name': null }])
  const newest = await get('/v1/datasets/grants/records?columns=GSS.name&Amount__gte=90')
  assert.deepEqual(newest.records, [{ 'GSS.name': null }, { 'GSS.name': 'Kingston upon Hull, City of' }])
})
