import type { Filter, QueryRequest } from './model.ts'

/** Names of columns that a question uses, as they are asked. */
export function namesIn(request: QueryRequest): string[] {
  const { filter, columns = [], group = [], measures = [], sort, pivot } = request
  return [
    ...(filter ? filterNames(filter) : []),
    ...columns,
    ...group,
    ...measures.flatMap(({ column }) => column ?? []),
    ...sort.map(({ column }) => column),
    ...(pivot === undefined ? [] : [pivot]),
  ]
}

function filterNames(filter: Filter): string[] {
  if ('and' in filter) return filter.and.flatMap(filterNames)
  if ('or' in filter) return filter.or.flatMap(filterNames)
  if ('not' in filter) return filterNames(filter.not)
  if ('search' in filter) return filter.columns ?? []
  return 'column' in filter ? [filter.column] : []
}

/** A filter with its parts that are no and, or or not made new. */
export function mapFilter(filter: Filter, change: (part: Filter) => Filter): Filter {
  if ('and' in filter) return { and: filter.and.map((part) => mapFilter(part, change)) }
  if ('or' in filter) return { or: filter.or.map((part) => mapFilter(part, change)) }
  if ('not' in filter) return { not: mapFilter(filter.not, change) }
  return change(filter)
}

/** Whether a part of the filter fits. */
export function someFilter(filter: Filter, fits: (part: Filter) => boolean): boolean {
  if ('and' in filter) return filter.and.some((part) => someFilter(part, fits))
  if ('or' in filter) return filter.or.some((part) => someFilter(part, fits))
  return 'not' in filter ? someFilter(filter.not, fits) : fits(filter)
}
