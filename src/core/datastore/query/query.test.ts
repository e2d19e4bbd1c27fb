import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { newSixteen, publishText } from '../../../../test/support/sixteen.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { QueryRequest } from './model.ts'
import { parseQueryBody, parseRecordsQuery, splitList } from './parse.ts'

const parse = (text: string) => parseRecordsQuery(new URLSearchParams(text))
const isProblem = (code: string, pointer?: string) => (error: unknown) =>
  error instanceof Problem && error.code === code && (pointer === undefined || error.fields.pointer === pointer)

test('a query string is read as conditions, columns, sort and page', () => {
  assert.deepEqual(parse('town__exact=LEEDS&price__gte=100&columns=town,"a,b"&sort=-price,town&limit=5'), {
    filter: {
      and: [
        { column: 'town', op: 'exact', value: 'LEEDS', pointer: '/town__exact' },
        { column: 'price', op: 'gte', value: '100', pointer: '/price__gte' },
      ],
    },
    columns: ['town', 'a,b'],
    sort: [
      { column: 'price', descending: true },
      { column: 'town', descending: false },
    ],
    limit: 5,
  })
  assert.deepEqual(parse('a__b__exact=1').filter, { and: [{ column: 'a__b', op: 'exact', value: '1', pointer: '/a__b__exact' }] })
})

test('what cannot be asked is refused by its own name', () => {
  for (const [text, code] of [
    ['town=LEEDS', 'parameter-unknown'],
    ['town__like=L', 'operator-unknown'],
    ['limit=0', 'limit-out-of-range'],
    ['limit=10001', 'limit-out-of-range'],
    ['limit=ten', 'limit-out-of-range'],
    ['limit=1&limit=2', 'parameter-invalid'],
  ] as const)
    assert.throws(() => parse(text), isProblem(code), text)
  for (const [body, code, pointer] of [
    [{ where: 1 }, 'parameter-unknown', '/where'],
    [{ filter: { and: [{ column: 'a', op: 'near', value: 1 }] } }, 'operator-unknown', '/filter/and/0/op'],
    [{ filter: {} }, 'parameter-invalid', '/filter'],
    [{ measures: [{ measure: 'mode', column: 'a' }] }, 'parameter-invalid', '/measures/0/measure'],
    [{ measures: [{ measure: 'sum' }] }, 'parameter-invalid', '/measures/0/column'],
    [[], 'parameter-invalid', ''],
  ] as const)
    assert.throws(() => parseQueryBody(body), isProblem(code, pointer), JSON.stringify(body))
  let deep: object = { a__exact: 1 }
  for (let i = 0; i < 12; i += 1) deep = { not: deep }
  assert.throws(() => parseQueryBody({ filter: deep }), isProblem('query-too-complex'))
})

test('any text given as a query string is understood or refused, never a failure', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string(), fc.string())), (pairs) => {
      try {
        parseRecordsQuery(pairs)
      } catch (error) {
        assert.ok(error instanceof Problem)
      }
    }),
  )
  fc.assert(
    fc.property(fc.jsonValue(), (body) => {
      try {
        parseQueryBody(body)
      } catch (error) {
        assert.ok(error instanceof Problem)
      }
    }),
  )
})

test('lists are split at commas outside quotes, and joined again they are the same', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, unit: fc.constantFrom('a', ',', '"', ' ') }), { minLength: 1 }), (parts) => {
      assert.deepEqual(splitList(parts.map((part) => `"${part.replaceAll('"', '""')}"`).join(',')), parts)
    }),
  )
})

const ROWS = 120
type Row = { n: number; town: string | null; price: number | null; day: string | null; open: boolean | null }
const table: Row[] = Array.from({ length: ROWS }, (_, i) => ({
  n: i,
  town: i % 11 === 0 ? null : (['Leeds', 'York', 'leeds north', 'Ely "isle"', 'Bath, Somerset'][i % 5] as string),
  price: i % 7 === 0 ? null : ((i * 37) % 50) + 0.25,
  day: i % 13 === 0 ? null : `2012-0${(i % 9) + 1}-15`,
  open: i % 5 === 0 ? null : i % 2 === 0,
}))
const csvOf = (rows: Row[]) =>
  `n,town,price,day,open\n${rows
    .map((row) =>
      Object.values(row)
        .map((value) => (value === null ? '' : `"${String(value).replaceAll('"', '""')}"`))
        .join(','),
    )
    .join('\n')}\n`

const values: Record<keyof Row, fc.Arbitrary<string>> = {
  n: fc.integer({ min: -1, max: ROWS }).map(String),
  town: fc.constantFrom('Leeds', 'leeds', 'York', 'e', '', 'Bath, Somerset', 'Ely "isle"'),
  price: fc.constantFrom('0.25', '10', '25.25', '49.255', '-1'),
  day: fc.constantFrom('2012-03-15', '2012-05-01', '2011-01-01'),
  open: fc.constantFrom('true', 'false'),
}
const everywhere = ['exact', 'not', 'in', 'notin', 'isnull'] as const
const opsOf: Record<keyof Row, readonly string[]> = {
  n: [...everywhere, 'lt', 'lte', 'gt', 'gte'],
  town: [...everywhere, 'lt', 'gte', 'contains', 'startswith', 'endswith'],
  price: [...everywhere, 'lt', 'lte', 'gt', 'gte'],
  day: [...everywhere, 'lt', 'gte'],
  open: everywhere,
}
type Leaf = { column: keyof Row; op: string; value: unknown }
type Tree = Leaf | { and: Tree[] } | { or: Tree[] } | { not: Tree }
const leaf: fc.Arbitrary<Leaf> = fc
  .constantFrom(...(Object.keys(values) as (keyof Row)[]))
  .chain((column) => fc.constantFrom(...opsOf[column]).chain((op) => valueFor(column, op).map((value): Leaf => ({ column, op, value }))))

function valueFor(column: keyof Row, op: string): fc.Arbitrary<unknown> {
  if (op === 'isnull') return fc.boolean()
  return op === 'in' || op === 'notin' ? fc.array(values[column], { minLength: 1, maxLength: 3 }) : values[column]
}

const tree = fc.letrec<{ tree: Tree }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({ and: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ or: fc.array(tie('tree'), { minLength: 1, maxLength: 3 }) }),
    fc.record({ not: tie('tree') }),
  ),
})).tree

/** The same question answered the slow, plain way. */
function holds(row: Row, filter: Tree): boolean {
  if ('and' in filter) return filter.and.every((part) => holds(row, part))
  if ('or' in filter) return filter.or.some((part) => holds(row, part))
  if ('not' in filter) return !holds(row, filter.not)
  const cell = row[filter.column]
  const asCell = (text: unknown) =>
    filter.column === 'n' || filter.column === 'price' ? Number(text) : filter.column === 'open' ? text === 'true' : String(text)
  const value = asCell(filter.value)
  const list = Array.isArray(filter.value) ? filter.value.map(asCell) : []
  const bytes = (text: unknown) => Buffer.from(String(text))
  const order = () => (typeof cell === 'string' ? bytes(cell).compare(bytes(value)) : (cell as number) - (value as number))
  if (filter.op === 'isnull') return (cell === null) === filter.value
  if (filter.op === 'not') return cell !== value
  if (filter.op === 'notin') return cell === null || !list.includes(cell)
  if (cell === null) return false
  const [have, want] = [String(cell).toLowerCase(), String(filter.value).toLowerCase()]
  switch (filter.op) {
    case 'exact':
      return cell === value
    case 'in':
      return list.includes(cell)
    case 'lt':
      return order() < 0
    case 'lte':
      return order() <= 0
    case 'gt':
      return order() > 0
    case 'gte':
      return order() >= 0
    case 'contains':
      return have.includes(want)
    case 'startswith':
      return have.startsWith(want)
    default:
      return have.endsWith(want)
  }
}

function sorted(rows: Row[], sort: { column: string; descending: boolean }[]): Row[] {
  return rows.toSorted((a, b) => {
    for (const { column, descending } of sort) {
      const [x, y] = [a[column as keyof Row], b[column as keyof Row]]
      if (x === y) continue
      if (x === null) return 1
      if (y === null) return -1
      const order = typeof x === 'string' ? Buffer.from(x).compare(Buffer.from(y as string)) : Number(x) - Number(y)
      if (order) return descending ? -order : order
    }
    return a.n - b.n
  })
}

/** What a look-up asks: one column is this, and more may be asked of the others. */
const lookupTree: fc.Arbitrary<Tree> = fc.constantFrom('n', 'town', 'price', 'day').chain((column) =>
  fc.record({
    and: fc.tuple(
      values[column as keyof Row].map((value): Tree => ({ column: column as keyof Row, op: 'exact', value })),
      fc.oneof(leaf, fc.constant<Tree>({ and: [] }), tree),
    ),
  }),
)

const sorts = fc.uniqueArray(fc.record({ column: fc.constantFrom('n', 'town', 'price', 'day', 'open'), descending: fc.boolean() }), {
  maxLength: 3,
  selector: (term) => term.column,
})

/** Every row of a question, page after page to the end, and again page before page from there; both are the same. */
async function walk(
  sixteen: Awaited<ReturnType<typeof newSixteen>>,
  dataset: string,
  request: QueryRequest,
  engines: Record<string, number>,
): Promise<unknown[]> {
  const seen: unknown[] = []
  const pages: { records: string; prev: string | null }[] = []
  let cursor: string | null = null
  let total = -1
  do {
    const { records, page, engine } = await sixteen.datastore.textPage(dataset, { ...request, ...(cursor && { cursor }) })
    engines[engine.engine] = (engines[engine.engine] ?? 0) + 1
    assert.ok(total === -1 || total === page.total)
    total = page.total
    pages.push({ records: records.toString(), prev: page.prev })
    seen.push(...(JSON.parse(`[${records}]`) as unknown[]))
    cursor = page.next
  } while (cursor)
  assert.equal(total, seen.length)
  for (let at = pages.length - 1; at > 0; at -= 1) {
    const before = await sixteen.datastore.textPage(dataset, { ...request, cursor: pages[at]?.prev as string })
    assert.equal(before.records.toString(), pages[at - 1]?.records)
    assert.equal(before.page.prev === null, at === 1)
    assert.ok(before.page.next)
  }
  assert.equal(pages[0]?.prev, null)
  return seen
}

test('random questions get the rows that a plain reading of the table gives, from either engine, page by page in either direction', async (t) => {
  const columns = await newSixteen(t, { rowsMaxMb: 0 })
  const rows = await newSixteen(t, { rowsMinRows: 1 })
  for (const sixteen of [columns, rows]) {
    await publishText(sixteen, 'rows', csvOf(table))
    await publishText(sixteen, 'keyed', csvOf(table), { key: ['n'] })
  }
  for (const dataset of ['rows', 'keyed']) {
    // Asked for often, a column gets its index.
    for (const text of ['n__exact=1', 'town__exact=York', 'price__exact=1', 'day__exact=2012-01-15', 'sort=price'])
      for (let i = 0; i < 5; i += 1) await rows.datastore.page(dataset, parse(text))
    await rows.datastore.rowsReady(dataset)
  }
  const engines: Record<string, number> = {}
  await fc.assert(
    fc.asyncProperty(
      fc.oneof({ weight: 2, arbitrary: tree }, { weight: 3, arbitrary: lookupTree }, { weight: 1, arbitrary: fc.constant(undefined) }),
      fc.oneof(sorts, fc.constant<{ column: string; descending: boolean }[]>([])),
      fc.option(fc.subarray(['n', 'town', 'price', 'day', 'open'], { minLength: 1 }), { nil: undefined }),
      fc.integer({ min: 3, max: 70 }),
      async (filter, sort, shown, limit) => {
        const request: QueryRequest = { ...parseQueryBody(filter ? { filter } : {}), sort, limit, ...(shown && { columns: shown }) }
        const found = sorted(
          table.filter((row) => !filter || holds(row, filter)),
          sort,
        )
        const expected = shown ? found.map((row) => Object.fromEntries(shown.map((name) => [name, row[name as keyof Row]]))) : found
        for (const dataset of ['rows', 'keyed']) {
          assert.deepEqual(await walk(rows, dataset, request, engines), expected)
          assert.deepEqual(await walk(columns, dataset, request, {}), expected)
        }
      },
    ),
    { numRuns: 80 },
  )
  assert.ok((engines.rows ?? 0) > 50 && (engines.columns ?? 0) > 50, JSON.stringify(engines))
})

test('a page says which engine made it, and both make the same bytes', async (t) => {
  const answers = await Promise.all(
    [{ rowsMinRows: 1 }, { rowsMaxMb: 0 }].map(async (overrides) => {
      const sixteen = await newSixteen(t, overrides)
      await publishText(sixteen, 'rows', csvOf(table))
      await sixteen.datastore.rowsReady('rows')
      const app = await sixteen.app()
      const page = await app.inject('/v1/datasets/rows/records?limit=40&columns=day,price')
      const explained = await app.inject('/v1/datasets/rows/records?limit=40&explain=true')
      return { timing: String(page.headers['server-timing']), records: page.body.split('"page"')[0], explained: explained.json<object>() }
    }),
  )
  assert.match(answers[0]?.timing ?? '', /^engine;desc=rows, plan;dur=[\d.]+, rows;dur=[\d.]+$/)
  assert.match(answers[1]?.timing ?? '', /^engine;desc=columns, plan;dur=[\d.]+, columns;dur=[\d.]+$/)
  assert.equal(answers[0]?.records, answers[1]?.records)
  const plan = { columns: ['n', 'town', 'price', 'day', 'open'], sort: [], limit: 40, measures: [] }
  assert.deepEqual(answers[0]?.explained, { engine: 'rows', reason: 'rows one after another', version: '1.0.0', columnsMs: 3, plan })
  assert.deepEqual(answers[1]?.explained, { engine: 'columns', reason: 'the table is small', version: '1.0.0', columnsMs: 3, plan })
})

test('a walk that began on a version ends on it, whatever is published meanwhile', async (t) => {
  const sixteen = await newSixteen(t)
  await publishText(sixteen, 'walk', csvOf(table))
  const seen: number[] = []
  let cursor: string | null = null
  do {
    const { records, page, version } = await sixteen.datastore.page('walk', {
      sort: [{ column: 'price', descending: true }],
      limit: 13,
      ...(cursor && { cursor }),
    })
    assert.equal(version, '1.0.0')
    seen.push(...records.map((record) => record.n as number))
    cursor = page.next
    await publishText(sixteen, 'walk', csvOf(table.slice(0, 1 + (seen.length % 50))))
  } while (cursor)
  assert.deepEqual(
    seen.toSorted((a, b) => a - b),
    table.map((row) => row.n),
  )
})

test('groups and measures agree with counting by hand', async (t) => {
  const sixteen = await newSixteen(t)
  await publishText(sixteen, 'groups', csvOf(table))
  const { records, page } = await sixteen.datastore.page(
    'groups',
    parseQueryBody({
      group: ['open'],
      measures: ['count', { measure: 'sum', column: 'price', as: 'total' }, 'avg:price', 'min:day', 'max:n', 'count-distinct:town'],
      sort: ['-count'],
      limit: 2,
    }),
  )
  const by = (open: boolean | null) => table.filter((row) => row.open === open)
  const line = (open: boolean | null) => {
    const rows = by(open)
    const prices = rows.flatMap((row) => (row.price === null ? [] : [row.price]))
    const total = prices.reduce((a, b) => a + b, 0)
    return {
      open,
      count: rows.length,
      total,
      avg_price: total / prices.length,
      min_day: rows.flatMap((row) => row.day ?? []).sort()[0],
      max_n: Math.max(...rows.map((row) => row.n)),
      count_distinct_town: new Set(rows.flatMap((row) => row.town ?? [])).size,
    }
  }
  const expected = [true, false, null].map(line).sort((a, b) => b.count - a.count)
  assert.equal(page.total, 3)
  assert.deepEqual(new Set(records.map((record) => record.open)), new Set(expected.slice(0, 2).map((record) => record.open)))
  for (const record of records)
    assert.deepEqual(
      { ...record, avg_price: Number(record.avg_price).toFixed(9) },
      { ...line(record.open as boolean), avg_price: line(record.open as boolean).avg_price.toFixed(9) },
    )
  const rest = await sixteen.datastore.page('groups', {
    ...parseQueryBody({
      group: ['open'],
      measures: ['count', { measure: 'sum', column: 'price', as: 'total' }, 'avg:price', 'min:day', 'max:n', 'count-distinct:town'],
      sort: ['-count'],
      limit: 2,
    }),
    cursor: page.next as string,
  })
  assert.equal(rest.records.length, 1)
})

test('questions that do not suit the schema are refused with the parameter named', async (t) => {
  const sixteen = await newSixteen(t)
  await publishText(sixteen, 'schema', csvOf(table))
  for (const [text, code, pointer] of [
    ['nope__exact=1', 'column-not-found', '/nope__exact'],
    ['price__contains=1', 'operator-not-allowed', '/price__contains'],
    ['open__gt=true', 'operator-not-allowed', '/open__gt'],
    ['price__gt=ten', 'value-invalid', '/price__gt'],
    ['day__gt=31/05/2012', 'value-invalid', '/day__gt'],
    ['day__gt=2012-02-31', 'value-invalid', '/day__gt'],
    ['town__isnull=maybe', 'value-invalid', '/town__isnull'],
    ['columns=town,town', 'parameter-invalid', '/columns'],
    ['sort=nope', 'column-not-found', '/sort'],
    ['cursor=abc', 'cursor-invalid', '/cursor'],
    ['version=9.9.9', 'version-not-found', '/version'],
    ['distribution=other', 'distribution-not-found', '/distribution'],
  ] as const)
    await assert.rejects(sixteen.datastore.page('schema', parse(text)), isProblem(code, pointer), text)
  const { page } = await sixteen.datastore.page('schema', parse('limit=5'))
  await assert.rejects(sixteen.datastore.page('schema', parse(`limit=5&sort=town&cursor=${page.next}`)), isProblem('cursor-invalid'))
})

test('rows are found by their place in the source, sorted by key or not', async (t) => {
  const sixteen = await newSixteen(t)
  await publishText(sixteen, 'plain', csvOf(table))
  await publishText(sixteen, 'by-key', csvOf(table.toReversed()), { key: ['n'] })
  for (const [dataset, numbers] of [
    ['plain', [5, 6, 7]],
    ['by-key', [112, 113, 114]],
  ] as const) {
    const { records, page } = await sixteen.datastore.page(dataset, parse('_row__gt=5&_row__lte=8&columns=n'))
    assert.deepEqual([records.map((record) => record.n), page.total], [numbers, 3], dataset)
    assert.deepEqual((await sixteen.datastore.page(dataset, parse('_row__in=6,8&columns=_row&sort=_row'))).records, [
      { _row: 6 },
      { _row: 8 },
    ])
  }
})
