import type { Changes } from '../../../core/datastore/index.ts'
import { plural } from './format.ts'

/** What a version changed of the rows, for people. */
export interface ChangesView {
  summary: string
  rows: Array<{ kind: string; key: string; what: string }>
  more: number
}

const kinds = { added: 'Added', removed: 'Removed', changed: 'Changed' } as const
const shown = (value: unknown): string => (value === null || value === undefined ? 'empty' : String(value))
const listed = (record: Record<string, unknown> | undefined): string =>
  Object.entries(record ?? {})
    .filter(([, value]) => value !== null)
    .map(([name, value]) => `${name}: ${shown(value)}`)
    .join(', ')
    .slice(0, 300)

/** The changes as a sentence and a table of the first of them. */
export function changesView({ from, rows, records, total }: Changes): ChangesView {
  const { added, removed, changed } = rows
  const parts = [
    added && `${plural(added, 'row')} added`,
    removed && `${plural(removed, 'row')} removed`,
    changed && `${plural(changed, 'row')} changed`,
  ]
  const summary = total ? `Since version ${from}: ${parts.filter(Boolean).join(', ')}.` : `The rows are those of version ${from}.`
  return {
    summary,
    rows: records.map(({ kind, key, before, after, columns }) => ({
      kind: kinds[kind],
      key: Object.values(key ?? {})
        .map(shown)
        .join(', '),
      what: columns
        ? columns.map((name) => `${name}: ${shown(before?.[name])} → ${shown(after?.[name])}`).join('; ')
        : listed(after ?? before),
    })),
    more: total - records.length,
  }
}
