import Type, { type Static } from 'typebox'

/** What a field holds beyond its datatype, for faces that must know; the usual names tell it where a register does not say. */
export const fieldRoles = ['label', 'alias', 'former-label', 'code', 'parent', 'successor', 'link'] as const
export type FieldRole = (typeof fieldRoles)[number]

export const datatypes = [
  'string',
  'text',
  'name',
  'integer',
  'datetime',
  'period',
  'curie',
  'url',
  'hash',
  'timestamp',
  'boolean',
  'point',
  'polygon',
] as const

/** One of these texts. */
function oneOf<Text extends string>(texts: readonly Text[], options: { default?: Text; description?: string }) {
  return Type.Unsafe<Text>({ type: 'string', enum: [...texts], ...options })
}

export const registerName = '^[a-z][a-z0-9-]{0,79}$'

export const FieldDefinition = Type.Object(
  {
    field: Type.String({ pattern: '^[a-z][a-z0-9-]{0,63}$', description: 'Name of the field' }),
    datatype: oneOf(datatypes, { default: 'string', description: 'Datatype of its values' }),
    cardinality: oneOf(['1', 'n'] as const, { default: '1', description: 'One value or several' }),
    text: Type.Optional(Type.String({ maxLength: 2000, description: 'What it holds, for people' })),
    register: Type.Optional(Type.String({ pattern: registerName, description: 'The register whose codes it holds' })),
    role: Type.Optional(oneOf(fieldRoles, { description: 'What its values are to the code' })),
  },
  { additionalProperties: false },
)
export type FieldDefinition = Static<typeof FieldDefinition>

/** A register as it stands: its definition from the system log, its sizes from the log itself. */
export const RegisterSummary = Type.Object({
  register: Type.String({ description: 'Name, which is also the name of the field that holds the code' }),
  title: Type.String(),
  description: Type.String(),
  owner: Type.Union([Type.String(), Type.Null()], { description: 'Publisher who keeps it; null for the operator' }),
  custodian: Type.Union([Type.String(), Type.Null()]),
  licence: Type.Union([Type.String(), Type.Null()]),
  source: Type.Union([Type.String(), Type.Null()], { description: 'Where its facts come from' }),
  status: oneOf(['active', 'retired'] as const, {}),
  origin: Type.String({ description: 'shipped, imported, made or mirror' }),
  entries: Type.Integer({ description: 'Size of the log' }),
  records: Type.Integer({ description: 'Codes, past and present' }),
  root: Type.String({ description: 'Root hash of the log at this size' }),
  updated: Type.Union([Type.String(), Type.Null()], { description: 'Time of the newest entry' }),
  noticeDays: Type.Integer({ description: 'Days between the proposal of a change that may break users and its entry' }),
  fields: Type.Array(FieldDefinition),
})
export type RegisterSummary = Static<typeof RegisterSummary>

export const NewRegister = Type.Object(
  {
    register: Type.String({ pattern: registerName }),
    title: Type.String({ minLength: 1, maxLength: 200 }),
    description: Type.Optional(Type.String({ maxLength: 5000 })),
    owner: Type.Optional(Type.String({ maxLength: 100, description: 'Publisher whose tokens may write' })),
    custodian: Type.Optional(Type.String({ maxLength: 200 })),
    licence: Type.Optional(Type.String({ maxLength: 100 })),
    source: Type.Optional(Type.String({ maxLength: 1000 })),
    noticeDays: Type.Optional(Type.Integer({ minimum: 0, maximum: 3650 })),
    fields: Type.Array(FieldDefinition, { minItems: 1, maxItems: 200 }),
  },
  { additionalProperties: false },
)
export type NewRegister = Static<typeof NewRegister>
