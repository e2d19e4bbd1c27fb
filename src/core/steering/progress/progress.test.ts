import assert from 'node:assert/strict'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { openStore } from '../../../foundation/engines/sqlite/index.ts'
import { Events, fixedClock, Problem, type SixteenEvents } from '../../../foundation/kernel/index.ts'
import { openCatalogue } from '../../catalogue/index.ts'
import { openProgress, type ProgressRecord, placeOf } from './index.ts'

const root = join(import.meta.dirname, '../../../..')

async function arrange() {
  const store = openStore(':memory:')
  const catalogue = openCatalogue({ store, clock: fixedClock('2026-11-23T09:00:00.000Z'), events: new Events<SixteenEvents>() })
  await catalogue.createPublisher({ name: 'ministry-for-lamps', title: 'Ministry for Lamps' })
  await catalogue.createDataset({ name: 'lamps', title: 'Lamps', publisher: 'ministry-for-lamps' })
  await catalogue.createDataset({ name: 'oil', title: 'Oil', publisher: 'ministry-for-lamps' })
  const table = {
    version: '1.0.0',
    versionId: 'v',
    columns: 2,
    rejectedCells: 0,
    sourceName: 'a.csv',
    sourceMediaType: 'text/csv',
    sourceBytes: 9,
  }
  await store
    .as<unknown>()
    .transaction()
    .execute(async (on) => {
      await catalogue.recordDistribution(on, 'lamps', { ...table, name: 'data', rows: 12, modified: '2026-11-24T10:00:00.000Z' })
      await catalogue.recordDistribution(on, 'lamps', { ...table, name: 'poles', rows: 30, modified: '2026-11-25T10:00:00.000Z' })
    })
  const progress = openProgress({ store, catalogue, base: () => 'http://here', serves: (path) => path === '/v1/search' })
  return { catalogue, progress }
}

const entry = (changes: Partial<ProgressRecord> = {}): ProgressRecord => ({
  department: 'ministry-for-lamps',
  departmentTitle: 'Ministry for Lamps',
  position: 1,
  action: 16,
  year: 2014,
  kind: 'progress',
  place: 1,
  number: '1.1',
  heading: 'Progress during 2014',
  text: 'Lamps were counted.',
  status: 'done',
  document: 'A list',
  evidence: [],
  ...changes,
})

test('the state of evidence is what the catalogue and the server say at the moment of reading', async () => {
  const { catalogue, progress } = await arrange()
  await progress.record([
    entry({
      evidence: [
        { kind: 'dataset', dataset: 'lamps' },
        { kind: 'api', dataset: 'lamps', title: 'Lamps by API' },
        { kind: 'dataset', dataset: 'oil' },
        { kind: 'dataset', dataset: 'wicks' },
        { kind: 'api', path: '/v1/search?q=lamp', title: 'Search' },
        { kind: 'page', path: '/lamps' },
        { kind: 'page', url: 'https://lamps.example/' },
      ],
    }),
  ])
  const evidenceOf = async () => (await progress.entries())[0]?.evidence
  const lamps = { state: 'published', dataset: 'lamps', modified: '2026-11-25T10:00:00.000Z', rows: 42 }
  assert.deepEqual(await evidenceOf(), [
    { kind: 'dataset', title: 'Lamps', ...lamps, address: 'http://here/datasets/lamps' },
    { kind: 'api', title: 'Lamps by API', ...lamps, address: 'http://here/v1/datasets/lamps/records' },
    { kind: 'dataset', state: 'no-data', title: 'Oil', dataset: 'oil', address: 'http://here/datasets/oil' },
    { kind: 'dataset', state: 'missing', title: 'wicks', dataset: 'wicks' },
    { kind: 'api', state: 'served', title: 'Search', address: 'http://here/v1/search?q=lamp' },
    { kind: 'page', state: 'missing', title: '/lamps' },
    { kind: 'page', state: 'elsewhere', title: 'https://lamps.example/', address: 'https://lamps.example/' },
  ])
  await catalogue.deleteDataset('lamps')
  assert.deepEqual((await evidenceOf())?.[0], { kind: 'dataset', state: 'missing', title: 'lamps', dataset: 'lamps' })
})

test('an entry without evidence says so, and so does an answer that there is nothing to open', async () => {
  const { progress } = await arrange()
  await progress.record([entry(), entry({ place: 2, status: 'nothing-to-open', reason: 'There is no light.' })])
  const { position: _position, document: _document, ...told } = entry()
  assert.deepEqual(await progress.entries(), [
    { id: 'ministry-for-lamps.16.2014.progress.1', ...told, note: 'Nothing is linked as evidence.' },
    {
      id: 'ministry-for-lamps.16.2014.progress.2',
      ...told,
      place: 2,
      status: 'nothing-to-open',
      reason: 'There is no light.',
      note: 'The department answers that it has nothing to open.',
    },
  ])
})

test('department, year and kind narrow the list, and a department that nobody knows is a problem', async () => {
  const { catalogue, progress } = await arrange()
  await catalogue.createPublisher({ name: 'silent', title: 'Silent' })
  await progress.record([
    entry(),
    entry({ kind: 'planned', year: 2015 }),
    entry({ department: 'bells', departmentTitle: 'Bells', position: 2 }),
  ])
  const ids = async (filter: Parameters<typeof progress.entries>[0]) => (await progress.entries(filter)).map(({ id }) => id)
  assert.deepEqual(await ids({}), [
    'ministry-for-lamps.16.2014.progress.1',
    'ministry-for-lamps.16.2015.planned.1',
    'bells.16.2014.progress.1',
  ])
  assert.deepEqual(await ids({ year: 2014 }), ['ministry-for-lamps.16.2014.progress.1', 'bells.16.2014.progress.1'])
  assert.deepEqual(await ids({ kind: 'planned' }), ['ministry-for-lamps.16.2015.planned.1'])
  assert.deepEqual(await ids({ department: 'bells', year: 2015 }), [])
  assert.deepEqual(await ids({ department: 'silent' }), [])
  await assert.rejects(ids({ department: 'nobody' }), (error) => error instanceof Problem && error.code === 'publisher-not-found')
})

const paper = (lamps: string) => `Action 16: open up

1. The Ministry of Lamps

1.1 Progress during 2014

${lamps}

1.2 Planned activities in 2015

More.

2. Bells

2.1 Progress during 2014

Bells does not hold data sets to open.

2.2 Planned activities in 2015

None.
`

test('reading a paper in names its departments after the publishers they mean and reports what differs', async () => {
  const { progress } = await arrange()
  assert.deepEqual(await progress.importPaper(paper('Counted.\n\nPainted.')), {
    title: 'Action 16: open up',
    updated: null,
    action: 16,
    departments: [
      { number: 1, title: 'The Ministry of Lamps', department: 'ministry-for-lamps', progress: 2, planned: 1 },
      { number: 2, title: 'Bells', department: 'bells', progress: 1, planned: 1 },
    ],
    entries: 5,
    slips: [
      { code: 'department-name-differs', line: 3, department: 1, found: 'The Ministry of Lamps', expected: 'Ministry for Lamps' },
      { code: 'department-unknown', line: 15, department: 2, found: 'Bells' },
    ],
  })
  const [bells] = await progress.entries({ department: 'bells', kind: 'progress' })
  assert.deepEqual([bells?.status, bells?.reason, bells?.number], ['nothing-to-open', 'Bells does not hold data sets to open.', '2.1'])
})

test('a paper read in again replaces the words, keeps status and evidence, and takes away what is gone', async () => {
  const { progress } = await arrange()
  await progress.record([entry({ status: 'under-way', evidence: [{ kind: 'dataset', dataset: 'oil' }] })])
  await progress.importPaper(paper('Counted.\n\nPainted.'))
  await progress.importPaper(paper('Counted twice.'))
  const entries = await progress.entries({ department: 'ministry-for-lamps', kind: 'progress' })
  assert.deepEqual(
    entries.map(({ text, status, evidence }) => ({ text, status, evidence: evidence.map(({ state }) => state) })),
    [{ text: 'Counted twice.', status: 'under-way', evidence: ['no-data'] }],
  )
})

const seed = join(root, '../shared/seed')
const published = existsSync(seed) ? readdirSync(seed).find((name) => name.endsWith('.txt')) : undefined

test('the published policy paper gives its 17 departments and its six slips', {
  skip: published ? false : 'the policy paper is not here',
}, async () => {
  const { publishers } = JSON.parse(readFileSync(join(root, 'fixtures/government/government.json'), 'utf8'))
  const { catalogue, progress } = await arrange()
  for (const publisher of publishers) await catalogue.createPublisher(publisher)
  const report = await progress.importPaper(readFileSync(join(seed, published as string), 'utf8'))
  assert.deepEqual(
    report.departments.map(({ department }) => department),
    publishers.map(({ name }: { name: string }) => name),
  )
  assert.deepEqual(
    report.slips.map(({ code, department, found, expected }) => [code, department, found, expected]),
    [
      ['department-name-differs', 3, 'Department of Business, Innovation and Skills', 'Department for Business, Innovation and Skills'],
      ['number-missing', 5, 'Progress during 2014', '5.1'],
      ['number-unexpected', 5, '5.1', '5.2'],
      ['heading-differs', 6, 'Planned activities for 2015', 'Planned activities in 2015'],
      ['heading-differs', 7, 'Planned Activities 2015', 'Planned activities in 2015'],
      ['department-name-differs', 8, 'Department of Culture, Media and Sport', 'Department for Culture, Media and Sport'],
    ],
  )
  assert.deepEqual([report.updated, report.action, report.entries], ['2015-01-16', 16, 43])
  const numbers = (await progress.entries({ department: 'foreign-and-commonwealth-office' })).map(({ number, year, kind }) => [
    number,
    year,
    kind,
  ])
  assert.deepEqual(numbers, [
    ['12.1', 2014, 'progress'],
    ['12.2', 2015, 'planned'],
  ])
  assert.match((await progress.entries({ department: 'ministry-of-justice' })).at(-1)?.text ?? '', /services and communities\.$/)
})

test('the fixture government tells the same departments, years and paragraphs as its publishers', async () => {
  const read = (name: string) => JSON.parse(readFileSync(join(root, 'fixtures/government', name), 'utf8'))
  const { progress } = await arrange()
  await progress.record(read('progress.json'))
  const entries = await progress.entries()
  assert.deepEqual(
    [...new Set(entries.map(({ department }) => department))],
    read('government.json').publishers.map(({ name }: { name: string }) => name),
  )
  assert.equal(entries.length, 43)
})

test('a department answers for one place, with a reason when there is nothing to open', async () => {
  const { progress } = await arrange()
  const place = placeOf('ministry-for-lamps.16.2015.planned.2')
  assert.deepEqual(await progress.answer(place, { text: 'Nothing.', status: 'nothing-to-open', reason: 'There is no light.' }), {
    id: 'ministry-for-lamps.16.2015.planned.2',
    ...place,
    departmentTitle: 'Ministry for Lamps',
    number: null,
    heading: 'Planned activities in 2015',
    text: 'Nothing.',
    status: 'nothing-to-open',
    reason: 'There is no light.',
    evidence: [],
    note: 'The department answers that it has nothing to open.',
  })
  const linked = { text: 'Oil.', status: 'done', evidence: [{ kind: 'dataset', dataset: 'oil' }] } as const
  await progress.answer(place, { ...linked, evidence: [...linked.evidence] })
  assert.deepEqual(
    (await progress.entries()).map(({ text, status, reason, evidence }) => ({
      text,
      status,
      reason,
      states: evidence.map(({ state }) => state),
    })),
    [{ text: 'Oil.', status: 'done', reason: undefined, states: ['no-data'] }],
  )
})

test('an answer without its reason, with an unclear link, or under a name that is no entry is refused', async () => {
  const { progress } = await arrange()
  const place = placeOf('ministry-for-lamps.16.2015.planned.1')
  const refused = (code: string, pointer?: string) => (error: unknown) =>
    error instanceof Problem && error.code === code && error.fields.pointer === pointer
  await assert.rejects(progress.answer(place, { text: 'x', status: 'nothing-to-open' }), refused('parameter-invalid', '/reason'))
  await assert.rejects(
    progress.answer(place, { text: 'x', status: 'done', evidence: [{ kind: 'api', dataset: 'oil', path: '/v1/search' }] }),
    refused('parameter-invalid', '/evidence/0'),
  )
  await assert.rejects(progress.answer({ ...place, department: 'nobody' }, { text: 'x', status: 'done' }), refused('publisher-not-found'))
  for (const id of ['', 'lamps', 'lamps.16.2015.done.1', 'lamps.16.2015.planned.0', 'a/b.16.2015.planned.1'])
    assert.throws(() => placeOf(id), refused('parameter-invalid', '/entry'))
})

test('a paper read in leaves what a department answered itself as it is', async () => {
  const { progress } = await arrange()
  for (const id of ['ministry-for-lamps.16.2014.progress.1', 'ministry-for-lamps.16.2014.progress.3'])
    await progress.answer(placeOf(id), { text: `Own ${id.at(-1)}.`, status: 'dropped' })
  await progress.importPaper(paper('Counted.\n\nPainted.'))
  await progress.importPaper(paper('Counted.'))
  assert.deepEqual(
    (await progress.entries({ department: 'ministry-for-lamps', kind: 'progress' })).map(({ text, status }) => [text, status]),
    [
      ['Own 1.', 'dropped'],
      ['Own 3.', 'dropped'],
    ],
  )
})
