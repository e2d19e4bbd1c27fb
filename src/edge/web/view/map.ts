import { numberText } from './format.ts'

/** Rows that lie in one square of the map. */
export interface MapGroup {
  latitude: number
  longitude: number
  count: number
}

/** A map ready to be drawn: sizes are units of the SVG's own coordinates. */
export interface MapView {
  width: number
  height: number
  squares: Array<{ x: number; y: number; radius: number; label: string; count: string; place: string }>
  /** Degrees of a square's side. */
  side: string
  rows: string
  /** Boundaries under the squares, as a path; empty where none are near. */
  lines: string
}

type Box = [west: number, south: number, east: number, north: number]
type Line = readonly (readonly [longitude: number, latitude: number])[]

const WIDTH = 600
const MAX_HEIGHT = 700

/** Sides of squares, in degrees: the smallest that gives about forty across is taken. */
const sides = [0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10]

/** The side of the squares for an extent, in degrees. */
export function sideOf(extent: number): number {
  return sides.find((side) => extent / side <= 40) ?? 10
}

/**
 * Squares of a map as circles whose area is the number of rows. Degrees of longitude are drawn as long as they are in the middle of the map, which is right
 * enough for a country.
 */
export function mapView(groups: readonly MapGroup[], side: number, linesIn: (box: Box) => readonly Line[] = () => []): MapView | undefined {
  if (!groups.length) return undefined
  const [west, east] = edges(
    groups.map(({ longitude }) => longitude),
    side,
  )
  const [south, north] = edges(
    groups.map(({ latitude }) => latitude),
    side,
  )
  const shrink = Math.max(0.1, Math.cos((((south + north) / 2) * Math.PI) / 180))
  const scale = Math.min(WIDTH / ((east - west) * shrink), MAX_HEIGHT / (north - south))
  const most = Math.max(...groups.map(({ count }) => count))
  const largest = Math.min(20, Math.max(4, side * scale * 0.5))
  const round = (value: number) => Math.round(value * 10) / 10
  return {
    width: Math.max(40, Math.ceil((east - west) * shrink * scale)),
    height: Math.max(40, Math.ceil((north - south) * scale)),
    squares: groups.map(({ latitude, longitude, count }) => ({
      x: round((longitude + side / 2 - west) * shrink * scale),
      y: round((north - latitude - side / 2) * scale),
      radius: round(Math.max(1.5, Math.sqrt(count / most) * largest)),
      count: numberText(count),
      place: placeText(latitude + side / 2, longitude + side / 2),
      label: `${numberText(count)} near ${placeText(latitude + side / 2, longitude + side / 2)}`,
    })),
    side: String(side),
    lines: pathOf(linesIn([west, south, east, north]), ([longitude, latitude]) => [
      (longitude - west) * shrink * scale,
      (north - latitude) * scale,
    ]),
    rows: numberText(groups.reduce((sum, { count }) => sum + count, 0)),
  }
}

/** Corners nearer than this to the last one drawn are left out: finer than a stroke is wide. */
const LEAST_STEP = 2.5

/** Lines as a path in whole units; a line that is shorter than a step is not drawn at all. */
function pathOf(lines: readonly Line[], place: (position: readonly [number, number]) => [number, number]): string {
  return lines.map((line) => strokeOf(line.map((position) => place(position).map(Math.round) as [number, number]))).join('')
}

function strokeOf(points: ReadonlyArray<readonly [number, number]>): string {
  let [x, y] = points[0] as readonly [number, number]
  let path = ''
  for (const [i, [toX, toY]] of points.entries()) {
    const isEnd = i === points.length - 1 && (toX !== x || toY !== y)
    if (i === 0 || (!isEnd && Math.hypot(toX - x, toY - y) < LEAST_STEP)) continue
    path += `${path ? '' : `M${x} ${y}`}l${toX - x}${toY - y < 0 ? '' : ' '}${toY - y}`
    ;[x, y] = [toX, toY]
  }
  return path
}

function edges(values: readonly number[], side: number): [number, number] {
  return [Math.min(...values) - side, Math.max(...values) + 2 * side]
}

const placeText = (latitude: number, longitude: number): string =>
  `${Math.abs(latitude).toFixed(3)}° ${latitude < 0 ? 'south' : 'north'}, ${Math.abs(longitude).toFixed(3)}° ${longitude < 0 ? 'west' : 'east'}`
