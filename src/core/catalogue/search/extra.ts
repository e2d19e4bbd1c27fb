import type { FacetColumn, SearchMemory } from './memory.ts'

const DAY_MS = 86_400_000

/** When each dataset was last changed, as a facet: it moves with time, so it is made when it is asked for. Spans lie in each other. */
export function updatedColumn(memory: SearchMemory, now: number): Pick<FacetColumn, 'of' | 'combinations'> {
  const of = new Uint32Array(memory.size())
  for (let number = 0; number < of.length; number += 1) {
    const days = (now - memory.modified(number)) / DAY_MS
    of[number] = days <= 7 ? 0 : days <= 31 ? 1 : days <= 366 ? 2 : 3
  }
  return { of, combinations: [['week', 'month', 'year'], ['month', 'year'], ['year'], ['older']] }
}

/** How much a dataset is cared for, from 0 to 1: data that is here, renewed lately, open, and relied on. */
export function meritOf(memory: SearchMemory, number: number, now: number): number {
  const days = (now - memory.modified(number)) / DAY_MS
  const fresh = days <= 92 ? 1 : days <= 366 ? 0.6 : days <= 1_100 ? 0.3 : 0
  const hasData = memory.facets.format.valuesOf(number).length ? 1 : 0
  const stars = Number(memory.extras.openness.valuesOf(number)[0] ?? 0) / 5
  const relied = memory.extras.nii.valuesOf(number).length ? 1 : 0
  return 0.35 * fresh + 0.2 * hasData + 0.15 * stars + 0.15 * relied + 0.15 * memory.use(number)
}

/** A dataset that is cared for as much as can be scores so much above one that is not, by the same words. */
export const MERIT = 0.3
