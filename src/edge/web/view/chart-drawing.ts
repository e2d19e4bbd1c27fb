import { xmlText } from '../../../foundation/formats/xml-write.ts'
import type { ChartData } from './chart-data.ts'
import { numberText } from './format.ts'

const INK = '#1d70b8' // 5.2 to 1 on white, 3.9 to 1 on the dark ground
const FONT = 12
const LINE = 18
const PLOT = 150

type Panel = ChartData['panels'][number]

/** The chart as SVG, `width` units wide. Panels share one scale; nothing is said by colour alone. */
export function chartSvg(data: ChartData, width: number): string {
  const across = width >= 640 && data.panels.length > 1 ? 2 : 1
  const gap = 24
  const each = (width - gap * (across - 1)) / across
  const draw = data.kind === 'bars' ? barsPanel : plotPanel
  const drawn = data.panels.map((panel) => draw(data, panel, each))
  const rowHeights: number[] = []
  for (const [i, { height }] of drawn.entries())
    rowHeights[Math.floor(i / across)] = Math.max(rowHeights[Math.floor(i / across)] ?? 0, height)
  const parts = drawn.map(({ body }, i) => {
    const row = Math.floor(i / across)
    const y = rowHeights.slice(0, row).reduce((sum, height) => sum + height + gap, 0)
    return `<g transform="translate(${round((i % across) * (each + gap))} ${y})">${body}</g>`
  })
  const height = rowHeights.reduce((sum, each) => sum + each, 0) + gap * (rowHeights.length - 1)
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${Math.max(1, round(height))}" role="img" aria-label="${xmlText(data.title)}. The figures are in the table." font-family="system-ui, sans-serif" font-size="${FONT}" fill="currentColor">${parts.join('')}</svg>`
}

const round = (value: number): number => Math.round(value * 10) / 10
const text = (x: number, y: number, words: string, attributes = '') =>
  `<text x="${round(x)}" y="${round(y)}"${attributes}>${xmlText(words)}</text>`

/** As many letters as fit, by a mean width of letters. */
function fitted(words: string, width: number): string {
  const letters = Math.max(3, Math.floor(width / (FONT * 0.56)))
  return words.length > letters ? `${words.slice(0, letters - 1)}…` : words
}

/** The range of all values with nought in it. */
function rangeOf({ panels }: ChartData): [number, number] {
  const values = panels.flatMap((panel) => panel.values.filter((value) => value !== null))
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)]
  // Below this, steps cannot be told apart from nought.
  return [low, high - low > 1e-100 ? high : low + 1]
}

function titleLine(panel: Panel, width: number): { body: string; top: number } {
  return panel.name ? { body: text(0, FONT, fitted(panel.name, width), ' font-weight="700"'), top: LINE + 4 } : { body: '', top: 0 }
}

/** A bar a group, its label and figure over it. */
function barsPanel(data: ChartData, panel: Panel, width: number): { body: string; height: number } {
  const [low, high] = rangeOf(data)
  const place = (value: number) => ((value - low) / (high - low)) * width
  const { body, top } = titleLine(panel, width)
  const row = LINE + 14
  const bars = data.groups.map((label, i) => {
    const y = top + i * row
    const value = panel.values[i]
    const figure = panel.texts[i] || 'none'
    const from = place(Math.min(0, value ?? 0))
    const length = Math.max(value ? 1 : 0, place(Math.max(0, value ?? 0)) - from)
    return `${text(0, y + FONT, fitted(label, width - figure.length * FONT * 0.6 - 8))}${text(width, y + FONT, figure, ' text-anchor="end"')}<rect x="${round(from)}" y="${y + LINE - 1}" width="${round(length)}" height="8" fill="${INK}"/>`
  })
  return { body: body + bars.join(''), height: top + data.groups.length * row }
}

/** Columns or a line over an axis. */
function plotPanel(data: ChartData, panel: Panel, width: number): { body: string; height: number } {
  const [low, high] = rangeOf(data)
  const steps = ticksOf(low, high)
  const [bottom, top] = [steps[0] as number, steps.at(-1) as number]
  const labels = steps.map((value) => shortNumber(value))
  const left = Math.max(...labels.map((label) => label.length)) * FONT * 0.6 + 12
  const head = titleLine(panel, width)
  const y0 = head.top + FONT / 2 + 2
  const y = (value: number) => y0 + (1 - (value - bottom) / (top - bottom)) * PLOT
  const step = stepOf(data, width - left)
  const places = data.places ?? data.groups.map((_, i) => (data.groups.length > 1 ? i / (data.groups.length - 1) : 0.5))
  const x = (i: number) => left + step / 2 + (places[i] as number) * (width - left - step)
  const grid = steps.map(
    (value, i) =>
      `<line x1="${round(left)}" x2="${round(width)}" y1="${round(y(value))}" y2="${round(y(value))}" stroke="currentColor" stroke-opacity="${value === 0 ? 0.8 : 0.2}"/>${text(left - 6, y(value) + 4, labels[i] as string, ' text-anchor="end"')}`,
  )
  const marks = data.kind === 'columns' ? columnMarks(data, panel, { x, y, step }) : lineMarks(data, panel, { x, y })
  const below = y0 + PLOT + LINE
  return { body: head.body + grid.join('') + marks + axisLabels(data.groups, { x, y: below, width }), height: below + 6 }
}

/** Room for one group: as much as the two nearest ones leave. */
function stepOf({ groups, places }: ChartData, room: number): number {
  if (!places || places.length < 2) return room / Math.max(1, groups.length)
  const nearest = Math.min(
    ...places
      .slice(1)
      .map((place, i) => place - (places[i] as number))
      .filter((apart) => apart > 0),
    1,
  )
  return Math.max(2, (room * nearest) / (1 + nearest))
}

interface Scale {
  x: (i: number) => number
  y: (value: number) => number
}

const named = (data: ChartData, panel: Panel, i: number) => `<title>${xmlText(`${data.groups[i]}: ${panel.texts[i]}`)}</title>`

function columnMarks(data: ChartData, panel: Panel, { x, y, step }: Scale & { step: number }): string {
  const width = Math.max(1, step - Math.min(2, step / 4))
  return panel.values
    .map((value, i) => {
      if (value === null) return ''
      const [from, to] = [y(Math.max(0, value)), y(Math.min(0, value))]
      return `<rect x="${round(x(i) - width / 2)}" y="${round(from)}" width="${round(width)}" height="${round(Math.max(value ? 1 : 0, to - from))}" fill="${INK}">${named(data, panel, i)}</rect>`
    })
    .join('')
}

/** A line that breaks where a value is missing, with a point for each where there are few. */
function lineMarks(data: ChartData, panel: Panel, { x, y }: Scale): string {
  let path = ''
  let pen = 'M'
  for (const [i, value] of panel.values.entries()) {
    if (value === null) pen = 'M'
    else {
      path += `${pen}${round(x(i))} ${round(y(value))}`
      pen = 'L'
    }
  }
  const radius = panel.values.length <= 60 ? 3 : 1.5
  const points = panel.values.map((value, i) =>
    value === null
      ? ''
      : `<circle cx="${round(x(i))}" cy="${round(y(value))}" r="${radius}" fill="${INK}">${named(data, panel, i)}</circle>`,
  )
  return `<path d="${path}" fill="none" stroke="${INK}" stroke-width="2" stroke-linejoin="round"/>${points.join('')}`
}

/** As many labels of groups as have room, from the first on. */
function axisLabels(groups: readonly string[], { x, y, width }: { x: (i: number) => number; y: number; width: number }): string {
  let free = Number.NEGATIVE_INFINITY
  return groups
    .map((group, i) => {
      const half = (group.length * FONT * 0.6) / 2
      const middle = Math.min(width - half, Math.max(half, x(i)))
      if (middle - half < free) return ''
      free = middle + half + FONT
      return text(middle, y, fitted(group, width), ' text-anchor="middle"')
    })
    .join('')
}

/** Values for lines across, easy to read, that enclose a range. */
export function ticksOf(low: number, high: number): number[] {
  const rough = (high - low) / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = ([1, 2, 2.5, 5, 10].map((each) => each * power).find((each) => each >= rough * 0.999) ?? power * 10) || 1
  const first = Math.floor(low / step)
  const last = Math.ceil(high / step - 1e-9)
  return Array.from({ length: last - first + 1 }, (_, i) => Number(((first + i) * step).toPrecision(12)))
}

/** 1.5m for 1,500,000: figures of an axis, whose exact ones are in the table. */
function shortNumber(value: number): string {
  const size = Math.abs(value)
  for (const [limit, unit] of [
    [1e12, 'tn'],
    [1e9, 'bn'],
    [1e6, 'm'],
    [1e4, 'k'],
  ] as const)
    if (size >= limit) return `${numberText(Number((value / (unit === 'k' ? 1e3 : limit)).toPrecision(4)))}${unit}`
  return numberText(Number(value.toPrecision(6)))
}
