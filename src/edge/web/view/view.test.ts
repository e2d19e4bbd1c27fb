import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { Column, Manifest } from '../../../core/datastore/index.ts'
import { changeText, decisionView, schemaChanges } from './about.ts'
import { referenceOf, tryAddress } from './api-reference.ts'
import { callsOf } from './calls.ts'
import { cellText } from './cell.ts'
import { chartOf, profileText } from './chart.ts'
import { pieces, readSearch, searchAddress, shorten } from './finder.ts'
import { agoText, dateText, numberText, plural, safeAddress, sizeText } from './format.ts'
import { problemGuide, runsOf } from './problem-guide.ts'
import { byDepartment } from './promises.ts'
import { conditionText, questionOf, readState, sortOf, stateQuery, translateForm } from './table-state.ts'

const column = (more: Partial<Column>): Column => ({
  name: 'Amount',
  alias: 'amount',
  position: 0,
  type: 'number',
  reading: {},
  rejected: 0,
  reason: '',
  ...more,
})

test('figures, dates and sizes are written as people read them', () => {
  assert.equal(numberText(1234567.5), '1,234,567.5')
  assert.equal(numberText(1234, 2), '1,234.00')
  assert.equal(numberText('not a number'), 'not a number')
  assert.equal(dateText('2026-11-23'), '23 November 2026')
  assert.equal(dateText('soon'), 'soon')
  assert.equal(plural(1, 'row'), '1 row')
  assert.equal(plural(2000, 'row'), '2,000 rows')
  assert.deepEqual([999, 1500, 4_210_000, 3e9].map(sizeText), ['999 bytes', '1.5 KB', '4.2 MB', '3 GB'])
})

test('how long ago is told in the largest whole unit', () => {
  const now = new Date('2026-11-23T12:00:00Z')
  const cases = [
    ['2026-11-23T11:59:30Z', 'just now'],
    ['2026-11-23T11:00:00Z', '1 hour ago'],
    ['2026-11-20T12:00:00Z', '3 days ago'],
    ['2012-05-01', '14 years ago'],
    ['never', ''],
  ] as const
  for (const [then, text] of cases) assert.equal(agoText(then, now), text)
})

test('only addresses of the web and of mail become links', () => {
  assert.equal(safeAddress('https://example.gov'), 'https://example.gov')
  assert.equal(safeAddress('javascript:alert(1)'), undefined)
  assert.equal(safeAddress(undefined), undefined)
})

test('a cell is written by the type of its column', () => {
  const cases: Array<[unknown, Partial<Column>, string]> = [
    [1234.5, { reading: { scale: 2 } }, '1,234.50'],
    [1234567, { type: 'integer' }, '1,234,567'],
    [2012, { type: 'integer', name: 'Year', alias: 'year' }, '2012'],
    ['2012-05-31', { type: 'date' }, '31 May 2012'],
    ['2012-05-31T10:20:00Z', { type: 'date-time' }, '31 May 2012, 10:20'],
    [true, { type: 'boolean' }, 'yes'],
    ['0117', { type: 'text' }, '0117'],
    [null, {}, ''],
  ]
  for (const [value, more, text] of cases) assert.equal(cellText(value, column(more)), text)
})

test('an address holds the state of a table, and gives it back', () => {
  const search = 'town__exact=York&amount__gte=5&columns=town,amount&sort=-amount&distribution=data'
  const state = readState(new URLSearchParams(`${search}&cursor=abc&after=25&utm=x`))
  assert.deepEqual(state, {
    conditions: [
      { column: 'town', op: 'exact', value: 'York' },
      { column: 'amount', op: 'gte', value: '5' },
    ],
    sort: '-amount',
    columns: ['town', 'amount'],
    after: 25,
    cursor: 'abc',
    distribution: 'data',
  })
  assert.equal(questionOf(state).toString(), new URLSearchParams(search).toString())
  assert.equal(stateQuery(state, { conditions: [] }), '?columns=town%2Camount&sort=-amount&distribution=data')
  assert.match(stateQuery(state, { cursor: 'def', after: 50 }), /&cursor=def&after=50$/)
})

test('any state of a table survives its address', () => {
  const alias = fc.stringMatching(/^[a-z][a-z0-9_]{0,20}$/).filter((name) => !name.includes('__') && !name.endsWith('_'))
  const condition = fc.record(
    { column: alias, op: fc.constantFrom('exact', 'gte', 'contains', 'isnull'), value: fc.string() },
    { noNullPrototype: true },
  )
  const states = fc.record(
    {
      conditions: fc.array(condition, { maxLength: 5 }),
      sort: fc.oneof(fc.constant(''), alias),
      columns: fc.array(alias, { maxLength: 4 }),
      after: fc.constant(0),
    },
    { noNullPrototype: true },
  )
  fc.assert(fc.property(states, (state) => assert.deepEqual(readState(new URLSearchParams(stateQuery(state))), state)))
})

test('a sent form becomes the address that the data API understands', () => {
  const meant = (search: string) => translateForm(new URLSearchParams(search))
  assert.equal(meant('sort=-a&f1=amount&o1=gte&v1=25000'), '?amount__gte=25000&sort=-a')
  assert.equal(meant('town__exact=York&f1=amount&o1=empty&v1='), '?town__exact=York&amount__isnull=true')
  assert.equal(meant('f1=amount&o1=gte&v1='), '', 'nothing typed filters nothing')
  assert.equal(meant('show=a&show=b&all=3&sort=a'), '?columns=a%2Cb&sort=a')
  assert.equal(meant('show=a&show=b&all=2&columns=a'), '', 'all columns need no parameter')
  assert.equal(meant('amount__gte=5&sort=a'), undefined)
})

test('filters and order are told in words', () => {
  const nameOf = (alias: string) => ({ amount: 'Amount' })[alias] ?? alias
  assert.equal(conditionText({ column: 'amount', op: 'gte', value: '5' }, nameOf), 'Amount is at least 5')
  assert.equal(conditionText({ column: 'amount', op: 'isnull', value: 'false' }, nameOf), 'Amount is not empty')
  const state = readState(new URLSearchParams('sort=-amount'))
  assert.deepEqual(sortOf(state, 'amount'), { next: 'amount', now: 'descending' })
  assert.deepEqual(sortOf(state, 'town'), { next: 'town', now: 'none' })
})

test('every call carries the question of the view and no quote of it can end the text', () => {
  const calls = callsOf('http://x', 'spend', new URLSearchParams([['supplier__contains', `O'Neil "&`]]))
  assert.deepEqual(
    calls.map((call) => call.id),
    ['curl', 'python', 'r', 'javascript', 'excel'],
  )
  assert.equal(calls[0]?.code, "curl 'http://x/v1/datasets/spend/records?supplier__contains=O%27Neil+%22%26&limit=100'")
  for (const { code } of calls) assert.ok(code.includes('supplier__contains=O%27Neil+%22%26'), code)
})

test('a histogram becomes columns of its bands and a list of values becomes bars', () => {
  const bands = chartOf(column({}), {
    filled: 4,
    empty: 0,
    distinct: 4,
    histogram: [
      { from: 0, to: 10, count: 3 },
      { from: 10, to: 20, count: 1 },
    ],
  })
  assert.deepEqual(bands, {
    kind: 'columns',
    title: 'Rows by Amount, 0 to 20',
    width: 320,
    height: 80,
    bars: [
      { label: '0 to 10', count: '3', share: '75%', x: 0, y: 0, width: 158, height: 80 },
      { label: '10 to 20', count: '1', share: '25%', x: 160, y: 53.3, width: 158, height: 26.7 },
    ],
    low: '0',
    high: '20',
  })
  const town = column({ type: 'text', name: 'Town', alias: 'town' })
  const profile = { filled: 4, empty: 1, distinct: 1, top: [{ value: 'York', count: 4 }] }
  assert.deepEqual(chartOf(town, profile)?.bars, [{ label: 'York', count: '4', share: '100%', x: 0, y: 0, width: 320, height: 14 }])
  assert.equal(profileText(town, profile), '1 empty cell, about 1 different value')
  assert.equal(chartOf(town, { filled: 0, empty: 5, distinct: 0 }), undefined)
})

test('a search survives its address, and a change of it starts at the first page', () => {
  const request = readSearch(new URLSearchParams('q=tax&publisher=hmrc&publisher=dft&sort=title&cursor=c&sort2=x'))
  assert.deepEqual(request, { limit: 20, facets: 'all', publisher: ['hmrc', 'dft'], q: 'tax', sort: 'title', cursor: 'c' })
  assert.equal(searchAddress(request, { publisher: ['dft'] }), '/datasets?q=tax&publisher=dft&sort=title')
  assert.deepEqual(pieces('the **tax** of'), [
    { text: 'the ', marked: false },
    { text: 'tax', marked: true },
    { text: ' of', marked: false },
  ])
  assert.equal(shorten('One sentence about spending. And another.'), 'One sentence about spending.')
  assert.equal(shorten('word '.repeat(100), 12), 'word word…')
})

test('versions say what changed between them', () => {
  const manifest = (rows: number, columns: Column[]) => ({ rows, columns }) as Manifest
  const before = manifest(10, [column({}), column({ name: 'Town', type: 'text' })])
  const after = manifest(12, [column({ type: 'text' }), column({ name: 'County', type: 'text' })])
  assert.deepEqual(schemaChanges(after, before), ['Amount: number is now text', 'County added (text)', 'Town removed'])
  assert.equal(changeText(after, before), '3 column changes, 2 rows more')
  assert.equal(changeText(before, before), 'Same columns, as many rows')
  assert.deepEqual(decisionView({ what: 'header-row', value: '\t', reason: 'seen', confidence: 0.954 }), {
    what: 'Header row',
    value: 'tab',
    reason: 'seen',
    confidence: '95%',
  })
})

test('the reference is made from the OpenAPI document, and a form asks the address it stands for', () => {
  const [group] = referenceOf(
    {
      tags: [{ name: 'Data', description: 'Rows' }, { name: 'Empty' }],
      paths: {
        '/v1/datasets/{dataset}/records': {
          get: {
            operationId: 'getRecords',
            summary: 'Rows',
            tags: ['Data'],
            parameters: [
              { name: 'dataset', in: 'path', required: true, schema: { type: 'string', description: 'Name' } },
              { name: 'limit', in: 'query', schema: { type: 'integer' } },
            ],
          },
          post: { operationId: 'put', tags: ['Data'], security: [{ token: [] }] },
        },
      },
    },
    { dataset: 'spend' },
  )
  const [read, write] = group?.operations ?? []
  assert.deepEqual([read?.id, read?.method, read?.tryable, write?.tryable, write?.needsToken], ['getRecords', 'GET', true, false, true])
  assert.deepEqual(read?.parameters[0], {
    name: 'dataset',
    place: 'path',
    required: true,
    type: 'text',
    description: 'Name',
    options: [],
    example: 'spend',
  })
  assert.equal(tryAddress(read, new URLSearchParams('dataset=../a&limit=2&sort=')), '/v1/datasets/..%2Fa/records?limit=2')
  assert.equal(tryAddress(write, new URLSearchParams()), undefined)
})

test('the page of problems says of each code what its documentation says', () => {
  const guide = problemGuide('# Problems\n\n## busy\n\n503 · The server is busy\n\nSend `Retry-After` again.\n')
  const busy = guide.find((entry) => entry.code === 'busy')
  assert.deepEqual(busy, {
    code: 'busy',
    status: 503,
    title: 'The server is busy',
    paragraphs: [
      [
        { kind: 'text', text: 'Send ' },
        { kind: 'code', text: 'Retry-After' },
        { kind: 'text', text: ' again.' },
      ],
    ],
  })
  assert.deepEqual(runsOf('[RFC](https://a.b/c) [no](javascript:x)'), [
    { kind: 'link', text: 'RFC', href: 'https://a.b/c' },
    { kind: 'text', text: ' [no](javascript:x)' },
  ])
})

test('promises stand by department with the state of their evidence in words', () => {
  const said = { department: 'dft', departmentTitle: 'Transport', action: 1, place: 1, number: '7.1', heading: 'DfT' }
  const [department] = byDepartment([
    {
      ...said,
      id: 'a',
      year: 2014,
      kind: 'progress',
      text: 'Timetables are open.',
      status: 'done',
      evidence: [
        {
          kind: 'dataset',
          state: 'published',
          title: 'Timetables',
          dataset: 't',
          address: '/datasets/t',
          rows: 2000,
          modified: '2026-11-20',
        },
      ],
    },
    {
      ...said,
      id: 'b',
      year: 2015,
      kind: 'planned',
      text: 'More.',
      status: 'planned',
      evidence: [],
      note: 'Nothing is linked as evidence.',
    },
  ])
  assert.equal(department?.sum, '1 done, 1 promise, 1 of 2 with evidence')
  assert.deepEqual(department?.entries[0]?.evidence, [
    {
      title: 'Timetables',
      href: '/datasets/t',
      kind: 'dataset',
      state: { text: 'published', tone: 'good' },
      more: '2,000 rows',
      modified: '2026-11-20',
    },
  ])
  assert.deepEqual([department?.entries[1]?.when, department?.entries[1]?.note], ['For 2015', 'Nothing is linked as evidence.'])
})
