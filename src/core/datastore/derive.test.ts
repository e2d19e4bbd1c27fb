import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newSixteen, publishText } from '../../../test/support/sixteen.ts'

const columns = [
  { name: 'Town', alias: 'town', type: 'text', reason: 'the town' },
  { name: 'Amount', alias: 'amount', type: 'number', reason: 'the amount' },
  { name: 'Paid', alias: 'paid', type: 'date', reason: 'the day' },
  { name: 'Source', alias: 'source', type: 'text', reason: 'the file' },
  { name: 'Source row', alias: 'source_row', type: 'integer', reason: 'the row of the file' },
] as const

test('a table is made from versions of others, each row pointing to its source', async (t) => {
  const sixteen = await newSixteen(t)
  const first = await publishText(sixteen, 'first', 'Place,Spent,Day\nYork,"1,200.50",01/05/2012\nLeeds,7,31/05/2012\n')
  const second = await publishText(sixteen, 'second', 'Place,Spent\nBath,2.71459\n')
  await sixteen.catalogue.createDataset({ name: 'all', title: 'All', publisher: 'cabinet-office' })
  const from = (source: string) => ({ town: 'place', amount: 'spent', source: { constant: source }, source_row: 'row' as const })
  const derivation = {
    dataset: 'all',
    columns,
    members: [
      { manifest: first.manifest, from: { ...from('first.csv'), paid: 'day' } },
      { manifest: second.manifest, from: from("it's second.csv") },
    ],
  }
  const { manifest, unchanged } = await sixteen.datastore.derive(derivation)
  assert.equal(unchanged, false)
  assert.deepEqual((await sixteen.datastore.page('all', { sort: [] })).records, [
    { Town: 'York', Amount: 1200.5, Paid: '2012-05-01', Source: 'first.csv', 'Source row': 1 },
    { Town: 'Leeds', Amount: 7, Paid: '2012-05-31', Source: 'first.csv', 'Source row': 2 },
    { Town: 'Bath', Amount: 2.71459, Paid: null, Source: "it's second.csv", 'Source row': 1 },
  ])
  assert.deepEqual(
    manifest.columns.map(({ alias, type, profile }) => [alias, type, profile?.filled]),
    [
      ['town', 'text', 3],
      ['amount', 'number', 3],
      ['paid', 'date', 2],
      ['source', 'text', 3],
      ['source_row', 'integer', 3],
    ],
  )
  assert.equal((await sixteen.datastore.rejects('all', '1.0.0', { limit: 10, offset: 0 })).total, 0)
  assert.equal((await sixteen.datastore.derive(derivation)).unchanged, true)
  const fewer = await sixteen.datastore.derive({ ...derivation, members: derivation.members.slice(0, 1) })
  assert.deepEqual([fewer.manifest.version, fewer.manifest.rows], ['1.0.1', 2])
})
