import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { GrantAnswer, grantAnswer } from '../grants/routes.ts'
import type { KeyRing } from '../ledger/keys.ts'
import { signReceipt } from '../ledger/receipt.ts'
import { demandCitizen } from '../policy.ts'
import type { RecordServices } from '../records/services.ts'
import { saidName } from './asker.ts'
import type { RedeemedCode, ShareCodes } from './index.ts'

const Made = Type.Object({
  id: Type.String(),
  code: Type.String({ description: 'Shown once, here' }),
  displayCode: Type.String({ description: 'The code as one reads it aloud' }),
  checkAddress: Type.String({ description: 'Page for a QR code; the code is in the fragment, which no server is sent' }),
  expiresAt: Type.String(),
  grant: GrantAnswer,
})
const NewCode = Type.Object(
  {
    dataset: Type.String({ maxLength: 100 }),
    fields: Type.Array(Type.String({ maxLength: 200 }), { minItems: 1, maxItems: 100 }),
    purpose: Type.String({ maxLength: 100 }),
    recipientHint: Type.Optional(Type.String({ maxLength: 200, description: 'Whom it is for, in your words' })),
    uses: Type.Integer({ minimum: 1, maximum: 1000, default: 1, description: 'How often it can be used' }),
    days: Type.Integer({ minimum: 1, maximum: 3660, default: 21, description: 'How long it can be used' }),
  },
  { additionalProperties: false },
)
const Redeem = Type.Object(
  {
    code: Type.String({ maxLength: 100 }),
    factor: Type.String({ maxLength: 100, description: 'What must be known beside the code; which that is the record service says' }),
    purpose: Type.Optional(Type.String({ maxLength: 100, description: 'Refused when the code is for another purpose' })),
    organisation: Type.Optional(Type.String({ maxLength: 200, description: 'Who you are; the person reads it in their history' })),
    reference: Type.Optional(Type.String({ maxLength: 200, description: 'Your reference; the person reads it in their history' })),
  },
  { additionalProperties: false },
)
const Redeemed = Type.Object({
  accessId: Type.String({ description: 'The entry that this made in the history of the person' }),
  dataset: Type.String(),
  purpose: Type.String(),
  at: Type.String(),
  record: Type.Unsafe<object>({ type: 'object', additionalProperties: true, description: 'The fields that the person shares' }),
  ledgerIndex: Type.Integer(),
  signed: Type.String({ description: 'The same, signed by this server as a JWS' }),
})

/** Share codes: the person makes and stops them, whoever holds one redeems it. */
export function shareCodeRoutes(options: {
  codes: ShareCodes
  services: RecordServices
  keys: KeyRing
  base: () => string
  /** Name of an organisation of the developer hub. */
  organisationName: (organisation: string) => string
}): FastifyPluginAsyncTypebox {
  const { codes, keys, base } = options
  return async (app) => {
    app.addHook('onSend', async (_request, reply) => void reply.header('cache-control', 'no-store'))
    app.post(
      '/me/share-codes',
      {
        config: { access: 'citizen' },
        schema: {
          operationId: 'createShareCode',
          summary: 'Make a share code',
          tags: ['My records'],
          body: NewCode,
          response: { 201: Made },
        },
      },
      async (request, reply) => {
        const { recipientHint = null, ...asked } = request.body
        const { grant, ...made } = await codes.create({ ...asked, recipientHint, subject: demandCitizen(request.actor) })
        const checkAddress = `${base()}/check#${made.displayCode}`
        return reply.code(201).send({ ...made, checkAddress, expiresAt: grant.expiresAt, grant: grantAnswer(grant, options) })
      },
    )
    app.get(
      '/me/share-codes',
      {
        config: { access: 'citizen' },
        schema: {
          operationId: 'myShareCodes',
          summary: 'Your share codes, without the codes',
          tags: ['My records'],
          response: {
            200: Type.Object({
              codes: Type.Array(
                Type.Object({
                  id: Type.String(),
                  wrongFactors: Type.Integer({ description: 'How often the second factor was wrong' }),
                  burnt: Type.Boolean({ description: 'It was wrong too often; the code is dead' }),
                  grant: GrantAnswer,
                }),
              ),
            }),
          },
        },
      },
      async (request) => ({
        codes: codes.listOf(demandCitizen(request.actor)).map(({ grant, ...code }) => ({ ...code, grant: grantAnswer(grant, options) })),
      }),
    )
    app.delete(
      '/me/share-codes/:id',
      {
        config: { access: 'citizen' },
        schema: {
          operationId: 'withdrawShareCode',
          summary: 'Stop a share code',
          tags: ['My records'],
          params: Type.Object({ id: Type.String({ maxLength: 40 }) }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        await codes.withdraw(request.params.id, demandCitizen(request.actor))
        return reply.code(204).send(null)
      },
    )
    app.post(
      '/share-codes/redeem',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'redeemShareCode',
          summary: 'What somebody shares by a code',
          tags: ['Share codes'],
          body: Redeem,
          response: { 200: Redeemed },
        },
      },
      async (request) => {
        const { organisation, reference = null, ...asked } = request.body
        const client = request.actor.kind === 'client' ? request.actor : undefined
        const known = client ? options.organisationName(client.organisation) : undefined
        const trier = { address: request.ip, organisation: client?.organisation ?? null }
        const asker = { organisation: known ?? saidName(organisation), system: client?.client ?? null, user: null, reference }
        return redeemedAnswer(await codes.redeem(asked, trier, asker), keys, base())
      },
    )
  }
}

export function redeemedAnswer({ accessId, ledgerIndex, at, record, service, purpose }: RedeemedCode, keys: KeyRing, base: string) {
  const answer = { accessId, dataset: service.dataset, purpose: purpose.code, at, record, ledgerIndex }
  return { ...answer, signed: signReceipt(keys, 'record+jwt', { iss: base, iat: Math.floor(Date.parse(at) / 1000), ...answer }) }
}
