/** The catalogue's tables as stored; see migrations/. */
export interface Tables {
  publisher: PublisherRow
  dataset: DatasetRow
  distribution: DistributionRow
  dataset_gone: { change: number; number: number; name: string }
  linked_resource: { identifier: string; dataset: number }
  dataset_clock: { one: number; value: number }
}

export interface PublisherRow {
  name: string
  title: string
  abbreviation: string | null
  kind: string
  description: string | null
  homepage: string | null
  parent: string | null
  modified: string
}

export interface DatasetRow {
  number: number
  change: number
  name: string
  title: string
  publisher: string
  state: string
  visibility: string
  licence: string
  issued: string
  modified: string
  /** JSON array of names. */
  theme: string
  /** JSON of the rest of the description. */
  description: string
}

export interface DistributionRow {
  dataset: number
  name: string
  /** Short name of the source's format, such as csv. */
  format: string
  row_count: number
  /** JSON array. */
  column_names: string
  /** JSON of the Distribution. */
  record: string
}
