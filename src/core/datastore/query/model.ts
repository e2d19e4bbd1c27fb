export const operators = ['exact', 'not', 'in', 'notin', 'lt', 'lte', 'gt', 'gte', 'contains', 'startswith', 'endswith', 'isnull'] as const
export type Operator = (typeof operators)[number]

export const measureKinds = ['count', 'sum', 'avg', 'min', 'max', 'count-distinct'] as const
export type MeasureKind = (typeof measureKinds)[number]

/** A condition as asked, before any schema is known. `pointer` names the parameter or body member it came from. */
export interface Condition {
  column: string
  op: Operator
  value: unknown
  pointer: string
}

export type Filter = Condition | { and: Filter[] } | { or: Filter[] } | { not: Filter }

export interface MeasureRequest {
  measure: MeasureKind
  column?: string
  as?: string
  pointer: string
}

export interface SortRequest {
  column: string
  descending: boolean
}

/** A question about one table, as text or JSON asked it. Names are as given: published or alias. */
export interface QueryRequest {
  filter?: Filter
  columns?: string[]
  group?: string[]
  measures?: MeasureRequest[]
  sort: SortRequest[]
  limit?: number
  cursor?: string
  version?: string
  distribution?: string
}

export const DEFAULT_LIMIT = 100
export const MAX_LIMIT = 10_000
