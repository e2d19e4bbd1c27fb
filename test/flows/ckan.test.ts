import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { newSixteen, publishText } from '../support/sixteen.ts'

// biome-ignore lint/suspicious/noExplicitAny: answers of a foreign protocol are looked at member by member
type Dict = Record<string, any>

/** Sends what CKAN's clients send: a bare token, JSON under a type of its own or none, and redirects off. */
async function ckan(t: TestContext) {
  const sixteen = await newSixteen(t)
  await sixteen.catalogue.createPublisher({ name: 'ministry-of-justice', title: 'Ministry of Justice' })
  const { secret } = await sixteen.access.createToken('cabinet-office', 'ckan')
  const app = await sixteen.app()
  const get = async (path: string) => app.inject(path)
  const post = async (action: string, body: Dict, headers: Dict = { authorization: secret }) => {
    const answer = await app.inject({
      method: 'POST',
      url: `/api/action/${action}`,
      headers: { 'content-type': 'application/json', ...headers },
      payload: JSON.stringify(body),
    })
    return { status: answer.statusCode, body: answer.json() as Dict }
  }
  const ask = async (action: string, query = '') => (await get(`/api/3/action/${action}${query}`)).json() as Dict
  return { sixteen, app, get, post, ask, secret }
}

test('a package made by a client comes back as it was sent, and is a dataset here', async (t) => {
  const { post, ask, sixteen } = await ckan(t)
  const sent = {
    name: 'road_lengths',
    title: 'Road lengths',
    notes: 'By class.',
    owner_org: 'cabinet-office',
    license_id: 'uk-ogl',
    maintainer: 'Roads team',
    maintainer_email: 'roads@transport.example',
    url: 'https://transport.example/roads',
    tags: [{ name: 'roads' }],
    groups: [{ name: 'transport' }],
    extras: [{ key: 'contact-phone', value: '0300' }],
    unknown_field: 'kept',
    resources: [{ name: 'Lengths', url: 'https://transport.example/roads.csv', format: 'CSV', size: 12 }],
  }
  const made = await post('package_create', sent)
  assert.equal(made.status, 200)
  const shown = (await ask('package_show', '?id=road_lengths')).result
  for (const field of ['name', 'title', 'notes', 'license_id', 'maintainer', 'maintainer_email', 'url'] as const)
    assert.equal(shown[field], sent[field], field)
  assert.deepEqual(
    [
      shown.tags[0].name,
      shown.groups[0].name,
      shown.organization.title,
      shown.isopen,
      shown.resources[0].url,
      shown.resources[0].size,
      shown.num_resources,
    ],
    ['roads', 'transport', 'Cabinet Office', true, 'https://transport.example/roads.csv', 12, 1],
  )
  assert.deepEqual(
    new Map(shown.extras.map(({ key, value }: Dict) => [key, value])),
    new Map([
      ['theme-primary', 'transport'],
      ['contact-phone', '0300'],
      ['unknown_field', 'kept'],
    ]),
  )
  assert.match(shown.metadata_created, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}$/)
  assert.equal((await sixteen.catalogue.dataset('road_lengths')).linked?.[0]?.accessURL, 'https://transport.example/roads.csv')
  const again = await post('package_update', { ...shown, title: 'All road lengths' })
  assert.deepEqual(
    [again.body.result.title, again.body.result.id, again.body.result.resources[0].id],
    ['All road lengths', shown.id, shown.resources[0].id],
  )
  const patched = await post('package_patch', { id: shown.id, notes: 'Changed.' })
  assert.deepEqual([patched.body.result.notes, patched.body.result.title], ['Changed.', 'All road lengths'])
  await post('package_delete', { id: shown.id })
  assert.deepEqual(await ask('package_show', `?id=${shown.id}`), {
    help: '/api/3/action/help_show?name=package_show',
    success: false,
    error: { message: 'Not found: Dataset was not found.', __type: 'Not Found Error' },
  })
})

test('resources are made, changed, found and taken away one by one; a published table is one too', async (t) => {
  const { post, ask, sixteen } = await ckan(t)
  await publishText(sixteen, 'towns', 'Town,Beds\nYork,4\n')
  const [table] = (await ask('package_show', '?id=towns')).result.resources
  assert.deepEqual([table.datastore_active, table.format, table.position], [true, 'CSV', 0])
  assert.equal((await ask('resource_show', `?id=${table.id}`)).result.url, table.url)
  const made = (await post('resource_create', { package_id: 'towns', name: 'Notes', url: 'https://x.example/notes.pdf', format: 'PDF' }))
    .body.result
  assert.equal(made.position, 1)
  assert.equal((await post('resource_patch', { id: made.id, description: 'How' })).body.result.description, 'How')
  assert.equal((await ask('resource_search', '?query=name:notes')).result.count, 1)
  assert.equal((await ask('package_search', '?fq=res_format:PDF')).result.count, 1)
  assert.equal((await post('resource_delete', { id: made.id })).status, 200)
  assert.equal((await post('resource_delete', { id: table.id })).body.error.__type, 'Authorization Error')
  assert.equal((await ask('package_show', '?id=towns')).result.num_resources, 1)
})

test('search answers words, fields, filters, ranges and facets', async (t) => {
  const { ask, sixteen } = await ckan(t)
  for (const [name, publisher, keyword] of [
    ['roads', 'cabinet-office', 'transport'],
    ['courts', 'ministry-of-justice', 'law'],
    ['prisons', 'ministry-of-justice', 'law'],
  ] as const)
    await sixteen.catalogue.createDataset({ name, title: `Data of ${name}`, publisher, keyword: [keyword] })
  const found = async (query: string) =>
    ((await ask('package_search', `?${query}`)).result.results as Dict[]).map(({ name }) => name).sort()
  assert.deepEqual(await found('q=courts'), ['courts'])
  assert.deepEqual(await found('q=title:cour*'), ['courts'])
  assert.deepEqual(await found('fq=organization:ministry-of-justice%20-name:prisons'), ['courts'])
  assert.deepEqual(await found('q=tags:law%20OR%20name:roads'), ['courts', 'prisons', 'roads'])
  assert.deepEqual(await found('fq=metadata_modified:[2100-01-01T00:00:00Z%20TO%20*]'), [])
  assert.deepEqual(await found('fq=state:active%20AND%20dataset_type:dataset&fq=capacity:private'), [])
  assert.deepEqual(await found('q=*:*&rows=1&start=1&sort=name%20asc'), ['prisons'])
  const { result } = await ask('package_search', '?q=*:*&rows=0&facet.field=["organization","tags"]&facet.limit=1')
  assert.deepEqual([result.count, result.facets], [3, { organization: { 'ministry-of-justice': 2 }, tags: { law: 2 } }])
  assert.deepEqual(result.search_facets.organization, {
    title: 'organization',
    items: [{ name: 'ministry-of-justice', display_name: 'Ministry of Justice', count: 2 }],
  })
})

test('every refusal has the shape that clients know', async (t) => {
  const { ask, get, post } = await ckan(t)
  const types = async (query: string) => (await ask('package_search', query)).error.__type
  assert.deepEqual(
    [
      await types('?q=title:('),
      await types('?q={!lucene}x'),
      await types('?sort=name'),
      await types('?nonsense=1'),
      await types('?q=nofield:x'),
    ],
    ['Search Query Error', 'Search Query Error', 'Search Query Error', 'Search Query Error', 'Search Error'],
  )
  const unknown = await get('/api/3/action/nope')
  assert.deepEqual([unknown.statusCode, unknown.json()], [400, 'Bad request: Action name not known: nope'])
  const changing = await get('/api/3/action/package_create?name=x')
  assert.deepEqual(
    [changing.statusCode, changing.json()],
    [400, 'Bad request: JSON Error: Invalid request. Please use POST method for your request'],
  )
  const bad = await post('package_create', { name: 'Bad Name', owner_org: 'cabinet-office' })
  assert.deepEqual(
    [bad.status, bad.body.error],
    [409, { name: ['Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_'], __type: 'Validation Error' }],
  )
  await post('package_create', { name: 'taken', owner_org: 'cabinet-office' })
  assert.deepEqual((await post('package_create', { name: 'taken', owner_org: 'cabinet-office' })).body.error.name, [
    'That URL is already in use.',
  ])
  assert.equal(
    (await post('package_create', { name: 'theirs', owner_org: 'ministry-of-justice' })).body.error.__type,
    'Authorization Error',
  )
  assert.equal((await post('package_create', { name: 'nobody', owner_org: 'cabinet-office' }, {})).status, 403)
  assert.equal((await post('package_create', { name: 'wrong', owner_org: 'cabinet-office' }, { authorization: 'wrong' })).status, 403)
})

test('parameters come in every form that CKAN takes', async (t) => {
  const { app, sixteen, secret } = await ckan(t)
  await publishText(sixteen, 'towns', 'Town,Beds\nYork,4\n')
  const ask = async (payload: string, type?: string) =>
    (await app.inject({ method: 'POST', url: '/api/3/action/package_show', headers: type ? { 'content-type': type } : {}, payload })).json()
      .result?.name
  assert.equal(await ask('id=towns', 'application/x-www-form-urlencoded'), 'towns')
  assert.equal(await ask('{"id":"towns"}', 'application/x-www-form-urlencoded'), 'towns')
  assert.equal(await ask('{"id":"towns"}', 'text/plain'), 'towns')
  assert.equal(
    await ask('--b\r\nContent-Disposition: form-data; name="id"\r\n\r\ntowns\r\n--b--\r\n', 'multipart/form-data; boundary=b'),
    'towns',
  )
  assert.equal((await app.inject({ method: 'POST', url: '/api/3/action/package_show?id=towns' })).json().result.name, 'towns')
  const list = await app.inject({
    method: 'POST',
    url: '/api/3/action/package_show',
    headers: { 'content-type': 'application/json' },
    payload: '[1]',
  })
  assert.equal(list.json(), 'Bad request: JSON Error: Request data JSON decoded to something that is not an object')
  const jsonp = await app.inject({ url: '/api/3/action/user_show?id=x&callback=seen', headers: { authorization: secret } })
  assert.equal(jsonp.statusCode, 404, 'a page of another site does not act for the holder of the token')
  assert.match((await app.inject({ url: '/api/3/action/package_list?callback=a.b' })).body, /^a\.b\(\{.*\}\);$/)
  assert.equal((await app.inject({ url: '/api/3/action/package_list?callback=alert(1)//' })).statusCode, 400)
  assert.deepEqual((await app.inject('/api/2/util/dataset/autocomplete?incomplete=tow')).json().ResultSet.Result[0].name, 'towns')
  assert.deepEqual((await app.inject('/api/3/search/dataset?q=towns')).json(), { count: 1, results: ['towns'] })
  assert.deepEqual((await app.inject('/api')).json(), { version: 1 })
})

test('a published table answers the datastore actions and its dump', async (t) => {
  const { ask, get, sixteen } = await ckan(t)
  await publishText(
    sixteen,
    'towns',
    'Town,Beds,Opened\nYork,4,2012-05-01\n"Bath, Spa",9,2013-01-02\nLeeds,,2014-01-01\nYork,7,2015-01-01\n',
  )
  const id = (await ask('package_show', '?id=towns')).result.resources[0].id
  const all = (await ask('datastore_search', `?resource_id=${id}&limit=2&offset=1`)).result
  assert.deepEqual(all.fields, [
    { id: '_id', type: 'int' },
    { id: 'Town', type: 'text' },
    { id: 'Beds', type: 'int' },
    { id: 'Opened', type: 'date' },
  ])
  assert.deepEqual(all.records, [
    { _id: 2, Town: 'Bath, Spa', Beds: 9, Opened: '2013-01-02' },
    { _id: 3, Town: 'Leeds', Beds: null, Opened: '2014-01-01' },
  ])
  assert.deepEqual([all.total, all.limit, all.offset, all.total_was_estimated], [4, 2, 1, false])
  const search = async (query: Dict) =>
    (await ask('datastore_search', `?${new URLSearchParams({ resource_id: id, ...query })}`)).result.records.map(({ _id }: Dict) => _id)
  assert.deepEqual(await search({ filters: '{"Town":"York"}' }), [1, 4])
  assert.deepEqual(await search({ filters: '{"Town":["York","Leeds"],"Beds":{"gte":5}}' }), [4])
  assert.deepEqual(await search({ filters: '[{"Beds":4},{"Town":"Leeds"}]', sort: '_id desc' }), [3, 1])
  assert.deepEqual(await search({ q: 'spa' }), [2])
  assert.deepEqual(await search({ sort: 'Beds desc, Town', offset: '1', limit: '2' }), [4, 1])
  assert.deepEqual(
    (await ask('datastore_search', `?resource_id=${id}&fields=Town&distinct=true&records_format=lists`)).result.records.length,
    3,
  )
  assert.equal(
    (await ask('datastore_search', `?resource_id=${id}&records_format=csv&fields=Town,Beds&limit=2`)).result.records,
    'York,4\n"Bath, Spa",9\n',
  )
  assert.deepEqual((await ask('datastore_search', `?resource_id=${id}&filters={"Nope":1}`)).error, {
    filters: ['field "Nope" not in table'],
    __type: 'Validation Error',
  })
  assert.equal((await ask('datastore_search', '?resource_id=none')).error.__type, 'Not Found Error')
  assert.equal((await ask('datastore_search', '?resource_id=_table_metadata')).result.records[0].name, id)
  assert.deepEqual(
    [
      (await ask('datastore_info', `?id=${id}`)).result.meta.count,
      (await ask('datastore_search', `?resource_id=${id}&limit=0`)).result.records,
    ],
    [4, []],
  )
  assert.equal(
    (await get(`/datastore/dump/${id}`)).body,
    '_id,Town,Beds,Opened\r\n1,York,4,2012-05-01\n2,"Bath, Spa",9,2013-01-02\n3,Leeds,,2014-01-01\n4,York,7,2015-01-01\n',
  )
  assert.deepEqual(JSON.parse((await get(`/datastore/dump/${id}?format=json&limit=1`)).body).records, [[1, 'York', 4, '2012-05-01']])
  assert.equal((await get('/datastore/dump/none')).statusCode, 404)
})
