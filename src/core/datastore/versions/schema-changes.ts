import type { Column, Manifest } from '../model.ts'

/** What became of one column, or of the key. */
export interface SchemaChange {
  kind: 'column-added' | 'column-removed' | 'column-retyped' | 'key-changed'
  /** Whether questions that were right before may fail now. */
  breaking: boolean
  column?: string
  before?: unknown
  after?: unknown
}

/** How much a version asks of those who use the data. */
export type Impact = 'major' | 'minor' | 'patch'

type Shape = { columns: ReadonlyArray<Pick<Column, 'name' | 'type'>>; key: readonly string[] }

/** What differs between the schemas of two versions, breaking changes first. */
export function schemaChanges(before: Shape, after: Shape): SchemaChange[] {
  const was = new Map(before.columns.map((column) => [column.name, column.type]))
  const is = new Map(after.columns.map((column) => [column.name, column.type]))
  const changes: SchemaChange[] = []
  for (const [column, type] of was) {
    const now = is.get(column)
    if (now === undefined) changes.push({ kind: 'column-removed', breaking: true, column, before: type })
    else if (now !== type) changes.push({ kind: 'column-retyped', breaking: true, column, before: type, after: now })
  }
  if (before.key.join('\n') !== after.key.join('\n'))
    changes.push({ kind: 'key-changed', breaking: true, before: before.key, after: after.key })
  for (const [column, type] of is) if (!was.has(column)) changes.push({ kind: 'column-added', breaking: false, column, after: type })
  return changes
}

/**
 * Major when a column went, changed its type or the key changed; minor when a column came; patch when only rows did.
 *
 * @see Semantic Versioning 2.0.0, read for data.
 */
export function impactOf(changes: readonly SchemaChange[]): Impact {
  if (changes.some((change) => change.breaking)) return 'major'
  return changes.length ? 'minor' : 'patch'
}

/** The version that a text such as 2.*, 2 or * means: the newest of those that begin so. `versions` stand newest first. */
export function matchingVersion(wanted: string, versions: readonly Manifest[]): Manifest | undefined {
  const [, major, minor] = /^(?:\*|(\d{1,9})(?:\.(?:\*|(\d{1,9})(?:\.\*)?))?)$/.exec(wanted) ?? []
  if (!/^(?:\*|\d{1,9}(?:\.(?:\*|\d{1,9}(?:\.\*)?))?)$/.test(wanted)) return undefined
  return versions.find(({ version }) => {
    const [ofMajor, ofMinor] = version.split('.')
    return (major === undefined || ofMajor === major) && (minor === undefined || ofMinor === minor)
  })
}

/** The version that was current at the end of a day, or at an instant. */
export function versionAsOf(moment: string, versions: readonly Manifest[]): Manifest | undefined {
  const until = moment.length === 10 ? Date.parse(`${moment}T23:59:59.999Z`) : Date.parse(moment)
  return versions.find(({ created }) => Date.parse(created) <= until)
}
