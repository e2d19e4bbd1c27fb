import type { Column, ColumnProfile } from '../../../core/datastore/index.ts'
import { cellText, isLabel, isNumeric } from './cell.ts'
import { numberText, percentText, plural } from './format.ts'

/** One bar: its label, its count, and its place and size in the drawing. */
export interface Bar {
  label: string
  count: string
  share: string
  x: number
  y: number
  width: number
  height: number
}

/** A small chart of one column, ready to be drawn. Sizes are units of the SVG's own coordinates. */
export interface Chart {
  kind: 'columns' | 'bars'
  title: string
  width: number
  height: number
  bars: Bar[]
  /** Labels of the ends of the axis. */
  low?: string
  high?: string
}

const WIDTH = 320
const HEIGHT = 80
const ROW = 22

/** The chart of a column's profile, undefined when there is nothing to draw. */
export function chartOf(column: Column, profile: ColumnProfile): Chart | undefined {
  if (profile.histogram?.length) return histogram(column, profile)
  if (profile.top?.length) return mostFrequent(column, profile)
  return undefined
}

function histogram(column: Column, profile: ColumnProfile): Chart {
  const bands = profile.histogram as NonNullable<ColumnProfile['histogram']>
  const most = Math.max(1, ...bands.map((band) => band.count))
  const step = WIDTH / bands.length
  const text = (value: unknown) => edgeText(value, column, Number(bands.at(-1)?.to) - Number(bands[0]?.from))
  const bars = bands.map((band, index) => {
    const height = band.count ? Math.max(1, (band.count / most) * HEIGHT) : 0
    return {
      label: `${text(band.from)} to ${text(band.to)}`,
      ...counted(band.count, profile.filled),
      x: round(index * step),
      y: round(HEIGHT - height),
      width: round(step - 2),
      height: round(height),
    }
  })
  const low = text(bands[0]?.from)
  const high = text(bands.at(-1)?.to)
  return { kind: 'columns', title: `Rows by ${column.name}, ${low} to ${high}`, width: WIDTH, height: HEIGHT, bars, low, high }
}

/** The edge of a band: whole where the bands are wide, for an edge is no value of the data. */
function edgeText(value: unknown, column: Column, range: number): string {
  if (!isNumeric(column) || isLabel(column)) return cellText(value, column)
  return numberText(range >= 100 ? Math.round(Number(value)) : Math.round(Number(value) * 100) / 100)
}

function mostFrequent(column: Column, profile: ColumnProfile): Chart {
  const top = (profile.top as NonNullable<ColumnProfile['top']>).slice(0, 5)
  const most = Math.max(1, ...top.map((item) => item.count))
  const bars = top.map((item, index) => ({
    label: cellText(item.value, column),
    ...counted(item.count, profile.filled),
    x: 0,
    y: index * ROW,
    width: round(Math.max(1, (item.count / most) * WIDTH)),
    height: ROW - 8,
  }))
  const title = (profile.distinct ?? 0) > top.length ? `The ${top.length} most frequent values of ${column.name}` : `Rows by ${column.name}`
  return { kind: 'bars', title, width: WIDTH, height: top.length * ROW, bars }
}

const counted = (count: number, filled: number) => ({ count: numberText(count), share: percentText(filled ? count / filled : 0) })

const round = (value: number): number => Math.round(value * 10) / 10

/** What is known of a column in one line. */
export function profileText(column: Column, profile: ColumnProfile): string {
  const parts = [
    profile.empty ? `${plural(profile.empty, 'empty cell')}` : 'no empty cells',
    ...(profile.distinct === undefined ? [] : [`about ${plural(profile.distinct, 'different value')}`]),
  ]
  if (profile.min !== undefined && profile.min !== null && column.type !== 'text' && column.type !== 'boolean')
    parts.push(`${cellText(profile.min, column)} to ${cellText(profile.max, column)}`)
  if (profile.mean !== undefined && profile.mean !== null && !isLabel(column))
    parts.push(`mean ${numberText(round(profile.mean * 10) / 10, 2)}`)
  return parts.join(', ')
}
