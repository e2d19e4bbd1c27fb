import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openStore } from '../../../foundation/engines/sqlite/index.ts'
import { Events, fixedClock, Problem, type SixteenEvents } from '../../../foundation/kernel/index.ts'
import { type Catalogue, type DatasetInput, openCatalogue, type SearchRequest } from '../index.ts'

async function arrange() {
  const store = openStore(':memory:')
  const clock = fixedClock('2026-11-23T09:00:00.000Z')
  const catalogue = openCatalogue({ store, clock, events: new Events<SixteenEvents>() })
  await catalogue.createPublisher({ name: 'dft', title: 'Department for Transport', abbreviation: 'DfT', kind: 'department' })
  await catalogue.createPublisher({ name: 'moj', title: 'Ministry of Justice', abbreviation: 'MOJ', kind: 'department' })
  const add = async (input: Partial<DatasetInput> & { title: string }) => {
    clock.advance(1_000)
    return catalogue.createDataset({ publisher: 'dft', ...input })
  }
  const record = (dataset: string, sourceName: string, columnNames: string[] = []) => {
    const table = {
      name: 'data',
      version: '1.0.0',
      versionId: '01',
      rows: 1,
      columns: 1,
      rejectedCells: 0,
      sourceName,
      sourceMediaType: 'text/csv',
      sourceBytes: 1,
      modified: clock.now().toISOString(),
    }
    return store
      .as<unknown>()
      .transaction()
      .execute((on) => catalogue.recordDistribution(on, dataset, table, columnNames))
  }
  return { store, clock, catalogue, add, record }
}

const namesOf = async (catalogue: Catalogue, request: SearchRequest) => (await catalogue.search(request)).items.map((item) => item.name)

test('a match in the title stands before one in the keywords, and that before one in the description', async () => {
  const { catalogue, add } = await arrange()
  await add({ title: 'Third', description: 'About the bridges of the north' })
  await add({ title: 'Second', keyword: ['bridge'] })
  await add({ title: 'Bridges of the realm' })
  await add({ title: 'Something else' })
  assert.deepEqual(await namesOf(catalogue, { q: 'bridge' }), ['bridges-of-the-realm', 'second', 'third'])
})

test('words are found whatever their ending, case or accents, the last one also while it is typed', async () => {
  const { catalogue, add } = await arrange()
  await add({ title: 'Café licences' })
  await add({ title: 'Taxis' })
  await add({ title: 'Tax' })
  for (const q of ['CAFE', 'café licence', 'licence caf']) assert.deepEqual(await namesOf(catalogue, { q }), ['cafe-licences'], q)
  assert.deepEqual(await namesOf(catalogue, { q: 'tax' }), ['tax', 'taxis'])
})

test('words between quotes and around punctuation are found side by side only', async () => {
  const { catalogue, add } = await arrange()
  await add({ title: 'Road safety audit' })
  await add({ title: 'Safety of the road' })
  await add({ title: 'Covid-19 cases' })
  await add({ title: '19 cases of covid' })
  assert.deepEqual(await namesOf(catalogue, { q: '"road safety"' }), ['road-safety-audit'])
  assert.deepEqual((await namesOf(catalogue, { q: 'road safety' })).sort(), ['road-safety-audit', 'safety-of-the-road'])
  assert.deepEqual(await namesOf(catalogue, { q: 'covid-19' }), ['covid-19-cases'])
})

test('publishers, their abbreviations and column names are found, and follow their changes', async () => {
  const { catalogue, add, record } = await arrange()
  await add({ title: 'One' })
  await add({ title: 'Two', publisher: 'moj' })
  await record('two', 'two.csv', ['Court code', 'hearing_date'])
  assert.deepEqual(await namesOf(catalogue, { q: 'dft' }), ['one'])
  assert.deepEqual(await namesOf(catalogue, { q: 'hearing date' }), ['two'])
  await catalogue.updatePublisher('dft', { name: 'dft', title: 'Roads Office', kind: 'department' })
  assert.deepEqual([await namesOf(catalogue, { q: 'transport' }), await namesOf(catalogue, { q: 'roads office' })], [[], ['one']])
  const [hit] = (await catalogue.search({ q: 'hearing' })).items
  assert.deepEqual([hit?.publisherTitle, hit?.matched, hit?.snippet], ['Ministry of Justice', 'columns', 'Court code, **hearing**_date'])
})

test('each facet counts with the choices of the others, and lists its own choice even when nothing is left', async () => {
  const { catalogue, add, record } = await arrange()
  await add({ title: 'Roads a', theme: ['transport'], licence: 'ogl-uk-3.0' })
  await add({ title: 'Roads b', theme: ['transport', 'mapping'] })
  await add({ title: 'Courts', publisher: 'moj', theme: ['crime-and-justice'], licence: 'ogl-uk-3.0' })
  await record('roads-a', 'roads.csv')
  await record('courts', 'courts.json.gz')
  const found = await catalogue.search({ publisher: ['dft'], licence: ['ogl-uk-3.0'], format: ['csv', 'xlsx'] })
  assert.deepEqual([found.total, found.items.map((item) => item.name)], [1, ['roads-a']])
  assert.deepEqual(found.facets, {
    publisher: [{ value: 'dft', title: 'Department for Transport', count: 1 }],
    format: [
      { value: 'csv', title: 'CSV', count: 1 },
      { value: 'xlsx', title: 'Excel', count: 0 },
    ],
    theme: [{ value: 'transport', title: 'Transport', count: 1 }],
    licence: [{ value: 'ogl-uk-3.0', title: 'Open Government Licence v3.0', count: 1 }],
  })
  const anyFormat = await catalogue.search({ publisher: ['dft'], format: ['csv'] })
  assert.deepEqual(anyFormat.facets.licence, [{ value: 'ogl-uk-3.0', title: 'Open Government Licence v3.0', count: 1 }])
  const all = await catalogue.search({})
  assert.deepEqual(
    all.facets.theme.map(({ value, count }) => [value, count]),
    [
      ['transport', 2],
      ['crime-and-justice', 1],
      ['mapping', 1],
    ],
  )
})

test('facet counts are those of counting by hand, for any choices', async () => {
  const { catalogue, add, record } = await arrange()
  const themes = ['health', 'transport', 'mapping']
  for (let index = 0; index < 40; index += 1) {
    const dataset = await add({
      title: `Set ${index}`,
      publisher: index % 3 ? 'dft' : 'moj',
      theme: themes.filter((_, at) => (index >> at) & 1),
      licence: index % 5 ? 'ogl-uk-3.0' : 'cc-by-4.0',
    })
    if (index % 4) await record(dataset.name, index % 2 ? 'x.csv' : 'x.json')
  }
  const everything = (await catalogue.search({ limit: 100 })).items
  const values = {
    publisher: (name: string) => everything.filter((item) => item.publisher === name),
    format: (name: string) => everything.filter((item) => item.distributions.some((table) => table.sourceName === `x.${name}`)),
    theme: (name: string) => everything.filter((item) => item.theme.includes(name)),
    licence: (name: string) => everything.filter((item) => item.licence === name),
  }
  const chosen = (request: SearchRequest, without?: string) =>
    everything.filter((item) =>
      Object.entries(values).every(
        ([facet, have]) =>
          facet === without || !request[facet as 'theme']?.length || request[facet as 'theme']?.some((value) => have(value).includes(item)),
      ),
    )
  const choice = (...names: string[]) => fc.option(fc.subarray(names), { nil: undefined })
  await fc.assert(
    fc.asyncProperty(
      fc.record({
        publisher: choice('dft', 'moj'),
        format: choice('csv', 'json'),
        theme: choice(...themes),
        licence: choice('ogl-uk-3.0', 'cc-by-4.0'),
      }),
      async (request) => {
        const found = await catalogue.search(request)
        assert.equal(found.total, chosen(request).length)
        for (const facet of ['publisher', 'format', 'theme', 'licence'] as const)
          for (const { value, count } of found.facets[facet])
            assert.equal(count, values[facet](value).filter((item) => chosen(request, facet).includes(item)).length, `${facet} ${value}`)
      },
    ),
    { numRuns: 60 },
  )
})

test('pages of a search hold every dataset once, in every order', async () => {
  const { catalogue, add } = await arrange()
  for (let index = 0; index < 23; index += 1) await add({ title: `Road ${'abc'[index % 3]}`, description: 'road '.repeat(index % 4) })
  for (const request of [{ q: 'road' }, { q: 'road', sort: 'modified' }, { sort: 'title' }, {}] as SearchRequest[]) {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await catalogue.search({ ...request, limit: 4, ...(cursor ? { cursor } : {}) })
      seen.push(...page.items.map((item) => item.name))
      cursor = page.next
    } while (cursor)
    const whole = await namesOf(catalogue, { ...request, limit: 100 })
    assert.deepEqual(seen, whole)
    assert.equal(new Set(seen).size, 23)
  }
})

test('a cursor is refused for another question and when it is not one', async () => {
  const { catalogue, add } = await arrange()
  for (const title of ['Road a', 'Road b', 'Road c']) await add({ title })
  const { next } = await catalogue.search({ q: 'road', limit: 1 })
  const others: SearchRequest[] = [
    { q: 'roads', cursor: next as string },
    { q: 'road', theme: ['health'], cursor: next as string },
    { q: 'road', cursor: 'bnVsbA' },
    { q: 'road', cursor: '!' },
  ]
  for (const request of others)
    await assert.rejects(catalogue.search(request), (error) => error instanceof Problem && error.code === 'cursor-invalid')
})

test('the index follows what is changed, taken away and rolled back', async () => {
  const { store, catalogue, add } = await arrange()
  await add({ title: 'Roads' })
  await catalogue.search({})
  await catalogue.updateDataset('roads', { title: 'Railways', publisher: 'moj' })
  assert.deepEqual(
    [await namesOf(catalogue, { q: 'roads' }), await namesOf(catalogue, { q: 'railway', publisher: ['moj'] })],
    [[], ['roads']],
  )
  const failing = store
    .as<unknown>()
    .transaction()
    .execute(async (on) => {
      await catalogue.recordDistribution(
        on,
        'roads',
        {
          name: 'x',
          version: '1.0.0',
          versionId: '01',
          rows: 1,
          columns: 1,
          rejectedCells: 0,
          sourceName: 'x.csv',
          sourceMediaType: '',
          sourceBytes: 1,
          modified: '2027-01-01T00:00:00.000Z',
        },
        ['platform'],
      )
      throw new Error('no')
    })
  await assert.rejects(failing)
  const untouched = await catalogue.search({ q: 'platform' })
  assert.deepEqual([untouched.total, (await catalogue.search({})).facets.format], [0, []])
  await catalogue.deleteDataset('roads')
  await add({ title: 'Canals' })
  assert.deepEqual([await namesOf(catalogue, { q: 'railway' }), await namesOf(catalogue, {})], [[], ['canals']])
})

test('a question that half of the catalogue answers puts titles first and the short ones before the long', async () => {
  const { store, catalogue, add } = await arrange()
  await add({ title: 'Bridge survey of everything, old' })
  store.raw.exec(`
    with recursive n (i) as (select 10 union all select i + 1 from n where i < 6000)
    insert into dataset (number, change, name, title, publisher, licence, issued, modified, theme, description)
    select i, i, 'set-' || i, 'Set ' || i, 'dft', 'ogl-uk-3.0', '2020-01-01', '2020-01-01', '[]', '{}' from n;
    with recursive n (i) as (select 10 union all select i + 1 from n where i < 6000)
    insert into dataset_words (rowid, title, description) select i, 'Set ' || i, 'bridge' from n;
    update dataset_clock set value = 7000`)
  await add({ title: 'Bridge list' })
  const found = await catalogue.search({ q: 'bridge', limit: 3 })
  assert.deepEqual(
    found.items.map((item) => item.name),
    ['bridge-list', 'bridge-survey-of-everything-old', 'set-10'],
  )
  assert.equal(found.total, 5993)
})

test('nothing that is typed is syntax: any text finds or does not find, and never fails', async () => {
  const { catalogue, add } = await arrange()
  await add({
    title: 'Roads AND rails NEAR title: "quoted" -minus ^caret * (brackets) {braces} OR NOT',
    description: "O'Brien's 100% été ＡＢＣ",
  })
  const hostile = [
    '"',
    '""',
    '" OR 1',
    'a"b',
    '*',
    'a*',
    '^a',
    'title:roads',
    'NEAR(a b)',
    'a AND',
    'NOT',
    '-x',
    '{title}:x',
    '\0',
    'a\0b',
    '\u0301',
    '\ud800',
    "'; drop table dataset",
    'OR OR OR',
  ]
  for (const q of hostile) assert.ok(Array.isArray((await catalogue.search({ q })).items), q)
  await fc.assert(
    fc.asyncProperty(
      fc.oneof(
        fc.string({ unit: 'binary', maxLength: 40 }),
        fc.array(fc.constantFrom(...hostile, 'roads', 'rails', ' ')).map((parts) => parts.join('')),
      ),
      async (q) => {
        const found = await catalogue.search({ q })
        assert.ok(found.total <= 1 && found.items.length === found.total)
      },
    ),
    { numRuns: 300 },
  )
  assert.deepEqual((await catalogue.search({ q: 'OR roads NOT' })).total, 1)
  assert.deepEqual((await catalogue.search({ q: '?!' })).total, 0)
})

test('sets of common words are kept and follow what is changed, taken away and renamed: answers are those of a fresh start', async () => {
  const { store, clock, catalogue, add } = await arrange()
  const words = ['data', 'open', 'road', 'rail']
  const fresh = () => openCatalogue({ store, clock, events: new Events<SixteenEvents>(), searchCacheBytes: 0 })
  const questions = ['data', 'open data', '"open data"', 'dat', 'road open', 'ministry']
  for (let index = 0; index < 30; index += 1) await add({ title: `Set ${index} ${words[index % 4]}`, description: 'open data' })
  const changes = [
    () => catalogue.updateDataset('set-0-data', { title: 'Nothing', publisher: 'moj' }),
    () => catalogue.deleteDataset('set-1-open'),
    () => add({ title: 'Rail data of the ministry' }),
    () => catalogue.updatePublisher('dft', { name: 'dft', title: 'Ministry of Open Roads' }),
    () => catalogue.updateDataset('set-2-road', { title: 'Road data', publisher: 'dft' }),
  ]
  for (const change of [async () => {}, ...changes]) {
    await change()
    for (const q of questions) {
      const request = { q, limit: 100 }
      assert.deepEqual(await namesOf(catalogue, request), await namesOf(fresh(), request), q)
      assert.deepEqual(await namesOf(catalogue, request), await namesOf(fresh(), request), `${q}, again`)
    }
  }
})
