import { invalid } from '../../../catalogue/index.ts'
import type { Column } from '../../model.ts'
import type { Filter, Operator } from '../../query/model.ts'

type Dict = Record<string, unknown>

const operations: Record<string, Operator> = { eq: 'exact', in: 'in', lt: 'lt', lte: 'lte', gt: 'gt', gte: 'gte' }
const MAX_DEPTH = 10
const MAX_OPERATIONS = 100

/**
 * The filters of CKAN's datastore as ours: columns with a value or a list of values, ranges in objects, lists of objects for OR.
 *
 * @throws {CkanError} Validation Error for an unknown column or operator, or for filters nested too deeply.
 * @see CKAN 2.12, datastore_search, filters.
 */
export function readFilters(given: unknown, columns: readonly Column[]): Filter | undefined {
  const filters = typeof given === 'string' ? parsed(given) : given
  if (filters === undefined || filters === null || filters === '') return undefined
  const count = { operations: 0 }
  return anyOf(filters, columns, count, 0)
}

function parsed(text: string): unknown {
  if (!text.trim()) return undefined
  try {
    return JSON.parse(text)
  } catch {
    throw invalid({ filters: ['Cannot parse JSON'] })
  }
}

function anyOf(filters: unknown, columns: readonly Column[], count: { operations: number }, depth: number): Filter | undefined {
  if (depth > MAX_DEPTH) throw invalid({ filters: ['Filters are nested too deeply'] })
  if (Array.isArray(filters)) return { or: filters.flatMap((each) => anyOf(each, columns, count, depth + 1) ?? []) }
  if (typeof filters !== 'object' || filters === null) throw invalid({ filters: ['Must be an object or a list of objects'] })
  const parts = Object.entries(filters as Dict).map(([key, value]): Filter => {
    if (key === '$or' || key === '$and') {
      if (!Array.isArray(value)) throw invalid({ filters: [`${key} takes a list`] })
      const inner = value.flatMap((each) => anyOf(each, columns, count, depth + 1) ?? [])
      return key === '$or' ? { or: inner } : { and: inner }
    }
    return columnFilter(columnOf(key.startsWith('$$') ? key.slice(1) : key, columns), value, count)
  })
  return parts.length ? { and: parts } : undefined
}

/** The alias of a column by its published name; `_id` is the place of a row. */
function columnOf(name: string, columns: readonly Column[]): string {
  if (name === '_id') return '_row'
  const found = columns.find((column) => column.name === name)
  if (!found) throw invalid({ filters: [`field "${name}" not in table`] })
  return found.alias
}

function columnFilter(column: string, value: unknown, count: { operations: number }): Filter {
  count.operations += 1
  if (count.operations > MAX_OPERATIONS) throw invalid({ filters: [`More than ${MAX_OPERATIONS} operations`] })
  if (value === null) return condition(column, 'isnull', true)
  if (Array.isArray(value)) {
    const plain = value.filter((each) => typeof each !== 'object' || each === null)
    const ranges = value.filter((each) => typeof each === 'object' && each !== null)
    return {
      or: [
        ...(plain.length ? [condition(column, 'in', plain.map(String))] : []),
        ...ranges.map((each) => columnFilter(column, each, count)),
      ],
    }
  }
  if (typeof value === 'object')
    return {
      and: Object.entries(value as Dict).map(([name, operand]) => {
        const op = operations[name]
        if (!op) throw invalid({ filters: [`Unknown operator "${name}"`] })
        const values = Array.isArray(operand) ? operand.map(String) : String(operand)
        return condition(column, Array.isArray(operand) ? 'in' : op, values)
      }),
    }
  return condition(column, 'exact', String(value))
}

const condition = (column: string, op: Operator, value: unknown): Filter => ({ column, op, value, pointer: '/filters' })
