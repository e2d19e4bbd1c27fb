import Type, { type Static } from 'typebox'

/** Parts of the score with what each counts, in points of 100. */
export const partWeights = {
  metadata: 20,
  freshness: 20,
  availability: 15,
  openness: 15,
  documentation: 10,
  structure: 10,
  licence: 10,
} as const
export type PartName = keyof typeof partWeights
export const partNames = Object.keys(partWeights) as PartName[]

export const Fix = Type.Object({
  id: Type.String({ description: 'What is to be done, such as state-licence' }),
  text: Type.String({ description: 'The same in words' }),
  href: Type.String({ description: 'Where it is done, on this server' }),
  gain: Type.Number({ description: 'Points that the score would gain' }),
})
export type Fix = Static<typeof Fix>

export const QualityPart = Type.Object({
  part: Type.Enum(partNames, { type: 'string' }),
  weight: Type.Integer({ description: 'Points of 100 that the part counts' }),
  score: Type.Union([Type.Number({ minimum: 0, maximum: 1 }), Type.Null()], {
    description: 'From 0 to 1; null where there is nothing to measure, and the part counts nothing',
  }),
  found: Type.String({ description: 'What was found, in words' }),
  fixes: Type.Array(Fix),
})
export type QualityPart = Static<typeof QualityPart>

export const Star = Type.Object({
  star: Type.Integer({ minimum: 1, maximum: 5 }),
  met: Type.Boolean(),
  found: Type.String({ description: 'By what it is met, or what is missing' }),
})
export type Star = Static<typeof Star>

export const DatasetQuality = Type.Object(
  {
    dataset: Type.String(),
    score: Type.Integer({ minimum: 0, maximum: 100 }),
    stars: Type.Integer({ minimum: 0, maximum: 5, description: 'Five-star openness, from the content and not from what is declared' }),
    openness: Type.Array(Star),
    parts: Type.Array(QualityPart),
    fixes: Type.Array(Fix, { description: 'What would gain most, first' }),
    computed: Type.String({ description: 'ISO 8601' }),
  },
  { $id: 'DatasetQuality' },
)
export type DatasetQuality = Static<typeof DatasetQuality>

const Share = Type.Union([Type.Number(), Type.Null()], { description: 'Share of what falls due that is in time; null where nothing does' })

export const QualityMonth = Type.Object({
  month: Type.String({ description: 'YYYY-MM' }),
  datasets: Type.Integer(),
  score: Type.Number(),
  stars: Type.Number(),
  inTime: Share,
  broken: Type.Integer({ description: 'Links that are broken' }),
})
export type QualityMonth = Static<typeof QualityMonth>

export const PublisherStanding = Type.Object({
  publisher: Type.String(),
  title: Type.String(),
  datasets: Type.Integer(),
  score: Type.Number({ description: 'Mean over its datasets, 0 to 100' }),
  stars: Type.Number({ description: 'Mean over its datasets' }),
  inTime: Share,
  broken: Type.Integer({ description: 'Links that are broken' }),
  change: Type.Union([Type.Number(), Type.Null()], {
    description: 'Points since three months before, or since the first month that is known; null in the first',
  }),
})
export type PublisherStanding = Static<typeof PublisherStanding>

export const CommonFix = Type.Object({
  id: Type.String(),
  text: Type.String(),
  datasets: Type.Integer({ description: 'How many need it' }),
  gain: Type.Number({ description: 'Points that the mean of the publisher would gain' }),
  first: Type.Array(Type.Object({ dataset: Type.String(), text: Type.String(), href: Type.String() }), {
    description: 'Those that would gain most, at most five',
  }),
})
export type CommonFix = Static<typeof CommonFix>

export const PublisherQuality = Type.Object(
  {
    publisher: Type.String(),
    standing: Type.Union([PublisherStanding, Type.Null()], { description: 'Null while it has no dataset' }),
    contribution: Type.Object({
      datasets: Type.Integer(),
      rows: Type.Integer({ description: 'Rows of its tables here' }),
      months: Type.Array(Type.Object({ month: Type.String(), made: Type.Integer(), updated: Type.Integer() }), {
        description: 'Datasets made, and last changed, by month; the last twelve',
      }),
    }),
    months: Type.Array(QualityMonth, { description: 'The oldest first, at most 24' }),
    fixes: Type.Array(CommonFix, { description: 'What would gain most, first' }),
  },
  { $id: 'PublisherQuality' },
)
export type PublisherQuality = Static<typeof PublisherQuality>
