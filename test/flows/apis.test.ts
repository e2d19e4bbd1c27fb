import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Parser } from 'n3'
import { newSixteen } from '../support/sixteen.ts'

test('a department enters its API, changes it, and what it was stays to be read', async (t) => {
  const sixteen = await newSixteen(t, { baseUrl: 'https://data.example' })
  await sixteen.catalogue.createPublisher({ name: 'home-office', title: 'Home Office' })
  await sixteen.catalogue.createDataset({ name: 'courts', title: 'Courts', publisher: 'cabinet-office' })
  const app = await sixteen.app()
  const token = async (publisher: string) => ({ authorization: `Bearer ${(await sixteen.access.createToken(publisher, 't')).secret}` })
  const [ours, theirs] = [await token('cabinet-office'), await token('home-office')]
  const entry = {
    title: 'Court finder',
    description: 'Courts by place.',
    publisher: 'cabinet-office',
    endpointURL: 'https://courts.example/api',
    endpointDescription: 'https://courts.example/openapi.json',
    status: 'live',
    auth: 'api-key',
    licence: 'ogl-uk-3.0',
    servesDataset: ['courts'],
  }
  const put = (payload: object, headers: Record<string, string> = ours) =>
    app.inject({ method: 'PUT', url: '/v1/apis/court-finder', payload, headers })
  assert.deepEqual([(await put(entry, {})).statusCode, (await put(entry, theirs)).statusCode], [401, 403])
  assert.equal((await put({ ...entry, servesDataset: ['none'] })).json().code, 'dataset-not-found')
  assert.equal((await put({ ...entry, endpointURL: 'javascript:alert(1)' })).statusCode, 400)
  const made = (await put(entry)).json()
  assert.deepEqual([made.name, made.own, made.servesDataset], ['court-finder', false, ['courts']])
  assert.equal((await put({ ...entry, status: 'deprecated' })).json().pointer, '/sunset')
  assert.equal((await put({ ...entry, publisher: 'home-office' }, theirs)).statusCode, 403, 'nobody takes over another’s entry')
  await put({ ...entry, status: 'deprecated', sunset: '2030-01-01' })
  assert.equal((await app.inject('/v1/apis/court-finder')).json().status, 'deprecated')
  assert.equal((await app.inject(`/v1/apis/court-finder?asOf=${encodeURIComponent(made.modified)}`)).json().status, 'live')
  assert.equal((await app.inject('/v1/apis/court-finder?asOf=2000-01-01')).json().code, 'api-not-found')
  assert.equal((await app.inject('/v1/apis/court-finder?asOf=yesterday')).json().code, 'parameter-invalid')
  assert.deepEqual(
    (await app.inject('/v1/apis?q=court&status=deprecated')).json().apis.map(({ name }: { name: string }) => name),
    ['court-finder'],
  )
  const quads = new Parser().parse((await app.inject('/v1/apis.ttl?q=court')).body)
  const value = (property: string) =>
    quads.find(({ subject, predicate }) => subject.value.endsWith('court-finder') && predicate.value.endsWith(property))?.object.value
  assert.deepEqual(
    [value('endpointURL'), value('servesDataset'), value('status')],
    ['https://courts.example/api', 'https://data.example/datasets/courts', 'http://purl.org/adms/status/Deprecated'],
  )
  assert.match((await app.inject('/apis?q=court')).body, /Court finder[\s\S]*deprecated[\s\S]*Needs a key[\s\S]*Ends on 1 January 2030/)
  assert.equal((await app.inject({ method: 'DELETE', url: '/v1/apis/court-finder', headers: theirs })).statusCode, 403)
  assert.equal((await app.inject({ method: 'DELETE', url: '/v1/apis/court-finder', headers: ours })).statusCode, 204)
  assert.deepEqual(
    (await app.inject('/v1/apis/court-finder/history'))
      .json()
      .changes.map(({ actor, service }: { actor: string; service: { status: string } | null }) => [actor, service?.status]),
    [
      ['cabinet-office', 'live'],
      ['cabinet-office', 'deprecated'],
      ['cabinet-office', undefined],
    ],
  )
})

test('the server’s own APIs describe themselves, and each answers', async (t) => {
  const sixteen = await newSixteen(t)
  const app = await sixteen.app()
  const { apis } = (await app.inject('/v1/apis')).json() as {
    apis: Array<{ name: string; endpointURL: string; endpointDescription?: string; own: boolean }>
  }
  assert.deepEqual(
    apis.map(({ name }) => name),
    ['data-api', 'sql-api', 'ckan-action-api', 'ogc-features-api', 'registers-api', 'terminology-api', 'mcp-api'],
  )
  for (const { endpointDescription } of apis)
    if (endpointDescription) assert.equal((await app.inject(endpointDescription)).statusCode, 200, endpointDescription)
  const { secret } = await sixteen.access.createToken('cabinet-office', 't')
  const taken = await app.inject({
    method: 'PUT',
    url: '/v1/apis/data-api',
    headers: { authorization: `Bearer ${secret}` },
    payload: { title: 'X', publisher: 'cabinet-office', endpointURL: 'https://x.example', status: 'live', auth: 'none' },
  })
  assert.equal(taken.json().code, 'parameter-invalid')
})
