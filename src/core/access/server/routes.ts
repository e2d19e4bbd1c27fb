import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { Problem } from '../../../foundation/kernel/index.ts'
import { handOver } from '../bridge.ts'
import type { Grants } from '../grants/index.ts'
import type { AccessControl } from '../index.ts'
import { readCompact } from '../jose/strict.ts'
import { SERVER_PREFIX } from './configuration.ts'
import { detailOf } from './details.ts'

const GrantBody = Type.Object({
  scopes: Type.Array(Type.Object({ scope: Type.String() })),
  authorization_details: Type.Array(Type.Object({ type: Type.String() }, { additionalProperties: true })),
})

/** The authorization server under /auth, and the grants of an application. */
export function serverRoutes({
  access,
  grants,
  base,
}: {
  access: AccessControl
  grants: Grants
  base: () => string
}): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.register(async (inner) => {
      inner.removeAllContentTypeParsers()
      // The server reads its own bodies, of 56 kB at most.
      inner.addContentTypeParser('*', (_request, _body, done) => done(null))
      inner.all(`${SERVER_PREFIX}/*`, { config: { access: 'public', ownToken: true }, schema: { hide: true } }, async (request, reply) => {
        const spelt = misspeltProof(request)
        if (spelt)
          return reply.code(400).header('cache-control', 'no-store').send({ error: 'invalid_dpop_proof', error_description: spelt })
        const { cookie } = request.headers
        const citizen =
          cookie && (await access.identify({ cookie, session: 'citizen', method: request.method, path: request.url, ip: request.ip }))
        if (citizen && citizen.kind === 'citizen') access.server.seen(request.raw, citizen.person)
        reply.hijack()
        await handOver(access.server.handler(), request.raw, reply.raw, { prefix: SERVER_PREFIX, base: base() })
      })
    })

    const own = (request: FastifyRequest, id: string) => {
      const { actor } = request
      const grant = grants.live(id, new Date())
      if (actor.kind !== 'client' || grant?.client !== actor.client)
        throw new Problem('grant-not-found', { detail: 'There is no such live grant of this application.' })
      return grant
    }
    const Params = Type.Object({ grant: Type.String({ maxLength: 100 }) })
    app.get(
      `${SERVER_PREFIX}/grants/:grant`,
      {
        config: { access: 'client' },
        schema: {
          operationId: 'getGrant',
          summary: 'What a citizen allowed your application',
          tags: ['Consent'],
          params: Params,
          response: { 200: GrantBody },
        },
      },
      async (request, reply) => {
        const grant = own(request, request.params.grant)
        return reply.header('cache-control', 'no-store').send({ scopes: [{ scope: 'openid' }], authorization_details: [detailOf(grant)] })
      },
    )
    app.delete(
      `${SERVER_PREFIX}/grants/:grant`,
      {
        config: { access: 'client' },
        schema: {
          operationId: 'revokeGrant',
          summary: 'Give back what a citizen allowed your application',
          tags: ['Consent'],
          params: Params,
          response: { 204: Type.Null() },
        },
      },
      async (request, reply) => {
        const grant = own(request, request.params.grant)
        await grants.revoke(grant.id, `client ${grant.client}`, 'given back by the application')
        return reply.code(204).send(null)
      },
    )
  }
}

/** What is wrong with the spelling of a proof, which the library would overlook. */
function misspeltProof({ headers }: FastifyRequest): string | undefined {
  if (headers.dpop === undefined) return undefined
  try {
    readCompact(String(headers.dpop))
    return undefined
  } catch (error) {
    return (error as Error).message
  }
}
