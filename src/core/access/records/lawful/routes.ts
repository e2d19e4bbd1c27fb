import { hash } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { Problem } from '../../../../foundation/kernel/index.ts'
import type { KeyRing } from '../../ledger/keys.ts'
import { signReceipt } from '../../ledger/receipt.ts'
import type { LawfulAccess } from './index.ts'

const Body = Type.Object(
  {
    purpose: Type.String({ maxLength: 100, description: 'One that rests on a law' }),
    fields: Type.Array(Type.String({ maxLength: 200 }), { minItems: 1, maxItems: 100 }),
    record: Type.Record(Type.String({ maxLength: 100 }), Type.String({ maxLength: 200 }), {
      maxProperties: 20,
      description: 'What tells the record apart: the claims of the record service',
    }),
    user: Type.String({ minLength: 1, maxLength: 200, description: 'The officer who asks; kept as a hash' }),
    reference: Type.String({ minLength: 1, maxLength: 200, description: 'The case; the person reads it in their history' }),
    hide: Type.Optional(
      Type.Object(
        {
          until: Type.String({ maxLength: 30, description: 'Kept from the person until then, ISO 8601' }),
          reviewer: Type.String({
            minLength: 3,
            maxLength: 200,
            description: 'Who reviewed that it may be hidden; the person reads it then',
          }),
        },
        { additionalProperties: false },
      ),
    ),
  },
  { additionalProperties: false },
)
const Answer = Type.Object({
  accessId: Type.String(),
  dataset: Type.String(),
  purpose: Type.String(),
  at: Type.String(),
  record: Type.Unsafe<object>({ type: 'object', additionalProperties: true }),
  ledgerIndex: Type.Integer(),
  signed: Type.String({ description: 'The same, signed by this server as a JWS' }),
})

/** Records that a law, and no consent, lets officers see; each look is in the person's history. */
export function lawfulRoutes(options: {
  lawful: LawfulAccess
  keys: KeyRing
  base: () => string
  organisationName: (organisation: string) => string
  /** What an application's organisation is, and whether it is live and approved for these records. */
  standing: (client: string, organisation: string, dataset: string) => { kind: string; approved: boolean }
}): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/records/:dataset/v1/lawful-access',
      {
        config: { access: 'client' },
        schema: {
          operationId: 'lawfulAccess',
          summary: 'Fields of a record that a law lets an officer see',
          tags: ['Records'],
          params: Type.Object({ dataset: Type.String({ maxLength: 100, description: 'Name of the record service' }) }),
          body: Body,
          response: { 200: Answer },
        },
      },
      async ({ actor, params: { dataset }, body }, reply) => {
        if (actor.kind !== 'client') throw new Problem('token-missing', { detail: "This request needs an application's access token." })
        const { client, organisation } = actor
        const caller = {
          client,
          organisation,
          organisationName: options.organisationName(organisation),
          ...options.standing(client, organisation, dataset),
        }
        const asked = { ...body, user: hash('sha256', body.user, 'hex') }
        const { accessId, ledgerIndex, at, record } = await options.lawful.retrieve(dataset, caller, asked)
        const answer = { accessId, dataset, purpose: body.purpose, at, record, ledgerIndex }
        const iat = Math.floor(Date.parse(at) / 1000)
        reply.header('cache-control', 'no-store')
        return { ...answer, signed: signReceipt(options.keys, 'record+jwt', { iss: options.base(), iat, ...answer }) }
      },
    )
  }
}
