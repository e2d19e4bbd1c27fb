import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import type { StandardInput } from '../../src/core/steering/index.ts'
import { checkTable } from '../../src/core/steering/standards/check.ts'
import { newSixteen, publishText } from '../support/sixteen.ts'

const counts: StandardInput = {
  title: 'Counts by council',
  status: 'live',
  owner: 'cabinet-office',
  versions: [
    {
      version: '1.0',
      date: '2015-01-16',
      fields: [
        { name: 'Council', aliases: ['LA code'], type: 'text', required: true, register: 'local-authority' },
        { name: 'Month', type: 'date', required: true },
        { name: 'Count', type: 'integer', minimum: 0 },
        { name: 'Reference', type: 'text', unique: true, maxLength: 5 },
        { name: 'State', type: 'text', enum: ['open', 'closed'] },
      ],
    },
  ],
}

async function open(t: TestContext) {
  const sixteen = await newSixteen(t)
  await sixteen.registers.ship()
  await sixteen.standards.put('counts', counts)
  const app = await sixteen.app()
  const { secret } = await sixteen.access.createToken('cabinet-office', 't')
  const check = async (text: string, query = '') => {
    const answer = await app.inject({
      method: 'POST',
      url: `/v1/standards/counts/check${query}`,
      headers: { 'content-type': 'text/csv' },
      payload: text,
    })
    return { status: answer.statusCode, body: answer.json() }
  }
  return { sixteen, app, check, headers: { authorization: `Bearer ${secret}` } }
}

test('a file is checked column by column, and each fault says what to do', async (t) => {
  const { check } = await open(t)
  const good = (await check('la_code,month,COUNT,reference,state,note\r\nLDS,2015-01-01,4,A1,open,x\r\nLDS,2015-02-01,,,,\r\n')).body
  assert.deepEqual([good.conforms, good.rows, good.faults, good.counts], [true, 2, 0, { 'column-unknown': 1 }])
  const bad = (await check('Council,Count,Reference,State\nXXX,-1,A1,ajar\n,1.5,A1,open\nLDS,1,ABCDEF,open,more\n')).body
  assert.deepEqual(
    bad.findings.map(({ row, column, rule }: Record<string, unknown>) => [row, column, rule]),
    [
      [0, 'Month', 'column-missing'],
      [1, 'Council', 'code-unknown'],
      [1, 'Count', 'out-of-range'],
      [1, 'State', 'value-not-listed'],
      [2, 'Council', 'value-missing'],
      [2, 'Count', 'value-invalid'],
      [2, 'Reference', 'value-repeated'],
      [3, '', 'row-length'],
      [3, 'Reference', 'too-long'],
    ],
  )
  assert.ok(bad.findings.every(({ fix }: { fix: string }) => fix.length > 5))
  assert.deepEqual([(await check('')).body.code, (await check('a', '?version=9.9')).body.code], ['file-empty', 'version-not-found'])
})

test('who says to keep to a standard is measured at once and at every new version', async (t) => {
  const { sixteen, app, headers } = await open(t)
  await publishText(sixteen, 'tally', 'Council,Month,Count\nLDS,2015-01-01,4\n')
  const url = '/v1/standards/counts/datasets/tally'
  assert.equal((await app.inject({ method: 'PUT', url })).statusCode, 401)
  const claim = (await app.inject({ method: 'PUT', url, headers })).json()
  assert.deepEqual([claim.conforms, claim.rows, claim.version], [true, 1, '1.0'])
  await publishText(sixteen, 'tally', 'Council,Month,Count\nLDS,2015-01-01,4\nNOPE,2015-02-01,5\n')
  await sixteen.standards.measure('tally')
  const shown = (await app.inject('/v1/standards/counts')).json()
  assert.deepEqual([shown.claims, shown.conforming, shown.datasets[0].faults], [1, 0, 1])
  assert.equal((await app.inject({ method: 'DELETE', url, headers })).statusCode, 204)
  assert.equal((await app.inject('/v1/standards')).json().standards[0].claims, 0)
})

test('a version that was agreed keeps its fields, and only its owner puts a new one', async (t) => {
  const { sixteen, app, headers } = await open(t)
  await sixteen.catalogue.createPublisher({ name: 'other', title: 'Other' })
  const put = (payload: object, as: object = headers) =>
    app.inject({ method: 'PUT', url: '/v1/standards/counts', headers: as as never, payload })
  const [first] = counts.versions
  const next = { ...first, version: '1.1', fields: [...(first?.fields ?? []), { name: 'Note', type: 'text' }] }
  assert.equal((await put({ ...counts, versions: [next, first] })).statusCode, 200)
  assert.equal((await put({ ...counts, versions: [next] })).json().code, 'parameter-invalid')
  const other = { authorization: `Bearer ${(await sixteen.access.createToken('other', 't')).secret}` }
  assert.equal((await put({ ...counts, owner: 'other', versions: [next, first] }, other)).statusCode, 403)
  assert.equal((await app.inject('/v1/standards/none')).json().code, 'standard-not-found')
})

test('the page checks what is pasted, without scripts, and shows it as text', async (t) => {
  const { app } = await open(t)
  const post = (rows: string) =>
    app.inject({
      method: 'POST',
      url: '/standards/counts/check',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      payload: new URLSearchParams({ rows }).toString(),
    })
  assert.equal((await post(' ')).statusCode, 400)
  assert.match((await post('Council,Month\nLDS,2015-01-01\n')).body, /It keeps to the standard/)
  const bad = (await post('Council,Month\n<b>,x\n')).body
  assert.ok(bad.includes('2 faults in 1 row') && bad.includes('&lt;b&gt;') && !bad.includes('<b>'))
  assert.match((await app.inject('/standards')).body, /Counts by council/)
  assert.equal((await app.inject('/standards/none/check')).statusCode, 404)
})

test('whatever is in a table, its faults are those that are counted', async () => {
  const [version] = counts.versions
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(fc.string(), { maxLength: 7 }), { maxLength: 10 }), async (rows) => {
      const header = ['Council', 'Month', 'Count', 'Reference', 'State']
      const report = await checkTable({ standard: 's', version: version as never, header, rows, hasCode: () => false })
      assert.equal(
        report.faults,
        Object.values(report.counts).reduce((sum, n) => sum + n, 0),
      )
      assert.equal(report.conforms, report.faults === 0)
      assert.equal(report.rows, rows.length)
    }),
  )
})
