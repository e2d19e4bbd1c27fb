import type { RecordChange } from '../../../core/catalogue/index.ts'

const LONGEST = 200

const whatTexts: Record<RecordChange['what'], string> = {
  made: 'Made',
  changed: 'Description changed',
  removed: 'Taken away',
  version: 'Published',
  'table-removed': 'Table taken away',
}

/** A change of a record in words. */
export function historyView({ at, actor, what, version, table, changes }: RecordChange) {
  return {
    at,
    actor,
    what: `${whatTexts[what]}${version ? ` version ${version}` : ''}${table && what === 'table-removed' ? `: ${table}` : ''}`,
    changes: changes.map(({ field, before, after }) => ({ field: fieldText(field), before: valueText(before), after: valueText(after) })),
  }
}

const fieldTexts: Record<string, string> = {
  accrualPeriodicity: 'How often',
  contactPoint: 'Contact',
  landingPage: 'Publisher’s own page',
  linked: 'Files kept elsewhere',
  spatial: 'Area',
  temporal: 'Time covered',
  extra: 'What else is said',
  inSeries: 'Series',
}

const fieldText = (field: string): string => fieldTexts[field] ?? field.charAt(0).toUpperCase() + field.slice(1)

function valueText(value: unknown): string | undefined {
  if (value === null || value === undefined) return undefined
  const text =
    typeof value === 'string'
      ? value
      : Array.isArray(value) && value.every((each) => typeof each === 'string')
        ? value.join(', ')
        : JSON.stringify(value)
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
