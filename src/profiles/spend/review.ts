import type { Draft, DraftReview } from '../../core/profile-kit.ts'
import { findingsIn } from './findings.ts'
import { bestMapping } from './mapping.ts'
import { layouts } from './model.ts'
import { statedMonth } from './period.ts'

/** How many fields must be found, and how surely, before a draft is taken for spending. */
const FIELDS = 4
const SURE_ENOUGH = 0.5

/** What a file of spending would show, before it is published: its fields and what is odd in its rows. */
export async function reviewDraft({ filename, title, columns }: Draft, rows: AsyncIterable<string[]>): Promise<DraftReview | undefined> {
  const mapping = bestMapping(layouts, columns)
  if (!mapping || mapping.confidence < SURE_ENOUGH || mapping.fields.length < FIELDS) return undefined
  const layout = layouts.find(({ name }) => name === mapping.layout)
  const fields = Object.fromEntries(mapping.fields.map(({ field, column }) => [field, columns[column]?.name ?? '']))
  const period = statedMonth(`${filename} ${title ?? ''}`) ?? ''
  const missing = mapping.missing.length ? `; no column was found for ${mapping.missing.join(', ')}` : ''
  return {
    title: `${layout?.title}: ${mapping.fields.length} fields found${period && ` for ${period}`}${missing}`,
    findings: await findingsIn({ layout: mapping.layout, period, columns: fields }, rows),
  }
}
