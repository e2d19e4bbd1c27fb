import Type, { type Static } from 'typebox'

export const subjectKinds = ['dataset', 'publisher', 'search', 'nii'] as const
export type SubjectKind = (typeof subjectKinds)[number]
export const channels = ['webhook', 'email'] as const
export type Channel = (typeof channels)[number]

/** What somebody wants to be told of. */
export const Subject = Type.Object(
  {
    kind: Type.Enum([...subjectKinds], { type: 'string', description: 'dataset, publisher, search or nii' }),
    value: Type.String({
      minLength: 1,
      maxLength: 1_000,
      description:
        'Name of the dataset or publisher, id of the entry of the list, or the parameters of a search such as q=spend&theme=health',
    }),
  },
  { additionalProperties: false },
)
export type Subject = Static<typeof Subject>

export const NewFollow = Type.Object(
  {
    subject: Subject,
    channel: Type.Enum([...channels], { type: 'string', description: 'webhook or email' }),
    address: Type.String({ minLength: 3, maxLength: 2_000, description: 'Of the webhook, or an e-mail address' }),
  },
  { additionalProperties: false },
)
export type NewFollow = Static<typeof NewFollow>

/** Something that happened, as followers are told. */
export const FollowEvent = Type.Object({
  type: Type.String({
    description: 'dataset.made, dataset.changed, dataset.removed, dataset.version-published, nii.changed or follow.confirm',
  }),
  timestamp: Type.String({ description: 'ISO 8601' }),
  data: Type.Object({
    title: Type.String(),
    text: Type.String({ description: 'What happened, in words' }),
    url: Type.String({ description: 'Its page' }),
    dataset: Type.Optional(Type.String()),
    publisher: Type.Optional(Type.String()),
    entry: Type.Optional(Type.String()),
    version: Type.Optional(Type.String()),
  }),
})
export type FollowEvent = Static<typeof FollowEvent>

export const followStates = ['pending', 'live', 'ended'] as const
export const deliveryStates = ['waiting', 'sent', 'failed'] as const

export const Attempt = Type.Object({
  at: Type.String(),
  ok: Type.Boolean(),
  status: Type.Optional(Type.Integer({ description: 'HTTP status of the answer' })),
  ms: Type.Integer(),
  detail: Type.String(),
})
export type Attempt = Static<typeof Attempt>

export const Delivery = Type.Object({
  id: Type.String(),
  created: Type.String(),
  state: Type.Enum([...deliveryStates], { type: 'string' }),
  next: Type.Optional(Type.String({ description: 'When it is tried next, ISO 8601' })),
  event: FollowEvent,
  attempts: Type.Array(Attempt),
})
export type Delivery = Static<typeof Delivery>

/** One wish to be told. Where to is never shown. */
export const Follow = Type.Object(
  {
    id: Type.String(),
    subject: Type.Object({ kind: Type.String(), value: Type.String() }),
    channel: Type.Enum([...channels], { type: 'string' }),
    state: Type.Enum([...followStates], { type: 'string', description: 'pending until its receiver confirms' }),
    created: Type.String(),
    confirmed: Type.Optional(Type.String()),
  },
  { $id: 'Follow' },
)
export type Follow = Static<typeof Follow>

/** An event of a source, with everything it is an event of. */
export interface SourceEvent {
  seq: number
  subjects: Array<{ kind: SubjectKind; value: string }>
  /** The dataset that a search may find. */
  dataset?: string
  event: FollowEvent
}

/** Where events come from: in order, each after a point, none lost. */
export interface EventSource {
  name: string
  after(seq: number, limit: number): Promise<{ events: SourceEvent[]; seq: number }>
  newest(): Promise<number>
}
