import Type, { type Static } from 'typebox'

const word = <const Values extends string[]>(values: readonly [...Values], description: string) =>
  Type.Enum(values, { type: 'string', description })

export const fieldTypes = ['text', 'integer', 'number', 'boolean', 'date', 'date-time', 'url', 'email', 'postcode'] as const
export type FieldType = (typeof fieldTypes)[number]

/** One column of a standard, in the words of Table Schema. */
export const StandardField = Type.Object(
  {
    name: Type.String({ minLength: 1, maxLength: 100, description: 'Name of the column' }),
    aliases: Type.Optional(Type.Array(Type.String({ maxLength: 100 }), { maxItems: 20, description: 'Other names that are taken for it' })),
    type: word(fieldTypes, 'What its cells hold'),
    description: Type.Optional(Type.String({ maxLength: 2_000 })),
    required: Type.Optional(Type.Boolean({ description: 'Every row has it' })),
    unique: Type.Optional(Type.Boolean({ description: 'No two rows have the same' })),
    enum: Type.Optional(Type.Array(Type.String({ maxLength: 300 }), { maxItems: 1_000, description: 'The only values' })),
    register: Type.Optional(Type.String({ maxLength: 80, description: 'Register whose codes it holds' })),
    minimum: Type.Optional(Type.Number()),
    maximum: Type.Optional(Type.Number()),
    maxLength: Type.Optional(Type.Integer({ minimum: 1 })),
  },
  { additionalProperties: false },
)
export type StandardField = Static<typeof StandardField>

export const StandardVersion = Type.Object(
  {
    version: Type.String({ pattern: '^\\d+\\.\\d+(?:\\.\\d+)?$', description: 'Number of the version' }),
    date: Type.String({ format: 'date', description: 'When it was agreed' }),
    note: Type.Optional(Type.String({ maxLength: 5_000, description: 'What it changes' })),
    fields: Type.Array(StandardField, { minItems: 1, maxItems: 300 }),
  },
  { additionalProperties: false },
)
export type StandardVersion = Static<typeof StandardVersion>

export const StandardInput = Type.Object(
  {
    title: Type.String({ minLength: 1, maxLength: 200 }),
    description: Type.Optional(Type.String({ maxLength: 10_000 })),
    owner: Type.Optional(Type.String({ maxLength: 100, description: 'Publisher who keeps it; the operator when left out' })),
    status: word(['draft', 'live', 'retired'] as const, 'Whether data is to keep to it'),
    homepage: Type.Optional(Type.String({ format: 'uri', pattern: '^https?://', maxLength: 500 })),
    discussion: Type.Optional(
      Type.String({ format: 'uri', pattern: '^https?://', maxLength: 500, description: 'Where its community talks' }),
    ),
    versions: Type.Array(StandardVersion, { minItems: 1, maxItems: 100, description: 'Newest first' }),
  },
  { additionalProperties: false },
)
export type StandardInput = Static<typeof StandardInput>

export const rules = [
  'column-missing',
  'column-unknown',
  'value-missing',
  'value-invalid',
  'value-not-listed',
  'code-unknown',
  'value-repeated',
  'out-of-range',
  'too-long',
  'row-length',
] as const
export type Rule = (typeof rules)[number]

export const CheckFinding = Type.Object({
  row: Type.Integer({ description: 'Row under the header, from 1; 0 for the header itself' }),
  column: Type.String(),
  rule: word(rules, 'What is wrong'),
  found: Type.String(),
  fix: Type.String({ description: 'What to do' }),
})
export type CheckFinding = Static<typeof CheckFinding>

export const CheckReport = Type.Object(
  {
    standard: Type.String(),
    version: Type.String(),
    conforms: Type.Boolean({ description: 'Nothing is wrong; columns that the standard does not know are no fault' }),
    rows: Type.Integer(),
    faults: Type.Integer({ description: 'All that is wrong, counted' }),
    counts: Type.Record(Type.String(), Type.Integer(), { description: 'By rule' }),
    findings: Type.Array(CheckFinding, { description: 'The first 200' }),
  },
  { $id: 'CheckReport' },
)
export type CheckReport = Static<typeof CheckReport>

export const Claim = Type.Object({
  dataset: Type.String(),
  claimed: Type.String({ description: 'ISO 8601' }),
  measured: Type.Union([Type.String(), Type.Null()], { description: 'When its data was last looked at, ISO 8601' }),
  conforms: Type.Union([Type.Boolean(), Type.Null()], { description: 'What was found; null where there is no data yet' }),
  version: Type.Union([Type.String(), Type.Null()], { description: 'Version of the standard that was measured against' }),
  rows: Type.Integer(),
  faults: Type.Integer(),
})
export type Claim = Static<typeof Claim>

export const Standard = Type.Object(
  {
    id: Type.String({ description: 'Name in addresses' }),
    ...StandardInput.properties,
    claims: Type.Integer({ description: 'Datasets that say they keep to it' }),
    conforming: Type.Integer({ description: 'Of these, those that do, as measured' }),
  },
  { $id: 'Standard' },
)
export type Standard = Static<typeof Standard>
