import Type, { type Static } from 'typebox'

/**
 * What a check can say. `ok`: it answers with what it should. `moved`: it answers, and says for good that it is elsewhere. `broken`: it is not
 * there. `soft-404`: it answers as if it were there with a page that says it is not. `blocked`: it answers, but not to us. `unknown`: not
 * checked yet, or there was no telling.
 */
export const linkStates = ['ok', 'moved', 'broken', 'soft-404', 'blocked', 'unknown'] as const
export type LinkState = (typeof linkStates)[number]

const State = Type.Enum([...linkStates], { type: 'string', description: 'ok, moved, broken, soft-404, blocked or unknown' })
const Status = Type.Optional(Type.Integer({ description: 'HTTP status of the answer' }))
const Detail = Type.String({ description: 'Why the state is what it is, in words' })

export const LinkCheck = Type.Object({
  at: Type.String({ description: 'ISO 8601' }),
  state: State,
  status: Status,
  ms: Type.Optional(Type.Integer({ description: 'How long the answer took, in milliseconds' })),
  detail: Detail,
})
export type LinkCheck = Static<typeof LinkCheck>

/** What stands behind an address, as far as its start tells. */
export const LinkContent = Type.Object({
  mediaType: Type.Optional(Type.String({ description: 'As the server says' })),
  format: Type.Optional(Type.String({ description: 'As the first bytes say, such as csv or pdf' })),
  bytes: Type.Optional(Type.Integer({ description: 'Size as the server says, in bytes' })),
  modified: Type.Optional(Type.String({ description: 'Last-Modified as the server says, ISO 8601' })),
})
export type LinkContent = Static<typeof LinkContent>

export const DatasetLink = Type.Object(
  {
    address: Type.String(),
    kind: Type.Enum(['resource', 'landing-page'], { type: 'string', description: 'A file or page of the data, or the page about it' }),
    resource: Type.Optional(Type.String({ description: 'Identifier of the linked resource' })),
    title: Type.Optional(Type.String()),
    format: Type.Optional(Type.String({ description: 'As its publisher says' })),
    state: State,
    status: Status,
    detail: Detail,
    movedTo: Type.Optional(Type.String({ description: 'Where it says that it is for good' })),
    content: LinkContent,
    since: Type.Optional(Type.String({ description: 'Since when the state is so, ISO 8601' })),
    checked: Type.Optional(Type.String({ description: 'When it was last looked at, ISO 8601' })),
    next: Type.String({ description: 'When it is due again, ISO 8601' }),
    history: Type.Array(LinkCheck, { description: 'The newest first, at most 20' }),
  },
  { $id: 'DatasetLink' },
)
export type DatasetLink = Static<typeof DatasetLink>

/** A link that needs its publisher, with where it stands. */
export const LinkFault = Type.Object({
  dataset: Type.String(),
  title: Type.Optional(Type.String()),
  address: Type.String(),
  state: State,
  detail: Detail,
  since: Type.Optional(Type.String()),
})
export type LinkFault = Static<typeof LinkFault>

export type LinkCounts = Record<LinkState, number>
