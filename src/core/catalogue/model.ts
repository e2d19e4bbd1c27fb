import Type, { type Static } from 'typebox'
import { visibilities } from '../access/index.ts'
import { states, visibilityMembers } from './visibility/model.ts'

/** A name in addresses. */
export const Name = Type.String({
  pattern: '^[a-z0-9_][a-z0-9_-]*$',
  minLength: 1,
  maxLength: 100,
  description: 'Name in addresses: lower case, digits, hyphens and underscores',
})

export const publisherKinds = ['department', 'agency', 'council', 'public-body', 'company', 'other'] as const
/** How often data is renewed, where that is known. */
export const knownFrequencies = [
  'continuous',
  'daily',
  'weekly',
  'monthly',
  'quarterly',
  'twice-a-year',
  'yearly',
  'irregular',
  'once',
] as const
export const frequencies = [...knownFrequencies, 'unknown'] as const
export const licences = ['ogl-uk-3.0', 'cc-by-4.0', 'cc0-1.0', 'odbl-1.0', 'end-user-licence', 'other-closed', 'not-stated'] as const

/** One of a fixed list of words; the `type` beside `enum` helps readers of the OpenAPI document. */
const oneOf = <const Values extends string[]>(values: readonly [...Values], options: object = {}) =>
  Type.Enum(values, { type: 'string', ...options })

export const ContactPoint = Type.Object(
  {
    name: Type.Optional(Type.String({ maxLength: 200, description: 'vcard:fn, a team rather than a person' })),
    email: Type.Optional(Type.String({ format: 'email', description: 'vcard:hasEmail' })),
    url: Type.Optional(Type.String({ format: 'uri', description: 'vcard:hasURL' })),
  },
  { additionalProperties: false },
)

export const PublisherInput = Type.Object(
  {
    name: Name,
    title: Type.String({ minLength: 1, maxLength: 200, description: 'foaf:name' }),
    abbreviation: Type.Optional(Type.String({ maxLength: 20, description: 'Short form, such as DfT' })),
    kind: Type.Optional(oneOf(publisherKinds, { description: 'What kind of body it is' })),
    description: Type.Optional(Type.String({ maxLength: 5_000, description: 'dct:description' })),
    homepage: Type.Optional(Type.String({ format: 'uri', description: 'foaf:homepage' })),
    parent: Type.Optional(Type.String({ description: 'Name of the body it belongs to (org:subOrganizationOf)' })),
  },
  { additionalProperties: false },
)
export type PublisherInput = Static<typeof PublisherInput>

export const Publisher = Type.Object(
  {
    ...PublisherInput.properties,
    kind: oneOf(publisherKinds),
    datasetCount: Type.Integer({ description: 'Datasets it publishes' }),
    modified: Type.String({ description: 'When its record last changed, ISO 8601' }),
  },
  { $id: 'Publisher' },
)
export type Publisher = Static<typeof Publisher>

/** A file or page of the dataset that is kept elsewhere: a distribution that is linked to and not held here. */
export const LinkedResource = Type.Object(
  {
    identifier: Type.Optional(Type.String({ pattern: '^[A-Za-z0-9_-]{1,100}$', description: 'dct:identifier; made when left out' })),
    title: Type.Optional(Type.String({ maxLength: 300, description: 'dct:title' })),
    description: Type.Optional(Type.String({ maxLength: 20_000, description: 'dct:description' })),
    accessURL: Type.String({ maxLength: 2_000, description: 'dcat:accessURL' }),
    format: Type.Optional(Type.String({ maxLength: 100, description: 'dct:format, as the publisher says it' })),
    mediaType: Type.Optional(Type.String({ maxLength: 200, description: 'dcat:mediaType' })),
    byteSize: Type.Optional(Type.Integer({ minimum: 0, description: 'dcat:byteSize, in bytes' })),
    checksum: Type.Optional(Type.String({ maxLength: 200, description: 'spdx:checksum' })),
    issued: Type.Optional(Type.String({ maxLength: 40, description: 'dct:issued, ISO 8601' })),
    modified: Type.Optional(Type.String({ maxLength: 40, description: 'dct:modified, ISO 8601' })),
    extra: Type.Optional(
      Type.Record(Type.String({ maxLength: 100 }), Type.Unknown(), { description: 'What else its publisher says of it' }),
    ),
  },
  { additionalProperties: false },
)
export type LinkedResource = Static<typeof LinkedResource>

const described = {
  identifier: Type.Optional(
    Type.String({ pattern: '^[A-Za-z0-9_-]{1,100}$', description: 'dct:identifier that does not change; made when left out' }),
  ),
  title: Type.String({ minLength: 1, maxLength: 300, description: 'dct:title' }),
  description: Type.Optional(Type.String({ maxLength: 20_000, description: 'dct:description, plain text' })),
  publisher: Type.String({ description: 'Name of the publisher (dct:publisher)' }),
  theme: Type.Optional(Type.Array(Name, { maxItems: 20, description: 'dcat:theme, names of themes' })),
  keyword: Type.Optional(Type.Array(Type.String({ minLength: 1, maxLength: 100 }), { maxItems: 50, description: 'dcat:keyword' })),
  licence: Type.Optional(oneOf(licences, { description: 'dct:license' })),
  accrualPeriodicity: Type.Optional(oneOf(frequencies, { description: 'dct:accrualPeriodicity, how often it is updated' })),
  contactPoint: Type.Optional(ContactPoint),
  spatial: Type.Optional(Type.String({ maxLength: 200, description: 'dct:spatial, name or code of the area covered' })),
  temporal: Type.Optional(
    Type.Object(
      { start: Type.Optional(Type.String({ format: 'date' })), end: Type.Optional(Type.String({ format: 'date' })) },
      { additionalProperties: false, description: 'dct:temporal' },
    ),
  ),
  landingPage: Type.Optional(Type.String({ format: 'uri', description: 'dcat:landingPage' })),
  creator: Type.Optional(ContactPoint),
  release: Type.Optional(Type.String({ maxLength: 100, description: 'dcat:version, as the publisher counts' })),
  linked: Type.Optional(Type.Array(LinkedResource, { maxItems: 1_000, description: 'Files and pages kept elsewhere (dcat:distribution)' })),
  extra: Type.Optional(
    Type.Record(Type.String({ minLength: 1, maxLength: 200 }), Type.String({ maxLength: 100_000 }), {
      description: 'What else the publisher says, by key',
    }),
  ),
  inSeries: Type.Optional(Type.Array(Name, { maxItems: 20, description: 'dcat:inSeries, names of series' })),
  provenance: Type.Optional(Type.String({ maxLength: 5_000, description: 'dct:provenance, how the data came about' })),
  ...visibilityMembers,
}

/** What a publisher sends to make a dataset; the name comes from the title when it is left out. */
export const DatasetInput = Type.Object({ name: Type.Optional(Name), ...described }, { additionalProperties: false })
export type DatasetInput = Static<typeof DatasetInput>

/** One table of a dataset, as the catalogue knows it. Its versions belong to the datastore. */
export const Distribution = Type.Object(
  {
    name: Type.String({ description: 'Name within the dataset' }),
    title: Type.Optional(Type.String({ description: 'dct:title' })),
    version: Type.String({ description: 'Number of the current version' }),
    versionId: Type.String({ description: 'Identifier of the current version' }),
    rows: Type.Integer({ description: 'Rows of the current version' }),
    columns: Type.Integer({ description: 'Columns of the current version' }),
    rejectedCells: Type.Integer({ description: 'Cells set aside in the current version' }),
    sourceName: Type.String({ description: 'File name as received' }),
    sourceMediaType: Type.String({ description: 'dcat:mediaType of the file as received' }),
    sourceBytes: Type.Integer({ description: 'dcat:byteSize of the file as received, in bytes' }),
    modified: Type.String({ description: 'dct:modified, ISO 8601' }),
  },
  { $id: 'Distribution' },
)
export type Distribution = Static<typeof Distribution>

export const Dataset = Type.Object(
  {
    name: Name,
    ...described,
    identifier: Type.String({ description: 'dct:identifier that does not change' }),
    licence: oneOf(licences),
    accrualPeriodicity: oneOf(frequencies),
    theme: Type.Array(Type.String()),
    keyword: Type.Array(Type.String()),
    state: oneOf(states, { description: 'published, or what else there is of it' }),
    visibility: oneOf(visibilities, { description: 'Who may see it' }),
    partial: Type.Optional(Type.Boolean({ description: 'It has columns that are not shown to you' })),
    licenceNeeded: Type.Optional(Type.Boolean({ description: 'Its data are for applications that accepted its licence' })),
    issued: Type.String({ description: 'dct:issued, ISO 8601' }),
    modified: Type.String({ description: 'dct:modified, ISO 8601' }),
    distributions: Type.Array(Type.Object(Distribution.properties), {
      description: 'Tables, in the order of their names; empty until a file is published',
    }),
  },
  { $id: 'Dataset' },
)
export type Dataset = Static<typeof Dataset>
