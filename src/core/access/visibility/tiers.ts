import type { Viewer } from './viewer.ts'

/** Who may see a dataset or a column, from all to few. */
export const visibilities = ['public', 'licensed', 'government', 'organisation', 'personal'] as const
export type Visibility = (typeof visibilities)[number]

/** A dataset as the tiers are judged for it. */
export interface Owned {
  dataset: string
  publisher: string
}

/**
 * Whether a viewer is within a tier. A publisher is within every tier of its own data. `personal`: nobody else; people read their own
 * records through record services, with a grant. `isGovernment` knows which publishers are bodies of government.
 */
export function isWithin(
  viewer: Viewer,
  tier: Visibility,
  { dataset, publisher }: Owned,
  isGovernment: (publisher: string) => boolean,
): boolean {
  if (tier === 'public' || isOwner(viewer, publisher)) return true
  if (tier === 'licensed') return viewer.licensed(dataset)
  return tier === 'government' && viewer.publishers.some(isGovernment)
}

/** Whether a viewer acts for the publisher of what it looks at. */
export const isOwner = (viewer: Viewer, publisher: string): boolean => viewer.everything || viewer.publishers.includes(publisher)
