import Type, { type Static } from 'typebox'
import { knownFrequencies } from '../../catalogue/index.ts'

const word = <const Values extends string[]>(values: readonly [...Values], description: string) =>
  Type.Enum(values, { type: 'string', description })
const line = (description: string, maxLength = 300) => Type.String({ minLength: 1, maxLength, description })
const day = (description: string) => Type.String({ format: 'date', description })

export const niiStages = ['nominated', 'triaged', 'assessed', 'listed', 'committed', 'refused', 'appealed', 'retired', 'merged'] as const
export type NiiStage = (typeof niiStages)[number]
/** Whether an entry is on the list, and not on its way there or gone. */
export const isOnList = ({ stage }: { stage: NiiStage }): boolean => stage === 'listed' || stage === 'committed'

export const niiOpenness = ['open', 'shared', 'closed', 'unpublished'] as const
export const criteria = ['economic', 'social', 'publicService', 'coreReference'] as const
export const probes = ['published', 'api', 'freshness', 'licence', 'machine-readable', 'availability', 'latency', 'schema'] as const
export type ProbeName = (typeof probes)[number]

export const Score = Type.Object(
  {
    score: Type.Integer({ minimum: 0, maximum: 5, description: '0 none to 5 decisive' }),
    evidence: line('What shows it', 2_000),
  },
  { additionalProperties: false },
)
export const Scores = Type.Object(
  { economic: Score, social: Score, publicService: Score, coreReference: Score },
  { additionalProperties: false, description: 'Scores of the panel, each with its evidence' },
)
export type Scores = Static<typeof Scores>

export const OpenDataPlan = Type.Object(
  { date: day('When it is to be open'), steps: line('What is done until then', 2_000) },
  { additionalProperties: false },
)

export const Commitment = Type.Object(
  {
    what: line('What is promised', 500),
    due: Type.Optional(day('By when; absent for what holds all the time')),
    measuredBy: word(probes, 'The probe that measures it'),
  },
  { additionalProperties: false },
)
export type Commitment = Static<typeof Commitment>

export const ServiceLevels = Type.Object(
  {
    availabilityPercent: Type.Optional(Type.Number({ minimum: 0, maximum: 100, description: 'Share of probes answered, over 30 days' })),
    latencyMs: Type.Optional(Type.Integer({ minimum: 1, description: '95 of 100 answers come within, in milliseconds' })),
    supportHours: Type.Optional(line('When somebody answers questions', 200)),
    changeNoticeDays: Type.Optional(Type.Integer({ minimum: 0, maximum: 730, description: 'Days of notice before a breaking change' })),
  },
  { additionalProperties: false },
)

/** What can be said of an entry by whoever answers for the data. */
const described = {
  title: line('Name of the data'),
  aliases: Type.Optional(Type.Array(line('Another name'), { maxItems: 50 })),
  description: Type.Optional(Type.String({ maxLength: 5_000 })),
  theme: Type.Optional(line('Theme of the list, its first facet', 100)),
  facet: Type.Optional(line('Kind of information, the second facet', 100)),
  classification: Type.Optional(word(['register', 'statistics', 'other'] as const, 'What kind of data it is')),
  publisher: Type.Optional(line('Name of the publisher in the catalogue', 100)),
  publisherTitle: Type.Optional(line('The body as printed, where the catalogue has no such publisher', 200)),
  dataset: Type.Optional(line('Name of the dataset in the catalogue', 100)),
  links: Type.Optional(Type.Array(Type.String({ maxLength: 2_000 }), { maxItems: 20, description: 'Where the list says it is' })),
  defines: Type.Optional(Type.Array(line('Name of a register', 100), { maxItems: 20, description: 'Registers whose codes it defines' })),
  owner: Type.Optional(line('Senior responsible officer, by role', 200)),
  steward: Type.Optional(line('Who looks after it, by role', 200)),
  contact: Type.Optional(Type.String({ maxLength: 300, description: 'Address or e-mail of a team' })),
  openness: Type.Optional(word(niiOpenness, 'Whether all may have it')),
  obstacle: Type.Optional(line('What stands in the way of opening it; needed unless it is open', 2_000)),
  openDataPlan: Type.Optional(OpenDataPlan),
  legalBasis: Type.Optional(line('Law under which it is kept', 500)),
  essentialFor: Type.Optional(
    Type.Array(
      word(
        ['public-service-delivery', 'legal', 'defence-or-resilience', 'policy', 'official-statistics'] as const,
        'Purpose for which it is essential',
      ),
      { maxItems: 5 },
    ),
  ),
  personalData: Type.Optional(Type.Boolean({ description: 'Holds personal data' })),
  securityClassification: Type.Optional(word(['OFFICIAL', 'OFFICIAL-SENSITIVE', 'SECRET', 'TOP SECRET'] as const, 'Marking')),
  frequency: Type.Optional(word(knownFrequencies, 'How often it is renewed, as committed')),
  service: Type.Optional(ServiceLevels),
  commitments: Type.Optional(Type.Array(Commitment, { maxItems: 50 })),
  legislation: Type.Optional(
    Type.Array(Type.String({ format: 'uri', maxLength: 500 }), { maxItems: 20, description: 'ELI or other addresses of laws' }),
  ),
  hvdCategory: Type.Optional(Type.String({ format: 'uri', maxLength: 500, description: 'Category of EU Regulation 2023/138' })),
}

/** What whoever answers for an entry sends to describe it. */
export const NiiDescription = Type.Object({ ...described, title: Type.Optional(described.title) }, { additionalProperties: false })
export type NiiDescription = Static<typeof NiiDescription>

/** What anybody sends to nominate data. */
export const Nomination = Type.Object(
  {
    ...Object.fromEntries(
      (['title', 'description', 'theme', 'facet', 'publisher', 'publisherTitle', 'dataset', 'links'] as const).map((name) => [
        name,
        described[name],
      ]),
    ),
    title: described.title,
    use: line('What it is used for, or would be', 2_000),
    who: Type.Optional(line('Organisation or role of the nominator; no personal name is needed', 200)),
  },
  { additionalProperties: false },
)
export type Nomination = { title: string; use: string; who?: string } & Partial<
  Pick<NiiDescription, 'description' | 'theme' | 'facet' | 'publisher' | 'publisherTitle' | 'dataset' | 'links'>
>

export interface NiiRecord extends Omit<NiiDescription, 'title'> {
  id: string
  title: string
  stage: NiiStage
  source: string
  /** When the entry was made, ISO 8601. */
  nominated: string
  aliases: string[]
  links: string[]
  uses: string[]
  scores?: Scores
  /** Reason of the latest decision. */
  reason?: string
  committed?: string
  successor?: string
}

export const measureStates = ['met', 'late', 'missed', 'not-measured'] as const

export const Measure = Type.Object({
  probe: word(probes, 'What was looked at'),
  state: word(measureStates, 'met; late: only just missed; missed; not-measured: there is nothing to look at'),
  found: Type.String({ description: 'What was found, in words' }),
  target: Type.Optional(Type.String({ description: 'What was to be found' })),
})
export type Measure = Static<typeof Measure>

export const niiStatuses = ['green', 'amber', 'red', 'grey'] as const

export const NiiEntry = Type.Object(
  {
    id: Type.String({ description: 'Name in addresses' }),
    ...described,
    stage: word(niiStages, 'How far it has come'),
    source: Type.String({ description: 'nomination, or the list that it comes from' }),
    nominated: Type.String({ description: 'ISO 8601' }),
    aliases: Type.Array(Type.String()),
    links: Type.Array(Type.String()),
    uses: Type.Array(Type.String(), { description: 'What people use it for' }),
    scores: Type.Optional(Scores),
    total: Type.Optional(Type.Integer({ description: 'Sum of the scores, 0 to 20' })),
    reason: Type.Optional(Type.String({ description: 'Reason of the latest decision' })),
    committed: Type.Optional(Type.String({ description: 'When its commitments were signed, ISO 8601' })),
    successor: Type.Optional(Type.String({ description: 'Entry that takes its place' })),
    status: word(niiStatuses, 'Computed from the probes: green all met, amber one late, red one missed, grey nothing to look at'),
    stars: Type.Integer({ minimum: 0, maximum: 5, description: 'Five-star openness, computed from what is published' }),
    api: Type.Optional(Type.String({ description: 'Data API, where the dataset has a table here' })),
    page: Type.Optional(Type.String({ description: 'Page of the dataset' })),
    lastDone: Type.Optional(Type.String({ description: 'When the data was last renewed, ISO 8601' })),
    nextDue: Type.Optional(Type.String({ description: 'When it is next due, ISO 8601' })),
    triageDue: Type.Optional(Type.String({ description: 'When a nomination is to be looked at, ISO 8601' })),
    referencedBy: Type.Array(Type.String(), { description: 'Datasets whose columns hold codes that it defines' }),
    measures: Type.Array(Measure),
  },
  { $id: 'NiiEntry' },
)
export type NiiEntry = Static<typeof NiiEntry>

export const steps = ['triage', 'merge', 'assess', 'list', 'refuse', 'appeal', 'commit', 'notice', 'retire'] as const
export type StepName = (typeof steps)[number]

/** One step through the workflow. */
export const Step = Type.Object(
  {
    step: word(steps, 'What is done'),
    reason: line('Why; it is published', 5_000),
    scores: Type.Optional(Scores),
    into: Type.Optional(line('Entry that this one is merged into', 100)),
    successor: Type.Optional(line('Entry that takes its place', 100)),
    effective: Type.Optional(day('First day of a breaking change that is announced')),
  },
  { additionalProperties: false },
)
export type Step = Static<typeof Step>

export const NiiEvent = Type.Object({
  seq: Type.Integer(),
  at: Type.String({ description: 'ISO 8601' }),
  actor: Type.String({ description: 'Publisher, operator or public' }),
  step: Type.String(),
  stage: word(niiStages, 'Stage after it'),
  reason: Type.Optional(Type.String()),
  detail: Type.Optional(Type.Unknown()),
})
export type NiiEvent = Static<typeof NiiEvent>

export const NewComment = Type.Object(
  {
    text: line('What you have to say', 5_000),
    useCase: Type.Optional(line('What you do with the data, or would', 2_000)),
    who: Type.Optional(line('Organisation or role; no personal name is needed', 200)),
  },
  { additionalProperties: false },
)
export type NewComment = Static<typeof NewComment>

export const NiiComment = Type.Object({ id: Type.String(), at: Type.String(), ...NewComment.properties })
export type NiiComment = Static<typeof NiiComment>

export const Fault = Type.Object({
  code: word(
    [
      'encoding',
      'header-differs',
      'cell-trimmed',
      'cell-blank',
      'duplicate-name',
      'duplicate-link',
      'link-is-search',
      'link-invalid',
      'publisher-unknown',
      'dataset-unknown',
    ] as const,
    'What kind of fault it is',
  ),
  line: Type.Integer({ description: 'Line of the file, from 1' }),
  found: Type.String(),
  became: Type.Optional(Type.String({ description: 'What was made of it' })),
})
export type Fault = Static<typeof Fault>

export const ListReport = Type.Object({
  source: Type.String(),
  rows: Type.Integer({ description: 'Rows of the list' }),
  entries: Type.Integer({ description: 'Entries that they make' }),
  added: Type.Integer({ description: 'Of these, new here' }),
  merged: Type.Integer({ description: 'Rows that tell of data told of already' }),
  linked: Type.Integer({ description: 'Entries tied to a dataset of the catalogue' }),
  faults: Type.Array(Fault),
})
export type ListReport = Static<typeof ListReport>
