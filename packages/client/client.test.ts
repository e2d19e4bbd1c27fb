import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { newSixteen, publishText } from '../../test/support/sixteen.ts'
import { Sixteen, SixteenError } from './index.ts'

async function serve(t: TestContext) {
  const sixteen = await newSixteen(t)
  const rows = Array.from({ length: 250 }, (_, i) => `${i},${['Leeds', 'York'][i % 2]},${i * 2}`)
  await publishText(sixteen, 'sales', `id,town,price\n${rows.join('\n')}\n`)
  return { sixteen, base: await sixteen.listen() }
}

test('rows are walked page by page, on the version that the walk began with', async (t) => {
  const { sixteen, base } = await serve(t)
  const client = new Sixteen(`${base}/`)
  const seen: number[] = []
  for await (const row of client.rows<{ id: number }>('sales', { filter: { town__exact: 'York' }, sort: ['-id'], columns: ['id'] }, 40)) {
    seen.push(row.id)
    if (seen.length === 41) await publishText(sixteen, 'sales', 'id,town,price\n1,York,1\n')
  }
  assert.deepEqual(
    seen,
    Array.from({ length: 125 }, (_, i) => 249 - 2 * i),
  )
  const { records, page, version } = await client.page('sales', { group: ['town'], measures: ['count', 'sum:price'] })
  assert.deepEqual([records, page.total, version], [[{ town: 'York', count: 1, sum_price: 1 }], 1, '1.0.1'])
})

test('files, SQL and the schema are read', async (t) => {
  const client = new Sixteen((await serve(t)).base)
  assert.equal(await (await client.file('sales', 'csv', { filter: { id__lt: 2 } })).text(), 'id,town,price\r\n0,Leeds,0\r\n1,York,2\r\n')
  assert.deepEqual((await client.sql('select max(price) as most from sales')).records, [{ most: 498 }])
  const { fields, rows } = await client.schema('sales')
  assert.deepEqual([fields.map(({ name, type }) => `${name} ${type}`), rows], [['id integer', 'town string', 'price integer'], 250])
})

test('a refusal carries what the server said, and busy is waited for as long as it says', async (t) => {
  const { base } = await serve(t)
  await assert.rejects(
    new Sixteen(base).page('sales', { columns: ['nope'] }),
    (error) => error instanceof SixteenError && error.status === 400 && error.code === 'column-not-found',
  )
  let asked = 0
  const busy: typeof fetch = async (...request) => {
    asked += 1
    return asked < 3 ? new Response('{"code":"busy"}', { status: 503, headers: { 'retry-after': '0' } }) : fetch(...request)
  }
  assert.equal((await new Sixteen(base, { fetch: busy }).page('sales', {}, { limit: 1 })).page.total, 250)
  assert.equal(asked, 3)
  await assert.rejects(
    new Sixteen(base, { fetch: async () => new Response('{"code":"busy"}', { status: 503 }), retries: 0 }).page('sales'),
    SixteenError,
  )
})
