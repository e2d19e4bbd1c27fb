import type { Clock, SixteenBus } from '../foundation/kernel/index.ts'
import type { RecordGiver, RecordService } from './access/index.ts'
import type { Catalogue } from './catalogue/index.ts'
import type { Column, Datastore } from './datastore/index.ts'

export type { DerivedAnswer, Purpose, RecordField, RecordGiver, RecordService, RecordSource } from './access/index.ts'
export {
  type DroppedRow,
  type FieldMap,
  fileDropSource,
  jsonSource,
  type Reach,
  soapSource,
  sqlSource,
  textAt,
} from './access/index.ts'
export type { Dataset } from './catalogue/index.ts'
export type { Column, DerivedColumn, DerivedMember, Manifest } from './datastore/index.ts'

/** What a profile may use of the platform. */
export interface ProfileServices {
  catalogue: Catalogue
  datastore: Datastore
  events: SixteenBus
  clock: Clock
  /** Public address of the server. */
  base: () => string
  /** Says that work in the background failed; personal data never. */
  failed: (what: string, error: unknown) => void
}

/** One domain: what it adds to the platform. Deleting its folder leaves the rest working. */
export interface Profile {
  /** Name of its folder. */
  name: string
  title: string
  /** What a visitor finds on its pages, in one sentence. */
  summary: string
  open(services: ProfileServices): OpenProfile
  /** Looks at a file before it is published; undefined when it is not of this domain. */
  review?(draft: Draft, rows: AsyncIterable<string[]>): Promise<DraftReview | undefined>
}

/** A file that is not published yet. */
export interface Draft {
  filename: string
  /** What it is to be called, where that is known. */
  title?: string
  columns: readonly Column[]
  rows: number
}

/** What a domain says of a file before it is published. */
export interface DraftReview {
  /** What the file was taken for, in one sentence. */
  title: string
  findings: DraftFinding[]
}

/** One thing to look at. Rows are those of the file, from 1, its header excluded. */
export interface DraftFinding {
  title: string
  count: number
  examples: Array<{ row: number; text: string }>
}

/** A profile at work over one data folder. */
export interface OpenProfile {
  /** Its routes under `/v1`, made in its own routes.ts; the server registers them like any area's. */
  routes?: (app: never, options: never) => Promise<void>
  pages?: readonly ProfilePage[]
  /** Services of people's own records, given only to them and to whom they or the law allow. */
  records?: readonly RecordService[]
  /** Routes that give these records in the shape of another API, made in its own routes.ts. */
  recordRoutes?: (records: RecordGiver) => (app: never, options: never) => Promise<void>
  /** Takes up what a process that ended did not get to; called once the server listens. */
  catchUp(): Promise<void>
  /** Resolves when no work in the background is left. */
  settled(): Promise<void>
  /** Finishes what is left and stops. */
  close(): Promise<void>
}

/** A page for people. What it shows is said in parts, so that every profile's pages look and work alike and are data too. */
export interface ProfilePage {
  path: string
  load(parameters: URLSearchParams): Promise<PageContent>
}

export interface PageContent {
  title: string
  lead?: string
  trail?: Array<{ text: string; href: string }>
  parts: PagePart[]
  /** The same as data, served at the address with `.json`. */
  data: unknown
}

/** A cell of a table on a page: text or number, perhaps a link, perhaps marked as needing attention. */
export type PageCell = string | number | { text: string | number; href?: string; state?: 'good' | 'late' | 'missing' }

export type PagePart =
  | { kind: 'heading'; text: string; id?: string }
  | { kind: 'text'; text: string; href?: string }
  | { kind: 'figures'; items: ReadonlyArray<{ value: string; label: string; href?: string }> }
  | { kind: 'choices'; fields: readonly PageChoice[]; button: string }
  | { kind: 'bars'; title: string; measure: string; bars: ReadonlyArray<{ label: string; value: number; text: string; href?: string }> }
  | {
      kind: 'table'
      caption: string
      columns: ReadonlyArray<{ name: string; numeric?: boolean }>
      rows: ReadonlyArray<readonly PageCell[]>
    }

/** A field of a form that changes the address: a list to choose from, or a text. */
export type PageChoice =
  | { name: string; label: string; options: ReadonlyArray<{ value: string; text: string; selected: boolean }> }
  | { name: string; label: string; text: string }

/** Declares a profile. */
export const defineProfile = (profile: Profile): Profile => profile
