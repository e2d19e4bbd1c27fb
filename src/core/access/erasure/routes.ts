import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { demandCitizen } from '../policy.ts'
import type { Erasure } from './index.ts'

const Confirmed = Type.Object(
  { confirm: Type.Literal(true, { description: 'That you mean it: what is erased cannot be brought back' }) },
  { additionalProperties: false },
)
const Erased = Type.Object({
  at: Type.String({ description: 'ISO 8601' }),
  ledgerIndex: Type.Integer({ description: 'Place in the log of the entry that says so' }),
  entries: Type.Integer({ description: 'Entries of your history whose content is gone' }),
  grants: Type.Integer({ description: 'Grants and share codes that are gone; live ones have ended' }),
})

/** A person takes away what is kept of them; the log stays as it was signed. */
export function erasureRoutes({ erasure }: { erasure: Erasure }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/me/erase',
      {
        config: { access: 'citizen' },
        schema: {
          operationId: 'eraseMe',
          summary: 'Erase what is kept of you: grants, codes, connections and the content of your history',
          tags: ['My records'],
          body: Confirmed,
          response: { 200: Erased },
        },
      },
      async (request, reply) => {
        reply.header('cache-control', 'no-store')
        return erasure.erase(demandCitizen(request.actor))
      },
    )
  }
}
