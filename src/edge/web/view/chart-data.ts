import type { Column, Manifest, PageInfo } from '../../../core/datastore/index.ts'
import { cellText } from './cell.ts'
import { type ChartKind, type ChartState, measureWords } from './chart-state.ts'
import { numberText } from './format.ts'

/** The figures of a chart: groups in the order they are drawn, and for each panel its value of each group. */
export interface ChartData {
  title: string
  kind: ChartKind
  /** What the groups are called in the head of the table. */
  groupName: string
  measureName: string
  groups: string[]
  /** Of times and bands: where each stands on the axis, from 0 to 1. */
  places?: number[]
  panels: Array<{ name: string; values: Array<number | null>; texts: string[] }>
  /** What is not shown, in words. */
  note?: string
}

/** Panels that are drawn; further values of the column that splits are told of. */
export const MOST_PANELS = 6
/** Groups of times and bands, which are not cut to the largest. */
export const MOST_GROUPS = 400

interface Grouped {
  records: Record<string, unknown>[]
  page: PageInfo
  manifest: Manifest
}

/** The column that a name of a group is made of, and the bucket after it. */
export function groupColumn(by: string, { columns }: Manifest): { column: Column | undefined; bucket: string } {
  const whole = columns.find(({ alias, name }) => alias === by || name === by)
  if (whole) return { column: whole, bucket: '' }
  const [, of = '', bucket = ''] = /^(.*?):(year|quarter|month|week|day|hour|bin:[\d.]+)$/.exec(by) ?? []
  return { column: columns.find(({ alias, name }) => alias === of || name === of), bucket }
}

/** Whether the groups have an order of their own, which the chart keeps. */
export const isOrdered = (by: string, manifest: Manifest): boolean => {
  const { column, bucket } = groupColumn(by, manifest)
  return bucket !== '' || (column !== undefined && column.type !== 'text' && column.type !== 'boolean')
}

/** The answer of the data API as a chart. */
export function chartData(state: ChartState, { records, page, manifest }: Grouped): ChartData {
  const { column, bucket } = groupColumn(state.by, manifest)
  const ordered = isOrdered(state.by, manifest)
  const [groupKey, splitKey, measureKey] = keysOf(records, state)
  const labelOf = (value: unknown) => groupLabel(value, column, bucket)
  const splits = splitKey === undefined ? [''] : largest(records, splitKey, measureKey)
  const shownSplits = splits.slice(0, MOST_PANELS)
  const groups = ordered
    ? [...new Set(records.map((record) => record[groupKey]))].slice(0, MOST_GROUPS)
    : largest(records, groupKey, measureKey).slice(0, state.top)
  const at = new Map(records.map((record) => [cellKey(record[groupKey], splitKey && record[splitKey]), record[measureKey]]))
  const measured = measureColumn(state.measure, manifest)
  const splitColumn = manifest.columns.find(({ alias, name }) => alias === state.split || name === state.split)
  const panels = shownSplits.map((split) => {
    const values = groups.map((group) => numberOf(at.get(cellKey(group, splitKey && split))))
    return {
      name: splitKey === undefined ? '' : groupLabel(split, splitColumn, ''),
      values,
      texts: values.map((value) => (value === null ? '' : figure(value, measured))),
    }
  })
  const note = noteOf({
    ordered,
    groups: groups.length,
    page,
    splits: splits.length,
    records: records.length,
    split: splitKey !== undefined,
  })
  return {
    title: titleOf(state, manifest),
    kind: state.kind === 'auto' ? (bucket.startsWith('bin:') ? 'columns' : ordered && groups.length > 1 ? 'line' : 'bars') : state.kind,
    groupName: groupText(state.by, manifest),
    measureName: measureText(state.measure, manifest),
    groups: groups.map(labelOf),
    ...(ordered && column && { places: placesOf(groups, column) }),
    panels,
    ...(note && { note }),
  }
}

/** Apart as their times or figures are; rows without one stand at the end. */
function placesOf(groups: readonly unknown[], column: Column): number[] {
  const dated = column.type === 'date' || column.type === 'date-time'
  const values = groups.map((value) => (value === null ? Number.NaN : dated ? Date.parse(String(value)) : Number(value)))
  const known = values.filter((value) => !Number.isNaN(value))
  const [low, high] = [Math.min(...known), Math.max(...known)]
  const share = (value: number) => (high > low ? (value - low) / (high - low) : 0.5)
  if (known.length === values.length) return values.map(share)
  return values.map((value) => (Number.isNaN(value) ? 1 : share(value) * (1 - 1 / groups.length)))
}

/** Names of the members that hold the group, the split and the measure: the API answers them in this order. */
function keysOf(records: readonly Record<string, unknown>[], { split }: ChartState): [string, string | undefined, string] {
  const names = Object.keys(records[0] ?? {})
  return split === undefined ? [names[0] ?? '', undefined, names[1] ?? ''] : [names[0] ?? '', names[1] ?? '', names[2] ?? '']
}

const cellKey = (group: unknown, split: unknown): string => JSON.stringify([group ?? null, split ?? null])
const numberOf = (value: unknown): number | null => (value === null || value === undefined ? null : Number(value))

/** Values of a column, those with the largest sums of the measure first. */
function largest(records: readonly Record<string, unknown>[], key: string, measure: string): unknown[] {
  const sums = new Map<unknown, number>()
  for (const record of records) sums.set(record[key], (sums.get(record[key]) ?? 0) + Math.abs(Number(record[measure] ?? 0)))
  return [...sums].sort((a, b) => b[1] - a[1]).map(([value]) => value)
}

function groupLabel(value: unknown, column: Column | undefined, bucket: string): string {
  if (value === null || value === undefined || value === '') return '(empty)'
  if (bucket.startsWith('bin:')) return `${numberText(value)} to ${numberText(Number(value) + Number(bucket.slice(4)))}`
  const text = String(value)
  if (bucket === 'year') return text.slice(0, 4)
  if (bucket === 'quarter') return `${text.slice(0, 4)} Q${Math.ceil(Number(text.slice(5, 7)) / 3)}`
  if (bucket === 'month') return `${months[Number(text.slice(5, 7)) - 1]} ${text.slice(0, 4)}`
  return column ? cellText(value, column) : text
}

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']

function measureColumn(measure: string, { columns }: Manifest): Column | undefined {
  const [kind = '', of] = measure.split(/:(.*)/s)
  return kind === 'count-distinct' ? undefined : columns.find(({ alias, name }) => alias === of || name === of)
}

function figure(value: number, column: Column | undefined): string {
  const scale = column?.reading.scale
  return scale !== undefined && scale <= 4 && !Number.isInteger(value)
    ? numberText(value, scale)
    : numberText(Math.round(value * 100) / 100)
}

function measureText(measure: string, { columns }: Manifest): string {
  const [kind = '', of] = measure.split(/:(.*)/s)
  const words = measureWords.find(({ value }) => value === kind)?.text ?? kind
  const name = columns.find(({ alias }) => alias === of)?.name ?? of
  return name ? `${words}${kind === 'sum' || kind === 'avg' || kind === 'count-distinct' ? ' of' : ''} ${name}` : words
}

function groupText(by: string, manifest: Manifest): string {
  const { column, bucket } = groupColumn(by, manifest)
  const name = column?.name ?? by
  return !bucket ? name : bucket.startsWith('bin:') ? `${name} in bands of ${numberText(bucket.slice(4))}` : `${bucket} of ${name}`
}

function titleOf({ by, measure, split }: ChartState, manifest: Manifest): string {
  const splitName = split && (manifest.columns.find(({ alias }) => alias === split)?.name ?? split)
  return `${measureText(measure, manifest)} by ${groupText(by, manifest)}${splitName ? `, one panel for each ${splitName}` : ''}`
}

function noteOf(shown: { ordered: boolean; groups: number; page: PageInfo; splits: number; records: number; split: boolean }): string {
  const notes: string[] = []
  if (!shown.split && shown.page.total > shown.groups)
    notes.push(`${shown.ordered ? 'The first' : 'The largest'} ${numberText(shown.groups)} of ${numberText(shown.page.total)} are shown.`)
  if (shown.split && shown.page.total > shown.records)
    notes.push(
      `The table has ${numberText(shown.page.total)} combinations; the largest ${numberText(shown.records)} were looked at. Filter it to see all.`,
    )
  if (shown.splits > MOST_PANELS) notes.push(`Panels are drawn for the largest ${MOST_PANELS} of ${numberText(shown.splits)}.`)
  return notes.join(' ')
}
