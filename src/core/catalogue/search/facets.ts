import type { FacetItem, SearchRequest } from '../catalogue.ts'
import { type ExtraFacet, type FacetName, facetNames } from './facet-names.ts'
import type { FacetColumn } from './memory.ts'

/** Values listed of one facet; the rest are rare beside these, and what was chosen is always listed. */
const LISTED = 100

export type AnyFacet = FacetName | ExtraFacet
export type Choices = Pick<SearchRequest, AnyFacet>
/** What each dataset has of the facets that are asked about. */
export type Columns = ReadonlyArray<readonly [name: AnyFacet, column: Pick<FacetColumn, 'of' | 'combinations'>]>

/** What remains after the choices, and how many datasets of each value there would be with the other facets' choices applied. */
export interface Narrowed {
  numbers: Uint32Array
  counts: Record<FacetName, Map<string, number>> & Partial<Record<ExtraFacet, Map<string, number>>>
}

/**
 * What the choices leave of the matches. A dataset that fails no facet counts in all of them; one that fails a single facet counts in
 * that facet alone, because there it could be had by another choice.
 *
 * Facet by facet in tight loops: for a word that half of 100,000 datasets hold this takes under a millisecond.
 */
export function narrow(columns: Columns, matches: Uint32Array, choices: Choices): Narrowed {
  const failures = new Uint8Array(matches.length)
  const passes = columns.map(([name, column]) => passing(column, choices[name]))
  for (const [index, [, column]] of columns.entries()) markFailures(matches, failures, column, passes[index])
  const counts = columns.map(([name, column], index) => [name, countValues(matches, failures, column, passes[index])] as const)
  return {
    numbers: passes.some(Boolean) ? withoutFailure(matches, failures) : matches,
    counts: Object.fromEntries(counts) as Narrowed['counts'],
  }
}

/** The usual facets, which every question is answered with. */
export const usualColumns = (facets: Record<FacetName, FacetColumn>): Columns => facetNames.map((name) => [name, facets[name]] as const)

/** The facet as answered: largest first, then by title. */
export function facetItems(counts: Map<string, number>, chosen: string[] = [], titleOf: (value: string) => string): FacetItem[] {
  const items = [...counts].map(([value, count]) => ({ value, title: titleOf(value), count }))
  items.sort((a, b) => b.count - a.count || (a.title < b.title ? -1 : 1))
  const listed = items.slice(0, LISTED)
  const unlisted = [...new Set(chosen)].filter((value) => !listed.some((item) => item.value === value))
  return [...listed, ...unlisted.map((value) => ({ value, title: titleOf(value), count: counts.get(value) ?? 0 }))]
}

/** Per combination of values, 1 where the choices let it through; undefined when nothing was chosen. */
function passing(column: Pick<FacetColumn, 'combinations'>, chosen: string[] = []): Uint8Array | undefined {
  if (chosen.length === 0) return undefined
  const wanted = new Set(chosen)
  return Uint8Array.from(column.combinations, (values) => (values.some((value) => wanted.has(value)) ? 1 : 0))
}

function markFailures(matches: Uint32Array, failures: Uint8Array, { of }: Pick<FacetColumn, 'of'>, passes?: Uint8Array): void {
  if (!passes) return
  for (let index = 0; index < matches.length; index += 1)
    if (passes[of[matches[index] as number] as number] === 0) failures[index] = (failures[index] as number) + 1
}

function withoutFailure(matches: Uint32Array, failures: Uint8Array): Uint32Array {
  const kept = new Uint32Array(matches.length)
  let count = 0
  for (let index = 0; index < matches.length; index += 1) if (failures[index] === 0) kept[count++] = matches[index] as number
  return kept.subarray(0, count)
}

function countValues(
  matches: Uint32Array,
  failures: Uint8Array,
  { of, combinations }: Pick<FacetColumn, 'of' | 'combinations'>,
  passes?: Uint8Array,
): Map<string, number> {
  const counts = new Uint32Array(combinations.length)
  for (let index = 0; index < matches.length; index += 1) {
    const combination = of[matches[index] as number] as number
    const allowed = passes && passes[combination] === 0 ? 1 : 0
    if (failures[index] === allowed) counts[combination] = (counts[combination] as number) + 1
  }
  return byValue(combinations, counts)
}

function byValue(combinations: string[][], counts: Uint32Array): Map<string, number> {
  const totals = new Map<string, number>()
  counts.forEach((count, combination) => {
    if (count > 0) for (const value of combinations[combination] as string[]) totals.set(value, (totals.get(value) ?? 0) + count)
  })
  return totals
}
