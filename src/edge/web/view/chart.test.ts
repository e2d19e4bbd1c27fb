import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { newSixteen, publishText } from '../../../../test/support/sixteen.ts'
import type { ChartData } from './chart-data.ts'
import { chartSvg, ticksOf } from './chart-drawing.ts'

const SALES = `Town,Kind,Date,Price
Leeds,new,2012-01-05,100
Leeds,old,2012-01-20,250
York,new,2012-02-11,300
York,new,2012-05-30,
Ely,old,2013-01-01,1250
"<b>""Bath",old,2013-07-01,40
`

test('a chart is an address: what is chosen in the form, its figures, its picture', async (t) => {
  const sixteen = await newSixteen(t)
  await publishText(sixteen, 'sales', SALES)
  const app = await sixteen.app()
  const get = (path: string) => app.inject(`/datasets/sales/chart${path}`)
  const sent = await get('?m=sum&of=price&by=town&split=&kind=auto&top=10&kind__exact=new')
  assert.deepEqual(
    [sent.statusCode, sent.headers.location],
    [303, '/datasets/sales/chart?by=town&measure=sum%3Aprice&top=10&kind__exact=new'],
  )
  const bands = await get('?m=count&of=price&by=price:bands&split=&kind=columns&top=20')
  assert.equal(bands.headers.location, '/datasets/sales/chart?by=price%3Abin%3A100&measure=count&kind=columns')

  const figures = (await get('.json?by=town&measure=sum:price')).json<ChartData>()
  assert.deepEqual(
    { ...figures, links: undefined },
    {
      title: 'Sum of Price by Town',
      kind: 'bars',
      groupName: 'Town',
      measureName: 'Sum of Price',
      groups: ['Ely', 'Leeds', 'York', '<b>"Bath'],
      panels: [{ name: '', values: [1250, 350, 300, 40], texts: ['1,250', '350', '300', '40'] }],
      links: undefined,
    },
  )
  const byTime = (await get('.json?by=date:quarter&split=kind')).json<ChartData>()
  assert.deepEqual(
    [
      byTime.kind,
      byTime.groups,
      byTime.panels.map(({ name, values }) => [name, values]),
      byTime.places?.map((place) => Math.round(place * 100)),
    ],
    [
      'line',
      ['2012 Q1', '2012 Q2', '2013 Q1', '2013 Q3'],
      [
        ['new', [2, 1, null, null]],
        ['old', [1, null, 1, 1]],
      ],
      [0, 17, 67, 100],
    ],
  )
  const page = (await get('?by=town&measure=sum:price')).body
  assert.match(page, /<h1[^>]*>Sum of Price by Town<\/h1>/)
  assert.match(page, /<th scope="row">&lt;b&gt;&quot;Bath<\/th><td class="num">40<\/td>/)
  assert.match(page, /&lt;b&gt;&quot;Bath<\/text>/)
  assert.doesNotMatch(page, /<b>|style=/)
  assert.match(page, /href="\/v1\/datasets\/sales\/records\.csv\?group=town&amp;measures=sum%3Aprice&amp;sort=-sum_price"/)
  const picture = await get('.svg?by=town&measure=sum:price')
  assert.equal(picture.headers['content-type'], 'image/svg+xml')
  assert.match(
    picture.body,
    /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" viewBox="0 0 720 \d+" role="img" aria-label="Sum of Price by Town\./,
  )
})

test('a chart that cannot be drawn says why, beside the form', async (t) => {
  const sixteen = await newSixteen(t)
  await publishText(sixteen, 'sales', SALES)
  const app = await sixteen.app()
  for (const [path, words] of [
    ['?by=nope', /There is no column &quot;nope&quot;/],
    ['?by=town&measure=sum:town', /sum needs numbers; Town is of type text/],
    ['?by=town&price__gte=many', /Price is of type integer; &quot;many&quot; is not a value/],
  ] as const) {
    const answer = await app.inject(`/datasets/sales/chart${path}`)
    assert.equal(answer.statusCode, 400, path)
    assert.match(answer.body, words)
    assert.match(answer.body, /<form class="filter-form" action="\/datasets\/sales\/chart"/)
  }
  assert.match((await app.inject('/datasets/sales/chart?by=town&price__gte=5000')).body, /No row fits/)
  assert.equal((await app.inject('/datasets/nothing/chart')).statusCode, 404)
})

test('lines across enclose the range at steps that are easy to read', () => {
  assert.deepEqual(ticksOf(0, 97), [0, 25, 50, 75, 100])
  assert.deepEqual(ticksOf(-3, 9), [-5, 0, 5, 10])
  fc.assert(
    fc.property(fc.double({ min: -1e9, max: 0, noNaN: true }), fc.double({ min: 1e-6, max: 1e9, noNaN: true }), (low, high) => {
      const ticks = ticksOf(low, high)
      assert.ok(ticks.length >= 2 && ticks.length <= 8, String(ticks))
      const hair = ((ticks[1] as number) - (ticks[0] as number)) * 1e-6
      assert.ok((ticks[0] as number) <= low + hair && (ticks.at(-1) as number) >= high - hair)
    }),
  )
})

test('any figures are drawn as well-formed SVG without a number that is none', () => {
  const value = fc.option(fc.double({ min: -1e12, max: 1e12, noNaN: true }))
  const chart = fc
    .record({
      kind: fc.constantFrom('bars' as const, 'columns' as const, 'line' as const),
      groups: fc.array(fc.string(), { minLength: 1, maxLength: 30 }),
    })
    .chain(({ kind, groups }) =>
      fc
        .array(fc.record({ name: fc.string(), values: fc.array(value, { minLength: groups.length, maxLength: groups.length }) }), {
          minLength: 1,
          maxLength: 6,
        })
        .map(
          (panels): ChartData => ({
            title: groups.join(),
            kind,
            groupName: 'g',
            measureName: 'm',
            groups,
            panels: panels.map((panel) => ({ ...panel, texts: panel.values.map((each) => (each === null ? '' : String(each))) })),
          }),
        ),
    )
  fc.assert(
    fc.property(chart, fc.constantFrom(300, 720), (data, width) => {
      const svg = chartSvg(data, width)
      const numbers = svg.replace(/>[^<]*</g, '><').replace(/aria-label="[^"]*"/, '')
      assert.doesNotMatch(numbers, /NaN|Infinity/)
      const open: string[] = []
      for (const [, end, name, own] of svg.matchAll(/<(\/?)([a-z]+)[^>]*?(\/?)>/g))
        if (end) assert.equal(open.pop(), name)
        else if (!own) open.push(name as string)
      assert.deepEqual(open, [])
    }),
  )
})
