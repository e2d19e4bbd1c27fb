import type { Dataset } from '../catalogue/index.ts'
import type { LinkStanding } from '../links/index.ts'

/** A column of a table that holds codes of a register. */
export interface BoundColumn {
  column: string
  register: string
  /** The register is the publisher's own. */
  own: boolean
}

/** Everything that the score of a dataset is made from. */
export interface QualityFacts {
  dataset: Dataset
  links: readonly LinkStanding[]
  codes: readonly BoundColumn[]
  now: Date
}
