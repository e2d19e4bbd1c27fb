import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { newSixteen, publishText } from '../../../../test/support/sixteen.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import { parseBbox, parseNear, parsePolygon } from './area.ts'
import { parseRecordsQuery } from './parse.ts'

const SALES = `Town,Street,Date,Price,latitude,longitude
Leeds,High Street,2012-01-05,100,53.80,-1.55
Leeds,Station Road,2012-01-20,250,53.81,-1.54
York,High Street,2012-02-11,300,53.96,-1.08
York,Low Petergate,2012-05-30,,53.961,-1.081
Ely,High Barns,2013-01-01,1250.5,52.40,0.26
,,2013-07-01,40,,
`
const parse = (text: string) => parseRecordsQuery(new URLSearchParams(text))

test('groups by parts of time and by bins, percentiles, different combinations, words and pivots', async (t) => {
  const sixteen = await newSixteen(t)
  await publishText(sixteen, 'sales', SALES)
  for (const [question, expected] of [
    [
      'group=Date:year&measures=count,median:Price,p25:Price&sort=Date_year',
      [
        { Date_year: '2012-01-01', count: 4, median_price: 250, p25_price: 175 },
        { Date_year: '2013-01-01', count: 2, median_price: 645.25, p25_price: 342.625 },
      ],
    ],
    [
      'group=Date:quarter&sort=-Date_quarter&limit=2',
      [
        { Date_quarter: '2013-07-01', count: 1 },
        { Date_quarter: '2013-01-01', count: 1 },
      ],
    ],
    [
      'group=Price:bin:200&sort=-count,Price_bin&Price__isnull=false',
      [
        { Price_bin: 0, count: 2 },
        { Price_bin: 200, count: 2 },
        { Price_bin: 1200, count: 1 },
      ],
    ],
    ['distinct=true&columns=Town&sort=Town', [{ Town: 'Ely' }, { Town: 'Leeds' }, { Town: 'York' }, { Town: null }]],
    [
      'group=Date:year&pivot=Town&measures=sum:Price&sort=Date_year',
      [
        { Date_year: '2012-01-01', Ely: null, Leeds: 350, York: 300, '(empty)': null },
        { Date_year: '2013-01-01', Ely: 1250.5, Leeds: null, York: null, '(empty)': 40 },
      ],
    ],
    ['search=high leeds&columns=Town,Street', [{ Town: 'Leeds', Street: 'High Street' }]],
    ['search=high&searchColumns=Street&Town__exact=Ely&columns=Street', [{ Street: 'High Barns' }]],
    ['bbox=-2,53,-1,53.9&columns=Street', [{ Street: 'High Street' }, { Street: 'Station Road' }]],
    ['near=53.96,-1.08,150&columns=Street', [{ Street: 'High Street' }, { Street: 'Low Petergate' }]],
    ['within=POLYGON((0 52,1 52,1 53,0 53,0 52))&columns=Town', [{ Town: 'Ely' }]],
    [
      'within=POLYGON((-2 52,1 52,1 54,-2 54,-2 52),(-1.6 53.7,-1.5 53.7,-1.5 53.9,-1.6 53.9,-1.6 53.7))&group=Town&sort=Town',
      [
        { Town: 'Ely', count: 1 },
        { Town: 'York', count: 2 },
      ],
    ],
  ] as const)
    assert.deepEqual((await sixteen.datastore.page('sales', parse(question))).records, expected, question)
  for (const [question, code] of [
    ['group=Town:month', 'operator-not-allowed'],
    ['group=Date:hour', 'operator-not-allowed'],
    ['group=Price:bin:0', 'operator-not-allowed'],
    ['group=Town&measures=p95:Town', 'operator-not-allowed'],
    ['group=Town&measures=p100:Price', 'parameter-invalid'],
    ['distinct=true', 'parameter-invalid'],
    ['pivot=Town', 'parameter-invalid'],
    ['bbox=1,2,3', 'parameter-invalid'],
    ['bbox=0,53,1,52', 'parameter-invalid'],
    ['near=91,0,5', 'parameter-invalid'],
    ['within=POINT(1 2)', 'parameter-invalid'],
    ['within=POLYGON((0 0,1 1,0 0))', 'parameter-invalid'],
    ['search=high&searchColumns=Price', 'operator-not-allowed'],
  ] as const)
    await assert.rejects(
      async () => sixteen.datastore.page('sales', parse(question)),
      (error) => error instanceof Problem && error.code === code,
      question,
    )
})

test('points are found in boxes and circles as geometry says, also across the antimeridian', async (t) => {
  const sixteen = await newSixteen(t)
  const points = Array.from({ length: 200 }, (_, i) => ({
    id: i,
    latitude: ((i * 37) % 170) - 85 + 0.5,
    longitude: ((i * 61) % 358) - 179 + 0.25,
  }))
  await publishText(sixteen, 'points', `id,latitude,longitude\n${points.map((p) => `${p.id},${p.latitude},${p.longitude}`).join('\n')}\n`)
  const found = async (question: string) =>
    (await sixteen.datastore.page('points', parse(`${question}&limit=200&columns=id`))).records.map((row) => row.id)
  const degrees = (most: number) => fc.integer({ min: -most, max: most })
  await fc.assert(
    fc.asyncProperty(
      degrees(180),
      degrees(180),
      degrees(90),
      degrees(90),
      fc.integer({ min: 1, max: 1_000_000 }),
      async (west, east, a, b, radius) => {
        const [south, north] = [Math.min(a, b), Math.max(a, b)]
        const inside = points.filter(
          (p) =>
            p.latitude >= south &&
            p.latitude <= north &&
            (west <= east ? p.longitude >= west && p.longitude <= east : p.longitude >= west || p.longitude <= east),
        )
        assert.deepEqual(
          await found(`bbox=${west},${south},${east},${north}`),
          inside.map((p) => p.id),
        )
        if (west <= east && south < north) {
          const ring = `${west} ${south},${east} ${south},${east} ${north},${west} ${north},${west} ${south}`
          assert.deepEqual(
            await found(`within=POLYGON((${ring}))`),
            inside.map((p) => p.id),
          )
        }
        const metres = (p: (typeof points)[number]) => {
          const [y1, y2] = [(p.latitude * Math.PI) / 180, (south * Math.PI) / 180]
          const cosine = Math.sin(y1) * Math.sin(y2) + Math.cos(y1) * Math.cos(y2) * Math.cos(((p.longitude - west) * Math.PI) / 180)
          return 6_371_008.8 * Math.acos(Math.min(1, cosine))
        }
        const sure = points.filter((p) => Math.abs(metres(p) - radius) > 1)
        const near = await found(`near=${south},${west},${radius}`)
        for (const p of sure) assert.equal(near.includes(p.id), metres(p) < radius, `${p.id} ${metres(p)}`)
      },
    ),
    { numRuns: 40 },
  )
})

test('any text given as an area is understood or refused, never a failure', () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(fc.double()).map(String),
        fc.string().map((text) => `POLYGON((${text}))`),
      ),
      (text) => {
        for (const parseArea of [parseBbox, parseNear, parsePolygon])
          try {
            parseArea(text)
          } catch (error) {
            assert.ok(error instanceof Problem)
          }
      },
    ),
  )
})
