export type Point = [number, number]

const key = ([x, y]: Point): string => `${x} ${y}`

/**
 * Closed rings cut where more than two lines meet, so that neighbours share the line between them: `arcs` holds each line once, `rings` the
 * numbers of its lines for each ring of each shape, a line that runs backwards as `~number` (as in TopoJSON).
 */
export function cutAtJunctions(shapes: readonly (readonly Point[][])[]): { arcs: Point[][]; rings: number[][][] } {
  const neighbours = new Map<string, Set<string>>()
  for (const ring of shapes.flat())
    for (let i = 1; i < ring.length; i += 1) {
      const [a, b] = [key(ring[i - 1]!), key(ring[i]!)]
      for (const [from, to] of [
        [a, b],
        [b, a],
      ] as const)
        neighbours.set(from, (neighbours.get(from) ?? new Set()).add(to))
    }
  // An edge in one ring only meets an edge in two: the line changes there though no third begins.
  const uses = new Map<string, number>()
  const edge = (a: Point, b: Point) => [key(a), key(b)].sort().join('|')
  for (const ring of shapes.flat())
    for (let i = 1; i < ring.length; i += 1) uses.set(edge(ring[i - 1]!, ring[i]!), (uses.get(edge(ring[i - 1]!, ring[i]!)) ?? 0) + 1)
  const arcs: Point[][] = []
  const known = new Map<string, number>()
  const numberOf = (arc: Point[]): number => {
    const text = arc.map(key).join('|')
    const found = known.get(text)
    if (found !== undefined) return found
    const back = known.get(arc.toReversed().map(key).join('|'))
    if (back !== undefined) return ~back
    known.set(text, arcs.length)
    return arcs.push(arc) - 1
  }
  const isJunction = (before: Point, at: Point, after: Point) =>
    neighbours.get(key(at))!.size > 2 || uses.get(edge(before, at)) !== uses.get(edge(at, after))
  const cutRing = (ring: Point[]): number[] => {
    const open = ring.slice(0, -1)
    const at = open.flatMap((point, i) => (isJunction(open.at(i - 1)!, point, open[(i + 1) % open.length]!) ? [i] : []))
    // A ring that meets nothing begins where its numbers are least, so that whoever else has it cuts it there too.
    const starts = at.length
      ? at
      : [open.reduce((least, [x, y], i) => (x < open[least]![0] || (x === open[least]![0] && y < open[least]![1]) ? i : least), 0)]
    return starts.map((start, i) => {
      const end = starts[(i + 1) % starts.length]!
      const length = (end - start + open.length - 1) % open.length
      return numberOf(Array.from({ length: length + 2 }, (_, step) => open[(start + step) % open.length]!))
    })
  }
  return { arcs, rings: shapes.map((rings) => rings.map(cutRing)) }
}

/**
 * The line without the corners that stand less than `tolerance` beside it, by its places in `flat`; its ends stay, and of a closed line the corner
 * farthest from them.
 *
 * @see D. Douglas and T. Peucker, "Algorithms for the reduction of the number of points", Cartographica 10 (1973)
 */
export function simplify(line: readonly Point[], flat: readonly Point[], tolerance: number): Point[] {
  const kept = new Set([0, line.length - 1])
  const closed = key(line[0]!) === key(line.at(-1)!)
  const spans: Array<[number, number]> = [[0, line.length - 1]]
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [from, to] = span
    let [farthest, distance] = [-1, closed && from === 0 && to === line.length - 1 ? -1 : tolerance]
    for (let i = from + 1; i < to; i += 1) {
      const away = distanceTo(flat[i]!, flat[from]!, flat[to]!)
      if (away > distance) [farthest, distance] = [i, away]
    }
    if (farthest < 0) continue
    kept.add(farthest)
    spans.push([from, farthest], [farthest, to])
  }
  // Three corners at least, or nothing is enclosed.
  if (closed && kept.size < 4) for (const part of [1 / 3, 2 / 3]) kept.add(Math.round((line.length - 1) * part))
  return [...kept].sort((a, b) => a - b).map((i) => line[i]!)
}

function distanceTo([x, y]: Point, [ax, ay]: Point, [bx, by]: Point): number {
  const [dx, dy] = [bx - ax, by - ay]
  const length = dx * dx + dy * dy
  const t = length ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / length)) : 0
  return Math.hypot(x - ax - t * dx, y - ay - t * dy)
}
