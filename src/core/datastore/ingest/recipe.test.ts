import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newSixteen, publishText } from '../../../../test/support/sixteen.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import { parseOverrides } from '../overrides.ts'

const month = (rows: string, above = '') => `${above}Ref,Paid,Code\n${rows}`
const recipeNotes = (manifest: { decisions: { what: string; value: unknown; reason: string }[] }) =>
  manifest.decisions.filter(({ what }) => what === 'recipe').map(({ value, reason }) => `${String(value)}: ${reason}`)

test('what the publisher chose holds for the next file of the series, and what no longer fits is reported', async (t) => {
  const sixteen = await newSixteen(t)
  const first = await publishText(sixteen, 'series', month('a,03/04/2012,7\nb,05/06/2012,8\n'), {
    overrides: parseOverrides({ type: ['Paid=date:mdy', 'Code=text'], headerRow: 1, ignoreRows: '3' }),
  })
  assert.deepEqual(first.manifest.recipe, { types: { Paid: 'date', Code: 'text' }, dateOrders: { Paid: 'mdy' }, headerRow: 1 })
  const second = await publishText(sixteen, 'series', month('c,04/05/2012,9\n'))
  assert.deepEqual((await sixteen.datastore.page('series', { sort: [] })).records, [{ Ref: 'c', Paid: '2012-04-05', Code: '9' }])
  assert.deepEqual(recipeNotes(second.manifest), [
    'header row, type of Paid, type of Code: kept from what the publisher chose for the version before',
  ])
  const third = await publishText(sixteen, 'series', 'Spend in May,\n,\nRef,Paid\nd,06/07/2012\n')
  assert.deepEqual((await sixteen.datastore.page('series', { sort: [] })).records, [{ Ref: 'd', Paid: '2012-06-07' }])
  assert.deepEqual(recipeNotes(third.manifest).slice(1), [
    'header row no longer fits: they would not give the columns of the version before; found anew',
    'type of Code no longer fits: the file has no such column',
  ])
  const fourth = await sixteen.datastore.publish({
    dataset: 'series',
    filename: 'x.csv',
    recipe: 'none',
    source: (async function* () {
      yield Buffer.from(month('e,03/04/2012,7\n'))
    })(),
  })
  assert.deepEqual(
    [fourth.manifest.recipe, (await sixteen.datastore.page('series', { sort: [] })).records[0]?.Paid],
    [undefined, '2012-04-03'],
  )
})

test('overrides are read from texts, and what is none is refused with the parameter', () => {
  assert.deepEqual(parseOverrides({ delimiter: 'tab', headerRow: '0', ignoreRows: '5, 7-9', encoding: 'cp850', sheet: '2' }), {
    delimiter: '\t',
    headerRow: 0,
    encoding: 'cp850',
    sheet: '2',
    ignoreRows: [5, 7, 8, 9],
  })
  for (const [texts, pointer] of [
    [{ type: ['Paid'] }, '/type'],
    [{ type: ['Paid=date:dym'] }, '/type'],
    [{ delimiter: 'ab' }, '/delimiter'],
    [{ headerRow: 'first' }, '/headerRow'],
    [{ ignoreRows: '1-1000000' }, '/ignoreRows'],
  ] as const)
    assert.throws(
      () => parseOverrides(texts),
      (error) => error instanceof Problem && error.fields.pointer === pointer,
      JSON.stringify(texts),
    )
})

test('an encoding can be chosen, and one that nobody knows is refused', async (t) => {
  const sixteen = await newSixteen(t)
  const greek = Buffer.from('name,n\n\xcb\xe5\xf9\xed\xdf\xe4\xe1\xf2,1\n', 'latin1')
  await publishText(sixteen, 'greek', greek, { overrides: { encoding: 'iso-8859-7' } })
  assert.equal((await sixteen.datastore.page('greek', { sort: [] })).records[0]?.name, 'Λεωνίδας')
  await assert.rejects(
    publishText(sixteen, 'greek', greek, { overrides: { encoding: 'klingon' } }),
    (error) => error instanceof Problem && error.code === 'parameter-invalid',
  )
})
