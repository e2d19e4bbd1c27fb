import type { Actor } from '../../access/index.ts'
import type { Catalogue, Transaction } from '../catalogue.ts'
import type { Dataset, Publisher } from '../model.ts'
import { notFound } from './errors.ts'
import { tableId, uuidOf } from './ids.ts'
import type { Dict } from './package.ts'

export { listOf, textOf, truthOf, wholeOf } from './parameters.ts'

/** What actions work with. */
export interface CkanServices {
  catalogue: Catalogue
  base: () => string
  siteTitle: string
  /** Takes away what other areas keep about a dataset, in the transaction that takes the dataset away. */
  removeData?: (transaction: Transaction, dataset: string) => Promise<void>
  /** Takes away a table that was written through the datastore actions. */
  removeTable?: (dataset: string, table: string) => Promise<void>
}

export interface CkanContext extends CkanServices {
  actor: Actor
}

/** One action of CKAN's API. `reads`: it changes nothing, so GET may ask it. */
export interface Action {
  reads: boolean
  run(parameters: Dict, context: CkanContext): Promise<unknown>
}

export type Actions = Record<string, Action>

/** A dataset by name or identifier. @throws {CkanError} Not Found Error */
export async function datasetOf({ catalogue }: Pick<CkanContext, 'catalogue'>, wanted: string): Promise<Dataset> {
  const name = wanted && (await catalogue.nameOf(wanted))
  if (!name) throw notFound('Dataset was not found.')
  return catalogue.dataset(name)
}

/** A publisher by name or by its identifier as an organisation. @throws {CkanError} Not Found Error */
export async function publisherOf({ catalogue }: Pick<CkanContext, 'catalogue'>, wanted: string): Promise<Publisher> {
  const found = (await catalogue.publishers()).find(({ name }) => name === wanted || uuidOf('organization', name) === wanted)
  if (!found) throw notFound('Organization was not found.')
  return found
}

/** The dataset with a resource, and the table of ours that it is, if it is one. @throws {CkanError} Not Found Error */
export async function resourceHome(
  { catalogue }: Pick<CkanContext, 'catalogue'>,
  id: string,
): Promise<{ dataset: Dataset; table?: string }> {
  const home = id ? await homeOf(catalogue, id) : undefined
  const name = home && (await catalogue.nameOf(home.dataset))
  if (!home || !name) throw notFound('Resource was not found.')
  const dataset = await catalogue.dataset(name)
  // A dataset that took the place of one of the same name has other identifiers.
  const isHome = (each: { name: string }) =>
    each.name === home.table && (home.linked || id.includes('/') || tableId(dataset.identifier, each.name) === id)
  const table = dataset.distributions.find(isHome)
  if (!table && !home.linked) throw notFound('Resource was not found.')
  return { dataset, ...(table && { table: table.name }) }
}

async function homeOf(catalogue: Catalogue, id: string): Promise<{ dataset: string; table: string; linked?: boolean } | undefined> {
  // What is written through the datastore actions is a table that goes by the identifier of its resource.
  const linked = await catalogue.nameByResource(id)
  if (linked) return { dataset: linked, table: id, linked: true }
  const [, dataset, table] = /^([^/]+)\/([^/]+)$/.exec(id) ?? []
  return dataset && table ? { dataset, table } : catalogue.tableById(id)
}
