/**
 * Writes src/core/datastore/areas/districts.json: boundaries of the districts of Great Britain, made simple, as TopoJSON.
 *
 *   node scripts/shipped-areas.ts FOLDER
 *
 * FOLDER holds topo_lad_gb.json, as src/core/datastore/areas/SOURCES.md names it. The same source gives the same file, byte for byte.
 */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { cutAtJunctions, type Point, simplify } from './shipped/outlines.ts'

/** Corners that stand less than this beside the line without them are left out: the source's own grid is 70 by 120 metres. */
const TOLERANCE_M = 200
/** Islands and holes smaller than this are left out, unless a district has nothing larger. */
const LEAST_M2 = 300_000

interface Topology {
  transform: { scale: Point; translate: Point }
  arcs: Point[][]
  objects: { lad: { geometries: Array<{ id: string; type: string; properties: { LAD13NM: string }; arcs: number[][] | number[][][] }> } }
}

const [folder] = process.argv.slice(2)
if (!folder) throw new Error('Say where the sources are.')
const source = JSON.parse(readFileSync(join(folder, 'topo_lad_gb.json'), 'utf8')) as Topology
const { scale, translate } = source.transform

/** Arcs as points of the source's grid, whole numbers. */
const arcs = source.arcs.map((arc) => {
  let [x, y] = [0, 0]
  return arc.map(([dx, dy]): Point => [(x += dx), (y += dy)])
})
const metres = (ring: readonly Point[]): Point[] =>
  ring.map(([x, y]) => {
    const latitude = y * scale[1] + translate[1]
    return [x * scale[0] * 111_320 * Math.cos((latitude * Math.PI) / 180), y * scale[1] * 111_320]
  })

const districts = source.objects.lad.geometries.map(({ id, type, properties, arcs: parts }) => {
  const polygons = (type === 'MultiPolygon' ? parts : [parts]) as number[][][]
  const rings = polygons
    .flat()
    .map(ringOf)
    .filter((ring) => ring.length > 3)
  const sized = rings.map((ring) => ({ ring, size: Math.abs(areaOf(metres(ring))) })).sort((a, b) => b.size - a.size)
  return { code: id, name: properties.LAD13NM, rings: sized.filter(({ size }, i) => i === 0 || size >= LEAST_M2).map(({ ring }) => ring) }
})
const cut = cutAtJunctions(districts.map(({ rings }) => rings))
const simple = cut.arcs.map((arc) => simplify(arc, metres(arc), TOLERANCE_M))

const topology = {
  type: 'Topology',
  transform: source.transform,
  arcs: simple.map((arc) => arc.map(([x, y], i) => (i ? [x - arc[i - 1]![0], y - arc[i - 1]![1]] : [x, y]))),
  objects: {
    districts: {
      type: 'GeometryCollection',
      geometries: districts.map(({ code, name }, i) => ({
        type: 'MultiPolygon',
        id: code,
        properties: { name },
        // Each ring as a polygon of its own: what lies in an even number of them is outside.
        arcs: cut.rings[i]!.map((ring) => [ring]),
      })),
    },
  },
}
writeFileSync(join(import.meta.dirname, '../src/core/datastore/areas/districts.json'), `${JSON.stringify(topology)}\n`)
console.log(`${districts.length} districts, ${simple.length} lines, ${simple.flat().length} corners`)

function ringOf(numbers: readonly number[]): Point[] {
  const points = numbers.flatMap((number) => (number < 0 ? arcs[~number]!.toReversed() : arcs[number]!))
  return withoutSpikes(points)
}

/** The ring without points given twice and without ways out and back along one line, which the source's grid has made. */
function withoutSpikes(points: readonly Point[]): Point[] {
  const same = (a: Point | undefined, b: Point | undefined) => a !== undefined && b !== undefined && a[0] === b[0] && a[1] === b[1]
  const ring: Point[] = []
  for (const point of points) {
    if (same(ring.at(-1), point)) continue
    if (same(ring.at(-2), point)) ring.pop()
    else ring.push(point)
  }
  while (ring.length > 3 && same(ring[1], ring.at(-2))) ring.splice(0, ring.length, ...ring.slice(1, -1))
  return ring
}

function areaOf(ring: readonly Point[]): number {
  return ring.slice(1).reduce((sum, [x, y], i) => sum + (ring[i]![0] * y - x * ring[i]![1]) / 2, 0)
}
