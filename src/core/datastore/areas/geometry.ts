import type { Position } from '../query/area.ts'

type Ring = readonly Position[]

/**
 * Rings as polygons with holes: a ring inside an odd number of others is a hole of the smallest that it lies in. Outlines run against the clock, holes
 * with it.
 *
 * @see RFC 7946, 3.1.6
 */
export function multiPolygon(rings: readonly Ring[]): { type: 'MultiPolygon'; coordinates: Ring[][] } {
  const sized = rings.map((ring) => ({ ring, size: Math.abs(area(ring)), around: [] as number[] })).sort((a, b) => b.size - a.size)
  for (const [i, inner] of sized.entries())
    inner.around = sized.flatMap((outer, j) => (j < i && contains(outer.ring, middle(inner.ring)) ? [j] : []))
  const polygons = new Map<number, Ring[]>()
  for (const [i, { ring, around }] of sized.entries())
    if (around.length % 2 === 0) polygons.set(i, [turned(ring, true)])
    else polygons.get(around.findLast((j) => polygons.has(j)) as number)?.push(turned(ring, false))
  return { type: 'MultiPolygon', coordinates: [...polygons.values()] }
}

/** Twice halved: positive against the clock, in square degrees. */
const area = (ring: Ring): number =>
  ring.slice(1).reduce((sum, [x, y], i) => sum + ((ring[i] as Position)[0] * y - x * (ring[i] as Position)[1]) / 2, 0)

const turned = (ring: Ring, left: boolean): Ring => (area(ring) > 0 === left ? ring : ring.toReversed())

/** Between the first two corners: on no corner of a neighbour, where rings may meet. */
function middle(ring: Ring): Position {
  const [[ax, ay], [bx, by]] = ring as [Position, Position]
  return [(ax + bx) / 2, (ay + by) / 2]
}

/** By the even-odd rule. */
export function contains(ring: Ring, [x, y]: Position): boolean {
  let inside = false
  for (let i = 1; i < ring.length; i += 1) {
    const [[ax, ay], [bx, by]] = [ring[i - 1] as Position, ring[i] as Position]
    if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
  }
  return inside
}
