import type { Column, Manifest } from '../model.ts'

/**
 * The number of a version after another, by what changed for those who use it: major when a column went, changed its type or the key
 * changed; minor when a column came; patch when only values did.
 *
 * @see Semantic Versioning 2.0.0, read for data.
 */
export function nextNumber(
  previous: Pick<Manifest, 'version' | 'columns' | 'key'> | undefined,
  columns: readonly Column[],
  key: readonly string[],
): string {
  if (!previous) return '1.0.0'
  const [major = 1, minor = 0, patch = 0] = previous.version.split('.').map(Number)
  const now = new Map(columns.map((column) => [column.name, column.type]))
  const broken = previous.columns.some((column) => now.get(column.name) !== column.type) || previous.key.join() !== key.join()
  if (broken) return `${major + 1}.0.0`
  if (columns.length > previous.columns.length) return `${major}.${minor + 1}.0`
  return `${major}.${minor}.${patch + 1}`
}
