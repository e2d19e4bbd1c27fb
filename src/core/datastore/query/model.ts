import type { Area } from './area.ts'

export const operators = ['exact', 'not', 'in', 'notin', 'lt', 'lte', 'gt', 'gte', 'contains', 'startswith', 'endswith', 'isnull'] as const
export type Operator = (typeof operators)[number]
/** What only other dialects ask: a pattern with % and _, capitals counting. `within` is asked of codes, and is answered before planning. */
export type InnerOperator = Operator | 'like' | 'within'

export const measureKinds = ['count', 'sum', 'avg', 'min', 'max', 'count-distinct', 'median'] as const
/** A measure of a group; `p95` is the value below which 95 % lie. */
export type MeasureKind = (typeof measureKinds)[number] | `p${number}`

/** Parts of time that dates can be grouped by. */
export const timeBuckets = ['year', 'quarter', 'month', 'week', 'day', 'hour'] as const
export type TimeBucket = (typeof timeBuckets)[number]
/** What rows are grouped by instead of a column's value: the beginning of its month, or of the bin of so wide that it falls into. */
export type Bucket = { time: TimeBucket } | { bin: number }

/** A condition as asked, before any schema is known. `pointer` names the parameter or body member it came from. */
export interface Condition {
  column: string
  op: InnerOperator
  value: unknown
  pointer: string
  /** The values are our own, so that their number is not bound. */
  own?: boolean
}

/** The row lies in an area that goes by a name or code. */
export interface InNamedArea {
  areaNamed: string
  pointer: string
}

/** The row lies in an area. */
export interface InArea {
  area: Area
  pointer: string
}

/** Every word occurs in one of the columns, whatever its capitals; without columns, in any text column. */
export interface WordSearch {
  search: string
  columns?: string[]
  pointer: string
}

export type Filter = Condition | InArea | InNamedArea | WordSearch | { and: Filter[] } | { or: Filter[] } | { not: Filter }

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

/** A column that the table has not, made of one that holds codes: a field of the register's entry for each code. */
export interface JoinedColumn {
  /** As asked: `Council.name`. */
  name: string
  /** Alias of the column of codes. */
  of: string
  /** By text of that column. */
  values: ReadonlyMap<string, string>
}

/** A question about one table, as text or JSON asked it. Names are as given: published or alias. */
export interface QueryRequest {
  filter?: Filter
  columns?: string[]
  /** Columns, or buckets of columns such as `Date:month` and `Price:bin:1000`. */
  group?: string[]
  /** Only the different combinations of `columns`. */
  distinct?: boolean
  /** A column whose values become columns of the answer, with the measures under each. */
  pivot?: string
  /** The values of the pivot column, once they are known. */
  pivotValues?: Array<string | null>
  measures?: MeasureRequest[]
  sort: SortRequest[]
  limit?: number
  cursor?: string
  version?: string
  /** Day or instant, ISO 8601: the version that was current then. */
  asOf?: string
  distribution?: string
}

/** A question that a plan can be made of. */
export interface Resolved {
  request: QueryRequest
  joined: JoinedColumn[]
  /** Whether the answer depends on registers too, so that it must not be kept as the table's. */
  bound: boolean
}

export const DEFAULT_LIMIT = 100
export const MAX_LIMIT = 10_000
