import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Position } from '../query/area.ts'

interface Topology {
  transform: { scale: [number, number]; translate: [number, number] }
  arcs: [number, number][][]
  objects: { districts: { geometries: Array<{ id: string; properties: { name: string }; arcs: number[][][] }> } }
}

/** The boundaries that come with Sixteen: lines, and the districts that they enclose. */
export interface Boundaries {
  /** Each line once, whichever districts lie beside it; longitude first. */
  lines: readonly (readonly Position[])[]
  /** By GSS code of 2013. */
  districts: ReadonlyMap<string, { name: string; rings: readonly (readonly number[])[] }>
}

let read: Boundaries | undefined

/** The boundaries, read when they are first asked for. */
export function boundaries(): Boundaries {
  read ??= readBoundaries()
  return read
}

function readBoundaries(): Boundaries {
  const { transform, arcs, objects } = JSON.parse(readFileSync(join(import.meta.dirname, 'districts.json'), 'utf8')) as Topology
  const { scale, translate } = transform
  const degrees = (value: number) => Math.round(value * 1e5) / 1e5 // about a metre
  const lines = arcs.map((arc) => {
    let [x, y] = [0, 0]
    return arc.map(([dx, dy]): Position => {
      x += dx
      y += dy
      return [degrees(x * scale[0] + translate[0]), degrees(y * scale[1] + translate[1])]
    })
  })
  const districts = objects.districts.geometries.map(
    ({ id, properties, arcs: polygons }) => [id, { name: properties.name, rings: polygons.flat() }] as const,
  )
  return { lines, districts: new Map(districts) }
}

/** The lines that have a point in a box of west, south, east and north, in degrees: what a map of the box draws under its rows. */
export function linesWithin([west, south, east, north]: readonly [number, number, number, number]): (readonly Position[])[] {
  return boundaries().lines.filter((line) => line.some(([x, y]) => x >= west && x <= east && y >= south && y <= north))
}

/** The rings around some districts together; lines between two of them are gone. */
export function outlineOf(codes: readonly string[]): Position[][] {
  const { lines, districts } = boundaries()
  const odd = new Set<number>()
  for (const code of codes)
    for (const number of districts.get(code)?.rings.flat() ?? []) {
      const line = number < 0 ? ~number : number
      if (!odd.delete(line)) odd.add(line)
    }
  return ringsOf([...odd].map((number) => lines[number] as readonly Position[]))
}

/** Lines joined end to end until they close; at every point an even number of them meet. */
function ringsOf(lines: readonly (readonly Position[])[]): Position[][] {
  const key = ([x, y]: Position) => `${x} ${y}`
  const from = new Map<string, Set<readonly Position[]>>()
  for (const line of lines)
    for (const end of [line[0], line.at(-1)] as Position[]) from.set(key(end), (from.get(key(end)) ?? new Set()).add(line))
  const left = new Set(lines)
  const take = (line: readonly Position[]) => {
    left.delete(line)
    for (const end of [line[0], line.at(-1)] as Position[]) from.get(key(end))?.delete(line)
  }
  const rings: Position[][] = []
  for (const first of lines) {
    if (!left.has(first)) continue
    const ring = [...first]
    take(first)
    while (key(ring.at(-1) as Position) !== key(ring[0] as Position)) {
      const [next] = from.get(key(ring.at(-1) as Position)) ?? []
      if (!next) break
      take(next)
      ring.push(...(key(next[0] as Position) === key(ring.at(-1) as Position) ? next : next.toReversed()).slice(1))
    }
    rings.push(ring)
  }
  return rings
}
