import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStore } from '../../foundation/engines/sqlite/index.ts'
import { Events, fixedClock, Problem, type SixteenEvents } from '../../foundation/kernel/index.ts'
import { type Catalogue, type Distribution, openCatalogue } from './index.ts'

const clock = () => fixedClock('2026-11-23T09:00:00.000Z')

function arrange() {
  const store = openStore(':memory:')
  const events = new Events<SixteenEvents>()
  const seen: unknown[] = []
  for (const name of ['dataset-changed', 'dataset-deleted', 'publisher-changed'] as const)
    events.on(name, (payload) => void seen.push([name, payload]))
  const time = clock()
  return { store, seen, time, catalogue: openCatalogue({ store, clock: time, events }) }
}

async function withTransport() {
  const arranged = arrange()
  await arranged.catalogue.createPublisher({
    name: 'department-for-transport',
    title: 'Department for Transport',
    abbreviation: 'DfT',
    kind: 'department',
  })
  arranged.seen.length = 0
  return arranged
}

const distribution = (changes: Partial<Distribution> = {}): Distribution => ({
  name: 'roads',
  version: '1.0.0',
  versionId: '01jd',
  rows: 12,
  columns: 3,
  rejectedCells: 0,
  sourceName: 'roads.csv',
  sourceMediaType: 'text/csv',
  sourceBytes: 345,
  modified: '2026-11-24T10:00:00.000Z',
  ...changes,
})

const problem = (code: string, pointer?: string) => (error: unknown) =>
  error instanceof Problem && error.code === code && error.fields.pointer === pointer

test('a dataset named by its title answers with everything that was said and the defaults of the rest', async () => {
  const { catalogue, seen } = await withTransport()
  const made = await catalogue.createDataset({
    title: 'Road lengths, Great Britain',
    publisher: 'department-for-transport',
    keyword: ['roads'],
    identifier: 'road-lengths-1',
  })
  assert.deepEqual(made, {
    identifier: 'road-lengths-1',
    name: 'road-lengths-great-britain',
    title: 'Road lengths, Great Britain',
    publisher: 'department-for-transport',
    keyword: ['roads'],
    licence: 'not-stated',
    accrualPeriodicity: 'unknown',
    state: 'published',
    visibility: 'public',
    theme: [],
    issued: '2026-11-23T09:00:00.000Z',
    modified: '2026-11-23T09:00:00.000Z',
    distributions: [],
  })
  assert.deepEqual(await catalogue.dataset(made.name), made)
  assert.deepEqual(seen, [['dataset-changed', { dataset: made.name, publisher: 'department-for-transport' }]])
})

test('names made from titles take the first free number, names given are refused when taken', async () => {
  const { catalogue } = await withTransport()
  const create = async (title: string, name?: string) =>
    (await catalogue.createDataset({ title, publisher: 'department-for-transport', ...(name ? { name } : {}) })).name
  await create('Roads 2012')
  assert.deepEqual(
    [await create('Roads'), await create('Roads!'), await create('ROADS'), await create('£')],
    ['roads', 'roads-2', 'roads-3', 'dataset'],
  )
  await assert.rejects(create('Other', 'roads-2'), problem('dataset-exists', '/name'))
})

test('an update replaces the description and keeps name, issued and tables', async () => {
  const { store, catalogue, time } = await withTransport()
  await catalogue.createDataset({
    title: 'Roads',
    publisher: 'department-for-transport',
    keyword: ['old'],
    description: 'Old',
    identifier: 'roads-1',
  })
  await store
    .as<unknown>()
    .transaction()
    .execute((on) => catalogue.recordDistribution(on, 'roads', distribution(), ['road', 'length']))
  time.advance(86_400_000)
  const changed = await catalogue.updateDataset('roads', {
    title: 'All roads',
    publisher: 'department-for-transport',
    licence: 'ogl-uk-3.0',
  })
  assert.deepEqual(changed, {
    identifier: 'roads-1',
    name: 'roads',
    title: 'All roads',
    publisher: 'department-for-transport',
    licence: 'ogl-uk-3.0',
    accrualPeriodicity: 'unknown',
    state: 'published',
    visibility: 'public',
    theme: [],
    keyword: [],
    issued: '2026-11-23T09:00:00.000Z',
    modified: '2026-11-24T09:00:00.000Z',
    distributions: [distribution()],
  })
  await assert.rejects(
    catalogue.updateDataset('roads', { name: 'streets', title: 'x', publisher: 'department-for-transport' }),
    problem('parameter-invalid', '/name'),
  )
})

test('a recorded distribution appears with its transaction and not without it', async () => {
  const { store, catalogue } = await withTransport()
  await catalogue.createDataset({ title: 'Roads', publisher: 'department-for-transport' })
  const failing = store
    .as<unknown>()
    .transaction()
    .execute(async (on) => {
      await catalogue.recordDistribution(on, 'roads', distribution())
      throw new Error('the disk is gone')
    })
  await assert.rejects(failing, /the disk is gone/)
  assert.deepEqual((await catalogue.dataset('roads')).distributions, [])
  await store
    .as<unknown>()
    .transaction()
    .execute((on) => catalogue.recordDistribution(on, 'roads', distribution()))
  await store
    .as<unknown>()
    .transaction()
    .execute((on) => catalogue.recordDistribution(on, 'roads', distribution({ version: '1.1.0', rows: 14 })))
  const roads = await catalogue.dataset('roads')
  assert.deepEqual([roads.modified, roads.distributions], ['2026-11-24T10:00:00.000Z', [distribution({ version: '1.1.0', rows: 14 })]])
  assert.deepEqual(await catalogue.counts(), { datasets: 1, publishers: 1, rows: 14 })
})

test('deleting takes the tables along, runs what others keep in the same transaction, and tells afterwards', async () => {
  const { store, seen, catalogue } = await withTransport()
  await catalogue.createDataset({ title: 'Roads', publisher: 'department-for-transport' })
  await store
    .as<unknown>()
    .transaction()
    .execute((on) => catalogue.recordDistribution(on, 'roads', distribution()))
  await assert.rejects(
    catalogue.deleteDataset('roads', async () => Promise.reject(new Error('no'))),
    /no/,
  )
  assert.equal((await catalogue.dataset('roads')).distributions.length, 1)
  seen.length = 0
  await catalogue.deleteDataset('roads', async () => assert.deepEqual(seen, []))
  assert.deepEqual(seen, [['dataset-deleted', { dataset: 'roads', publisher: 'department-for-transport' }]])
  await assert.rejects(catalogue.dataset('roads'), problem('dataset-not-found'))
  await assert.rejects(catalogue.deleteDataset('roads'), problem('dataset-not-found'))
  assert.deepEqual(await catalogue.counts(), { datasets: 0, publishers: 1, rows: 0 })
})

test('pages of datasets follow their names and end without a cursor, whatever is added before them', async () => {
  const { catalogue } = await withTransport()
  const make = (title: string) => catalogue.createDataset({ title, publisher: 'department-for-transport' })
  for (const title of ['c', 'a', 'e', 'b', 'd']) await make(title)
  const first = await catalogue.datasets({ limit: 2 })
  await make('aa')
  const second = await catalogue.datasets({ limit: 2, cursor: first.next as string })
  const third = await catalogue.datasets({ limit: 2, cursor: second.next as string, publisher: 'department-for-transport' })
  const names = [first, second, third].map((page) => page.items.map((item) => item.name))
  assert.deepEqual(names, [['a', 'b'], ['c', 'd'], ['e']])
  assert.deepEqual([first.total, second.total, third.next], [5, 6, undefined])
  await assert.rejects(catalogue.datasets({ cursor: 'WzFd' }), problem('cursor-invalid', '/cursor'))
})

test('publishers are made, changed and listed by title with their number of datasets', async () => {
  const { catalogue, seen } = await withTransport()
  const agency = { name: 'dvla', title: 'Driver and Vehicle Licensing Agency', kind: 'agency', parent: 'department-for-transport' } as const
  await catalogue.createPublisher(agency)
  await catalogue.createDataset({ title: 'Vehicles', publisher: 'dvla' })
  await catalogue.updatePublisher('dvla', { ...agency, homepage: 'https://dvla.example/' })
  assert.deepEqual(await catalogue.publishers(), [
    {
      name: 'department-for-transport',
      title: 'Department for Transport',
      abbreviation: 'DfT',
      kind: 'department',
      datasetCount: 0,
      modified: '2026-11-23T09:00:00.000Z',
    },
    { ...agency, homepage: 'https://dvla.example/', datasetCount: 1, modified: '2026-11-23T09:00:00.000Z' },
  ])
  assert.deepEqual(
    seen.map((entry) => (entry as [string])[0]),
    ['publisher-changed', 'dataset-changed', 'publisher-changed'],
  )
})

test('publishers that cannot be are refused, saying which part is wrong', async () => {
  const { catalogue } = await withTransport()
  const refusals: Array<[(catalogue: Catalogue) => Promise<unknown>, string, string?]> = [
    [(c) => c.createPublisher({ name: 'department-for-transport', title: 'Again' }), 'publisher-exists', '/name'],
    [(c) => c.createPublisher({ name: 'dvla', title: 'DVLA', parent: 'nobody' }), 'publisher-not-found', '/parent'],
    [(c) => c.createPublisher({ name: 'dvla', title: 'DVLA', parent: 'dvla' }), 'parameter-invalid', '/parent'],
    [(c) => c.updatePublisher('department-for-transport', { name: 'dft', title: 'DfT' }), 'parameter-invalid', '/name'],
    [(c) => c.updatePublisher('nobody', { name: 'nobody', title: 'x' }), 'publisher-not-found'],
    [(c) => c.publisher('nobody'), 'publisher-not-found'],
    [(c) => c.createDataset({ title: 'x', publisher: 'nobody' }), 'publisher-not-found', '/publisher'],
    [(c) => c.updateDataset('nothing', { title: 'x', publisher: 'nobody' }), 'dataset-not-found'],
  ]
  for (const [act, code, pointer] of refusals) await assert.rejects(act(catalogue), problem(code, pointer))
})

test('bodies cannot belong to each other in a ring', async () => {
  const { catalogue } = await withTransport()
  await catalogue.createPublisher({ name: 'dvla', title: 'DVLA', parent: 'department-for-transport' })
  await catalogue.createPublisher({ name: 'team', title: 'Team', parent: 'dvla' })
  const ring = catalogue.updatePublisher('department-for-transport', { name: 'department-for-transport', title: 'x', parent: 'team' })
  await assert.rejects(ring, problem('parameter-invalid', '/parent'))
})
