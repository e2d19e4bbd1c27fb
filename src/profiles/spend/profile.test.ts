import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newSixteen, publishText } from '../../../test/support/sixteen.ts'

const header = 'Departmental Family,Entity,Date,Expense Type,Expense Area,Supplier,Transaction Number,Amount\n'
const april = `${header}Cabinet Office,Cabinet Office,03/04/2012,ICT,GDS,ACME LTD,1001,"30,000.00"\nCabinet Office,Cabinet Office,28/04/2012,Rent,Estates,Jane Invented,1002,"25,500.50"\n`
const may = `${header}Cabinet Office,Cabinet Office,02/05/2012,ICT,GDS,ACME LTD,1003,"(40,000.00)"\nCabinet Office,Cabinet Office,31/05/2012,ICT,GDS,ACME LTD,1004,"60,000.00"\n`
const council =
  'Body Name,Service Label,Payment Date,Supplier Name,Net Amount,Purpose\nInvented Council,Libraries,2012-05-03,BOOKS LTD,750.10,Books\nInvented Council,Parks,2012-05-04,MOWERS LTD,501,Mowers\n'

async function spending(t: Parameters<typeof newSixteen>[0]) {
  const sixteen = await newSixteen(t, { profiles: 'spend' })
  await sixteen.catalogue.createPublisher({ name: 'invented-council', title: 'Invented Council', kind: 'council' })
  await publishText(sixteen, 'office-spend', april, { filename: 'spend-april-2012.csv' })
  await publishText(sixteen, 'office-spend', may, { filename: 'spend-may-2012.csv' })
  await sixteen.catalogue.createDataset({ name: 'council-spend', title: 'Payments over £500', publisher: 'invented-council' })
  await publishText(sixteen, 'council-spend', council, { filename: 'q1.csv' })
  await publishText(sixteen, 'towns', 'Town,Beds\nYork,4\n')
  await sixteen.settled()
  const app = await sixteen.app()
  const get = async (url: string) => (await app.inject(url)).json()
  return { sixteen, app, get }
}

test('every month of every publisher stands in one table, each row pointing to its file', async (t) => {
  const { get, sixteen } = await spending(t)
  const answer = await get('/v1/datasets/spend-over-25000/records?supplier__contains=acme&amount__gt=0&sort=date')
  assert.deepEqual(
    answer.records.map((row: Record<string, unknown>) => [
      row.Date,
      row.Supplier,
      row.Amount,
      row.Period,
      row['Source file'],
      row['Source row'],
    ]),
    [
      ['2012-04-03', 'ACME LTD', 30000, '2012-04', 'spend-april-2012.csv', 1],
      ['2012-05-31', 'ACME LTD', 60000, '2012-05', 'spend-may-2012.csv', 2],
    ],
  )
  const over500 = await get('/v1/datasets/spend-over-500/records?columns=body_name,department,supplier,amount,publisher')
  assert.deepEqual(over500.records[0], {
    'Body name': 'Invented Council',
    Department: 'Libraries',
    Supplier: 'BOOKS LTD',
    Amount: 750.1,
    Publisher: 'invented-council',
  })
  const corrected = may.replace('60,000.00', '61,000.00')
  await publishText(sixteen, 'office-spend', corrected, { filename: 'spend-may-2012-corrected.csv' })
  await sixteen.settled()
  const sum = await get('/v1/datasets/spend-over-25000/records?period__exact=2012-05&columns=amount,source_file')
  assert.deepEqual(sum.records, [
    { Amount: -40000, 'Source file': 'spend-may-2012-corrected.csv' },
    { Amount: 61000, 'Source file': 'spend-may-2012-corrected.csv' },
  ])
})

test('a file tells how it was understood and what is odd in it', async (t) => {
  const { get } = await spending(t)
  const { files, total } = await get('/v1/spend/files?layout=spend-over-25000')
  assert.equal(total, 2)
  assert.deepEqual([files[0].period, files[0].due, files[0].missing], ['2012-05', '2012-06-30', []])
  assert.equal(files[0].fields.find((field: { field: string }) => field.field === 'departmentFamily').column, 'Departmental Family')
  const { findings } = await get('/v1/spend/files/office-spend/findings?version=1.0.0')
  assert.deepEqual(findings, [
    {
      check: 'private-person',
      title: 'Suppliers that look like private persons: consider redacting them before you publish',
      count: 1,
      examples: [{ row: 2, text: '"Jane" is a first name' }],
    },
  ])
  assert.deepEqual((await get('/v1/spend/files/office-spend/findings')).findings[0].check, 'credit-note')
  assert.equal((await get('/v1/spend/files/towns/findings')).code, 'version-not-found')
})

test('who has published which month, and how late, is one answer', async (t) => {
  const { get } = await spending(t)
  const { periods, publishers } = await get('/v1/spend/timeliness?layout=spend-over-25000')
  assert.deepEqual(periods, ['2012-04', '2012-05'])
  assert.deepEqual(
    [publishers[0].publisher, publishers[0].published, publishers[0].late, publishers[0].missing],
    ['cabinet-office', 2, 2, []],
  )
})

test('the pages show totals as charts with their tables, and are data too', async (t) => {
  const { app, get } = await spending(t)
  const page = (await app.inject('/spend?supplier=acme')).body
  assert.match(page, /£50k in 3 lines from 2 files/)
  assert.match(page, /<caption class="govuk-visually-hidden">Largest suppliers<\/caption>/)
  assert.deepEqual((await get('/spend.json?supplier=acme')).byPeriod, [
    { name: '2012-04', sum: 30000, rows: 1 },
    { name: '2012-05', sum: 20000, rows: 2 },
  ])
  for (const path of ['/spend/timeliness', '/spend/files/office-spend', '/spend?layout=spend-over-500', '/'])
    assert.equal((await app.inject(path)).statusCode, 200, path)
  assert.equal((await app.inject('/spend/files/towns')).statusCode, 404)
})
