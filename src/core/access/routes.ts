import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { Problem } from '../../foundation/kernel/index.ts'
import type { Actor } from './actor.ts'
import type { AccessControl } from './index.ts'
import type { SessionKind } from './people/index.ts'
import { type Access, demandPublisher } from './policy.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** What the one access gate asks of callers of this route. */
    access?: Access
    /** The route reads its token itself, in the form of its own protocol; the gate takes the caller for anybody. */
    ownToken?: boolean
    /** Whose session names the actor of a route that anyone may call, where somebody is signed in. */
    session?: SessionKind
  }
  interface FastifyRequest {
    actor: Actor
  }
}

const Token = Type.Object({
  id: Type.String(),
  publisher: Type.String(),
  name: Type.String(),
  created: Type.String(),
  revoked: Type.Union([Type.String(), Type.Null()]),
})
const NewToken = Type.Object(
  { publisher: Type.String({ minLength: 1 }), name: Type.Optional(Type.String({ maxLength: 100, description: 'What the token is for' })) },
  { additionalProperties: false },
)
const MadeToken = Type.Object({
  id: Type.String(),
  publisher: Type.String(),
  name: Type.String(),
  secret: Type.String({ description: 'Shown once, here' }),
})

/** Publishers' tokens. `publisherExists` throws publisher-not-found for a name nobody has. */
export function accessRoutes(options: {
  access: AccessControl
  publisherExists: (name: string) => Promise<unknown>
}): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/v1/tokens',
      {
        config: { access: 'operator' },
        schema: {
          operationId: 'createToken',
          summary: 'Make a token for a publisher',
          tags: ['Tokens'],
          body: NewToken,
          response: { 201: MadeToken },
        },
      },
      async (request, reply) => {
        await options.publisherExists(request.body.publisher)
        return reply
          .code(201)
          .header('cache-control', 'no-store')
          .send(await options.access.createToken(request.body.publisher, request.body.name ?? 'token'))
      },
    )

    app.get(
      '/v1/tokens',
      {
        config: { access: 'publisher' },
        schema: {
          operationId: 'listTokens',
          summary: 'Tokens of your publisher, without their secrets',
          tags: ['Tokens'],
          response: { 200: Type.Object({ tokens: Type.Array(Token) }) },
        },
      },
      async (request) => ({
        tokens: await options.access.listTokens(request.actor.kind === 'publisher' ? request.actor.publisher : undefined),
      }),
    )

    app.delete(
      '/v1/tokens/:token',
      {
        config: { access: 'publisher' },
        schema: {
          operationId: 'revokeToken',
          summary: 'Revoke a token',
          tags: ['Tokens'],
          params: Type.Object({ token: Type.String() }),
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const token = (await options.access.listTokens()).find((candidate) => candidate.id === request.params.token)
        if (!token) throw new Problem('route-not-found', { detail: 'There is no such token.' })
        demandPublisher(request.actor, token.publisher)
        await options.access.revokeToken(token.id)
        return reply.code(204).send(null)
      },
    )
  }
}
