import Type, { type Static } from 'typebox'

export const sourceKinds = ['ckan', 'dcat', 'data-json', 'ogc-records', 'sixteen', 'inventory'] as const
export type SourceKind = (typeof sourceKinds)[number]

/** What the operator says of a catalogue to be harvested. */
export const HarvestSourceInput = Type.Object(
  {
    url: Type.String({
      format: 'uri',
      pattern: '^https?://',
      maxLength: 2_000,
      description: 'Address of the catalogue, or of its document',
    }),
    kind: Type.Enum([...sourceKinds], { type: 'string', description: 'What it speaks' }),
    title: Type.Optional(Type.String({ minLength: 1, maxLength: 200 })),
    publisher: Type.Optional(
      Type.String({
        maxLength: 100,
        description: 'Publisher of all that is found; when left out, bodies are taken as the catalogue names them, and made',
      }),
    ),
    filter: Type.Optional(Type.String({ maxLength: 1_000, description: 'Which records, in the words of the source: `fq` of CKAN' })),
    everyHours: Type.Optional(Type.Integer({ minimum: 1, maximum: 8_760, description: 'How often by itself; never when left out' })),
    perSecond: Type.Optional(Type.Number({ minimum: 0.01, maximum: 100, description: 'Most requests a second, 2 by default' })),
    pageSize: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_000, description: 'Records a request, 500 by default' })),
    ignoreRobots: Type.Optional(Type.Boolean({ description: 'Its owner has agreed to what robots.txt forbids' })),
    allowPrivate: Type.Optional(Type.Boolean({ description: 'May be in a private network' })),
  },
  { additionalProperties: false },
)
export type HarvestSourceInput = Static<typeof HarvestSourceInput>

export const jobStates = ['running', 'done', 'failed'] as const

export const HarvestError = Type.Object({
  record: Type.String({ description: 'Identifier at the source; empty for the job itself' }),
  message: Type.String(),
})
export type HarvestError = Static<typeof HarvestError>

export const HarvestReport = Type.Object({
  seen: Type.Integer({ description: 'Records that the source told of' }),
  created: Type.Integer(),
  updated: Type.Integer(),
  unchanged: Type.Integer(),
  removed: Type.Integer({ description: 'Datasets taken away, since the source has them no more' }),
  duplicates: Type.Integer({ description: 'Told of by another source, or published here' }),
  repeated: Type.Integer({ description: 'Records that the source told of twice' }),
  refused: Type.Integer({ description: 'Records that cannot be taken' }),
  requests: Type.Integer(),
  retries: Type.Integer({ description: 'Requests that were asked again' }),
  expected: Type.Union([Type.Integer(), Type.Null()], { description: 'How many the source says it has' }),
  passes: Type.Integer({ description: 'Times that it was read, since it changed under way' }),
  errors: Type.Array(HarvestError, { description: 'At most 1,000' }),
})
export type HarvestReport = Static<typeof HarvestReport>

export const HarvestJob = Type.Object(
  {
    id: Type.String(),
    source: Type.String(),
    state: Type.Enum([...jobStates], { type: 'string' }),
    dryRun: Type.Boolean(),
    whole: Type.Boolean({ description: 'Everything is read, and what is missed is taken away' }),
    started: Type.String({ description: 'ISO 8601' }),
    ended: Type.Union([Type.String(), Type.Null()]),
    heldUntil: Type.String({ description: 'Until when the job is held without a sign of life, ISO 8601' }),
    report: HarvestReport,
  },
  { $id: 'HarvestJob' },
)
export type HarvestJob = Static<typeof HarvestJob>

export const HarvestSource = Type.Object(
  {
    id: Type.String({ description: 'Name in addresses' }),
    ...HarvestSourceInput.properties,
    records: Type.Integer({ description: 'Datasets that it has here' }),
    lastComplete: Type.Union([Type.String(), Type.Null()], { description: 'Start of the last job without a failure, ISO 8601' }),
    next: Type.Union([Type.String(), Type.Null()], {
      description: 'When it is due by itself, ISO 8601; null where it comes when it is asked for',
    }),
    job: Type.Union([Type.Object(HarvestJob.properties), Type.Null()], { description: 'The newest job' }),
  },
  { $id: 'HarvestSource' },
)
export type HarvestSource = Static<typeof HarvestSource>

/** What is known from jobs before. */
export interface SourceState {
  lastComplete?: string
  lastWhole?: string
  etag?: string
  lastModified?: string
}

export const emptyReport = (): HarvestReport => ({
  seen: 0,
  created: 0,
  updated: 0,
  unchanged: 0,
  removed: 0,
  duplicates: 0,
  repeated: 0,
  refused: 0,
  requests: 0,
  retries: 0,
  expected: null,
  passes: 0,
  errors: [],
})
