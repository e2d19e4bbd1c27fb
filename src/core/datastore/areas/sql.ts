import type { Position } from '../query/area.ts'
import { outlineOf } from './boundaries.ts'

/** Where positions stand: the expressions of a row, and the table they are of. */
export interface Placed {
  longitude: string
  latitude: string
  source: string
  /** The column that numbers the rows of the source. */
  place: string
}

/** Bands that an outline is cut into, so that a row is compared with the few edges at its latitude. */
const MOST_BANDS = 1024

interface Edges {
  south: number
  bandHeight: number
  /** Band, then the ends of the edge: longitude and latitude twice. */
  list: string
  box: readonly [west: number, south: number, east: number, north: number]
}

const kept = new Map<string, Edges>()
const MOST_KEPT = 20

/**
 * A condition: the row lies in the districts. By the even-odd rule, exact for the outline as shipped; the rows and the edges of their band
 * are joined, which is how a region of ten thousand corners costs no more than a box.
 */
export function outlineSql(districts: readonly string[], { longitude, latitude, source, place }: Placed): string {
  const { south, bandHeight, list, box } = edgesOf(districts)
  const [west, bottom, east, top] = box
  const within = `${latitude} >= ${bottom} and ${latitude} <= ${top} and ${longitude} >= ${west} and ${longitude} <= ${east}`
  const rows = `(select ${place} as p, cast(${longitude} as double) as x, cast(${latitude} as double) as y, floor((cast(${latitude} as double) - (${south})) / ${bandHeight}) as b from ${source} where ${within}) r`
  const edges = `(select e[1] as b, e[2] as ax, e[3] as ay, e[4] as bx, e[5] as by from (select unnest(cast('${list}' as double[5][])) as e)) e`
  return `(${within} and ${place} in (select p from ${rows} join ${edges} on r.b = e.b where (e.ay > y) <> (e.by > y) and x < (e.bx - e.ax) * (y - e.ay) / (e.by - e.ay) + e.ax group by p having count(*) % 2 = 1))`
}

function edgesOf(districts: readonly string[]): Edges {
  const key = districts.join()
  const found = kept.get(key)
  if (found) return found
  const made = bandedEdges(outlineOf(districts))
  kept.set(key, made)
  if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value as string)
  return made
}

function bandedEdges(rings: readonly (readonly Position[])[]): Edges {
  const box = boxOf(rings)
  const [, south, , north] = box
  const bands = Math.min(MOST_BANDS, Math.max(1, rings.flat().length >> 2))
  const bandHeight = ((north - south) * 1.0001 || 1e-9) / bands
  // Rounding may put a row on the other side of a band's border than its edges; so near a border they stand in both.
  const bandOf = (y: number, slack: number) => Math.max(0, Math.min(bands - 1, Math.floor((y - south) / bandHeight + slack)))
  const edges: number[][] = []
  for (const ring of rings)
    for (const [i, [bx, by]] of ring.slice(1).entries()) {
      const [ax, ay] = ring[i] as Position
      if (ay === by) continue
      for (let band = bandOf(Math.min(ay, by), -1e-6); band <= bandOf(Math.max(ay, by), 1e-6); band += 1) edges.push([band, ax, ay, bx, by])
    }
  return { south, bandHeight, list: JSON.stringify(edges), box }
}

/** West, south, east and north of some rings, in degrees. */
export function boxOf(rings: readonly (readonly Position[])[]): [number, number, number, number] {
  const box: [number, number, number, number] = [180, 90, -180, -90]
  for (const [x, y] of rings.flat()) {
    box[0] = Math.min(box[0], x)
    box[1] = Math.min(box[1], y)
    box[2] = Math.max(box[2], x)
    box[3] = Math.max(box[3], y)
  }
  return box
}
