import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Dataset } from '../../catalogue/index.ts'
import { readList } from './list.ts'
import { measuresOf, starsOf, statusOf } from './measure.ts'
import { type NiiRecord, niiStages, type Step, steps } from './model.ts'
import { afterStep, stepsFrom } from './workflow.ts'

const real = join(import.meta.dirname, '../../../../../shared/data/nii/nii.csv')
const list2013 = existsSync(real) ? false : 'the list of 2013 is in ../shared/data, which is not there'

test('the list of October 2013 is read whole: nothing is lost, and its faults are told', { skip: list2013 }, () => {
  const { entries, rows, faults } = readList(readFileSync(real))
  assert.equal(rows, 321)
  const told = new Set(entries.flatMap(({ lines }) => lines))
  assert.equal(told.size, 321, 'each row is behind one entry')
  assert.equal(new Set(entries.map(({ id }) => id)).size, entries.length)
  assert.equal(entries.length, rows - faults.filter(({ code }) => code.startsWith('duplicate-')).length)
  const counts = Object.fromEntries([...Map.groupBy(faults, ({ code }) => code)].map(([code, of]) => [code, of.length]))
  assert.deepEqual(counts, {
    encoding: 1,
    'header-differs': 1,
    'cell-trimmed': 117,
    'duplicate-link': 9,
    'duplicate-name': 3,
    'link-is-search': 9,
    'cell-blank': 1,
  })
  const themes = Map.groupBy(entries, ({ theme }) => theme)
  assert.equal(themes.size, 12)
  const topography = entries.find(({ title }) => title.startsWith('OS MasterMap® Topography'))
  assert.ok(topography, 'bytes of Windows-1252 are letters')
  assert.deepEqual(entries.find(({ id }) => id === 'boundary-line')?.aliases, ['Boundary-Line'])
})

test('a table that is no list is refused with the column that is wrong', () => {
  assert.throws(() => readList(Buffer.from('Name,Link\nA,B\n')), /Column 1 is "Name" where "Publisher" is expected/)
  assert.throws(() => readList(Buffer.from('')), Problem)
})

test('whatever bytes come, a list is read or refused, and every row is behind an entry', () => {
  const cell = fc.string({ maxLength: 12 }).map((text) => text.replaceAll(/["\r\n,]/g, ' '))
  fc.assert(
    fc.property(fc.array(fc.tuple(cell, cell, cell, cell, cell), { maxLength: 20 }), (rows) => {
      const text = ['Publisher,Dataset Name,Link,Facet 1,Facet 2', ...rows.map((row) => row.join(','))].join('\n')
      const { entries } = readList(Buffer.from(text))
      const named = rows.filter(([, name]) => name.trim() !== '').length
      assert.equal(
        entries.reduce((sum, { lines }) => sum + lines.length, 0),
        named,
      )
    }),
  )
})

const record = (more: Partial<NiiRecord> = {}): NiiRecord => ({
  id: 'x',
  title: 'X',
  stage: 'nominated',
  source: 'test',
  nominated: '2026-01-01T00:00:00.000Z',
  aliases: [],
  links: [],
  uses: ['u'],
  ...more,
})
const now = new Date('2026-06-01T12:00:00Z')
const scores = Object.fromEntries(
  ['economic', 'social', 'publicService', 'coreReference'].map((name) => [name, { score: 3, evidence: 'e' }]),
) as NonNullable<Step['scores']>
const promised: Partial<NiiRecord> = {
  owner: 'Director',
  openness: 'open',
  frequency: 'monthly',
  service: { changeNoticeDays: 60 },
  commitments: [{ what: 'w', measuredBy: 'api' }],
}

test('an entry goes from nomination to retirement by the steps of the framework', () => {
  const way: Step[] = [
    { step: 'triage', reason: 'new' },
    { step: 'assess', reason: 'panel', scores },
    { step: 'refuse', reason: 'too small' },
    { step: 'appeal', reason: 'no' },
    { step: 'assess', reason: 'again', scores },
    { step: 'list', reason: 'yes' },
    { step: 'commit', reason: 'signed' },
    { step: 'notice', reason: 'columns go', effective: '2026-07-31' },
    { step: 'retire', reason: 'gone' },
  ]
  const stages = []
  let entry = record(promised)
  for (const step of way) {
    entry = afterStep(entry, step, now)
    stages.push(entry.stage)
  }
  assert.deepEqual(stages, ['triaged', 'assessed', 'refused', 'appealed', 'assessed', 'listed', 'committed', 'committed', 'retired'])
  assert.equal(entry.committed, now.toISOString())
})

test('each gate demands what the framework demands', () => {
  const refusal = (entry: Partial<NiiRecord>, step: Step) => {
    try {
      afterStep(record(entry), step, now)
    } catch (error) {
      return [(error as Problem).code, (error as Problem).fields.pointer]
    }
    return 'taken'
  }
  const reason = 'r'
  assert.deepEqual(refusal({ stage: 'triaged' }, { step: 'assess', reason }), ['nii-step-refused', '/scores'])
  assert.deepEqual(refusal({ stage: 'triaged' }, { step: 'merge', reason, into: 'x' }), ['nii-step-refused', '/into'])
  assert.deepEqual(refusal({ stage: 'listed' }, { step: 'commit', reason }), ['nii-step-refused', '/owner'])
  assert.deepEqual(refusal({ stage: 'listed', ...promised, openness: 'closed' }, { step: 'commit', reason }), [
    'nii-step-refused',
    '/obstacle',
  ])
  assert.deepEqual(refusal({ stage: 'listed', ...promised, openness: 'closed', obstacle: 'o' }, { step: 'commit', reason }), [
    'nii-step-refused',
    '/openDataPlan',
  ])
  assert.deepEqual(refusal({ stage: 'committed', ...promised }, { step: 'notice', reason, effective: '2026-07-30' }), [
    'nii-step-refused',
    '/effective',
  ])
  assert.deepEqual(refusal({ stage: 'committed', ...promised }, { step: 'notice', reason, effective: '2026-07-31' }), 'taken')
})

test('from no stage can a step be taken that is not told as open, and no step leads out of retirement', () => {
  fc.assert(
    fc.property(fc.constantFrom(...niiStages), fc.constantFrom(...steps), (stage, step) => {
      const take = () => afterStep(record({ stage, ...promised }), { step, reason: 'r', scores, into: 'y', effective: '2030-01-01' }, now)
      if (stepsFrom(stage).includes(step)) assert.ok(niiStages.includes(take().stage))
      else assert.throws(take, /is not open from there/)
    }),
  )
  assert.deepEqual([stepsFrom('retired'), stepsFrom('merged')], [[], []])
})

const dataset = (more: Partial<Dataset> = {}): Dataset => ({
  name: 'd',
  title: 'D',
  publisher: 'p',
  identifier: 'i',
  state: 'published',
  visibility: 'public',
  licence: 'ogl-uk-3.0',
  accrualPeriodicity: 'monthly',
  theme: [],
  keyword: [],
  issued: '2026-01-01T00:00:00Z',
  modified: '2026-05-20T00:00:00Z',
  distributions: [],
  ...more,
})
const table = (modified: string) =>
  ({
    name: 'data',
    version: '1.0.0',
    versionId: 'v',
    rows: 1,
    columns: 1,
    rejectedCells: 0,
    sourceName: 'a.csv',
    sourceMediaType: 'text/csv',
    sourceBytes: 1,
    modified,
  }) as const

test('the state of a promise is what the probes found, never what was declared', () => {
  const state = (of: Dataset | undefined, probes = { runs: 100, ok: 100, p95Ms: 20 }, entry: Partial<NiiRecord> = {}) => {
    const measures = measuresOf(record({ stage: 'committed', dataset: 'd', ...promised, ...entry }), of, probes, now)
    return [
      statusOf(measures),
      ...measures.filter((measure) => measure.state === 'missed' || measure.state === 'late').map(({ probe }) => probe),
    ]
  }
  const fresh = dataset({ distributions: [table('2026-05-20T00:00:00Z')] })
  assert.deepEqual(state(fresh), ['green'])
  assert.deepEqual(state(dataset({ distributions: [table('2026-04-25T00:00:00Z')] })), ['amber', 'freshness'])
  assert.deepEqual(state(dataset({ distributions: [table('2025-04-25T00:00:00Z')] })), ['red', 'freshness'])
  assert.deepEqual(state({ ...fresh, licence: 'end-user-licence' }), ['red', 'licence'])
  assert.deepEqual(state(fresh, { runs: 100, ok: 90, p95Ms: 20 }), ['red', 'availability'])
  assert.deepEqual(state(fresh, { runs: 100, ok: 100, p95Ms: 1_200 }), ['amber', 'latency'])
  assert.deepEqual(state(fresh, undefined, { service: { latencyMs: 10 } }), ['red', 'latency'])
  assert.deepEqual(state(dataset()), ['red', 'published', 'api'])
  assert.deepEqual(state(undefined), ['red', 'published'])
  assert.deepEqual(state(undefined, undefined, { dataset: undefined } as never), ['grey'])
})

test('an entry has the stars of its dataset, and more where others use the codes that it defines', () => {
  const stars = (own: number, entry: Partial<NiiRecord> = {}, users: string[] = []) => starsOf(record(entry), own, users)
  assert.deepEqual(
    [stars(0), stars(2, { defines: ['r'] }), stars(3), stars(3, { defines: ['r'] }), stars(3, { defines: ['r'] }, ['other'])],
    [0, 2, 3, 4, 5],
  )
})
