import type { Column, Manifest } from '../../../core/datastore/index.ts'
import { isLabel, isNumeric } from './cell.ts'
import { readState, type ShownCondition } from './table-state.ts'

/** What a chart shows, kept in its address: `by` and `measure` are those of the data API. */
export interface ChartState {
  /** Column or bucket: `town`, `date:month`, `amount:bin:1000`; empty until something is chosen. */
  by: string
  /** `count`, or `sum:amount`. */
  measure: string
  /** Column whose values have a panel each. */
  split?: string
  kind: ChartKind | 'auto'
  /** Values shown where there are more. */
  top: number
  conditions: ShownCondition[]
  distribution?: string
}

export const chartKinds = ['bars', 'columns', 'line'] as const
export type ChartKind = (typeof chartKinds)[number]
export const tops = [10, 20, 50] as const

/** Measures in words, in the order of the select box, and the columns that each suits. */
export const measureWords: ReadonlyArray<{ value: string; text: string; of: 'none' | 'numbers' | 'all' }> = [
  { value: 'count', text: 'Number of rows', of: 'none' },
  { value: 'sum', text: 'Sum', of: 'numbers' },
  { value: 'avg', text: 'Mean', of: 'numbers' },
  { value: 'median', text: 'Median', of: 'numbers' },
  { value: 'min', text: 'Lowest', of: 'numbers' },
  { value: 'max', text: 'Highest', of: 'numbers' },
  { value: 'count-distinct', text: 'Number of different values', of: 'all' },
]

/** The state that an address holds; what was not chosen is chosen for the table. */
export function readChart(parameters: URLSearchParams, manifest: Manifest): ChartState {
  const { conditions, distribution } = readState(parameters)
  const kind = chartKinds.find((each) => each === parameters.get('kind')) ?? 'auto'
  const top = tops.find((each) => String(each) === parameters.get('top')) ?? 20
  const split = parameters.get('split') || undefined
  return {
    by: parameters.get('by') || usualGroup(manifest),
    measure: parameters.get('measure') || 'count',
    ...(split && { split }),
    kind,
    top,
    conditions,
    ...(distribution && { distribution }),
  }
}

/** Few values first: a column that is a category, then a date, then whatever there is. */
function usualGroup({ columns, rows }: Manifest): string {
  const distinct = ({ profile }: Column) => profile?.distinct ?? Number.POSITIVE_INFINITY
  const category = columns.find((column) => column.type === 'text' && distinct(column) > 1 && distinct(column) <= Math.min(100, rows / 2))
  const dated = columns.find(({ type }) => type === 'date' || type === 'date-time')
  return category?.alias ?? (dated ? `${dated.alias}:year` : (columns[0]?.alias ?? ''))
}

/** The address's query for a state, the same for the same chart. */
export function chartQuery({ by, measure, split, kind, top, conditions, distribution }: ChartState): string {
  const parameters = new URLSearchParams({ by, measure })
  if (split) parameters.set('split', split)
  if (kind !== 'auto') parameters.set('kind', kind)
  if (top !== 20) parameters.set('top', String(top))
  for (const { column, op, value } of conditions) parameters.append(`${column}__${op}`, value)
  if (distribution) parameters.set('distribution', distribution)
  return `?${parameters}`
}

/** The address's query that a sent form means (`m`, `of`, …); undefined when the address holds no form fields. */
export function translateChartForm(parameters: URLSearchParams, manifest: Manifest): string | undefined {
  const measure = parameters.get('m')
  if (measure === null) return undefined
  const of = parameters.get('of') ?? ''
  const words = measureWords.find(({ value }) => value === measure)
  const state = readChart(parameters, manifest)
  const [, banded] = /^(.+):bands$/.exec(state.by) ?? []
  const column = banded === undefined ? undefined : manifest.columns.find(({ alias }) => alias === banded)
  return chartQuery({
    ...state,
    by: column ? `${column.alias}:bin:${bandOf(column)}` : state.by,
    measure: words && words.of !== 'none' ? `${measure}:${of}` : 'count',
  })
}

/** A width of bands that is easy to read and gives about twenty. */
function bandOf({ profile }: Column): number {
  const extent = Number(profile?.max ?? 0) - Number(profile?.min ?? 0)
  const rough = extent > 0 && Number.isFinite(extent) ? extent / 20 : 1
  const power = 10 ** Math.floor(Math.log10(rough))
  const width = [1, 2, 5, 10].map((step) => step * power).find((each) => each >= rough) ?? power * 10
  return Math.max(0.000001, Number(width.toPrecision(3)))
}

/** What a table can be grouped by, in words. */
export function groupChoices({ columns }: Manifest): Array<{ value: string; text: string }> {
  return columns.flatMap((column) => {
    const { alias, name, type } = column
    if (type === 'date' || type === 'date-time')
      return ['year', 'quarter', 'month', 'week', 'day'].map((step) => ({ value: `${alias}:${step}`, text: `${name}, by ${step}` }))
    const bands = isNumeric(column) && !isLabel(column) ? [{ value: `${alias}:bands`, text: `${name}, in bands` }] : []
    return [...bands, { value: alias, text: name }]
  })
}
