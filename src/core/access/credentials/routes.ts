import type { JsonWebKey } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import type { KeyRing } from '../ledger/keys.ts'
import { receiptKey } from '../ledger/receipt.ts'
import { demandCitizen } from '../policy.ts'
import type { RecordServices } from '../records/services.ts'
import { type Credentials, LIST_TTL_S } from './index.ts'

const Make = Type.Object(
  {
    holderKey: Type.Optional(
      Type.Record(Type.String({ maxLength: 30 }), Type.String({ maxLength: 2000 }), {
        maxProperties: 12,
        description: 'Public key of your wallet, a JWK: then the credential is good only with a proof of that key',
      }),
    ),
  },
  { additionalProperties: false },
)

/** Credentials that are good without a network, the list that ends them, and what a verifier needs to know of them. */
export function credentialRoutes(options: {
  credentials: Credentials
  services: RecordServices
  keys: KeyRing
  base: () => string
}): FastifyPluginAsyncTypebox {
  const { credentials, services, keys, base } = options
  return async (app) => {
    app.post(
      '/me/grants/:id/credential',
      {
        config: { access: 'citizen' },
        schema: {
          operationId: 'makeCredential',
          summary: 'What you share by a code, as a proof to carry',
          tags: ['My records'],
          params: Type.Object({ id: Type.String({ maxLength: 40 }) }),
          body: Make,
          response: {
            201: Type.Object({
              credential: Type.String({ description: 'SD-JWT VC, with every disclosure' }),
              grant: Type.String(),
              expiresAt: Type.String(),
              accessId: Type.String(),
              ledgerIndex: Type.Integer(),
            }),
          },
        },
      },
      async ({ actor, params, body }, reply) => {
        const made = await credentials.make(params.id, demandCitizen(actor), base(), body.holderKey as JsonWebKey | undefined)
        return reply.code(201).header('cache-control', 'no-store').send(made)
      },
    )
    app.get(
      '/credentials/status/:list',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'credentialStatus',
          summary: 'Which credentials are good, as a signed status list',
          tags: ['Share codes'],
          params: Type.Object({ list: Type.Integer({ minimum: 0, maximum: 1_000_000 }) }),
          produces: ['application/statuslist+jwt'],
        },
      },
      async ({ params }, reply) =>
        reply
          .type('application/statuslist+jwt')
          .header('cache-control', `public, max-age=${LIST_TTL_S}`)
          .send(credentials.statusList(params.list, base())),
    )
    app.get(
      '/credentials/types/:dataset',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'credentialType',
          summary: 'What a credential of these records says',
          tags: ['Share codes'],
          params: Type.Object({ dataset: Type.String({ maxLength: 100 }) }),
          response: { 200: Type.Unsafe<object>({ type: 'object', additionalProperties: true }) },
        },
      },
      async ({ params: { dataset } }) => {
        const { title, summary, fields, answers } = services.get(dataset)
        const claim = (name: string, label: string) => ({ path: [name], display: [{ locale: 'en-GB', label }], sd: 'always' })
        return {
          vct: `${base()}/credentials/types/${dataset}`,
          name: title,
          description: summary,
          claims: [...fields, ...answers].map(({ name, label }) => claim(name, label)),
        }
      },
    )
    app.get(
      '/.well-known/jwt-vc-issuer',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'credentialIssuer',
          summary: 'Keys that sign credentials',
          tags: ['Share codes'],
          response: { 200: Type.Unsafe<object>({ type: 'object', additionalProperties: true }) },
        },
      },
      async () => ({ issuer: base(), jwks: { keys: [receiptKey(keys)] } }),
    )
  }
}
