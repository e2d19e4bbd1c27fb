import { Problem, sha256Hex } from '../../foundation/kernel/index.ts'
import type { Catalogue, Sight } from '../catalogue/index.ts'
import type { Manifest } from './model.ts'

/** The whole manifests behind those that were cut. */
const wholes = new WeakMap<Manifest, Manifest>()

/** The manifest with every column, for what reads stored rows by their places. Nothing of it may be answered. */
export const wholeOf = (manifest: Manifest): Manifest => wholes.get(manifest) ?? manifest

/** Whether columns were left out. */
export const isCut = (manifest: Manifest): boolean => wholes.has(manifest)

/** Names what is left of a manifest that was cut, so that nothing made from it is taken for another's; empty for a whole one. */
export const cutName = (manifest: Manifest): string =>
  isCut(manifest) ? sha256Hex(JSON.stringify(manifest.columns.map(({ alias }) => alias))).slice(0, 12) : ''

/**
 * A version as whoever looks sees it: without the columns that are not for them, and without what was kept of the file as a whole, which may
 * name them or hold their values.
 */
export function cutManifest(manifest: Manifest, sight: Sight): Manifest {
  if (sight.of !== 'part') return manifest
  const columns = manifest.columns.filter((column) => !sight.hides(column))
  if (columns.length === manifest.columns.length) return manifest
  const { recipe, setAside: _setAside, ...rest } = manifest
  const seen = (name: string) => columns.some((column) => column.name === name || column.alias === name)
  const own = <T>(of: Readonly<Record<string, T>> | undefined) =>
    of && Object.fromEntries(Object.entries(of).filter(([name]) => seen(name)))
  const cut: Manifest = {
    ...rest,
    columns,
    key: manifest.key.every(seen) ? manifest.key : [],
    rejectedCells: columns.reduce((sum, { rejected }) => sum + rejected, 0),
    decisions: [],
    ...(recipe && {
      recipe: {
        ...recipe,
        ...(recipe.types && { types: own(recipe.types) ?? {} }),
        ...(recipe.dateOrders && { dateOrders: own(recipe.dateOrders) ?? {} }),
      },
    }),
  }
  wholes.set(cut, manifest)
  return cut
}

/**
 * What whoever looks sees of a dataset's data.
 *
 * @throws {Problem} dataset-not-found where nothing is seen of it, licence-needed and dataset-has-no-data where only its description is.
 */
export async function demandData(catalogue: Pick<Catalogue, 'dataset' | 'sight'>, dataset: string): Promise<Sight> {
  const sight = catalogue.sight(dataset)
  if (sight.of === 'everything' || sight.of === 'part') return sight
  // Refuses in the catalogue's own words what is not seen at all.
  await catalogue.dataset(dataset)
  if (sight.of === 'description' && sight.for === 'licence')
    throw new Problem('licence-needed', {
      detail: `The data of ${dataset} are for applications that accepted its licence.`,
      hint: 'Ask for it for your application at /developers, and send the application’s key.',
    })
  throw hasNoData(dataset)
}

export const hasNoData = (dataset: string): Problem =>
  new Problem('dataset-has-no-data', {
    detail: `Nothing has been published to ${dataset} yet.`,
    hint: `sixteen publish FILE --dataset ${dataset}`,
  })
