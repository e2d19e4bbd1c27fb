import Type, { type Static } from 'typebox'
import type { Dataset, Publisher } from '../model.ts'

/** One change of a record, with who and when. */
export const RecordChange = Type.Object(
  {
    seq: Type.Integer({ description: 'Grows with every change of any record' }),
    at: Type.String({ description: 'ISO 8601' }),
    actor: Type.String({ description: 'A publisher by its name; operator, server, or harvest with the name of the source' }),
    what: Type.Enum(['made', 'changed', 'removed', 'version', 'table-removed'], { type: 'string' }),
    table: Type.Optional(Type.String({ description: 'Name of the table, where one changed' })),
    version: Type.Optional(Type.String({ description: 'The version that was published' })),
    changes: Type.Array(Type.Object({ field: Type.String(), before: Type.Unknown(), after: Type.Unknown() }), {
      description: 'What the description said before and after; null where it said nothing',
    }),
  },
  { $id: 'RecordChange' },
)
export type RecordChange = Static<typeof RecordChange>

/** A change of a dataset, as whoever follows all of them reads it. */
export interface Happening {
  seq: number
  at: string
  kind: 'dataset' | 'table' | 'publisher'
  name: string
  what: 'made' | 'changed' | 'removed'
  table?: string
  version?: string
}

export interface HistoryPage {
  /** 1 to 100, default 20. */
  limit?: number
  cursor?: string
}

interface ChangesPage {
  items: RecordChange[]
  /** Cursor of the next page, absent on the last. */
  next?: string
}

/** What records were, with who changed them and when. */
export interface History {
  /** Changes of a dataset and its tables, the newest first; also of one that was taken away. @throws {Problem} dataset-not-found */
  ofDataset(name: string, page?: HistoryPage): Promise<ChangesPage>
  /** @throws {Problem} publisher-not-found */
  ofPublisher(name: string, page?: HistoryPage): Promise<ChangesPage>
  /** A dataset as it was at a moment, ISO 8601. @throws {Problem} dataset-not-found, parameter-invalid */
  datasetAt(name: string, at: string): Promise<Dataset>
  /** @throws {Problem} publisher-not-found, parameter-invalid */
  publisherAt(name: string, at: string): Promise<Omit<Publisher, 'datasetCount'>>
  /** Changes of all records after a point, the oldest first. */
  after(seq: number, limit: number): Promise<Happening[]>
  /** The point of the newest change. */
  newest(): Promise<number>
}
