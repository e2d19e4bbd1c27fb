import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { newSixteen, publishText } from '../support/sixteen.ts'

const CSV = 'Town,Amount\nLeeds,10\nYork,20.5\n"Ely, ""isle""",30\n'

async function serve(t: TestContext) {
  const sixteen = await newSixteen(t)
  const base = await sixteen.listen()
  const { secret } = await sixteen.access.createToken('cabinet-office', 'test')
  const call = (path: string, init: RequestInit = {}) => fetch(base + path, init)
  const authorized = (extra: Record<string, string> = {}) => ({ authorization: `Bearer ${secret}`, ...extra })
  return { sixteen, base, call, authorized, secret }
}

const problem = async (response: Response) => {
  assert.match(response.headers.get('content-type') ?? '', /^application\/problem\+json/)
  const { code, status, pointer } = (await response.json()) as Record<string, unknown>
  assert.equal(status, response.status)
  return { status, code, ...(pointer !== undefined && { pointer }) }
}

test('a publisher makes a dataset, publishes a file, and anyone reads it in every format', async (t) => {
  const { base, call, authorized } = await serve(t)
  const made = await call('/v1/datasets', {
    method: 'POST',
    headers: authorized({ 'content-type': 'application/json' }),
    body: JSON.stringify({ title: 'Spend over £25,000', publisher: 'cabinet-office' }),
  })
  assert.equal(made.status, 201)
  const { name } = (await made.json()) as { name: string }
  assert.equal(name, 'spend-over-25000')
  const published = await call(`/v1/datasets/${name}/versions?filename=may.csv&type=Town%3Dtext`, {
    method: 'POST',
    headers: authorized({ 'content-type': 'text/csv' }),
    body: CSV,
  })
  assert.equal(published.status, 201)
  assert.equal(published.headers.get('location'), `${base}/v1/datasets/${name}/versions/1.0.0`)
  const records = [
    { Town: 'Leeds', Amount: 10 },
    { Town: 'York', Amount: 20.5 },
    { Town: 'Ely, "isle"', Amount: 30 },
  ]
  const page = await call(`/v1/datasets/${name}/records?limit=2`)
  const body = (await page.json()) as { records: unknown; page: { next: string }; links: { next: string } }
  assert.deepEqual(body.records, records.slice(0, 2))
  assert.deepEqual({ ...body.page, next: typeof body.page.next }, { limit: 2, total: 3, next: 'string', prev: null })
  assert.equal(page.headers.get('link'), `<${body.links.next}>; rel="next"`)
  assert.deepEqual(((await (await fetch(body.links.next)).json()) as { records: unknown }).records, records.slice(2))
  assert.equal(
    await (await call(`/v1/datasets/${name}/records.csv`)).text(),
    'Town,Amount\r\nLeeds,10.00\r\nYork,20.50\r\n"Ely, ""isle""",30.00\r\n',
  )
  assert.equal(
    await (await call(`/v1/datasets/${name}/records`, { headers: { accept: 'text/csv' } })).text(),
    'Town,Amount\r\nLeeds,10.00\r\nYork,20.50\r\n"Ely, ""isle""",30.00\r\n',
  )
  assert.deepEqual(
    (await (await call(`/v1/datasets/${name}/records.ndjson?Amount__gt=15`)).text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
    records.slice(1),
  )
  assert.deepEqual(await (await call(`/v1/datasets/${name}/records.json?sort=-Amount`)).json(), records.toReversed())
  const parquet = Buffer.from(await (await call(`/v1/datasets/${name}/records.parquet`)).arrayBuffer())
  assert.deepEqual([parquet.subarray(0, 4).toString(), parquet.subarray(-4).toString()], ['PAR1', 'PAR1'])
  assert.equal(await (await call(`/v1/datasets/${name}/versions/1.0.0/source`)).text(), CSV)
  const query = await call(`/v1/datasets/${name}/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ or: [{ Town__exact: 'York' }, { Amount__gte: 30 }], sort: ['-Amount'] }),
  })
  assert.deepEqual(((await query.json()) as { records: unknown }).records, [records[2], records[1]])
  const schema = (await (await call(`/v1/datasets/${name}/schema`)).json()) as { fields: { name: string; type: string }[] }
  assert.deepEqual(
    schema.fields.map((field) => [field.name, field.type]),
    [
      ['Town', 'string'],
      ['Amount', 'number'],
    ],
  )
})

test('an answer is known by its tag until a new version changes it', async (t) => {
  const { sixteen, call } = await serve(t)
  await publishText(sixteen, 'tagged', CSV)
  const first = await call('/v1/datasets/tagged/records')
  const tag = first.headers.get('etag') as string
  await first.arrayBuffer()
  for (let i = 0; i < 2; i += 1) {
    const again = await call('/v1/datasets/tagged/records', { headers: { 'if-none-match': tag } })
    assert.deepEqual([again.status, await again.text()], [304, ''])
  }
  await publishText(sixteen, 'tagged', `${CSV}Hull,1\n`)
  const changed = await call('/v1/datasets/tagged/records', { headers: { 'if-none-match': tag } })
  assert.equal(changed.status, 200)
  assert.equal(((await changed.json()) as { version: string }).version, '1.0.1')
  const head = await call('/v1/datasets/tagged/records', { method: 'HEAD' })
  assert.deepEqual(
    [head.status, head.headers.get('etag'), head.headers.get('access-control-allow-origin')],
    [200, changed.headers.get('etag'), '*'],
  )
})

test('writing needs the right token, and says which', async (t) => {
  const { sixteen, call, authorized } = await serve(t)
  await sixteen.catalogue.createPublisher({ name: 'home-office', title: 'Home Office' })
  await sixteen.catalogue.createDataset({ name: 'theirs', title: 'Theirs', publisher: 'home-office' })
  const write = (headers: Record<string, string>) =>
    call('/v1/datasets/theirs/versions', { method: 'POST', headers: { 'content-type': 'text/csv', ...headers }, body: CSV })
  const missing = await write({})
  assert.equal(missing.headers.get('www-authenticate'), 'Bearer')
  assert.deepEqual(await problem(missing), { status: 401, code: 'token-missing' })
  assert.deepEqual(await problem(await write({ authorization: 'Bearer wrong' })), { status: 401, code: 'token-invalid' })
  assert.deepEqual(await problem(await write({ authorization: 'Basic eHg=' })), { status: 401, code: 'token-invalid' })
  assert.deepEqual(await problem(await write(authorized())), { status: 403, code: 'permission-denied' })
  assert.deepEqual(
    await problem(
      await call('/v1/tokens', {
        method: 'POST',
        headers: authorized({ 'content-type': 'application/json' }),
        body: '{"publisher":"home-office"}',
      }),
    ),
    { status: 403, code: 'permission-denied' },
  )
})

test('a revoked token no longer opens anything', async (t) => {
  const { sixteen, call, authorized } = await serve(t)
  const [token] = await sixteen.access.listTokens('cabinet-office')
  assert.equal((await call(`/v1/tokens/${token?.id}`, { method: 'DELETE', headers: authorized() })).status, 204)
  assert.deepEqual(await problem(await call('/v1/tokens', { headers: authorized() })), { status: 401, code: 'token-invalid' })
})

test('every mistake has its own problem and names the parameter', async (t) => {
  const { sixteen, call, authorized } = await serve(t)
  await publishText(sixteen, 'known', CSV)
  for (const [path, expected] of [
    ['/v1/datasets/none/records', { status: 404, code: 'dataset-not-found' }],
    ['/v1/datasets/known/records?Town=York', { status: 400, code: 'parameter-unknown', pointer: '/Town' }],
    ['/v1/datasets/known/records?Amount__contains=1', { status: 400, code: 'operator-not-allowed', pointer: '/Amount__contains' }],
    ['/v1/datasets/known/records?cursor=zzz', { status: 400, code: 'cursor-invalid', pointer: '/cursor' }],
    ['/v1/datasets/known/records.csv?limit=5', { status: 400, code: 'parameter-invalid', pointer: '/limit' }],
    ['/v1/datasets/known/versions/9.0.0', { status: 404, code: 'version-not-found', pointer: '/version' }],
    ['/v1/datasets/known/versions?page=2', { status: 400, code: 'parameter-unknown', pointer: '/page' }],
    ['/v1/jobs/none', { status: 404, code: 'job-not-found' }],
    ['/v1/nothing', { status: 404, code: 'route-not-found' }],
  ] as const)
    assert.deepEqual(await problem(await call(path)), expected, path)
  assert.deepEqual(await problem(await call('/v1/datasets/known/records', { headers: { accept: 'image/png' } })), {
    status: 406,
    code: 'format-not-supported',
    pointer: '/accept',
  })
  assert.deepEqual(
    await problem(
      await call('/v1/datasets/known/versions', { method: 'POST', headers: authorized({ 'content-type': 'text/csv' }), body: 'a,b\n' }),
    ),
    { status: 422, code: 'file-header-only' },
  )
  assert.deepEqual(
    await problem(
      await call('/v1/datasets', { method: 'POST', headers: authorized({ 'content-type': 'application/json' }), body: '{"title":' }),
    ),
    { status: 400, code: 'bad-request' },
  )
})

test('a publication goes on after the answer and tells its progress', async (t) => {
  const { sixteen, base, call, authorized } = await serve(t)
  await sixteen.catalogue.createDataset({ name: 'later', title: 'Later', publisher: 'cabinet-office' })
  const body = `n\n${Array.from({ length: 50_000 }, (_, i) => i).join('\n')}\n`
  const accepted = await call('/v1/datasets/later/versions', {
    method: 'POST',
    headers: authorized({ 'content-type': 'text/csv', prefer: 'respond-async' }),
    body,
  })
  assert.equal(accepted.status, 202)
  const job = (await accepted.json()) as { id: string }
  assert.equal(accepted.headers.get('location'), `${base}/v1/jobs/${job.id}`)
  const events = await (await call(`/v1/jobs/${job.id}`, { headers: { accept: 'text/event-stream' } })).text()
  const last = events.trim().split('\n\n').at(-1) ?? ''
  assert.match(last, /^event: done\n/)
  const { state, version, rows } = (await (await call(`/v1/jobs/${job.id}`)).json()) as Record<string, unknown>
  assert.deepEqual({ state, version, rows }, { state: 'done', version: '1.0.0', rows: 50_000 })
})

test('the OpenAPI documents name every route and every column', async (t) => {
  const { sixteen, call } = await serve(t)
  await publishText(sixteen, 'described', CSV)
  const whole = (await (await call('/openapi.json')).json()) as { openapi: string; paths: Record<string, unknown> }
  assert.equal(whole.openapi, '3.1.0')
  for (const path of [
    '/v1/datasets',
    '/v1/datasets/{dataset}/records',
    '/v1/datasets/{dataset}/query',
    '/v1/datasets/{dataset}/versions',
    '/v1/search',
  ])
    assert.ok(whole.paths[path], path)
  const one = (await (await call('/v1/datasets/described/openapi.json')).json()) as {
    paths: Record<string, { get: { parameters: { name: string; schema: object }[] } }>
  }
  const parameters = one.paths['/v1/datasets/described/records']?.get.parameters ?? []
  assert.deepEqual(parameters.find((parameter) => parameter.name === 'amount__gte')?.schema, { type: 'number' })
  assert.equal(
    parameters.some((parameter) => parameter.name === 'amount__contains'),
    false,
  )
})

test('deleting a dataset takes its data along', async (t) => {
  const { sixteen, call, authorized } = await serve(t)
  await publishText(sixteen, 'gone', CSV)
  assert.equal((await call('/v1/datasets/gone/records')).status, 200)
  assert.equal((await call('/v1/datasets/gone', { method: 'DELETE', headers: authorized() })).status, 204)
  assert.deepEqual(await problem(await call('/v1/datasets/gone/records')), { status: 404, code: 'dataset-not-found' })
})

test('a browser on another site may read and ask, and its preflight is answered', async (t) => {
  const { sixteen, call } = await serve(t)
  await publishText(sixteen, 'crossed', CSV)
  const preflight = await call('/v1/datasets/crossed/query', {
    method: 'OPTIONS',
    headers: { origin: 'https://example.org', 'access-control-request-method': 'POST', 'access-control-request-headers': 'content-type' },
  })
  assert.deepEqual(
    [
      preflight.status,
      preflight.headers.get('access-control-allow-origin'),
      /POST/.test(preflight.headers.get('access-control-allow-methods') ?? ''),
    ],
    [204, '*', true],
  )
})
