import Type, { type Static } from 'typebox'
import { ContactPoint, licences, Name } from '../model.ts'

const word = <const Values extends string[]>(values: readonly [...Values], description: string) =>
  Type.Enum(values, { type: 'string', description })
const address = (description: string) => Type.String({ format: 'uri', pattern: '^https?://', maxLength: 2_000, description })

export const serviceStatuses = ['alpha', 'beta', 'live', 'deprecated', 'retired'] as const
export const serviceAuth = ['none', 'api-key', 'oauth2', 'mutual-tls', 'other'] as const

/** An API of a department or of a third party (dcat:DataService). */
export const ServiceInput = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 300, description: 'dct:title' }),
    description: Type.Optional(Type.String({ maxLength: 20_000, description: 'dct:description' })),
    publisher: Type.String({ maxLength: 100, description: 'Name of the publisher (dct:publisher)' }),
    endpointURL: address('dcat:endpointURL'),
    endpointDescription: Type.Optional(address('dcat:endpointDescription: its OpenAPI document')),
    documentation: Type.Optional(address('foaf:page, for people')),
    status: word(serviceStatuses, 'How far it has come'),
    auth: word(serviceAuth, 'What a caller must show'),
    licence: Type.Optional(word(licences, 'dct:license of what it answers')),
    servesDataset: Type.Optional(Type.Array(Name, { maxItems: 200, description: 'dcat:servesDataset: datasets of the catalogue' })),
    keyword: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: 50, description: 'dcat:keyword' })),
    contactPoint: Type.Optional(ContactPoint),
    sunset: Type.Optional(Type.String({ format: 'date', description: 'When it ends; needed once it is deprecated' })),
    successor: Type.Optional(Type.String({ maxLength: 100, description: 'Name of the API that takes its place' })),
  },
  { additionalProperties: false },
)
export type ServiceInput = Static<typeof ServiceInput>

export const Service = Type.Object(
  {
    name: Name,
    ...ServiceInput.properties,
    own: Type.Boolean({ description: 'Served by this server itself' }),
    modified: Type.String({ description: 'When the entry last changed, ISO 8601' }),
  },
  { $id: 'Service' },
)
export type Service = Static<typeof Service>

export const ServiceChange = Type.Object({
  at: Type.String({ description: 'ISO 8601' }),
  actor: Type.String({ description: 'Publisher or operator' }),
  service: Type.Union([Type.Object(ServiceInput.properties), Type.Null()], {
    description: 'The entry from then on; null when it was taken away',
  }),
})
export type ServiceChange = Static<typeof ServiceChange>
