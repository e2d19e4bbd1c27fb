import { Problem } from '../../../foundation/kernel/index.ts'

/** A position in degrees of WGS 84: longitude, latitude. */
export type Position = readonly [number, number]

/** A part of the earth that rows may lie in. */
export type Area =
  | { bbox: readonly [west: number, south: number, east: number, north: number] }
  | { near: Position; radiusMetres: number }
  /** Rings of a polygon: the outline, then its holes. */
  | { polygon: readonly (readonly Position[])[] }
  /** Districts whose boundaries come with Sixteen, by GSS code, and what they are together. */
  | { districts: readonly string[]; name: string }

/** Corners of a polygon: each costs a comparison for every row. */
const MAX_CORNERS = 1000
const MAX_RADIUS_M = 1_000_000

const refuse = (pointer: string, detail: string, hint: string): Problem => new Problem('parameter-invalid', { detail, pointer, hint })
const numbers = (text: string): number[] => text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)))
const isPosition = ([longitude, latitude]: readonly number[]): boolean =>
  longitude !== undefined && latitude !== undefined && Math.abs(longitude) <= 180 && Math.abs(latitude) <= 90

/**
 * West, south, east, north in degrees; with six numbers, heights are left out. West may lie beyond east: the box then crosses the
 * antimeridian.
 *
 * @throws {Problem} parameter-invalid
 * @see OGC API Features 1.0, 7.15.3
 */
export function parseBbox(text: string, pointer = '/bbox'): Area {
  const given = numbers(text)
  const [west, south, east, north] = given.length === 6 ? [given[0], given[1], given[3], given[4]] : given.length === 4 ? given : []
  const box = [west, south, east, north] as [number, number, number, number]
  if (!isPosition([box[0], box[1]]) || !isPosition([box[2], box[3]]) || box[1] > box[3])
    throw refuse(pointer, 'bbox is west,south,east,north in degrees.', 'Such as bbox=-1.6,53.7,-1.4,53.9')
  return { bbox: box }
}

/** @throws {Problem} parameter-invalid */
export function parseNear(text: string, pointer = '/near'): Area {
  const [latitude = Number.NaN, longitude = Number.NaN, radius = Number.NaN, ...rest] = numbers(text)
  if (!isPosition([longitude, latitude]) || !(radius > 0 && radius <= MAX_RADIUS_M) || rest.length)
    throw refuse(pointer, 'near is latitude,longitude,metres, at most 1,000,000 metres.', 'Such as near=53.8,-1.55,500')
  return { near: [longitude, latitude], radiusMetres: radius }
}

/**
 * A polygon in well-known text, longitude first: POLYGON((-1.6 53.7, -1.4 53.7, -1.4 53.9, -1.6 53.7)).
 *
 * @throws {Problem} parameter-invalid
 * @see OGC 06-103r4, 7.2.2
 */
export function parsePolygon(text: string, pointer = '/within'): Area {
  const bad = () =>
    refuse(
      pointer,
      'within is a polygon in well-known text, or the name or code of an area.',
      'Such as POLYGON((-1.6 53.7,-1.4 53.7,-1.4 53.9,-1.6 53.7)), E08000035 or Leeds',
    )
  const [, body] = /^\s*POLYGON\s*\(\s*(\(.*\))\s*\)\s*$/is.exec(text.slice(0, 100_000)) ?? []
  const rings = body?.match(/\([^()]*\)/g)
  if (!rings || body?.replace(/\([^()]*\)|[\s,]/g, '')) throw bad()
  const polygon = rings.map((ring) =>
    ring
      .slice(1, -1)
      .split(',')
      .map((pair) => pair.trim().split(/\s+/).map(Number) as unknown as Position),
  )
  if (polygon.some((ring) => ring.length < 4 || ring.some((position) => position.length < 2 || !isPosition(position)))) throw bad()
  if (polygon.flat().length > MAX_CORNERS)
    throw new Problem('query-too-complex', { detail: `A polygon has at most ${MAX_CORNERS} corners.`, pointer })
  return { polygon }
}

const EARTH_RADIUS_M = 6_371_008.8 // mean radius, IUGG 1980
const DEGREE_M = (Math.PI * EARTH_RADIUS_M) / 180

/** An area as a condition on two columns of degrees. All numbers are our own, so they stand in the text. */
export function areaSql(area: Exclude<Area, { districts: readonly string[] }>, longitude: string, latitude: string): string {
  if ('bbox' in area) return boxSql(area.bbox, longitude, latitude)
  if ('near' in area) return nearSql(area.near, area.radiusMetres, longitude, latitude)
  const outline = area.polygon[0] as readonly Position[]
  const [xs, ys] = [outline.map(([x]) => x), outline.map(([, y]) => y)]
  const box = boxSql([Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)], longitude, latitude)
  const edges = area.polygon
    .flatMap((ring) => ring.slice(1).map((to, i) => [ring[i] as Position, to] as const))
    .filter(([a, b]) => a[1] !== b[1])
  // A ray from the point crosses the outline an odd number of times when it begins inside.
  const crossings = edges.map(
    ([[ax, ay], [bx, by]]) => `cast((${ay} > y) <> (${by} > y) and x < (${bx - ax}) * (y - (${ay})) / (${by - ay}) + (${ax}) as integer)`,
  )
  return `(${box} and (${crossings.join(' + ') || '0'}) % 2 = 1)`
    .replace(/\bx\b/g, `cast(${longitude} as double)`)
    .replace(/\by\b/g, `cast(${latitude} as double)`)
}

function boxSql([west, south, east, north]: readonly number[], longitude: string, latitude: string): string {
  const between = `${longitude} >= ${west} ${(west as number) > (east as number) ? 'or' : 'and'} ${longitude} <= ${east}`
  return `(${latitude} >= ${south} and ${latitude} <= ${north} and (${between}))`
}

/** @see R. W. Sinnott, "Virtues of the Haversine", Sky & Telescope 68 (1984), p. 159. */
function nearSql([x, y]: Position, metres: number, longitude: string, latitude: string): string {
  const degrees = metres / DEGREE_M
  const sine = (sql: string) => `pow(sin(radians(${sql}) / 2), 2)`
  const haversine = `${sine(`${latitude} - (${y})`)} + cos(radians(${latitude})) * ${Math.cos((y * Math.PI) / 180)} * ${sine(`${longitude} - (${x})`)}`
  return `(${latitude} between ${y - degrees} and ${y + degrees} and ${2 * EARTH_RADIUS_M} * asin(least(1, sqrt(${haversine}))) <= ${metres})`
}
