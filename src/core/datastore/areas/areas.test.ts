import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { newSixteen, publishText } from '../../../../test/support/sixteen.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Position } from '../query/area.ts'
import { parseQueryBody, parseRecordsQuery } from '../query/parse.ts'
import { boundaries, outlineOf } from './boundaries.ts'
import { findArea } from './find.ts'
import { contains, multiPolygon } from './geometry.ts'

const parse = (text: string) => parseRecordsQuery(new URLSearchParams(text))
const inside = (rings: readonly Position[][], at: Position) => rings.filter((ring) => contains(ring, at)).length % 2 === 1

const PLACES = `Place,latitude,longitude
Leeds,53.797,-1.543
York,53.96,-1.082
Skipton,53.962,-2.016
Aylesbury,51.816,-0.813
Cardiff,51.481,-3.18
Inverness,57.478,-4.225
Nowhere,,
Dublin,53.35,-6.26
`

test('rows lie in areas by code, by name, and in areas of later days and of regions', async (t) => {
  const sixteen = await newSixteen(t)
  await sixteen.registers.ship()
  await publishText(sixteen, 'places', PLACES)
  const within = async (area: string) =>
    (await sixteen.datastore.page('places', parse(`within=${encodeURIComponent(area)}&columns=Place`))).records.map((row) => row.Place)
  for (const [area, places] of [
    ['E08000035', ['Leeds']],
    ['Leeds', ['Leeds']],
    ['LDS', ['Leeds']],
    ['local-authority:LDS', ['Leeds']],
    ['E06000060', ['Aylesbury']], // of 2020, made of four districts
    ['E06000065', ['Skipton']], // of 2023, made of a county's districts
    ['E12000003', ['Leeds', 'York', 'Skipton']],
    ['Yorkshire and The Humber', ['Leeds', 'York', 'Skipton']],
    ['Wales', ['Cardiff']],
    ['E92000001', ['Leeds', 'York', 'Skipton', 'Aylesbury']],
    ['S92000003', ['Inverness']],
  ] as const)
    assert.deepEqual(await within(area), places, area)
  const { records } = await sixteen.datastore.page('places', {
    ...parseQueryBody({ filter: { not: { within: 'E92000001' } }, columns: ['Place'] }),
  })
  assert.deepEqual(
    records.map((row) => row.Place),
    ['Cardiff', 'Inverness', 'Nowhere', 'Dublin'],
  )
  for (const area of ['Atlantis', 'N92000002', 'K02000001', 'E26000001'])
    await assert.rejects(within(area), (error) => error instanceof Problem && error.code === 'area-not-found', area)
  const app = await sixteen.app()
  const { areas } = (await app.inject('/v1/areas?q=yorkshire')).json<{ areas: { name: string; districts: string[] }[] }>()
  assert.deepEqual(
    areas.map(({ name, districts }) => [name, districts.length]),
    [
      ['East Riding of Yorkshire', 1],
      ['North Yorkshire', 7],
      ['Yorkshire and The Humber', 21],
    ],
  )
  const boundary = await app.inject('/v1/areas/Leeds')
  assert.equal(boundary.headers['content-type'], 'application/geo+json; charset=utf-8')
  const { geometry, bbox } = boundary.json<{ geometry: { coordinates: Position[][][] }; bbox: number[] }>()
  assert.ok(inside(geometry.coordinates.flat(), [-1.543, 53.797]))
  assert.deepEqual(
    bbox.map((degrees) => Math.round(degrees * 10) / 10),
    [-1.8, 53.7, -1.3, 53.9],
  )
})

test('the engine finds the rows that the outline has by the even-odd rule, for one district or a nation', async (t) => {
  const sixteen = await newSixteen(t)
  await sixteen.registers.ship()
  const points = Array.from({ length: 3000 }, (_, i) => ({
    id: i,
    at: [-8 + ((i * 0.61803398) % 1) * 10, 50 + ((i * 0.7548776) % 1) * 9] as Position,
  }))
  await publishText(sixteen, 'points', `id,longitude,latitude\n${points.map(({ id, at }) => `${id},${at}`).join('\n')}\n`)
  for (const code of ['W92000004', 'E12000007', 'S12000017', 'E92000001']) {
    const area = findArea(sixteen.registers, code)
    const rings = outlineOf(area?.districts ?? [])
    const expected = points.filter(({ at }) => inside(rings, at)).map(({ id }) => id)
    const { records } = await sixteen.datastore.page('points', parse(`within=${code}&columns=id&limit=3000`))
    assert.deepEqual(
      records.map((row) => row.id),
      expected,
      code,
    )
    assert.ok(code === 'E12000007' || expected.length > 5, code)
  }
})

test('districts together enclose what they enclose one by one, in closed rings', () => {
  const codes = [...boundaries().districts.keys()]
  fc.assert(
    fc.property(
      fc.uniqueArray(fc.constantFrom(...codes), { minLength: 1, maxLength: 12 }),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (chosen, where) => {
        const one = boundaries().districts.get(chosen[0] as string)
        const rings = outlineOf(chosen)
        for (const ring of rings) assert.deepEqual(ring[0], ring.at(-1))
        const [first, second] = outlineOf([chosen[0] as string])[0] as [Position, Position]
        const at: Position = [first[0] + (second[0] - first[0]) * where + 0.003, first[1] + (second[1] - first[1]) * where + 0.002]
        const apart = chosen.filter((code) => inside(outlineOf([code]), at)).length
        assert.equal(inside(rings, at), apart % 2 === 1)
        assert.ok(one)
      },
    ),
    { numRuns: 100 },
  )
})

test('rings become polygons whose holes lie in them', () => {
  const square = (x: number, y: number, side: number): Position[] => [
    [x, y],
    [x + side, y],
    [x + side, y + side],
    [x, y + side],
    [x, y],
  ]
  const { coordinates } = multiPolygon([square(1, 1, 4), square(0, 0, 10), square(2, 2, 1), square(20, 0, 3)])
  assert.deepEqual(coordinates, [[square(0, 0, 10), square(1, 1, 4).toReversed()], [square(20, 0, 3)], [square(2, 2, 1)]])
})
