import type { Actor } from '../../access/index.ts'
import type { Catalogue, Transaction } from '../catalogue.ts'
import type { Dataset, Publisher } from '../model.ts'
import { notFound } from './errors.ts'
import { tableId, uuidOf } from './ids.ts'
import type { Dict } from './package.ts'

/** What actions work with. */
export interface CkanServices {
  catalogue: Catalogue
  base: () => string
  siteTitle: string
  /** Takes away what other areas keep about a dataset, in the transaction that takes the dataset away. */
  removeData?: (transaction: Transaction, dataset: string) => Promise<void>
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
export async function resourceHome(context: Pick<CkanContext, 'catalogue'>, id: string): Promise<{ dataset: Dataset; table?: string }> {
  const linked = id && (await context.catalogue.nameByResource(id))
  if (linked) return { dataset: await context.catalogue.dataset(linked) }
  for (let cursor: string | undefined, more = Boolean(id); more; ) {
    const page = await context.catalogue.datasets({ limit: 1000, ...(cursor && { cursor }) })
    for (const dataset of page.items) {
      const table = dataset.distributions.find(({ name }) => tableId(dataset.identifier, name) === id || `${dataset.name}/${name}` === id)
      if (table) return { dataset, table: table.name }
    }
    cursor = page.next
    more = cursor !== undefined
  }
  throw notFound('Resource was not found.')
}

export const textOf = (value: unknown): string => (value === undefined || value === null ? '' : String(value))

/** A whole number parameter within bounds. */
export function wholeOf(value: unknown, otherwise: number, most: number): number {
  const number = Number(value ?? otherwise)
  return Number.isInteger(number) && number >= 0 ? Math.min(number, most) : otherwise
}

/** True for what CKAN's `asbool` takes for true. */
export const truthOf = (value: unknown): boolean => /^(?:true|yes|on|y|t|1)$/i.test(textOf(value))

/** A list parameter: a list, a JSON list in a text, or one value. */
export function listOf(value: unknown): string[] {
  if (Array.isArray(value)) return value.map(textOf)
  const text = textOf(value).trim()
  if (!text) return []
  if (text.startsWith('['))
    try {
      const list = JSON.parse(text.replaceAll("'", '"')) as unknown
      if (Array.isArray(list)) return list.map(textOf)
    } catch {
      return [text]
    }
  return [text]
}
