import { Problem } from '../../../foundation/kernel/index.ts'
import type { Catalogue } from '../../catalogue/index.ts'
import type { Evidence, LiveEvidence } from './model.ts'

export interface EvidenceSource {
  catalogue: Pick<Catalogue, 'dataset'>
  /** Whether this server answers at a path. */
  serves: (path: string) => boolean
  base: () => string
}

/** The link with what is behind it now. */
export async function lookAt(link: Evidence, source: EvidenceSource): Promise<LiveEvidence> {
  const { kind, title } = link
  if (link.dataset !== undefined) return lookAtDataset({ ...link, dataset: link.dataset }, source)
  if (link.path !== undefined) {
    const found = source.serves(link.path.split('?')[0] as string)
    return { kind, state: found ? 'served' : 'missing', title: title ?? link.path, ...(found && { address: source.base() + link.path }) }
  }
  const url = link.url ?? ''
  return { kind, state: url ? 'elsewhere' : 'missing', title: title ?? url, ...(url && { address: url }) }
}

async function lookAtDataset(
  { kind, title, dataset: name }: Evidence & { dataset: string },
  { catalogue, base }: EvidenceSource,
): Promise<LiveEvidence> {
  const dataset = await catalogue.dataset(name).catch((error) => {
    if (error instanceof Problem && error.code === 'dataset-not-found') return undefined
    throw error
  })
  if (!dataset) return { kind, state: 'missing', title: title ?? name, dataset: name }
  const published = dataset.distributions.length > 0
  return {
    kind,
    state: published ? 'published' : 'no-data',
    title: title ?? dataset.title,
    dataset: name,
    address: kind === 'api' ? `${base()}/v1/datasets/${name}/records` : `${base()}/datasets/${name}`,
    ...(published && { modified: dataset.modified, rows: dataset.distributions.reduce((sum, table) => sum + table.rows, 0) }),
  }
}
