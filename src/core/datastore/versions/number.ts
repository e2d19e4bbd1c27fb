import type { Column, Manifest } from '../model.ts'
import { impactOf, schemaChanges } from './schema-changes.ts'

/** The number of a version after another, by what its schema changed for those who use it. */
export function nextNumber(
  previous: Pick<Manifest, 'version' | 'columns' | 'key'> | undefined,
  columns: readonly Column[],
  key: readonly string[],
): string {
  if (!previous) return '1.0.0'
  const [major = 1, minor = 0, patch = 0] = previous.version.split('.').map(Number)
  switch (impactOf(schemaChanges(previous, { columns, key }))) {
    case 'major':
      return `${major + 1}.0.0`
    case 'minor':
      return `${major}.${minor + 1}.0`
    default:
      return `${major}.${minor}.${patch + 1}`
  }
}
