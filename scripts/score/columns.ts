import type { Ingested } from '../../src/core/datastore/ingest/index.ts'
import { mapColumns } from '../../src/profiles/spend/mapping.ts'
import { over25000 } from '../../src/profiles/spend/model.ts'

/** What headers of each HMT column are, where one header says so and no other does. */
const headers: Record<string, RegExp> = {
  departmentFamily: /^(?:\d+ )?(?:dep(?:artment(?:al)?|t\.?) ?family.*|department|dept\.?)$/i,
  entity: /^(?:\d+ )?entity\b.*$/i,
  date: /^(?:\d+ )?(?:date|pay(?:ment)? date|date paid|date of payment|transaction date|paid date)\b.*$/i,
  expenseType: /^(?:\d+ )?(?:expen(?:se|diture|ses) type.*|type of expen.*)$/i,
  expenseArea: /^(?:\d+ )?(?:expen(?:se|diture|ses) area.*)$/i,
  supplier: /^(?:\d+ )?(?:supplier|supplier name|vendor|vendor name|payee)(?: ?\(t\))?$/i,
  transactionNumber: /^(?:\d+ )?(?:transaction ?(?:no\.?|number|num|ref.*)|trans(?:action)? ?no.*)$/i,
  amount: /^(?:\d+ )?(?:amount|total amount|payment value|invoice amount)\b.*$/i,
}

/** HMT columns that a second opinion finds by their exact headers, and how many of them the mapping has in the same place. */
export function scoreMapping({ columns }: Ingested): { right: number; all: number; wrong: string[] } | undefined {
  const mapping = mapColumns(
    over25000,
    columns.map(({ name, type }) => ({ name, type })),
  )
  const known = Object.entries(headers).flatMap(([field, pattern]) => {
    const found = columns.filter(({ name }) => pattern.test(name.replace(/\s+/g, ' ').trim()))
    return found.length === 1 && found[0] ? [{ field, name: found[0].name }] : []
  })
  if (known.length < 4) return undefined
  const wrong = known.flatMap(({ field, name }) => {
    const mapped = mapping.fields.find((each) => each.field === field)
    const ours = mapped && columns[mapped.column]?.name
    return ours === name ? [] : [`${field}: ${ours ?? 'none'} for ${name}`]
  })
  return { right: known.length - wrong.length, all: known.length, wrong }
}
