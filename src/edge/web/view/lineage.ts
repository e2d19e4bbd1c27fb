/** One code in the picture of what it came from and what became of it. */
export interface LineageNode {
  code: string
  name: string
  /** Years, or as much as is known. */
  years: string
  /** Column: below 0 earlier, 0 the code itself, above 0 later. */
  step: number
}

export interface LineageEdge {
  from: string
  to: string
  /** Part of `from` that went to `to`, as a percentage; left out when it is all. */
  share?: string
}

export interface Lineage {
  nodes: LineageNode[]
  edges: LineageEdge[]
}

export interface DrawnNode extends LineageNode {
  x: number
  y: number
  self: boolean
  /** Name cut to the box. */
  short: string
}

export interface LineagePicture {
  width: number
  height: number
  box: { width: number; height: number }
  nodes: DrawnNode[]
  edges: Array<{ path: string; share?: string; x: number; y: number }>
}

const BOX = { width: 190, height: 52 }
const GAP = { x: 70, y: 14 }
const LETTERS = 21

/** Places codes in columns by step, from left to right through time, with curves from each to what it became. */
export function drawLineage({ nodes, edges }: Lineage): LineagePicture {
  const steps = [...new Set(nodes.map(({ step }) => step))].sort((a, b) => a - b)
  const columns = steps.map((step) => nodes.filter((node) => node.step === step))
  const tallest = Math.max(1, ...columns.map(({ length }) => length))
  const height = tallest * (BOX.height + GAP.y) - GAP.y
  const drawn = columns.flatMap((column, at) => {
    const own = column.length * (BOX.height + GAP.y) - GAP.y
    return column.map(
      (node, row): DrawnNode => ({
        ...node,
        x: at * (BOX.width + GAP.x) + 1,
        y: (height - own) / 2 + row * (BOX.height + GAP.y) + 1,
        self: node.step === 0,
        short: node.name.length > LETTERS ? `${node.name.slice(0, LETTERS - 1)}…` : node.name,
      }),
    )
  })
  const byCode = new Map(drawn.map((node) => [node.code, node]))
  return {
    width: columns.length * (BOX.width + GAP.x) - GAP.x + 2,
    height: height + 2,
    box: BOX,
    nodes: drawn,
    edges: edges.flatMap(({ from, to, share }) => {
      const [start, end] = [byCode.get(from), byCode.get(to)]
      if (!start || !end) return []
      const [x1, y1, x2, y2] = [start.x + BOX.width, start.y + BOX.height / 2, end.x, end.y + BOX.height / 2]
      const bend = (x2 - x1) / 2
      return [
        {
          path: `M${x1} ${y1}C${x1 + bend} ${y1} ${x2 - bend} ${y2} ${x2} ${y2}`,
          ...(share && { share }),
          x: (x1 + x2) / 2,
          y: (y1 + y2) / 2 - 4,
        },
      ]
    }),
  }
}
