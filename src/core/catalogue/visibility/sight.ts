import { isOwner, isWithin, type Viewer, type Visibility } from '../../access/index.ts'
import type { State } from './model.ts'

/** What is kept of a dataset that is not for everybody. */
export interface Restriction {
  publisher: string
  state: State
  visibility: Visibility
  /** Tiers of columns by name, in lower case. */
  columns: ReadonlyMap<string, Visibility>
}

/**
 * What a viewer sees of a dataset. `nothing`: it answers like one that does not exist. `description`: what it is and not its data, for
 * want of a `licence` or because of its `state`. `hides`: columns that are not there for this viewer, by name or alias.
 */
export type Sight =
  | { of: 'everything' }
  | { of: 'part'; hides: (column: { name: string; alias?: string }) => boolean }
  | { of: 'description'; for: 'licence' | 'state' }
  | { of: 'nothing' }

export const everything: Sight = { of: 'everything' }

/** The one judgement of who sees what of a dataset. */
export function judge(viewer: Viewer, dataset: string, restriction: Restriction, isGovernment: (publisher: string) => boolean): Sight {
  const { publisher, state, visibility, columns } = restriction
  if (isOwner(viewer, publisher)) return everything
  if (state === 'draft' || state === 'deleted') return { of: 'nothing' }
  const within = (tier: Visibility) => isWithin(viewer, tier, { dataset, publisher }, isGovernment)
  if (!within(visibility) && visibility !== 'licensed') return { of: 'nothing' }
  if (state !== 'published') return { of: 'description', for: 'state' }
  if (!within(visibility)) return { of: 'description', for: 'licence' }
  const hidden = new Set([...columns].flatMap(([name, tier]) => (within(tier) ? [] : [name])))
  if (hidden.size === 0) return everything
  return { of: 'part', hides: ({ name, alias = name }) => hidden.has(name.toLowerCase()) || hidden.has(alias.toLowerCase()) }
}

/** Whether anybody may find a dataset by its words: it is published, and described to all. */
export const isListed = (row: { state: string; visibility: string }): boolean =>
  row.state === 'published' && (row.visibility === 'public' || row.visibility === 'licensed')

/** Whether two restrictions, or none, let the same be seen. */
export function isSame(a: Restriction | undefined, b: Restriction | undefined): boolean {
  const text = (of: Restriction | undefined) => of && JSON.stringify({ ...of, columns: [...of.columns].sort() })
  return text(a) === text(b)
}
