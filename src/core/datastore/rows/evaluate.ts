import type { PlannedCondition, PlannedFilter } from '../query/plan.ts'
import { type Cell, cellOf, compareCells, lowerCase } from './cells.ts'

/** Reads the cell of a column from a row. */
export type ReadCell = (alias: string) => Cell

/** A filter made ready for rows one by one: unknown (an empty cell compared) counts as false, as in the compiled statements. */
export type Test = (read: ReadCell) => boolean

/** The test of a filter; undefined when only the column engine answers it exactly. */
export function testOf(filter: PlannedFilter): Test | undefined {
  if ('and' in filter) return every(filter.and)
  if ('or' in filter) {
    const parts = all(filter.or)
    return parts && ((read) => parts.some((part) => part(read)))
  }
  if ('not' in filter) {
    const part = testOf(filter.not)
    return part && ((read) => !part(read))
  }
  return 'area' in filter ? undefined : conditionTest(filter)
}

function every(filters: readonly PlannedFilter[]): Test | undefined {
  const parts = all(filters)
  return parts && ((read) => parts.every((part) => part(read)))
}

function all(filters: readonly PlannedFilter[]): Test[] | undefined {
  const parts = filters.map(testOf)
  return parts.every((part) => part !== undefined) ? parts : undefined
}

const texts = {
  contains: (have: string, want: string) => have.includes(want),
  startswith: (have: string, want: string) => have.startsWith(want),
  endswith: (have: string, want: string) => have.endsWith(want),
} as const
const orders = {
  lt: (order: number) => order < 0,
  lte: (order: number) => order <= 0,
  gt: (order: number) => order > 0,
  gte: (order: number) => order >= 0,
} as const

function conditionTest({ column, op, values }: PlannedCondition): Test | undefined {
  const { alias } = column
  if (op === 'isnull') return (read) => (read(alias) === null) === values[0]
  const cells = values.map((value) => cellOf(String(value), column))
  if (cells.some((cell) => cell === undefined)) return undefined
  const [first] = cells as Exclude<Cell, null>[]
  const set = new Set(cells)
  if (op === 'exact') return (read) => read(alias) === first
  if (op === 'not') return (read) => read(alias) !== first
  if (op === 'in') return (read) => set.has(read(alias))
  if (op === 'notin') return (read) => !set.has(read(alias))
  if (op in texts) {
    const want = lowerCase(String(first))
    const compare = texts[op as keyof typeof texts]
    return (read) => {
      const cell = read(alias)
      return cell !== null && compare(lowerCase(String(cell)), want)
    }
  }
  const holds = orders[op as keyof typeof orders]
  if (!holds) return undefined
  return (read) => {
    const cell = read(alias)
    return cell !== null && holds(compareCells(cell, first as Exclude<Cell, null>))
  }
}
