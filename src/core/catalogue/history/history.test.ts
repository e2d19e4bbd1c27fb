import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import fc from 'fast-check'
import { openStore } from '../../../foundation/engines/sqlite/index.ts'
import { actingAs, Events, fixedClock, Problem, type SixteenEvents } from '../../../foundation/kernel/index.ts'
import { openCatalogue } from '../index.ts'
import type { Dataset, DatasetInput, Distribution } from '../model.ts'

async function open(t?: TestContext) {
  const store = openStore(':memory:')
  const clock = fixedClock('2026-01-01T00:00:00Z')
  const catalogue = openCatalogue({ store, clock, events: new Events<SixteenEvents>() })
  t?.after(() => store.close())
  await catalogue.createPublisher({ name: 'body', title: 'Body' })
  const publish = (name: string, version: string) =>
    store
      .as<unknown>()
      .transaction()
      .execute((on) => catalogue.recordDistribution(on, name, table(version, clock.now().toISOString())))
  return { store, clock, catalogue, publish }
}

const table = (version: string, modified: string): Distribution => ({
  name: 'main',
  version,
  versionId: version,
  rows: 1,
  columns: 1,
  rejectedCells: 0,
  sourceName: 'a.csv',
  sourceMediaType: 'text/csv',
  sourceBytes: 1,
  modified,
})

const input = (more: Partial<DatasetInput> = {}): DatasetInput => ({ title: 'Data', publisher: 'body', ...more })

test('every change is there with who and when, the newest first, and what the description said before and after', async (t) => {
  const { clock, catalogue, publish } = await open(t)
  await actingAs('body', () => catalogue.createDataset(input({ name: 'data' })))
  clock.advance(86_400_000)
  await actingAs('operator', () => catalogue.updateDataset('data', input({ title: 'Better data', keyword: ['a'] })))
  clock.advance(86_400_000)
  await actingAs('body', () => publish('data', '1.0.0'))
  const { items } = await catalogue.history.ofDataset('data')
  assert.deepEqual(
    items.map(({ at, actor, what, version, changes }) => [at.slice(0, 10), actor, what, version, changes]),
    [
      ['2026-01-03', 'body', 'version', '1.0.0', []],
      [
        '2026-01-02',
        'operator',
        'changed',
        undefined,
        [
          { field: 'keyword', before: [], after: ['a'] },
          { field: 'title', before: 'Data', after: 'Better data' },
        ],
      ],
      ['2026-01-01', 'body', 'made', undefined, []],
    ],
  )
  const first = await catalogue.history.ofDataset('data', { limit: 2 })
  const rest = await catalogue.history.ofDataset('data', { limit: 2, cursor: first.next ?? '' })
  assert.deepEqual([...first.items, ...rest.items], items)
})

test('a dataset that was taken away keeps its history, and one that never was has none', async (t) => {
  const { clock, catalogue, publish } = await open(t)
  await catalogue.createDataset(input({ name: 'data' }))
  await publish('data', '1.0.0')
  clock.advance(1_000)
  await catalogue.deleteDataset('data')
  const { items } = await catalogue.history.ofDataset('data')
  assert.deepEqual(
    items.map(({ what, actor }) => [what, actor]),
    [
      ['removed', 'server'],
      ['table-removed', 'server'],
      ['version', 'server'],
      ['made', 'server'],
    ],
  )
  const then = await catalogue.history.datasetAt('data', '2026-01-01T00:00:00Z')
  assert.deepEqual([then.title, then.distributions.map(({ version }) => version)], ['Data', ['1.0.0']])
  const missing = (error: unknown) => error instanceof Problem && error.code === 'dataset-not-found'
  await assert.rejects(catalogue.history.datasetAt('data', '2026-01-02'), missing)
  await assert.rejects(catalogue.history.datasetAt('data', '2025-01-01'), missing)
  await assert.rejects(catalogue.history.ofDataset('never'), missing)
  await assert.rejects(
    catalogue.history.datasetAt('data', 'yesterday'),
    (error: unknown) => error instanceof Problem && error.code === 'parameter-invalid',
  )
})

test('a publisher is read as it was', async (t) => {
  const { clock, catalogue } = await open(t)
  clock.advance(86_400_000)
  await actingAs('operator', () => catalogue.updatePublisher('body', { name: 'body', title: 'New name', kind: 'agency' }))
  assert.deepEqual(await catalogue.history.publisherAt('body', '2026-01-01'), {
    name: 'body',
    title: 'Body',
    kind: 'other',
    modified: '2026-01-01T00:00:00.000Z',
  })
  const { items } = await catalogue.history.ofPublisher('body')
  assert.deepEqual(items[0]?.changes, [
    { field: 'kind', before: 'other', after: 'agency' },
    { field: 'title', before: 'Body', after: 'New name' },
  ])
})

test('whatever is done, each moment is read as it was at that moment', async () => {
  const step = fc.oneof(
    fc.record({
      do: fc.constant('describe' as const),
      title: fc.string({ minLength: 1, maxLength: 20 }),
      licence: fc.constantFrom('ogl-uk-3.0' as const, 'cc0-1.0' as const),
    }),
    fc.record({ do: fc.constant('publish' as const), version: fc.stringMatching(/^\d\.\d$/) }),
    fc.record({ do: fc.constant('forget' as const) }),
    fc.record({ do: fc.constant('remove' as const) }),
  )
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
      const { store, clock, catalogue, publish } = await open()
      const seen: Array<[at: string, dataset: Dataset | undefined]> = []
      const look = async () => seen.push([clock.now().toISOString(), await catalogue.dataset('data').catch(() => undefined)])
      for (const each of steps) {
        clock.advance(1_000)
        const is = await catalogue.nameOf('data')
        if (each.do === 'describe') {
          const { title, licence } = each
          await (is
            ? catalogue.updateDataset('data', input({ title, licence }))
            : catalogue.createDataset(input({ name: 'data', title, licence })))
        } else if (is && each.do === 'publish') await publish('data', each.version)
        else if (is && each.do === 'forget')
          await store
            .as<unknown>()
            .transaction()
            .execute((on) => catalogue.forgetDistribution(on, 'data', 'main'))
            .catch(() => {})
        else if (is && each.do === 'remove') await catalogue.deleteDataset('data')
        await look()
      }
      for (const [at, dataset] of seen) {
        const then = await catalogue.history.datasetAt('data', at).catch(() => undefined)
        assert.deepEqual(then && { ...then, modified: '' }, dataset && { ...dataset, modified: '' }, at)
      }
      await store.close()
    }),
    { numRuns: 60 },
  )
})
