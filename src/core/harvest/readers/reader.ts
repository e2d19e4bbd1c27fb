import type { DatasetInput } from '../../catalogue/index.ts'
import type { HarvestSourceInput, SourceState } from '../model.ts'
import type { Ask } from '../politeness.ts'

/** A body that a source names. */
export interface RemoteBody {
  name: string
  title: string
}

/** One record of a source, as our description, or what is wrong with it, or one that is not for the public. */
export type RemoteRecord =
  | { id: string; skip: true }
  | { id: string; body: RemoteBody; input: DatasetInput }
  | { id: string; problem: string }

/** Some records, and where to go on. */
export interface RemotePage {
  records: RemoteRecord[]
  /** To be handed back for the next page; absent on the last. */
  cursor?: unknown
  /** How many the source says it has. */
  expected?: number
  /** Nothing has changed since the last time. */
  unchanged?: boolean
  /** To be remembered once the job is complete. */
  state?: Partial<SourceState>
}

export interface ReadRequest {
  source: HarvestSourceInput
  ask: Ask
  /** What the page before gave; undefined at the beginning. */
  cursor: unknown
  /** Only what changed since, ISO 8601, where the source can tell. */
  since?: string
  state: SourceState
}

/** Reads a page of a source. Everything it needs to go on is in the cursor, so that another process can. */
export type Reader = (request: ReadRequest) => Promise<RemotePage>
