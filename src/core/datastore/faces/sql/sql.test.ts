import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { newSixteen, publishText } from '../../../../../test/support/sixteen.ts'

test('one SELECT over datasets is answered, and says from which versions', async (t) => {
  const sixteen = await newSixteen(t)
  await publishText(sixteen, 'price-paid', 'Town,Price,Sold\nLeeds,10,2012-01-05\nLeeds,20,2012-02-05\nYork,40,2013-01-01\n')
  await publishText(sixteen, 'towns', 'Town,Region\nLeeds,Yorkshire\nEly,East\n')
  const app = await sixteen.app()
  const sql = async (text: string) => {
    const answer = await app.inject({ method: 'POST', url: '/v1/sql', payload: { sql: text } })
    assert.equal(answer.statusCode, 200, `${text}: ${answer.body}`)
    return answer.json() as { records: object[]; truncated: boolean; versions: object }
  }
  assert.deepEqual(await sql('select town, sum(price) as total from "price-paid" group by town order by total'), {
    records: [
      { town: 'Leeds', total: 30 },
      { town: 'York', total: 40 },
    ],
    truncated: false,
    versions: { 'price-paid': '1.0.0' },
  })
  for (const [text, records] of [
    [
      'with l as (select * from "price-paid" where town ilike \'leeds\') select l.price, t.region from l join towns t using (town) order by 1 desc limit 1',
      [{ price: 20, region: 'Yorkshire' }],
    ],
    [
      'select year(sold) as y, count(*) filter (where price > 10) as n from "price-paid".data group by all order by y',
      [
        { y: 2012, n: 1 },
        { y: 2013, n: 1 },
      ],
    ],
    ['select town, rank() over (order by price desc) as r from "price-paid" qualify r = 1', [{ town: 'York', r: 1 }]],
    [
      "select case when price between 5 and 15 then 'low' else 'high' end as band from \"price-paid\" where town in (select town from towns) order by price",
      [{ band: 'low' }, { band: 'high' }],
    ],
    ['select 9007199254740993 as n, town from towns order by town limit 1', [{ n: '9007199254740993', town: 'Ely' }]],
    ['(select town from towns) except (select town from "price-paid")', [{ town: 'Ely' }]],
  ] as const)
    assert.deepEqual((await sql(text)).records, records, text)
  const csv = await app.inject({
    url: `/v1/sql?q=${encodeURIComponent('select town from towns order by town')}`,
    headers: { accept: 'text/csv' },
  })
  assert.equal(csv.body, 'town\r\nEly\r\nLeeds\r\n')
})

test('what could read anything else, change anything or grow without end is refused', async (t) => {
  const sixteen = await newSixteen(t)
  await publishText(sixteen, 'towns', 'Town\nLeeds\n')
  const app = await sixteen.app()
  for (const text of [
    "select * from read_csv('/etc/passwd')",
    "select * from '/etc/passwd'",
    "select * from read_text('/etc/hostname')",
    'select * from duckdb_settings()',
    'select * from information_schema.tables',
    'select * from sqlite_master',
    "select getenv('HOME')",
    "select current_setting('memory_limit')",
    'select version()',
    "select repeat('x', 1000000000)",
    'select * from range(1000000000000)',
    'select unnest(range(1000000000)) from towns',
    'with recursive r as (select 1 as n union all select n + 1 from r) select * from r',
    'select * from towns tablesample 10 percent',
    'select list_transform([1], x -> x) from towns',
    'select $1 from towns',
    'drop table towns',
    "copy towns to '/tmp/x'",
    "attach 'x.db'",
    'set memory_limit = 1',
    'select 1; select 2',
    'select nothing from towns',
    'select cast(town as integer) from towns',
    'select',
    'select * from (with sqlite_master as (select 1 as a) select a from sqlite_master) x, sqlite_master',
    'with a as (select * from duckdb_tables), duckdb_tables as (select 1 as b) select * from a',
    'with duckdb_tables as (select * from duckdb_tables) select * from duckdb_tables',
    "select * from query('select 1')",
    "select * from query_table('towns')",
    'select * from other.main.towns',
    "select main.getenv('HOME')",
    'select town from towns order by getenv(town)',
    "select town from towns limit (select count(*) from glob('*'))",
    "select columns(c -> getenv('x') = c) from towns",
  ]) {
    const answer = await app.inject({ method: 'POST', url: '/v1/sql', payload: { sql: text } })
    assert.ok(answer.statusCode === 400 || answer.statusCode === 404, `${text}: ${answer.statusCode} ${answer.body}`)
    assert.doesNotMatch(answer.body, /root:|\/objects\/|\.parquet/)
  }
})

test('any text given as SQL is answered or refused, never a failure', async (t) => {
  const sixteen = await newSixteen(t)
  await publishText(sixteen, 'towns', 'Town,N\nLeeds,1\n')
  const app = await sixteen.app()
  const piece = fc.constantFrom(
    'select',
    'town',
    'n',
    '*',
    'from',
    'towns',
    'where',
    '=',
    '1',
    "'x'",
    '(',
    ')',
    'group by',
    'order by',
    'sum(n)',
    'as',
    'x',
    ',',
    'union all',
    'with x as',
    'join',
    'on',
    'true',
    'limit',
    'null',
    '::date',
    '-',
  )
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string({ minLength: 1 }),
        fc.array(piece, { minLength: 1 }).map((pieces) => pieces.join(' ')),
      ),
      async (text) => {
        const answer = await app.inject({ method: 'POST', url: '/v1/sql', payload: { sql: text } })
        assert.ok(answer.statusCode < 500, `${text}: ${answer.body}`)
      },
    ),
    { numRuns: 200 },
  )
})
