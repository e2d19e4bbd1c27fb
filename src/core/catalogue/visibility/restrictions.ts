import { currentViewer, type Viewer } from '../../access/index.ts'
import type { DatasetInput } from '../model.ts'
import type { CatalogueStore } from '../store.ts'
import type { DatasetRow } from '../tables.ts'
import { everything, judge, type Restriction, type Sight } from './sight.ts'

/** Kinds of publishers that are bodies of government. */
const governmentKinds = new Set(['department', 'agency', 'council', 'public-body'])

/**
 * The datasets that are not for everybody, in memory: few beside the others, which cost a look into a map and no question to the store.
 *
 * A restriction holds from before its transaction is committed; one that is lifted ends after.
 */
export interface Restrictions {
  /** What the one who looks, or another, sees of a dataset; everything of one that is not there. */
  sight(dataset: string, viewer?: Viewer): Sight
  /** What is kept of a dataset that is not for everybody. */
  of(dataset: string): Restriction | undefined
  isGovernment(publisher: string): boolean
  /** Names of datasets that have a licence to accept, for all of them or for a column. */
  licensed(): string[]
  /** Takes over the restriction of a row that is about to be written. */
  tighten(row: Omit<DatasetRow, 'number'>): void
  /** Takes over what the store says after a transaction, whether it was committed or not. */
  settle(names: Iterable<string>): Promise<void>
  readPublishers(): Promise<void>
}

export function openRestrictions(store: CatalogueStore): Restrictions {
  const known = new Map<string, Restriction>()
  const kinds = new Map<string, string>()
  for (const row of store.restrictedRows()) put(row)
  for (const { name, kind } of store.publisherKinds()) kinds.set(name, kind)
  const isGovernment = (publisher: string) => governmentKinds.has(kinds.get(publisher) ?? '')

  function put(row: Omit<DatasetRow, 'number'>): void {
    const restriction = restrictionOf(row)
    if (restriction) known.set(row.name, restriction)
    else known.delete(row.name)
  }

  return {
    sight: (dataset, viewer) => {
      const restriction = known.get(dataset)
      return restriction ? judge(viewer ?? currentViewer(), dataset, restriction, isGovernment) : everything
    },
    of: (dataset) => known.get(dataset),
    isGovernment,
    licensed: () => [...known].flatMap(([name, restriction]) => (isLicensed(restriction) ? [name] : [])),
    tighten: (row) => {
      if (restrictionOf(row)) put(row)
    },
    settle: async (names) => {
      for (const name of names) {
        const row = await store.datasetRow(name)
        if (row) put(row)
        else known.delete(name)
      }
    },
    readPublishers: async () => {
      for (const { name, kind } of store.publisherKinds()) kinds.set(name, kind)
    },
  }
}

export const isLicensed = ({ visibility, columns }: Restriction): boolean =>
  visibility === 'licensed' || [...columns.values()].includes('licensed')

/** What of a row is a restriction; undefined where it is for everybody. An old image may lack what was not kept then. */
export function restrictionOf(row: Pick<DatasetRow, 'publisher' | 'description'> & Partial<DatasetRow>): Restriction | undefined {
  const columns = columnTiers(row)
  const { publisher, state = 'published', visibility = 'public' } = row
  if (state === 'published' && visibility === 'public' && columns.size === 0) return undefined
  return { publisher, state: state as Restriction['state'], visibility: visibility as Restriction['visibility'], columns }
}

/** Tiers of the columns that fewer than all may see, by name in lower case. */
export function columnTiers({ description }: Pick<DatasetRow, 'description'>): Restriction['columns'] {
  if (!description.includes('"columnVisibility"')) return new Map()
  const { columnVisibility = {} } = JSON.parse(description) as Pick<DatasetInput, 'columnVisibility'>
  return new Map(
    Object.entries(columnVisibility).flatMap(([name, tier]) => (tier === 'public' ? [] : [[name.toLowerCase(), tier] as const])),
  )
}
