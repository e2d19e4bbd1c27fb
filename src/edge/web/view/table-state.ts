/**
 * The state of a table's page, kept in its address: the same `column__op=value`, `sort` and `columns` as the data API, so that the
 * view and the call differ in nothing but the path.
 */

export interface ShownCondition {
  column: string
  op: string
  value: string
}

export interface TableState {
  conditions: ShownCondition[]
  /** Column with - before it for descending, as the API takes it; empty for the order of the file. */
  sort: string
  /** Columns to show, all when empty. */
  columns: string[]
  cursor?: string
  /** Rows on the pages before this one; for the caption only. */
  after: number
  distribution?: string
}

/** Operators in words, in the order of the select box. `empty` and `filled` stand for the two values of isnull. */
export const operatorWords: Array<{ value: string; text: string }> = [
  { value: 'exact', text: 'is' },
  { value: 'not', text: 'is not' },
  { value: 'contains', text: 'contains' },
  { value: 'startswith', text: 'starts with' },
  { value: 'endswith', text: 'ends with' },
  { value: 'gt', text: 'is more than' },
  { value: 'gte', text: 'is at least' },
  { value: 'lt', text: 'is less than' },
  { value: 'lte', text: 'is at most' },
  { value: 'in', text: 'is one of (comma between)' },
  { value: 'notin', text: 'is none of (comma between)' },
  { value: 'empty', text: 'is empty' },
  { value: 'filled', text: 'is not empty' },
]

/** The state that an address holds. Parameters that mean nothing here are left out. */
export function readState(parameters: URLSearchParams): TableState {
  const conditions = [...parameters].filter(([name]) => name.lastIndexOf('__') > 0).map(([name, value]) => conditionOf(name, value))
  const text = (name: string) => parameters.get(name) || undefined
  return {
    conditions,
    sort: text('sort') ?? '',
    columns: (text('columns') ?? '').split(',').filter(Boolean),
    after: Math.max(0, Math.trunc(Number(text('after') ?? 0)) || 0),
    ...(text('cursor') && { cursor: text('cursor') }),
    ...(text('distribution') && { distribution: text('distribution') }),
  }
}

function conditionOf(name: string, value: string): ShownCondition {
  const at = name.lastIndexOf('__')
  return { column: name.slice(0, at), op: name.slice(at + 2), value }
}

/** The address's query for a state, with some of it changed. A change of the question goes back to the first page. */
export function stateQuery(state: TableState, change: Partial<TableState> = {}): string {
  const turned = 'cursor' in change
  const next = { ...state, ...change }
  const parameters = questionOf(next)
  if (turned && next.cursor) {
    parameters.set('cursor', next.cursor)
    parameters.set('after', String(next.after))
  }
  return parameters.size ? `?${parameters}` : ''
}

/** What the API is asked for this state: everything but the page. */
export function questionOf(state: TableState): URLSearchParams {
  const parameters = new URLSearchParams()
  for (const { column, op, value } of state.conditions) parameters.append(`${column}__${op}`, value)
  if (state.columns.length) parameters.set('columns', state.columns.join(','))
  if (state.sort) parameters.set('sort', state.sort)
  if (state.distribution) parameters.set('distribution', state.distribution)
  return parameters
}

/**
 * The address's query that a sent form means, undefined when the address holds no form fields. The form sends what a browser without
 * scripts can send: `f1`, `o1`, `v1` for each condition and `show` for each column.
 */
export function translateForm(parameters: URLSearchParams): string | undefined {
  const numbers = [...parameters.keys()].flatMap((name) => /^f(\d{1,2})$/.exec(name)?.[1] ?? [])
  const shown = parameters.getAll('show')
  if (!numbers.length && !shown.length) return undefined
  const state = readState(parameters)
  const added = numbers.flatMap((number) => formCondition(parameters, number) ?? [])
  const all = Number(parameters.get('all') ?? 0)
  const columns = shown.length && shown.length !== all ? shown : shown.length ? [] : state.columns
  return stateQuery({ ...state, columns, conditions: [...state.conditions, ...added] })
}

function formCondition(parameters: URLSearchParams, number: string): ShownCondition | undefined {
  const column = parameters.get(`f${number}`)
  const op = parameters.get(`o${number}`) || 'exact'
  const value = (parameters.get(`v${number}`) ?? '').trim()
  if (!column) return undefined
  if (op === 'empty' || op === 'filled') return { column, op: 'isnull', value: String(op === 'empty') }
  return value ? { column, op, value } : undefined
}

/** A condition in words: "Amount is at least 25000". */
export function conditionText({ column, op, value }: ShownCondition, nameOf: (column: string) => string): string {
  if (op === 'isnull') return `${nameOf(column)} is ${value === 'false' ? 'not ' : ''}empty`
  const words = operatorWords.find((word) => word.value === op)?.text.replace(/ \(.*/, '') ?? op
  return `${nameOf(column)} ${words} ${value}`
}

/** What a click on a column's header asks for, and what `aria-sort` says of it now. */
export function sortOf(state: TableState, alias: string): { next: string; now: 'ascending' | 'descending' | 'none' } {
  if (state.sort === alias) return { next: `-${alias}`, now: 'ascending' }
  if (state.sort === `-${alias}`) return { next: alias, now: 'descending' }
  return { next: alias, now: 'none' }
}
