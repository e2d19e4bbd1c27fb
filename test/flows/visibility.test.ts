import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { viewAsServer } from '../../src/core/access/index.ts'
import type { DatasetInput } from '../../src/core/catalogue/index.ts'
import { bytesOf, newSixteen } from '../support/sixteen.ts'

const staff = 'Name,Salary,Grade\nAda (invented),41000,7\nBob (invented),52000,6\nCyd (invented),pending,6\n'

async function open(t: TestContext) {
  const sixteen = await newSixteen(t, { baseUrl: 'https://data.example', rowsMinRows: 1 })
  const { catalogue, access } = sixteen
  await catalogue.updatePublisher('cabinet-office', { name: 'cabinet-office', title: 'Cabinet Office', kind: 'department' })
  await catalogue.createPublisher({ name: 'home-office', title: 'Home Office', kind: 'department' })
  await catalogue.createPublisher({ name: 'a-firm', title: 'A firm', kind: 'company' })
  const app = await sixteen.app()
  const tokens: Record<string, string> = {}
  for (const name of ['cabinet-office', 'home-office', 'a-firm']) tokens[name] = (await access.createToken(name, 't')).secret
  const ask = async (url: string, who?: string, more: object = {}) => {
    const headers = { ...(who && { authorization: `Bearer ${tokens[who] ?? who}` }), ...(more as { headers?: object }).headers }
    const answer = await app.inject({ url, ...more, headers })
    const body = (answer.headers['content-type'] ?? '').toString().includes('json') ? answer.json() : answer.body
    return { status: answer.statusCode, body, headers: answer.headers, text: answer.body }
  }
  const make = async (name: string, more: Partial<DatasetInput>, content?: string) => {
    await catalogue.createDataset({ name, title: name, publisher: 'cabinet-office', ...more })
    if (content)
      await viewAsServer(async () => {
        await sixteen.datastore.publish({ dataset: name, source: bytesOf(content), filename: 'staff.csv' })
        await sixteen.datastore.rowsReady(name)
      })
  }
  /** An application of an organisation that the operator has tied to a publisher, or not. */
  const application = (publisher: string | null) => {
    const person = access.people.welcome({ issuer: 'https://id.example', subject: `dev-${publisher}`, name: 'Dev' })
    const organisation = access.organisations.create(person.id, `Body ${publisher}`, 'government')
    if (publisher) access.organisations.setPublisher(organisation.id, publisher)
    const client = access.clients.create({ organisation: organisation.id, name: 'App', environment: 'live', redirectUris: [] })
    return { client: client.id, key: access.clients.addSecret(client.id, 's').secret }
  }
  return { sixteen, app, ask, make, application, tokens }
}

test('each tier is seen by those who prove that they are within it, and misses everybody else in the words for what is not there', async (t) => {
  const { ask, make, application } = await open(t)
  for (const visibility of ['public', 'licensed', 'government', 'organisation', 'personal'] as const)
    await make(visibility, { visibility }, staff)
  const ours = application('cabinet-office').key
  const theirs = application('home-office').key
  const saysSo = application(null).key
  const seen: Record<string, number[]> = {}
  for (const tier of ['public', 'licensed', 'government', 'organisation', 'personal'])
    seen[tier] = await Promise.all(
      [undefined, saysSo, 'a-firm', 'home-office', theirs, ours, 'cabinet-office'].map(
        async (who) => (await ask(`/v1/datasets/${tier}/records`, who)).status,
      ),
    )
  assert.deepEqual(seen, {
    public: [200, 200, 200, 200, 200, 200, 200],
    licensed: [403, 403, 403, 403, 403, 200, 200],
    government: [404, 404, 404, 200, 200, 200, 200],
    organisation: [404, 404, 404, 404, 404, 200, 200],
    personal: [404, 404, 404, 404, 404, 200, 200],
  })
  const missing = await ask('/v1/datasets/organisatioX')
  const hidden = await ask('/v1/datasets/organisation')
  const same = (body: object) =>
    JSON.stringify(body)
      .replaceAll('organisatioX', 'organisation')
      .replace(/urn:request:\w+/, '')
  assert.deepEqual([hidden.status, same(hidden.body)], [404, same(missing.body)])
})

test('a licensed dataset is described to all, and its data are for applications that were let in', async (t) => {
  const { sixteen, ask, make, application } = await open(t)
  await make('licensed', { visibility: 'licensed' }, staff)
  const { client, key } = application(null)
  const { body } = await ask('/v1/datasets/licensed')
  assert.deepEqual([body.licenceNeeded, body.distributions], [true, []])
  assert.equal((await ask('/v1/datasets/licensed/records', key)).body.code, 'licence-needed')
  sixteen.access.clients.subscribe(client, 'dataset:licensed', false, 'For research.')
  assert.equal((await ask('/v1/datasets/licensed/records', key)).status, 403)
  const waiting = await ask('/v1/subscriptions', 'cabinet-office')
  assert.deepEqual(
    waiting.body.subscriptions.map(({ api, answers }: { api: string; answers: string }) => [api, answers]),
    [['dataset:licensed', 'For research.']],
  )
  const decide = (who: string) =>
    ask('/v1/subscriptions/decide', who, { method: 'POST', payload: { client, api: 'dataset:licensed', approved: true } })
  assert.equal((await decide('home-office')).status, 403)
  assert.equal((await decide('cabinet-office')).status, 204)
  assert.equal((await ask('/v1/datasets/licensed/records', key)).body.page.total, 3)
  assert.equal((await ask('/v1/datasets/licensed/records')).status, 403)
})

test('a column that is not for the asker is not there, and is there for its publisher', async (t) => {
  const { ask, make } = await open(t)
  await make('staff', { columnVisibility: { salary: 'organisation' } }, staff)
  const columnsFor = async (who?: string) => {
    const { body } = await ask('/v1/datasets/staff/schema', who)
    return body.fields.map(({ name }: { name: string }) => name)
  }
  assert.deepEqual(
    [await columnsFor(), await columnsFor('cabinet-office')],
    [
      ['Name', 'Grade'],
      ['Name', 'Salary', 'Grade'],
    ],
  )
  const record = async (who?: string) => (await ask('/v1/datasets/staff/records?limit=1', who)).body.records[0]
  assert.deepEqual(
    [await record(), await record('cabinet-office')],
    [
      { Name: 'Ada (invented)', Grade: 7 },
      { Name: 'Ada (invented)', Salary: '41000', Grade: 7 },
    ],
  )
  for (const query of ['sort=Salary', 'Salary__exact=41000', 'columns=Salary', 'group=Grade&measures=max:Salary']) {
    const refused = (await ask(`/v1/datasets/staff/records?${query}`)).body
    const nonsense = (await ask(`/v1/datasets/staff/records?${query.replaceAll('Salary', 'Nonsense')}`)).body
    assert.deepEqual([refused.code, refused.status], [nonsense.code, nonsense.status], query)
    assert.equal((await ask(`/v1/datasets/staff/records?${query}`, 'cabinet-office')).status, 200, query)
  }
  const { body } = await ask('/v1/datasets/staff')
  assert.deepEqual([body.partial, body.columnVisibility, body.distributions[0].columns], [true, undefined, 2])
  const source = '/v1/datasets/staff/versions/1.0.0/source'
  assert.deepEqual([(await ask(source)).body.code, (await ask(source, 'cabinet-office')).text], ['source-restricted', staff])
  assert.equal(
    (await ask('/v1/datasets/staff/records.csv')).text,
    'Name,Grade\r\nAda (invented),7\r\nBob (invented),6\r\nCyd (invented),6\r\n',
  )
})

test('caches between do not give one what was another’s: nothing kept ready, no shared tag, nothing public', async (t) => {
  const { sixteen, tokens, make } = await open(t)
  await make('staff', { columnVisibility: { Salary: 'organisation' } }, staff)
  const base = await sixteen.listen()
  const owner = { authorization: `Bearer ${tokens['cabinet-office']}` }
  const get = async (headers: Record<string, string> = {}) => {
    const answer = await fetch(`${base}/v1/datasets/staff/records`, { headers })
    return { status: answer.status, text: await answer.text(), headers: answer.headers }
  }
  const first = await get(owner)
  assert.ok(first.text.includes('41000'))
  assert.equal(first.headers.get('cache-control'), 'private, no-cache')
  assert.match(first.headers.get('vary') ?? '', /authorization/)
  for (let i = 0; i < 3; i += 1) {
    const nobody = await get()
    assert.ok(!nobody.text.includes('41000') && !nobody.text.includes('Salary'))
    assert.match(nobody.headers.get('cache-control') ?? '', /^public/)
    assert.ok((await get(owner)).text.includes('41000'))
  }
  const nobody = await get()
  assert.notEqual(nobody.headers.get('etag'), first.headers.get('etag'))
  assert.equal((await get({ ...owner, 'if-none-match': nobody.headers.get('etag') ?? '' })).status, 200)
  assert.equal((await get({ 'if-none-match': first.headers.get('etag') ?? '' })).status, 200)
  assert.equal((await get({ ...owner, 'if-none-match': first.headers.get('etag') ?? '' })).status, 304)
  // Closed while it is kept ready: the next who asks does not find it.
  await viewAsServer(() => sixteen.catalogue.setVisibility('staff', { visibility: 'organisation' }))
  assert.deepEqual([(await get()).status, (await get({ 'if-none-match': nobody.headers.get('etag') ?? '' })).status], [404, 404])
})

test('what a change leaves out stays: nobody opens a dataset by changing its title', async (t) => {
  const { ask, make } = await open(t)
  await make('staff', { visibility: 'organisation', columnVisibility: { Salary: 'personal' } })
  const put = (payload: object) => ask('/v1/datasets/staff', 'cabinet-office', { method: 'PUT', payload })
  const after = (await put({ title: 'Staff', publisher: 'cabinet-office' })).body
  assert.deepEqual([after.title, after.visibility, after.columnVisibility], ['Staff', 'organisation', { Salary: 'personal' }])
  assert.equal((await ask('/v1/datasets/staff')).status, 404)
  const opened = await ask('/v1/datasets/staff/visibility', 'cabinet-office', {
    method: 'PUT',
    payload: { visibility: 'public', columnVisibility: {} },
  })
  assert.deepEqual([opened.status, opened.body.words], [200, 'Everybody sees this.'])
  assert.equal((await ask('/v1/datasets/staff')).status, 200)
  assert.equal((await ask('/v1/datasets/staff/visibility', 'home-office', { method: 'PUT', payload: { state: 'draft' } })).status, 403)
})

test('a file in which a restricted column may have another name is refused until somebody says who may see it', async (t) => {
  const { ask, make } = await open(t)
  await make('staff', { columnVisibility: { Salary: 'organisation' } }, staff)
  const send = (content: string) =>
    ask('/v1/datasets/staff/versions?filename=staff.csv', 'cabinet-office', {
      method: 'POST',
      payload: content,
      headers: { 'content-type': 'text/csv' },
    })
  const renamed = staff.replace('Salary', 'Pay')
  assert.equal((await send(renamed)).body.code, 'column-visibility-unclear')
  assert.equal((await send('Name,Grade\nAda (invented),7\n')).status, 201)
  await ask('/v1/datasets/staff/visibility', 'cabinet-office', {
    method: 'PUT',
    payload: { columnVisibility: { Salary: 'organisation', Pay: 'organisation' } },
  })
  assert.equal((await send(renamed)).status, 201)
  assert.ok(!(await ask('/v1/datasets/staff/records')).text.includes('41000'))
  assert.ok(!(await ask('/v1/datasets/staff/records?version=1.0.0')).text.includes('41000'))
})

test('an inventory tells what is planned, closed or not there to be opened, and nothing else lists it', async (t) => {
  const { ask, make } = await open(t)
  const post = (payload: object) =>
    ask('/v1/datasets', 'cabinet-office', { method: 'POST', payload: { title: 'x', publisher: 'cabinet-office', ...payload } })
  for (const [state, member] of [
    ['nothing-to-open', '/reason'],
    ['planned', '/planned'],
    ['closed', '/obstacle'],
  ])
    assert.equal((await post({ state })).body.pointer, member)
  await make('nothing', { state: 'nothing-to-open', reason: 'It holds no data.' })
  await make('soon', { state: 'planned', planned: '2027-01-31' })
  await make('shut', { state: 'closed', obstacle: 'A contract' }, staff)
  await make('held', { state: 'unpublished' })
  await make('mine', { state: 'draft' }, staff)
  const listed = async (state: string, who?: string) =>
    (await ask(`/v1/datasets?state=${state}`, who)).body.datasets.map(({ name }: { name: string }) => name)
  assert.deepEqual(await listed('all'), ['held', 'nothing', 'shut', 'soon'])
  assert.deepEqual(
    [await listed('planned'), await listed('draft'), await listed('draft', 'cabinet-office'), await listed('draft', 'home-office')],
    [['soon'], [], ['mine'], []],
  )
  assert.equal((await ask('/v1/datasets')).body.page.total, 0)
  assert.equal((await ask('/v1/search')).body.page.total, 0)
  assert.equal((await ask('/v1/datasets/shut/records')).body.code, 'dataset-has-no-data')
  assert.equal((await ask('/v1/datasets/shut/records', 'cabinet-office')).body.page.total, 3)
  const rights = async (name: string) => /access-right\/(\w+)/.exec((await ask(`/datasets/${name}.ttl`)).text)?.[1]
  assert.deepEqual([await rights('soon'), await rights('shut')], ['NON_PUBLIC', 'NON_PUBLIC'])
  await ask('/v1/datasets/mine/visibility', 'cabinet-office', { method: 'PUT', payload: { state: 'published' } })
  assert.equal((await ask('/v1/datasets/mine/records')).body.page.total, 3)
})

test('clients of CKAN keep private packages and drafts, and see them with their token where they ask for them', async (t) => {
  const { ask, make, tokens } = await open(t)
  await make('open', {})
  const act = async (name: string, payload: object, who?: string) => {
    const answer = await ask(`/api/3/action/${name}`, undefined, {
      method: 'POST',
      payload,
      headers: { 'content-type': 'application/json', ...(who && { authorization: tokens[who] }) },
    })
    return { status: answer.status, result: answer.body.result, type: answer.body.error?.__type, control: answer.headers['cache-control'] }
  }
  const own = 'cabinet-office'
  await act('package_create', { name: 'secret', owner_org: own, private: true, notes: 'hush' }, own)
  await act('package_create', { name: 'sketch', owner_org: own, state: 'draft' }, own)
  for (const who of [undefined, 'home-office']) assert.equal((await act('package_show', { id: 'secret' }, who)).type, 'Not Found Error')
  const shown = await act('package_show', { id: 'secret' }, own)
  assert.deepEqual([shown.result.private, shown.result.state, shown.control], [true, 'active', 'private, no-store'])
  const found = async (given: object, who?: string) => (await act('package_search', { sort: 'name asc', ...given }, who)).result
  const names = async (given: object, who?: string) => (await found(given, who)).results.map(({ name }: { name: string }) => name)
  const all = { include_private: true, include_drafts: true }
  assert.deepEqual(
    [
      await names({}, own),
      await names(all),
      await names({ include_private: true }, own),
      await names(all, own),
      await names(all, 'home-office'),
    ],
    [['open'], ['open'], ['open', 'secret'], ['open', 'secret', 'sketch'], ['open']],
  )
  assert.deepEqual(await names({ ...all, fq: 'state:draft' }, own), ['sketch'])
  assert.deepEqual(await names({ ...all, fq: 'capacity:private' }, own), ['secret'])
  assert.deepEqual(await names({ ...all, q: 'hush' }, own), ['secret'])
  assert.deepEqual([(await found({ q: 'hush' })).count, (await act('package_list', {}, own)).result], [0, ['open']])
  // What a client sends back unchanged changes nothing; what it changes is changed.
  await act('package_update', { ...shown.result, title: 'Still secret' }, own)
  assert.equal((await act('package_show', { id: 'secret' })).status, 404)
  await act('package_patch', { id: 'secret', private: false }, own)
  await act('package_patch', { id: 'sketch', state: 'active' }, own)
  assert.deepEqual(await names({}), ['open', 'secret', 'sketch'])
  await act('package_patch', { id: 'sketch', state: 'deleted' }, own)
  assert.deepEqual(
    [await names({}), await names({ include_deleted: true }, own)],
    [
      ['open', 'secret'],
      ['open', 'secret', 'sketch'],
    ],
  )
})

test('the history of a dataset tells nobody what it was while it was not for them', async (t) => {
  const { sixteen, ask, make } = await open(t)
  await make('plan', { state: 'draft', title: 'Secret working title' })
  await viewAsServer(() => sixteen.catalogue.updateDataset('plan', { title: 'Plan', publisher: 'cabinet-office', state: 'published' }))
  await viewAsServer(() => sixteen.catalogue.updateDataset('plan', { title: 'The plan', publisher: 'cabinet-office' }))
  const titles = async (who?: string) => (await ask('/v1/datasets/plan/history', who)).text.includes('Secret working title')
  assert.deepEqual([await titles(), await titles('home-office'), await titles('cabinet-office')], [false, false, true])
  assert.deepEqual(
    (await ask('/v1/datasets/plan/history')).body.changes.map(({ what }: { what: string }) => what),
    ['changed'],
  )
})

test('pages say in words who sees what, list the inventory, and show drafts to who is signed in for their publisher', async (t) => {
  const { sixteen, ask, make } = await open(t)
  await make('soon', { state: 'planned', planned: '2027-01-31', title: 'Costs to come' })
  await make('shut', { state: 'closed', obstacle: 'A contract with a supplier', title: 'Prices paid' })
  await make('mine', { state: 'draft', title: 'A first sketch' }, staff)
  await make('partly', { columnVisibility: { Salary: 'organisation' } }, staff)
  const html = { headers: { accept: 'text/html' } }
  assert.match((await ask('/datasets/soon', undefined, html)).text, /To be published by 31 January 2027/)
  assert.match((await ask('/datasets/shut', undefined, html)).text, /Closed: A contract with a supplier/)
  assert.match((await ask('/datasets/partly', undefined, html)).text, /Some columns are not for everybody/)
  assert.equal((await ask('/datasets/mine', undefined, html)).status, 404)
  const publisher = async (who?: string, more: object = html) => (await ask('/publishers/cabinet-office', who, more)).text
  const said = (page: string) => ['Costs to come', 'Prices paid', 'A first sketch'].map((words) => page.includes(words))
  assert.deepEqual(
    [said(await publisher()), said(await publisher('home-office')), said(await publisher('cabinet-office'))],
    [
      [true, true, false],
      [true, true, false],
      [true, true, true],
    ],
  )
  // Signed in, as a member of the organisation that the publisher is.
  const { people, organisations } = sixteen.access
  const session = (publisherOf: string | null) => {
    const person = people.welcome({ issuer: 'https://id.example', subject: `member-${publisherOf}`, name: 'Member' })
    const organisation = organisations.create(person.id, `Org ${publisherOf}`, 'other')
    if (publisherOf) organisations.setPublisher(organisation.id, publisherOf)
    return `__Host-sixteen-member=${people.openSession(person.id, 'member')}`
  }
  const asMember = (cookie: string) => ({ headers: { accept: 'text/html', cookie } })
  const ours = asMember(session('cabinet-office'))
  const shown = await ask('/datasets/mine', undefined, ours)
  assert.equal(shown.status, 200)
  assert.match(shown.text, /A draft, which only its publisher sees/)
  assert.match(String(shown.headers['cache-control']), /private/)
  assert.deepEqual(
    [said(await publisher(undefined, ours)), said(await publisher(undefined, asMember(session('home-office'))))],
    [
      [true, true, true],
      [true, true, false],
    ],
  )
  // What is data stays with tokens: a session opens no API.
  assert.equal((await ask('/v1/datasets/mine/records', undefined, ours)).status, 404)
})
