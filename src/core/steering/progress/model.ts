import Type, { type Static } from 'typebox'

export const progressKinds = ['progress', 'planned'] as const
export type ProgressKind = (typeof progressKinds)[number]

/** `nothing-to-open`: the department answers that it holds nothing to open, and why. */
export const progressStatuses = ['done', 'under-way', 'planned', 'dropped', 'nothing-to-open'] as const
export type ProgressStatus = (typeof progressStatuses)[number]

const word = <const Values extends string[]>(values: readonly [...Values], description: string) =>
  Type.Enum(values, { type: 'string', description })

/** Where to see that an entry is true: one of a dataset, a path on this server, or an address elsewhere. */
export const Evidence = Type.Object(
  {
    kind: word(['dataset', 'api', 'page'], 'What is linked: a dataset, an API or a page'),
    dataset: Type.Optional(Type.String({ maxLength: 100, description: 'Name of the dataset that is linked, or whose API is' })),
    path: Type.Optional(Type.String({ pattern: '^/[^/]', maxLength: 500, description: 'Path on this server' })),
    url: Type.Optional(Type.String({ format: 'uri', pattern: '^https?://', maxLength: 2000, description: 'Address elsewhere' })),
    title: Type.Optional(Type.String({ maxLength: 200, description: 'What the link is called' })),
  },
  { additionalProperties: false },
)
export type Evidence = Static<typeof Evidence>

export const evidenceStates = ['published', 'no-data', 'served', 'elsewhere', 'missing'] as const

/** A link with its state at the moment of reading. */
export const LiveEvidence = Type.Object({
  kind: Evidence.properties.kind,
  state: word(
    evidenceStates,
    'published: the dataset has data; no-data: it is described only; served: this server has the address; elsewhere: not on this server and not looked at; missing: it is not there',
  ),
  title: Type.String(),
  dataset: Type.Optional(Type.String()),
  address: Type.Optional(Type.String({ description: 'Where it is; absent when missing' })),
  modified: Type.Optional(Type.String({ description: 'When the dataset last changed, ISO 8601' })),
  rows: Type.Optional(Type.Integer({ description: 'Rows of all its tables' })),
})
export type LiveEvidence = Static<typeof LiveEvidence>

const said = {
  department: Type.String({ description: 'Name of the publisher' }),
  departmentTitle: Type.String(),
  action: Type.Integer({ description: 'Number of the action of the strategy' }),
  year: Type.Integer({ description: 'The year it speaks of' }),
  kind: word(progressKinds, 'progress: what was done; planned: what is promised'),
  place: Type.Integer({ description: 'Place within the section, from 1' }),
  number: Type.Union([Type.String(), Type.Null()], {
    description: 'Number of the section as printed, such as 12.1; null when it has none',
  }),
  heading: Type.String({ description: 'Heading of the section as printed' }),
  text: Type.String(),
  status: word(progressStatuses, 'How far it has come'),
  reason: Type.Optional(Type.String({ description: 'Why there is nothing to open' })),
}

/** The document of entries that a department put itself; a paper does not change them. */
export const OWN_ANSWER = 'The department’s own answer'

/** An entry as kept. */
export interface ProgressRecord extends Omit<ProgressEntry, 'id' | 'evidence' | 'note'> {
  /** The department's place in the paper, from 1. */
  position: number
  /** Which paper or list it comes from. */
  document: string
  evidence: Evidence[]
}

/** An entry as answered, with the state of its evidence. */
export const ProgressEntry = Type.Object(
  {
    id: Type.String({ description: 'Department, action, year, kind and place, dots between' }),
    ...said,
    evidence: Type.Array(LiveEvidence),
    note: Type.Optional(Type.String({ description: 'Says so when nothing is linked as evidence' })),
  },
  { $id: 'ProgressEntry' },
)
export type ProgressEntry = Static<typeof ProgressEntry>

/** What a department sends to say or correct one entry. */
export const ProgressAnswer = Type.Object(
  {
    text: Type.String({ minLength: 1, maxLength: 20_000 }),
    status: said.status,
    reason: Type.Optional(
      Type.String({ minLength: 1, maxLength: 5_000, description: 'Why there is nothing to open; needed with that status' }),
    ),
    evidence: Type.Optional(Type.Array(Evidence, { maxItems: 50 })),
  },
  { additionalProperties: false },
)
export type ProgressAnswer = Static<typeof ProgressAnswer>

/** Where a paper departs from its own form or from the catalogue's names; it is read all the same. */
export const Slip = Type.Object({
  code: word(
    [
      'number-missing',
      'number-unexpected',
      'heading-differs',
      'department-name-differs',
      'department-unknown',
      'section-missing',
      'text-unplaced',
      'text-unfinished',
    ],
    'What kind of slip it is',
  ),
  line: Type.Integer({ description: 'Line of the text, from 1' }),
  department: Type.Integer({ description: 'Number of the department in the paper' }),
  found: Type.String(),
  expected: Type.Optional(Type.String()),
})
export type Slip = Static<typeof Slip>

export const ImportReport = Type.Object({
  title: Type.String(),
  updated: Type.Union([Type.String(), Type.Null()], { description: 'Day of the paper, ISO 8601' }),
  action: Type.Integer(),
  departments: Type.Array(
    Type.Object({
      number: Type.Integer(),
      title: Type.String({ description: 'As printed' }),
      department: Type.String({ description: 'Name of the publisher' }),
      progress: Type.Integer({ description: 'Entries on what was done' }),
      planned: Type.Integer({ description: 'Entries on what is promised' }),
    }),
  ),
  entries: Type.Integer(),
  slips: Type.Array(Slip),
})
export type ImportReport = Static<typeof ImportReport>
