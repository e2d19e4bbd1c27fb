import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { newSixteen, publishText } from '../support/sixteen.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers of a foreign protocol are looked at member by member
type Dict = Record<string, any>

async function ckan(t: TestContext) {
  const sixteen = await newSixteen(t)
  await sixteen.catalogue.createPublisher({ name: 'ministry-of-justice', title: 'Ministry of Justice' })
  await sixteen.catalogue.createDataset({ name: 'counts', title: 'Counts', publisher: 'cabinet-office' })
  const { secret } = await sixteen.access.createToken('cabinet-office', 'ckan')
  const other = (await sixteen.access.createToken('ministry-of-justice', 'ckan')).secret
  const app = await sixteen.app()
  const post = async (action: string, body: Dict, authorization: string | undefined = secret) => {
    const answer = await app.inject({
      method: 'POST',
      url: `/api/3/action/${action}`,
      headers: { 'content-type': 'application/json', ...(authorization && { authorization }) },
      payload: JSON.stringify(body),
    })
    const { success, result, error } = answer.json()
    return { status: answer.statusCode, success, result, error } as Dict
  }
  const records = async (id: string, more: Dict = {}) =>
    (await post('datastore_search', { resource_id: id, ...more })).result.records as Dict[]
  return { sixteen, app, post, records, other }
}

const fields = [
  { id: 'site', type: 'text' },
  { id: 'day', type: 'date' },
  { id: 'Count', type: 'int' },
  { id: 'share', type: 'numeric' },
  { id: 'open', type: 'bool' },
]

test('a client makes an empty table, writes records into it, changes them by key and takes some away', async (t) => {
  const { app, post, records } = await ckan(t)
  const made = await post('datastore_create', { resource: { package_id: 'counts', name: 'Sites' }, fields, primary_key: 'site, day' })
  assert.equal(made.status, 200, JSON.stringify(made.error))
  const id = made.result.resource_id as string
  assert.deepEqual(made.result, { resource_id: id, method: 'insert', fields, primary_key: ['site', 'day'] })
  assert.deepEqual(await records(id), [])
  const shown = (await post('resource_show', { id })).result
  assert.deepEqual([shown.datastore_active, shown.url_type, shown.name, shown.format], [true, 'datastore', 'Sites', 'CSV'])
  const first = [
    { site: '007', day: '2015-01-01', Count: 4, share: 0.25, open: true },
    { site: '008', day: '2015-01-01', Count: '5', share: '1.125', open: 'f' },
  ]
  assert.deepEqual((await post('datastore_upsert', { resource_id: id, method: 'insert', records: first })).result, {
    resource_id: id,
    method: 'insert',
  })
  assert.deepEqual(await records(id), [
    { _id: 1, site: '007', day: '2015-01-01', Count: 4, share: 0.25, open: true },
    { _id: 2, site: '008', day: '2015-01-01', Count: 5, share: 1.125, open: false },
  ])
  await post('datastore_upsert', {
    resource_id: id,
    records: [
      { site: '007', day: '2015-01-01', Count: 9 },
      { site: '009', day: '2015-01-02', Count: null },
    ],
  })
  assert.deepEqual(
    (await records(id)).map(({ site, Count, share }) => [site, Count, share]),
    [
      ['007', 9, 0.25],
      ['008', 5, 1.125],
      ['009', null, null],
    ],
  )
  assert.equal(
    (await post('datastore_upsert', { resource_id: id, method: 'update', records: [{ site: '008', day: '2015-01-01', Count: 6 }] })).status,
    200,
  )
  await post('datastore_upsert', { resource_id: id, dry_run: true, records: [{ site: '010', day: '2015-01-02' }] })
  assert.deepEqual((await post('datastore_delete', { resource_id: id, filters: { site: ['007', '009'] } })).result, {
    resource_id: id,
    filters: { site: ['007', '009'] },
  })
  assert.deepEqual(await records(id), [{ _id: 1, site: '008', day: '2015-01-01', Count: 6, share: 1.125, open: false }])
  assert.equal((await app.inject(`/datastore/dump/${id}`)).body, '_id,site,day,Count,share,open\r\n1,008,2015-01-01,6,1.125,false\n')
  const versions = (await app.inject(`/v1/datasets/counts/versions?distribution=${id}`)).json().versions
  assert.equal(versions.length, 5, 'each change is a version; a dry run and what changes nothing are none')
  assert.equal((await app.inject(`/v1/datasets/counts/records?distribution=${id}&count__gte=6`)).json().page.total, 1)
  await post('datastore_delete', { resource_id: id, filters: { site: '008' } })
  assert.deepEqual(await records(id), [])
  assert.equal((await app.inject({ url: '/datasets/counts', headers: { accept: 'text/html' } })).statusCode, 200)
  assert.deepEqual((await post('datastore_delete', { resource_id: id })).result, { resource_id: id })
  assert.deepEqual((await post('datastore_search', { resource_id: id })).status, 404)
  assert.equal((await post('resource_show', { id })).result.datastore_active, false)
})

test('a table is made from records alone, under types that all of them have, and is taken away with its resource', async (t) => {
  const { post, records } = await ckan(t)
  const made = await post('datastore_create', {
    resource: { package_id: 'counts' },
    records: [
      { a: 1, b: 'x', c: { deep: [1] }, d: '2015-02-30' },
      { a: 1.5, b: 2, e: true },
    ],
    include_records: true,
  })
  const id = made.result.resource_id as string
  assert.deepEqual(
    made.result.fields.map((field: Dict) => [field.id, field.type]),
    [
      ['a', 'numeric'],
      ['b', 'text'],
      ['c', 'text'],
      ['d', 'text'],
      ['e', 'bool'],
    ],
  )
  assert.equal(made.result.records.length, 2)
  assert.deepEqual(await records(id), [
    { _id: 1, a: 1, b: 'x', c: '{"deep":[1]}', d: '2015-02-30', e: null },
    { _id: 2, a: 1.5, b: '2', c: null, d: null, e: true },
  ])
  assert.equal(
    (await post('datastore_create', { resource_id: id, fields: [{ id: 'a' }, { id: 'f', type: 'int8' }], records: [{ f: 3 }] })).status,
    200,
  )
  assert.deepEqual(
    (await records(id, { filters: { f: 3 } })).map(({ _id, f }) => [_id, f]),
    [[3, 3]],
  )
  assert.equal((await post('resource_delete', { id })).status, 200)
  assert.equal((await post('datastore_search', { resource_id: id })).status, 404)
  assert.deepEqual((await post('package_show', { id: 'counts' })).result.resources, [])
})

test('what cannot be written is refused in the shape that clients know, and changes nothing', async (t) => {
  const { post, records, other, sixteen } = await ckan(t)
  const id = (
    await post('datastore_create', {
      resource: { package_id: 'counts' },
      fields,
      primary_key: ['site'],
      records: [{ site: 'a', Count: 1 }],
    })
  ).result.resource_id as string
  const refused = async (body: Dict, action = 'datastore_upsert') => {
    const { status, error } = await post(action, { resource_id: id, ...body })
    return [status, ...Object.keys(error).filter((name) => name !== '__type')]
  }
  assert.deepEqual(await refused({ records: [{ Count: 1 }] }), [409, 'key'])
  assert.deepEqual(await refused({ records: [{ site: 'b', Count: 'many' }] }), [409, 'records', 'records_row'])
  assert.deepEqual(await refused({ records: [{ site: 'b', day: '2015-02-30' }] }), [409, 'records', 'records_row'])
  assert.deepEqual(await refused({ records: [{ site: 'b', nope: 1 }] }), [409, 'records'])
  assert.deepEqual(await refused({ records: [{ site: 'a' }], method: 'insert' }), [409, 'records', 'records_row'])
  assert.deepEqual(await refused({ records: [{ site: 'z' }], method: 'update' }), [409, 'key'])
  assert.deepEqual(await refused({ records: 'no', method: 'x' }), [409, 'method'])
  assert.deepEqual(await refused({ records: 'no' }), [409, 'records'])
  assert.deepEqual(await refused({ filters: { nope: 1 } }, 'datastore_delete'), [409, 'filters'])
  assert.deepEqual(await refused({}, 'datastore_records_delete'), [409, 'filters'])
  assert.deepEqual(await refused({ fields: [{ id: '_x' }] }, 'datastore_create'), [409, 'fields'])
  assert.deepEqual(await refused({ fields: [{ id: 'site', type: 'int' }] }, 'datastore_create'), [409, 'fields'])
  assert.deepEqual(await refused({ resource: {} }, 'datastore_create'), [409, 'resource'])
  assert.deepEqual((await post('datastore_create', {})).error, {
    resource_id: ['resource_id or resource required'],
    __type: 'Validation Error',
  })
  assert.equal((await post('datastore_upsert', { resource_id: id, records: [] }, other)).error.__type, 'Authorization Error')
  assert.equal((await post('datastore_delete', { resource_id: id }, '')).status, 403)
  assert.equal((await post('datastore_upsert', { resource_id: 'none' })).status, 404)
  const linked = (await post('resource_create', { package_id: 'counts', url: 'https://x.example/a.csv' })).result.id
  assert.match(JSON.stringify((await post('datastore_create', { resource_id: linked, fields: [{ id: 'a' }] })).error), /read-only/)
  assert.equal((await post('datastore_create', { resource_id: linked, fields: [{ id: 'a' }], force: true })).status, 200)
  await publishText(sixteen, 'towns', 'Town,Beds\nYork,4\n')
  const file = (await post('package_show', { id: 'towns' })).result.resources[0].id
  assert.equal((await post('datastore_delete', { resource_id: file, force: true })).status, 403)
  assert.deepEqual(await records(id), [{ _id: 1, site: 'a', day: null, Count: 1, share: null, open: null }])
})

test('writes of one table at once are all there', async (t) => {
  const { post, records } = await ckan(t)
  const id = (await post('datastore_create', { resource: { package_id: 'counts' }, fields: [{ id: 'n', type: 'int' }] })).result.resource_id
  await Promise.all(Array.from({ length: 8 }, (_, n) => post('datastore_upsert', { resource_id: id, method: 'insert', records: [{ n }] })))
  assert.deepEqual(
    (await records(id)).map(({ n }) => n).sort(),
    Array.from({ length: 8 }, (_, n) => n),
  )
})

test('SQL over resources answers under published names, and never what it may not', async (t) => {
  const { app, post, sixteen } = await ckan(t)
  await publishText(sixteen, 'towns', 'Town name,Beds,Opened\nYork,4,2012-05-01\nLeeds,,2014-01-01\nYork,7,2015-01-01\n')
  const id = (await post('package_show', { id: 'towns' })).result.resources[0].id
  const sql = async (text: string) => (await app.inject(`/api/3/action/datastore_search_sql?sql=${encodeURIComponent(text)}`)).json()
  const answer = await sql(
    `SELECT "Town name", count(*) AS n, sum("Beds") AS beds FROM "${id}" WHERE _id > 0 GROUP BY "Town name" ORDER BY n DESC;`,
  )
  assert.deepEqual(answer.result.records, [
    { 'Town name': 'York', n: 2, beds: 11 },
    { 'Town name': 'Leeds', n: 1, beds: null },
  ])
  assert.deepEqual(answer.result.fields, [
    { id: 'Town name', type: 'text' },
    { id: 'n', type: 'int8' },
    { id: 'beds', type: 'numeric' },
  ])
  assert.deepEqual((await sql(`SELECT * FROM (SELECT * FROM "${id}") AS q LIMIT 1`)).result.records, [
    { _id: 1, 'Town name': 'York', Beds: 4, Opened: '2012-05-01' },
  ])
  const refused = async (text: string) => {
    const { error } = await sql(text)
    return error.__type
  }
  assert.deepEqual(
    [
      await refused('SELECT 1; SELECT 2'),
      await refused(`DROP TABLE "${id}"`),
      await refused('SELECT * FROM pg_catalog.pg_tables'),
      await refused('SELECT * FROM pg_user'),
      await refused("SELECT * FROM read_csv('/etc/passwd')"),
      await refused("SELECT * FROM '/etc/passwd'"),
      await refused(`SELECT pg_sleep(1) FROM "${id}"`),
      await refused('SELECT * FROM "none"'),
      await refused(''),
      await refused(`SELECT "Nope" FROM "${id}"`),
    ],
    [
      'Validation Error',
      'Validation Error',
      'Authorization Error',
      'Authorization Error',
      'Validation Error',
      'Not Found Error',
      'Authorization Error',
      'Not Found Error',
      'Validation Error',
      'Validation Error',
    ],
  )
})

test('the old forms of the interface list and show what the new one does', async (t) => {
  const { app, sixteen } = await ckan(t)
  await sixteen.catalogue.updateDataset('counts', { title: 'Counts', publisher: 'cabinet-office', keyword: ['visits'] })
  for (const prefix of ['/api/rest', '/api/1/rest', '/api/2/rest']) {
    assert.deepEqual((await app.inject(`${prefix}/dataset`)).json(), ['counts'])
    assert.equal((await app.inject(`${prefix}/package/counts`)).json().title, 'Counts')
    assert.deepEqual((await app.inject(`${prefix}/tag/visits`)).json(), ['counts'])
    assert.deepEqual(
      [(await app.inject(`${prefix}/group/none`)).statusCode, (await app.inject(`${prefix}/dataset/none`)).json()],
      [404, 'Not found'],
    )
  }
})
