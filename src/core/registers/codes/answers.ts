import Type from 'typebox'
import { registerName } from '../model.ts'

const text = (description: string) => Type.Optional(Type.String({ maxLength: 1000, description }))
const at = text('A date (2005, 2005-04-01) as at which to answer, or a size of the log (1200, @2005)')
const proof = Type.Optional(Type.Boolean({ description: 'Whether the answer carries proofs of the entries it rests on' }))

export const CodeParams = Type.Object({ register: Type.String({ pattern: registerName, description: 'Name of the register' }) })

const code = Type.String({ minLength: 1, maxLength: 1000, description: 'The code; another spelling or another list’s code is understood' })

export const ValidateQuery = Type.Object(
  {
    code,
    display: text('A name that the code should have'),
    at,
    activeOnly: Type.Optional(Type.Boolean({ description: 'Whether a code that is not in use then fails' })),
    strict: Type.Optional(Type.Boolean({ description: 'Whether only the code as it stands is right' })),
    within: text('A code that it should lie in, of this register or one that its parents are of'),
    proof,
  },
  { additionalProperties: false },
)
export const LookupQuery = Type.Object({ code, at, proof }, { additionalProperties: false })
export const ExpandQuery = Type.Object(
  {
    filter: text('Words that code, names or other codes must have'),
    within: text('A code that they must lie in, of this register or one that parents are of'),
    activeOnly: Type.Optional(Type.Boolean({ description: 'Only codes in use then' })),
    nested: Type.Optional(Type.Boolean({ description: 'Codes inside their parents' })),
    at,
    offset: Type.Optional(Type.Integer({ minimum: 0, default: 0, description: 'Codes to leave out at the beginning' })),
    limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 5000, default: 100, description: 'Codes on a page' })),
  },
  { additionalProperties: false },
)
export const TranslateQuery = Type.Object(
  { code, to: text('Register to translate into; this one, across time, when left out'), at, proof },
  { additionalProperties: false },
)
export const SubsumesQuery = Type.Object(
  {
    codeA: Type.String({ minLength: 1, maxLength: 1000, description: 'A code' }),
    codeB: Type.String({ minLength: 1, maxLength: 1000, description: 'Another code' }),
    at,
  },
  { additionalProperties: false },
)
