import type { Decision, Manifest } from '../../../core/datastore/index.ts'
import { numberText, percentText, plural, sentenceCase } from './format.ts'
import { sourceAddress } from './table.ts'

/** A decision about the file in words: what, the value, why, how sure. */
export function decisionView({ what, value, reason, confidence }: Decision) {
  const words = what
    .replaceAll(/[-_]/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
  return {
    what: sentenceCase(words),
    value: valueText(value),
    reason,
    confidence: percentText(confidence),
  }
}

const invisible: Record<string, string> = {
  ',': 'comma (,)',
  ';': 'semicolon (;)',
  '\t': 'tab',
  '|': 'pipe (|)',
  '"': 'double quote (")',
  '': 'none',
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return 'none'
  if (typeof value === 'string') return invisible[value] ?? value
  if (typeof value === 'number') return numberText(value)
  if (typeof value === 'boolean') return value ? 'yes' : 'no'
  return JSON.stringify(value)
}

/** A version beside the one before it: how large it is and what changed, in one line. */
export function versionView(version: Manifest, before: Manifest | undefined) {
  return {
    number: version.version,
    created: version.created,
    rows: version.rows,
    rejectedCells: version.rejectedCells,
    href: `/datasets/${version.dataset}/versions/${version.version}?distribution=${version.distribution}`,
    source: sourceAddress(version),
    sourceName: version.source.name,
    sourceBytes: version.source.bytes,
    change: before ? changeText(version, before) : 'First version',
    schema: before ? schemaChanges(version, before) : [],
  }
}

/** What changed in one line. */
export function changeText(version: Manifest, before: Manifest): string {
  const changes = schemaChanges(version, before)
  const rows = version.rows - before.rows
  const rowText = rows === 0 ? 'as many rows' : `${plural(Math.abs(rows), 'row')} ${rows > 0 ? 'more' : 'fewer'}`
  return `${changes.length ? plural(changes.length, 'column change') : 'Same columns'}, ${rowText}`
}

/** Columns that came, went or changed their type. */
export function schemaChanges(version: Manifest, before: Manifest): string[] {
  const old = new Map(before.columns.map((column) => [column.name, column]))
  const now = new Set(version.columns.map((column) => column.name))
  const changed = version.columns.flatMap((column) => {
    const was = old.get(column.name)
    if (!was) return [`${column.name} added (${column.type})`]
    return was.type === column.type ? [] : [`${column.name}: ${was.type} is now ${column.type}`]
  })
  return [...changed, ...before.columns.filter((column) => !now.has(column.name)).map((column) => `${column.name} removed`)]
}
