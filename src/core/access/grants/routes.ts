import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type, { type Static } from 'typebox'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { KeyRing } from '../ledger/keys.ts'
import { demandCitizen } from '../policy.ts'
import { labelOf } from '../records/expression.ts'
import type { RecordServices } from '../records/services.ts'
import type { Grants } from './index.ts'
import type { Grant } from './model.ts'
import { receiptOf } from './receipt.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])

export const GrantAnswer = Type.Object({
  id: Type.String(),
  dataset: Type.String(),
  title: Type.String({ description: 'What the record is called' }),
  recipient: Type.String({ description: 'Who may see it: an organisation by its id, or what the person wrote' }),
  recipientName: Type.String({ description: 'The same in words' }),
  client: nullable(Type.String({ description: 'The application' })),
  actingFor: nullable(Type.String()),
  fields: Type.Array(Type.String()),
  labels: Type.Array(Type.String(), { description: 'The fields in words' }),
  purpose: Type.String(),
  basis: Type.String({ description: 'Lawful basis' }),
  maxUses: nullable(Type.Integer({ description: 'Retrievals allowed in all; null for any number' })),
  used: Type.Integer({ description: 'Retrievals so far' }),
  notBefore: Type.String(),
  expiresAt: Type.String(),
  createdAt: Type.String(),
  createdVia: Type.String({ description: 'oauth, code, paper or assisted' }),
  state: Type.String({ description: 'active, revoked, expired or superseded' }),
  revokedAt: nullable(Type.String()),
  ledgerIndex: Type.Integer({ description: 'Its place in the log, from 0' }),
})

const One = Type.Object({ id: Type.String({ maxLength: 40 }) })
const Reason = Type.Object(
  { reason: Type.Optional(Type.String({ maxLength: 500, description: 'Why, for yourself' })) },
  { additionalProperties: false },
)

/** What it takes to tell a grant in words. */
export interface GrantWords {
  services: RecordServices
  organisationName: (organisation: string) => string
}

/** A grant as its subject sees it. */
export function grantAnswer(grant: Grant, { services, organisationName }: GrantWords): Static<typeof GrantAnswer> {
  const service = services.all().find(({ dataset }) => dataset === grant.dataset)
  return {
    ...grant,
    recipientName: organisationName(grant.recipient),
    title: service?.title ?? grant.dataset,
    labels: grant.fields.map((field) => (service ? labelOf(service, field) : field)),
  }
}

/** What a person allows, to read and to end. */
export function grantRoutes(options: GrantWords & { grants: Grants; keys: KeyRing }): FastifyPluginAsyncTypebox {
  const { grants, services, keys } = options
  const ownGrant = (id: string, person: string): Grant => {
    const grant = grants.find(id)
    if (grant?.subject !== person) throw new Problem('grant-not-found', { detail: 'There is no such grant of yours.' })
    return grant
  }
  return async (app) => {
    app.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'no-store'))
    app.get(
      '/me/grants',
      {
        config: { access: 'citizen' },
        schema: {
          operationId: 'myGrants',
          summary: 'Who may see your records, and who could before',
          tags: ['My records'],
          response: { 200: Type.Object({ grants: Type.Array(GrantAnswer) }) },
        },
      },
      async (request) => ({ grants: grants.listOf(demandCitizen(request.actor)).map((grant) => grantAnswer(grant, options)) }),
    )
    app.post(
      '/me/grants/:id/revoke',
      {
        config: { access: 'citizen' },
        schema: {
          operationId: 'revokeMyGrant',
          summary: 'Stop sharing',
          tags: ['My records'],
          params: One,
          body: nullable(Reason),
          response: { 200: GrantAnswer },
        },
      },
      async (request) => {
        const person = demandCitizen(request.actor)
        const { id } = ownGrant(request.params.id, person)
        return grantAnswer(await grants.revoke(id, person, request.body?.reason ?? null), options)
      },
    )
    app.get(
      '/me/receipts/:id',
      {
        config: { access: 'citizen' },
        schema: {
          operationId: 'myReceipt',
          summary: 'The receipt of a grant, signed',
          tags: ['My records'],
          params: One,
          response: {
            200: Type.Object({ receipt: Type.Unsafe<object>({ type: 'object', additionalProperties: true }), jws: Type.String() }),
          },
        },
      },
      async (request) => {
        const grant = ownGrant(request.params.id, demandCitizen(request.actor))
        const service = services.get(grant.dataset)
        return receiptOf(grant, service, services.purpose(service, grant.purpose), keys)
      },
    )
  }
}
