import assert from 'node:assert/strict'
import { test } from 'node:test'
import { promisify } from 'node:util'
import { brotliDecompress, gunzip, zstdDecompress } from 'node:zlib'
import { tableFromIPC } from 'apache-arrow'
import { newSixteen, publishText } from '../../../../../test/support/sixteen.ts'

const CSV = `id,name,latitude,longitude,opened,seen,open,amount
1,"Leeds & <Co> ""x""",53.8,-1.55,2012-05-31,2012-05-31T10:00:00,true,12.50
2,"  two  spaces
new	line ",53.9,-1.1,1890-01-01,2013-01-01T00:00:00,false,
3,,,,,,,3.25
`
const records = [
  {
    id: 1,
    name: 'Leeds & <Co> "x"',
    latitude: 53.8,
    longitude: -1.55,
    opened: '2012-05-31',
    seen: '2012-05-31T10:00:00',
    open: true,
    amount: 12.5,
  },
  {
    id: 2,
    name: '  two  spaces\nnew\tline ',
    latitude: 53.9,
    longitude: -1.1,
    opened: '1890-01-01',
    seen: '2013-01-01T00:00:00',
    open: false,
    amount: null,
  },
  { id: 3, name: null, latitude: null, longitude: null, opened: null, seen: null, open: null, amount: 3.25 },
]

test('a table goes out in every format, and comes back the same from those that can be published', async (t) => {
  const sixteen = await newSixteen(t)
  await publishText(sixteen, 'places', CSV)
  const app = await sixteen.app()
  const get = async (format: string, query = '') => {
    const answer = await app.inject(`/v1/datasets/places/records.${format}${query}`)
    assert.equal(answer.statusCode, 200, answer.body)
    return answer
  }
  const feature = (i: number) => {
    const { longitude, latitude } = records[i] as (typeof records)[number]
    const geometry = longitude === null ? null : { type: 'Point', coordinates: [longitude, latitude] }
    return { type: 'Feature', id: i + 1, geometry, properties: records[i] }
  }
  assert.deepEqual((await get('json')).json(), records)
  assert.deepEqual((await get('geojson')).json(), { type: 'FeatureCollection', features: [feature(0), feature(1), feature(2)] })
  const sequence = (await get('geojsonseq')).body.split('\x1e').slice(1)
  assert.deepEqual(
    sequence.map((text) => JSON.parse(text)),
    [feature(0), feature(1), feature(2)],
  )
  assert.equal(
    (await get('tsv')).body,
    'id\tname\tlatitude\tlongitude\topened\tseen\topen\tamount\n1\tLeeds & <Co> "x"\t53.80\t-1.55\t2012-05-31\t2012-05-31T10:00:00\ttrue\t12.50\n2\t  two  spaces new line \t53.90\t-1.10\t1890-01-01\t2013-01-01T00:00:00\tfalse\t\n3\t\t\t\t\t\t\t3.25\n',
  )
  assert.match((await get('xml')).body, /<record><id>1<\/id><name>Leeds &amp; &lt;Co&gt; "x"<\/name><latitude>53\.80<\/latitude>/)
  const arrow = tableFromIPC((await get('arrow')).rawPayload)
  assert.deepEqual(
    arrow.toArray().map((row) => row.toJSON()),
    records.map((record) => ({
      ...record,
      id: BigInt(record.id),
      opened: record.opened && Date.parse(record.opened),
      seen: record.seen && Date.parse(`${record.seen}Z`),
    })),
  )
  for (const format of ['parquet', 'geoparquet']) {
    const { rawPayload } = await get(format)
    assert.equal(rawPayload.includes('"primary_column":"geometry"'), format === 'geoparquet')
    assert.deepEqual([rawPayload.subarray(0, 4).toString(), rawPayload.subarray(-4).toString()], ['PAR1', 'PAR1'])
  }
  for (const format of ['xlsx', 'ods']) {
    await publishText(sixteen, `from-${format}`, (await get(format)).rawPayload, { filename: `places.${format}` })
    const back = await sixteen.datastore.page(`from-${format}`, { sort: [] })
    const plain = records.map((record) => ({ ...record, name: record.name?.replace(/\s+/g, ' ').trim() ?? null }))
    assert.deepEqual(
      back.records.map((record) => ({ ...record, name: (record.name as string | null)?.replace(/\s+/g, ' ').trim() ?? null })),
      plain,
      format,
    )
  }
  const ods = (await get('ods')).rawPayload
  assert.equal(ods.subarray(30, 84).toString(), 'mimetypeapplication/vnd.oasis.opendocument.spreadsheet')
})

test('groups go out in every format, and a table without positions in all but those on a map', async (t) => {
  const sixteen = await newSixteen(t)
  await publishText(sixteen, 'towns', 'town,amount\nLeeds,1\nLeeds,2\nYork,4\n')
  const app = await sixteen.app()
  const query = '?group=town&measures=count,sum:amount&sort=-sum_amount'
  assert.equal(
    (await app.inject(`/v1/datasets/towns/records.csv${query}&excel=true`)).body,
    '\ufefftown,count,sum_amount\r\nYork,1,4\r\nLeeds,2,3\r\n',
  )
  const answer = await app.inject(`/v1/datasets/towns/records${query}`)
  assert.deepEqual(answer.json<{ records: object[] }>().records, [
    { town: 'York', count: 1, sum_amount: 4 },
    { town: 'Leeds', count: 2, sum_amount: 3 },
  ])
  for (const format of ['xlsx', 'ods', 'xml', 'parquet', 'arrow', 'ndjson', 'tsv'])
    assert.equal((await app.inject(`/v1/datasets/towns/records.${format}${query}`)).statusCode, 200, format)
  const refused = await app.inject('/v1/datasets/towns/records.geojson')
  assert.deepEqual([refused.statusCode, refused.json<{ code: string }>().code], [406, 'positions-missing'])
  const posted = await app.inject({
    method: 'POST',
    url: '/v1/datasets/towns/query',
    headers: { accept: 'text/tab-separated-values' },
    payload: { group: ['town'], sort: ['town'] },
  })
  assert.equal(posted.body, 'town\tcount\nLeeds\t2\nYork\t1\n')
})

test('the CSV says where its columns are described', async (t) => {
  const sixteen = await newSixteen(t)
  await publishText(sixteen, 'towns', 'Town,Amount\nLeeds,1.5\n', { key: ['Town'] })
  const app = await sixteen.app()
  const csv = await app.inject({ method: 'HEAD', url: '/v1/datasets/towns/records.csv?columns=Town' })
  assert.deepEqual([csv.statusCode, csv.body], [200, ''])
  const link = '/v1/datasets/towns/records.csv-metadata.json?columns=Town'
  assert.equal(csv.headers.link, `<${link}>; rel="describedby"; type="application/csvm+json"`)
  const metadata = await app.inject(link)
  assert.equal(metadata.headers['content-type'], 'application/csvm+json')
  assert.deepEqual(metadata.json<{ tableSchema: object }>().tableSchema, {
    columns: [{ name: 'town', titles: 'Town', datatype: 'string', required: true }],
    primaryKey: ['town'],
  })
  assert.equal((await app.inject('/.well-known/csvm')).body, '{+url}-metadata.json\n')
})

test('answers are compressed as the client takes them, each coding with a tag of its own', async (t) => {
  const sixteen = await newSixteen(t)
  await publishText(sixteen, 'towns', `Town,Amount\n${'Leeds,1.5\n'.repeat(300)}`)
  const app = await sixteen.app()
  const tags = new Set<unknown>()
  for (const path of ['/v1/datasets/towns/records', '/v1/datasets/towns/records.csv']) {
    const plain = await app.inject(path)
    for (const [coding, unpack] of [
      ['zstd', zstdDecompress],
      ['br', brotliDecompress],
      ['gzip', gunzip],
    ] as const) {
      const answer = await app.inject({ url: path, headers: { 'accept-encoding': `${coding};q=0.5, identity` } })
      assert.deepEqual([answer.headers['content-encoding'], answer.headers.vary], [coding, 'accept, accept-encoding'])
      assert.equal((await promisify(unpack)(answer.rawPayload)).toString(), plain.body)
      tags.add(answer.headers.etag)
      const again = await app.inject({ url: path, headers: { 'accept-encoding': coding, 'if-none-match': String(answer.headers.etag) } })
      assert.deepEqual([again.statusCode, again.headers.etag, again.body], [304, answer.headers.etag, ''])
    }
  }
  assert.equal(tags.size, 6)
})

test('a download that was cut off goes on where it stopped', async (t) => {
  const sixteen = await newSixteen(t)
  await publishText(sixteen, 'towns', 'Town\nLeeds\nYork\n')
  const app = await sixteen.app()
  const url = '/v1/datasets/towns/versions/1.0.0/source'
  const whole = await app.inject(url)
  const part = (range: string, more: object = {}) => app.inject({ url, headers: { range, ...more } })
  for (const [range, status, body, content] of [
    ['bytes=5-', 206, 'Leeds\nYork\n', 'bytes 5-15/16'],
    ['bytes=0-3', 206, 'Town', 'bytes 0-3/16'],
    ['bytes=-5', 206, 'York\n', 'bytes 11-15/16'],
    ['bytes=0-99', 206, 'Town\nLeeds\nYork\n', 'bytes 0-15/16'],
    ['bytes=0-1,3-4', 200, 'Town\nLeeds\nYork\n', undefined],
    ['rows=1-2', 200, 'Town\nLeeds\nYork\n', undefined],
  ] as const) {
    const answer = await part(range)
    assert.deepEqual([answer.statusCode, answer.body, answer.headers['content-range']], [status, body, content], range)
  }
  const beyond = await part('bytes=16-')
  assert.deepEqual(
    [beyond.statusCode, beyond.headers['content-range'], beyond.json<{ code: string }>().code],
    [416, 'bytes */16', 'range-not-satisfiable'],
  )
  assert.equal((await part('bytes=5-', { 'if-range': String(whole.headers.etag) })).statusCode, 206)
  assert.equal((await part('bytes=5-', { 'if-range': '"other"' })).statusCode, 200)
})
