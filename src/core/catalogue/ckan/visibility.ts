import type { Dataset, DatasetInput } from '../model.ts'
import { type State, states } from '../visibility/model.ts'
import { textOf, truthOf } from './parameters.ts'

/** CKAN's `private`: not described to all. */
export const isPrivate = ({ visibility }: Pick<Dataset, 'visibility'>): boolean => visibility !== 'public' && visibility !== 'licensed'

/** CKAN's state: what is in an inventory is active there, and says what it is in extras. */
export const ckanState = ({ state }: Pick<Dataset, 'state'>): 'active' | 'draft' | 'deleted' =>
  state === 'draft' || state === 'deleted' ? state : 'active'

/** Extras of an inventory entry, under the names that data.gov.uk uses where it has one. */
export function inventoryExtras({ state, planned, reason, obstacle }: Dataset): Record<string, string | undefined> {
  if (state === 'published' || state === 'draft' || state === 'deleted') return {}
  return { unpublished: 'true', 'inventory-state': state, 'publish-date': planned, 'release-notes': reason ?? obstacle }
}

export const inventoryKeys = ['unpublished', 'inventory-state', 'publish-date', 'release-notes']

/**
 * Who may see a package, from what a client sent. A client that sends back what it read changes nothing: a licensed dataset stays so although
 * it is not private, and a closed one although it is active.
 */
export function visibilityFrom(
  given: Readonly<Record<string, unknown>>,
  extras: ReadonlyMap<string, string>,
  before?: Dataset,
): Partial<DatasetInput> {
  const wanted = textOf(given.private)
  const tier =
    wanted === '' || truthOf(wanted) === (before !== undefined && isPrivate(before))
      ? undefined
      : truthOf(wanted)
        ? 'organisation'
        : 'public'
  const state = stateFrom(textOf(given.state), extras, before)
  const words = extras.get('release-notes')
  return {
    ...(tier && { visibility: tier }),
    ...(state && { state }),
    ...(state === 'planned' && extras.get('publish-date') && { planned: extras.get('publish-date')?.slice(0, 10) as string }),
    ...(state === 'closed' && words && { obstacle: words }),
    ...(state === 'nothing-to-open' && words && { reason: words }),
  }
}

function stateFrom(given: string, extras: ReadonlyMap<string, string>, before: Dataset | undefined): State | undefined {
  const said = states.find((state) => state === extras.get('inventory-state'))
  if (given === 'draft' || given === 'deleted') return given
  if (said) return said
  if (given !== 'active' || !before) return undefined
  return ckanState(before) === 'active' ? undefined : 'published'
}
