import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Catalogue } from '../../catalogue/index.ts'
import { CheckReport, Claim, Standard, StandardInput, type Standards } from './index.ts'

export interface StandardRouteOptions {
  standards: Standards
  catalogue: Catalogue
  /** Throws unless the actor is the operator, or acts for this publisher. */
  demand: (actor: FastifyRequest['actor'], publisher?: string) => void
}

const NoQuery = Type.Object({}, { additionalProperties: false })
const Params = Type.Object({ standard: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,79}$', description: 'Name of the standard' }) })
const ClaimParams = Type.Object({ ...Params.properties, dataset: Type.String({ maxLength: 100, description: 'Name of the dataset' }) })
const CHECK_LIMIT_BYTES = 20_000_000
const tags = ['Standards']

/** Data standards, the check against them, and who keeps to them. */
export function standardRoutes({ standards, catalogue, demand }: StandardRouteOptions): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.addContentTypeParser('text/csv', { parseAs: 'string', bodyLimit: CHECK_LIMIT_BYTES }, (_request, body, done) => done(null, body))
    app.get(
      '/v1/standards',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'listStandards',
          summary: 'Data standards, and how many datasets keep to each',
          tags,
          querystring: NoQuery,
          response: { 200: Type.Object({ standards: Type.Array(Type.Object(Standard.properties)) }) },
        },
      },
      async () => ({ standards: await standards.standards() }),
    )
    app.get(
      '/v1/standards/:standard',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'showStandard',
          summary: 'One standard with its versions, and who keeps to it, as measured',
          tags,
          params: Params,
          querystring: NoQuery,
          response: { 200: Type.Object({ ...Standard.properties, datasets: Type.Array(Claim) }) },
        },
      },
      async ({ params }) => ({ ...(await standards.standard(params.standard)), datasets: await standards.claims(params.standard) }),
    )
    app.put(
      '/v1/standards/:standard',
      {
        config: { access: 'publisher' },
        schema: {
          operationId: 'putStandard',
          summary: 'Make a standard, or put a new version of it first',
          tags,
          params: Params,
          querystring: NoQuery,
          body: StandardInput,
          response: { 200: Standard },
        },
      },
      async ({ params, body, actor }) => {
        const before = await standards.standard(params.standard).catch(() => undefined)
        if (before) demand(actor, before.owner)
        demand(actor, body.owner)
        return standards.put(params.standard, body)
      },
    )
    app.post(
      '/v1/standards/:standard/check',
      {
        config: { access: 'public' },
        bodyLimit: CHECK_LIMIT_BYTES,
        schema: {
          operationId: 'checkStandard',
          summary: 'What of a CSV file does not keep to a standard, and what to do; nothing is kept',
          tags,
          consumes: ['text/csv'],
          params: Params,
          querystring: Type.Object(
            { version: Type.Optional(Type.String({ maxLength: 20, description: 'Version of the standard; the newest by default' })) },
            { additionalProperties: false },
          ),
          response: { 200: CheckReport },
        },
      },
      async ({ params, query, body }) => standards.check(params.standard, typeof body === 'string' ? body : '', query.version),
    )
    app.put(
      '/v1/standards/:standard/datasets/:dataset',
      {
        config: { access: 'publisher' },
        schema: {
          operationId: 'claimStandard',
          summary: 'Say that a dataset keeps to a standard; it is measured now and at every new version',
          tags,
          params: ClaimParams,
          querystring: NoQuery,
          response: { 200: Claim },
        },
      },
      async ({ params, actor }) => {
        demand(actor, (await catalogue.dataset(params.dataset)).publisher)
        return standards.claim(params.standard, params.dataset)
      },
    )
    app.delete(
      '/v1/standards/:standard/datasets/:dataset',
      {
        config: { access: 'publisher' },
        schema: { operationId: 'unclaimStandard', summary: 'Take that word back', tags, params: ClaimParams, querystring: NoQuery },
      },
      async ({ params, actor }, reply) => {
        demand(actor, (await catalogue.dataset(params.dataset)).publisher)
        await standards.unclaim(params.standard, params.dataset)
        return reply.code(204).send()
      },
    )
  }
}
