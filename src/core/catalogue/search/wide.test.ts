import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openStore } from '../../../foundation/engines/sqlite/index.ts'
import { Events, fixedClock, type SixteenEvents } from '../../../foundation/kernel/index.ts'
import { type DatasetInput, openCatalogue, type SearchRequest } from '../index.ts'
import { Vocabulary } from './spelling.ts'
import { toMatch } from './words.ts'

async function arrange() {
  const clock = fixedClock('2026-11-23T09:00:00.000Z')
  const store = openStore(':memory:')
  const catalogue = openCatalogue({ store, clock, events: new Events<SixteenEvents>() })
  await catalogue.createPublisher({ name: 'dft', title: 'Department for Transport' })
  await catalogue.createPublisher({ name: 'moj', title: 'Ministry of Justice' })
  const add = async (input: Partial<DatasetInput> & { title: string }) => {
    clock.advance(1_000)
    return (await catalogue.createDataset({ publisher: 'dft', ...input })).name
  }
  const names = async (request: SearchRequest) => (await catalogue.search(request)).items.map(({ name }) => name)
  return { clock, catalogue, add, names }
}

test('a word with the name of a field before it is looked for there alone', async () => {
  const { add, names } = await arrange()
  await add({ title: 'Road lengths', description: 'Prisons are not among them' })
  await add({ title: 'Prisons', publisher: 'moj', description: 'By road' })
  assert.deepEqual(await names({ q: 'title:road' }), ['road-lengths'])
  assert.deepEqual(await names({ q: 'description:road' }), ['prisons'])
  assert.deepEqual(await names({ q: 'publisher:"ministry of" prison' }), ['prisons'])
  assert.deepEqual(await names({ q: 'title:roa' }), ['road-lengths'])
  assert.deepEqual(await names({ q: 'elsewhere:road' }), [], 'what is no field is a word')
})

test('whatever is typed can be asked', async () => {
  const { catalogue, add } = await arrange()
  await add({ title: 'Road lengths' })
  const piece = fc.oneof(
    fc.constantFrom('title:', 'publisher:"', '"', ':', 'AND', 'road', '{', '}', '(', '*', 'title:title:road'),
    fc.string({ maxLength: 8 }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(piece, { maxLength: 6 }), async (pieces) => {
      await catalogue.search({ q: pieces.join(' '), facets: 'all', explain: true })
      await catalogue.complete(pieces.join('').slice(0, 100))
    }),
    { numRuns: 300 },
  )
})

test('a slip of the fingers is put right where nothing was found, and told where something was', async () => {
  const { catalogue, add } = await arrange()
  await add({ title: 'Government spending' })
  await add({ title: 'Hospital waiting' })
  const ask = async (q: string) => {
    const { items, suggestion } = await catalogue.search({ q })
    return [items.map(({ name }) => name), suggestion]
  }
  assert.deepEqual(await ask('goverrnment'), [['government-spending'], { kind: 'spelling', text: 'government', applied: true }])
  assert.deepEqual(await ask('hopsital watting'), [['hospital-waiting'], { kind: 'spelling', text: 'hospital waiting', applied: true }])
  assert.deepEqual(await ask('"goverrnment"'), [[], undefined], 'what stands in quotes stays')
  assert.deepEqual(await ask('xyzzyx'), [[], undefined])
})

test('a draft lends no word to what is suggested to others', async () => {
  const { catalogue, add } = await arrange()
  await add({ title: 'Submarines', state: 'draft' })
  await add({ title: 'Ships' })
  assert.deepEqual((await catalogue.search({ q: 'submarinse' })).suggestion, undefined)
  assert.deepEqual(await catalogue.complete('sub'), [])
})

test('a question that finds little is asked with synonyms too, and says so', async () => {
  const { catalogue, add } = await arrange()
  await add({ title: 'Waste collections' })
  await add({ title: 'Rail journeys' })
  const found = await catalogue.search({ q: 'rubbish' })
  assert.deepEqual(
    [found.items.map(({ name }) => name), found.suggestion],
    [['waste-collections'], { kind: 'synonyms', text: 'waste, refuse', applied: true }],
  )
  assert.equal((await catalogue.search({ q: 'rail' })).items.length, 1)
})

test('data that is cared for comes before data with the same words that is not, and each hit says why', async () => {
  const { clock, catalogue, add } = await arrange()
  await add({ title: 'Bridges' })
  clock.advance(5 * 366 * 86_400_000)
  await add({ title: 'Bridges', name: 'renewed' })
  const { items } = await catalogue.search({ q: 'bridges', explain: true })
  assert.deepEqual(
    items.map(({ name }) => name),
    ['renewed', 'bridges'],
  )
  const [first, second] = items.map(({ explanation }) => explanation)
  assert.deepEqual([first?.order, first?.merit, second?.merit, first?.words === second?.words], ['relevance', 1.105, 1, true])
  assert.deepEqual(first?.found, [{ word: 'bridges…', in: ['title'] }])
  await catalogue.mark('nii', new Map([['bridges', 'committed']]))
  await catalogue.markUses(new Map([['bridges', 500]]))
  await catalogue.mark('openness', new Map([['bridges', '5']]))
  assert.equal((await catalogue.search({ q: 'bridges' })).items[0]?.name, 'bridges', 'relied on and used, though older')
})

test('the other facets are counted when they are asked for, and narrow', async () => {
  const { clock, catalogue, add, names } = await arrange()
  await add({ title: 'Old', accrualPeriodicity: 'yearly', spatial: 'Leeds' })
  clock.advance(40 * 86_400_000)
  await add({ title: 'New', accrualPeriodicity: 'monthly', spatial: 'York' })
  await catalogue.mark('openness', new Map([['new', '3']]))
  await catalogue.mark('nii', new Map([['old', 'listed']]))
  await add({ title: 'Newer' })
  const plain = await catalogue.search({})
  assert.deepEqual(Object.keys(plain.facets), ['publisher', 'format', 'theme', 'licence'])
  const { facets } = await catalogue.search({ facets: 'all' })
  const told = (name: keyof typeof facets) => facets[name]?.map(({ title, count }) => [title, count])
  assert.deepEqual(told('openness'), [['3 of 5 stars', 1]])
  assert.deepEqual(told('nii'), [['Listed', 1]])
  assert.deepEqual(told('frequency'), [
    ['Monthly', 1],
    ['Not stated', 1],
    ['Yearly', 1],
  ])
  assert.deepEqual(told('spatial'), [
    ['Leeds', 1],
    ['York', 1],
  ])
  assert.deepEqual(told('updated'), [
    ['In the last year', 3],
    ['In the last month', 2],
    ['In the last week', 2],
  ])
  assert.deepEqual(await names({ openness: ['3'] }), ['new'])
  assert.deepEqual(await names({ nii: ['listed', 'committed'] }), ['old'])
  assert.deepEqual(await names({ updated: ['month'], spatial: ['York'] }), ['new'])
})

test('what is typed is completed by publishers, titles and words', async () => {
  const { catalogue, add } = await arrange()
  await add({ title: 'Transport spending by month' })
  await add({ title: 'Transport' })
  assert.deepEqual(await catalogue.complete('trans'), [
    { kind: 'publisher', text: 'Department for Transport', name: 'dft' },
    { kind: 'dataset', text: 'Transport', name: 'transport' },
    { kind: 'dataset', text: 'Transport spending by month', name: 'transport-spending-by-month' },
    { kind: 'word', text: 'transport' },
  ])
})

test('a word is put right to the nearest, and of the nearest to the most frequent', () => {
  const words = new Vocabulary(() => ['crime crime', 'crimes prime'])
  words.follow(1, 0)
  assert.deepEqual([words.correct('crine'), words.correct('crime'), words.correct('xyz')], ['crime', undefined, undefined])
})

test('a field is asked of the index as a column of it', () => {
  assert.deepEqual(toMatch('title:road')?.phrases, ['{title} : ("road" *)'])
  assert.deepEqual(toMatch('publisher:"home office"')?.anywhere, '{publisher} : ("home office")')
  assert.deepEqual(toMatch('time:10')?.phrases, ['"time 10" *'])
})
