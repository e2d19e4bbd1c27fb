import type { IndexValue } from '../../../foundation/engines/rows/index.ts'
import type { Column, Manifest } from '../model.ts'
import type { PlannedColumn } from '../query/plan.ts'
import { cellOf } from './cells.ts'

/** Name of a column's index among the row files of its version. */
export const indexName = (column: Pick<Column, 'position'>): string => `c${column.position}`

/** Columns whose values may all be different: text or whole numbers, nowhere empty. */
export function mayBeUnique(manifest: Manifest): Column[] {
  return manifest.columns.filter(
    (column) => (column.type === 'text' || column.type === 'integer') && !column.profile?.empty && !manifest.key.includes(column.alias),
  )
}

/** Columns indexed as soon as a version is there: those of the key, and the first two whose values are (nearly) all different. */
export function firstIndexes(manifest: Manifest, distinct: ReadonlyMap<string, number>): Column[] {
  const keyed = manifest.columns.filter((column) => manifest.key.includes(column.alias) && column.type !== 'boolean')
  const unique = mayBeUnique(manifest).filter((column) => (distinct.get(column.alias) ?? 0) >= manifest.rows * 0.9)
  return [...keyed, ...unique.slice(0, 2)]
}

/**
 * A bound text as its index holds it: decimals as whole numbers of their last place. undefined where it cannot be compared exactly.
 *
 * A number between two values of the column (12.5 among whole numbers) is given as it is: equal to none, and in order between them.
 */
export function indexValue(text: string, column: PlannedColumn): IndexValue | undefined {
  const cell = cellOf(text, column)
  if (cell === undefined || cell === null || typeof cell === 'boolean') return undefined
  if (column.type === 'date-time') return String(cell).replace('T', ' ')
  if (typeof cell === 'string') return cell
  if (column.type === 'number' && column.scale === undefined) return cell
  const [whole = '0', decimals = ''] = text.replace(/^\+/, '').split('.')
  const scale = column.scale ?? 0
  const shifted = `${whole}${decimals.slice(0, scale).padEnd(scale, '0')}`
  const rest = decimals.slice(scale).replace(/0+$/, '')
  return rest ? Number(`${shifted}.${rest}`) : BigInt(shifted === '' || shifted === '-' ? '0' : shifted)
}
