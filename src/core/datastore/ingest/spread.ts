import type { Column } from '../model.ts'
import { numberOf } from './numbers.ts'
import { type Texts, total } from './texts.ts'

/** How many values of a column differ, and the mean of its figures; what cannot be told from the texts alone is left out. */
export interface Spread {
  distinct?: number
  mean?: number
}

/** The spread of a column whose every text is at hand. */
export function spreadOf(column: Pick<Column, 'type' | 'reading' | 'rejected'>, texts: Texts): Spread {
  if (column.type === 'text') return { distinct: texts.counts.size }
  if (column.rejected) return {}
  if (column.type === 'integer' || column.type === 'number') return spreadOfNumbers(column, texts)
  return column.type === 'boolean' || column.reading.patterns?.length === 1 ? { distinct: texts.counts.size } : {}
}

function spreadOfNumbers({ reading }: Pick<Column, 'reading'>, { counts }: Texts): Spread {
  const values = new Set<number>()
  let sum = 0
  for (const [text, count] of counts) {
    const value = numberOf(text, reading)
    if (value === undefined) return {}
    values.add(value)
    sum += value * count
  }
  const cells = total(counts)
  return { distinct: values.size, ...(cells > 0 && { mean: sum / cells }) }
}
