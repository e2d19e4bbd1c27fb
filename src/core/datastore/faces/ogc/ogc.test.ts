import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { newSixteen, publishText } from '../../../../../test/support/sixteen.ts'
import { Problem } from '../../../../foundation/kernel/index.ts'
import { parseCql2 } from './cql2.ts'

const columns = { latitude: 'latitude', longitude: 'longitude' }
const condition = (column: string, op: string, value: unknown) => ({ column, op, value, pointer: '/filter' })

test('CQL2 text is read as the filter it means', () => {
  for (const [text, filter] of [
    ["town = 'LEEDS'", condition('town', 'exact', 'LEEDS')],
    ["\"the town\" = 'O''Neil' or a<5", { or: [condition('the town', 'exact', "O'Neil"), condition('a', 'lt', '5')] }],
    [
      'a > 1 AND b >= -2.5e1 AND NOT c = TRUE',
      { and: [condition('a', 'gt', '1'), condition('b', 'gte', '-2.5e1'), { not: condition('c', 'exact', true) }] },
    ],
    ['5 < a', condition('a', 'gt', '5')],
    ['a <> 1', { and: [condition('a', 'not', '1'), condition('a', 'isnull', false)] }],
    ["a in ('x', 'y')", condition('a', 'in', ['x', 'y'])],
    ["a NOT LIKE 'x%'", { and: [{ not: condition('a', 'like', 'x%') }, condition('a', 'isnull', false)] }],
    [
      "d BETWEEN DATE('2012-01-01') AND DATE('2012-12-31')",
      { and: [condition('d', 'gte', '2012-01-01'), condition('d', 'lte', '2012-12-31')] },
    ],
    ['a IS NOT NULL', condition('a', 'isnull', false)],
    ['S_INTERSECTS(geometry, BBOX(-2,53,-1,54))', { area: { bbox: [-2, 53, -1, 54] }, pointer: '/filter' }],
    ['(a=1 OR b=2) AND TRUE', { and: [{ or: [condition('a', 'exact', '1'), condition('b', 'exact', '2')] }, { and: [] }] }],
    ['S_INTERSECTS(geometry,POINT(1 2))', { and: [condition('longitude', 'exact', 1), condition('latitude', 'exact', 2)] }],
  ] as const)
    assert.deepEqual(parseCql2(text, columns), filter, text)
  for (const text of [
    '',
    'a',
    'a =',
    "a = 'x",
    'a = 1 AND',
    '(a = 1',
    'a = 1)',
    'a LIKE',
    'a = b',
    'S_INTERSECTS(geometry, LINESTRING(1 2,3 4))',
    '('.repeat(50),
  ])
    assert.throws(() => parseCql2(text, columns), Problem, text)
})

test('any text given as a filter is understood or refused, never a failure', () => {
  const piece = fc.constantFrom(
    'a',
    '=',
    "'x'",
    '5',
    'AND',
    'OR',
    'NOT',
    '(',
    ')',
    'LIKE',
    'IN',
    ',',
    'S_INTERSECTS(',
    'BBOX(',
    'TRUE',
    'DATE(',
    '"',
    "'",
    ' ',
  )
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map((pieces) => pieces.join(' ')),
      ),
      (text) => {
        try {
          parseCql2(text, columns)
        } catch (error) {
          assert.ok(error instanceof Problem, String(error))
        }
      },
    ),
  )
})

const CSV = `id,town,opened,latitude,longitude
a1,Leeds,2012-05-31,53.8,-1.55
b/2,York,2013-01-01,53.96,-1.08
c3,Ely,2014-06-30,52.4,0.26
d4,,2015-01-01,,
`

async function serve(t: TestContext) {
  const sixteen = await newSixteen(t, { baseUrl: 'http://data.test' })
  await publishText(sixteen, 'sites', CSV, { key: ['id'] })
  await publishText(sixteen, 'plain', 'a,b\n1,2\n')
  const app = await sixteen.app()
  const get = async (path: string, headers: Record<string, string> = {}) => {
    const answer = await app.inject({ url: path.replace('http://data.test', ''), headers })
    const json = () => answer.json() as Record<string, unknown> & { links: { rel: string; href: string; type: string }[] }
    return { status: answer.statusCode, type: answer.headers['content-type'], json, body: answer.body }
  }
  return { sixteen, get }
}

test('from the landing page every document is found, in the form and with the links that the standard asks for', async (t) => {
  const { get } = await serve(t)
  const landing = await get('/ogc')
  const link = (document: { links: { rel: string; href: string }[] }, rel: string) =>
    document.links.find((each) => each.rel === rel)?.href ?? ''
  assert.deepEqual([landing.status, landing.type], [200, 'application/json'])
  assert.equal((await get('/ogc/')).status, 200)
  const conformance = (await get(link(landing.json(), 'conformance'))).json().conformsTo as string[]
  for (const name of ['core', 'oas30', 'html', 'geojson'])
    assert.ok(conformance.includes(`http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/${name}`))
  const api = await get(link(landing.json(), 'service-desc'))
  assert.equal(api.type, 'application/vnd.oai.openapi+json;version=3.0')
  assert.deepEqual(Object.keys(api.json().paths as object), [
    '/',
    '/conformance',
    '/api',
    '/collections',
    '/collections/sites',
    '/collections/sites/queryables',
    '/collections/sites/items',
    '/collections/sites/items/{featureId}',
  ])
  const collections = (await get(link(landing.json(), 'data'))).json().collections as { links: { rel: string; href: string }[] }[]
  assert.equal(collections.length, 1)
  const [collection] = collections
  assert.deepEqual((await get('/ogc/collections/sites')).json(), collection)
  assert.deepEqual((collection as unknown as { extent: object }).extent, {
    spatial: { bbox: [[-1.55, 52.4, 0.26, 53.96]], crs: 'http://www.opengis.net/def/crs/OGC/1.3/CRS84' },
    temporal: { interval: [['2012-05-31T00:00:00Z', '2015-01-01T00:00:00Z']], trs: 'http://www.opengis.net/def/uom/ISO-8601/0/Gregorian' },
  })
  const items = await get(link(collection as { links: { rel: string; href: string }[] }, 'items'))
  assert.deepEqual([items.status, items.type], [200, 'application/geo+json'])
  assert.deepEqual(Object.keys((await get('/ogc/collections/sites/queryables')).json().properties as object), [
    'geometry',
    'id',
    'town',
    'opened',
    'latitude',
    'longitude',
  ])
})

test('items are pages of features, each of which has its own address', async (t) => {
  const { get } = await serve(t)
  const first = (await get('/ogc/collections/sites/items?limit=3')).json()
  const { timeStamp, links, ...rest } = first
  assert.match(String(timeStamp), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
  const feature = {
    type: 'Feature',
    id: 'a1',
    geometry: { type: 'Point', coordinates: [-1.55, 53.8] },
    properties: { id: 'a1', town: 'Leeds', opened: '2012-05-31', latitude: 53.8, longitude: -1.55 },
  }
  assert.deepEqual(
    { ...rest, features: (rest.features as object[]).slice(0, 1) },
    { type: 'FeatureCollection', features: [feature], numberMatched: 4, numberReturned: 3 },
  )
  assert.deepEqual(
    links.map(({ rel, type }) => [rel, type]),
    [
      ['self', 'application/geo+json'],
      ['alternate', 'text/html'],
      ['collection', 'application/json'],
      ['next', 'application/geo+json'],
    ],
  )
  const second = (await get(links[3]?.href ?? '')).json()
  assert.deepEqual(
    [second.numberMatched, (second.features as { id: string; geometry: null }[]).map(({ id, geometry }) => [id, geometry])],
    [4, [['d4', null]]],
  )
  assert.deepEqual(
    second.links.map(({ rel }) => rel),
    ['self', 'alternate', 'collection', 'prev'],
  )
  const alone = (await get('/ogc/collections/sites/items/b%2F2')).json()
  assert.deepEqual([alone.id, alone.links.map(({ rel }) => rel)], ['b/2', ['self', 'alternate', 'collection']])
})

test('items are found by box, time, property and filter', async (t) => {
  const { get } = await serve(t)
  for (const [query, ids] of [
    ['bbox=-2,53,-1,54', ['a1', 'b/2']],
    ['bbox=-2,53,0,-1,54,100', ['a1', 'b/2']],
    ['datetime=2013-01-01', ['b/2']],
    ['datetime=2013-01-01T12:00:00Z/..', ['b/2', 'c3', 'd4']],
    ['datetime=../2012-12-31T00:00:00Z', ['a1']],
    ['datetime=%2F2012-12-31', ['a1']],
    ['town=York', ['b/2']],
    ['limit=100000&town=York', ['b/2']],
    ["filter=town LIKE '%25e%25' AND opened < DATE('2014-01-01')", ['a1']],
    ["filter=town <> 'York'&filter-lang=cql2-text", ['a1', 'c3']],
    ['filter=S_INTERSECTS(geometry,POLYGON((0 52,1 52,1 53,0 53,0 52)))', ['c3']],
    ['sortby=-opened&limit=2', ['d4', 'c3']],
  ] as const) {
    const answer = await get(`/ogc/collections/sites/items?${query.replaceAll(' ', '%20')}`)
    assert.deepEqual(
      (answer.json().features as { id: string }[] | undefined)?.map(({ id }) => id),
      ids,
      `${query}: ${answer.body.slice(0, 300)}`,
    )
  }
})

test('what the standard forbids is refused', async (t) => {
  const { get } = await serve(t)
  for (const [path, status] of [
    ['/ogc/collections/sites/items?limit=0', 400],
    ['/ogc/collections/sites/items?limit=-1', 400],
    ['/ogc/collections/sites/items?limit=x', 400],
    ['/ogc/collections/sites/items?bbox=1,2,3', 400],
    ['/ogc/collections/sites/items?bbox=1,2,3,four', 400],
    ['/ogc/collections/sites/items?bbox=1,5,3,4', 400],
    ['/ogc/collections/sites/items?datetime=yesterday', 400],
    ['/ogc/collections/sites/items?datetime=2014-01-01/2013-01-01', 400],
    ['/ogc/collections/sites/items?nope=1', 400],
    ['/ogc/collections/sites/items?filter=town%20=', 400],
    ['/ogc/collections/sites/items?filter=town=1&filter-lang=cql2-json', 400],
    ['/ogc/collections/sites/items?crs=http://www.opengis.net/def/crs/EPSG/0/27700', 400],
    ['/ogc/collections/sites/items?f=gml', 400],
    ['/ogc/collections/sites?nope=1', 400],
    ['/ogc/conformance?nope=1', 400],
    ['/ogc/collections/plain', 404],
    ['/ogc/collections/nothing/items', 404],
    ['/ogc/collections/sites/items/zzz', 404],
  ] as const) {
    const answer = await get(path)
    assert.deepEqual([answer.status, answer.type], [status, 'application/problem+json'], path)
  }
})

test('every document is also a page', async (t) => {
  const { get } = await serve(t)
  for (const path of [
    '',
    '/conformance',
    '/api',
    '/collections',
    '/collections/sites',
    '/collections/sites/queryables',
    '/collections/sites/items',
    '/collections/sites/items/a1',
  ]) {
    const page = await get(`/ogc${path}`, { accept: 'text/html,application/xhtml+xml' })
    assert.deepEqual([page.status, page.type], [200, 'text/html; charset=utf-8'], path)
    assert.match(page.body, /<h1/)
    assert.equal((await get(`/ogc${path}?f=json`, { accept: 'text/html' })).type?.toString().includes('json'), true)
  }
})
