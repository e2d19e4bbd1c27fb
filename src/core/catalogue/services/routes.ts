import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { actorName, demandPublisher } from '../../access/index.ts'
import type { Catalogue } from '../catalogue.ts'
import { servicesTurtle } from './dcat.ts'
import { Service, ServiceChange, ServiceInput, type Services, serviceStatuses } from './index.ts'

const NoQuery = Type.Object({}, { additionalProperties: false })
const Params = Type.Object({ api: Type.String({ pattern: '^[a-z0-9_][a-z0-9_-]{0,99}$', description: 'Name of the API' }) })
const tags = ['Catalogue']
const ListQuery = Type.Object(
  {
    q: Type.Optional(Type.String({ maxLength: 300, description: 'Words that all occur' })),
    publisher: Type.Optional(Type.String({ maxLength: 100, description: 'Only this publisher' })),
    status: Type.Optional(Type.Enum([...serviceStatuses], { type: 'string', description: 'Only this status' })),
  },
  { additionalProperties: false },
)

/** The catalogue of APIs. */
export function serviceRoutes({
  services,
  catalogue,
  base,
}: {
  services: Services
  catalogue: Catalogue
  base: () => string
}): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/v1/apis',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'listApis',
          summary: 'APIs of departments and third parties, and those of this server',
          tags,
          querystring: ListQuery,
          response: { 200: Type.Object({ apis: Type.Array(Type.Object(Service.properties)), total: Type.Integer() }) },
        },
      },
      async ({ query }) => {
        const apis = await services.services(query)
        return { apis, total: apis.length }
      },
    )
    app.get(
      '/v1/apis.ttl',
      {
        config: { access: 'public' },
        schema: { operationId: 'listApisTurtle', summary: 'The same as DCAT in Turtle', tags, querystring: ListQuery },
      },
      async ({ query }, reply) => {
        const titles = new Map((await catalogue.publishers()).map(({ name, title }) => [name, title]))
        return reply.type('text/turtle; charset=utf-8').send(servicesTurtle(await services.services(query), titles, base()))
      },
    )
    app.get(
      '/v1/apis/:api',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'showApi',
          summary: 'One API, as it is or as it was',
          tags,
          params: Params,
          querystring: Type.Object(
            { asOf: Type.Optional(Type.String({ maxLength: 40, description: 'As described at this moment, ISO 8601' })) },
            { additionalProperties: false },
          ),
          response: { 200: Service },
        },
      },
      async ({ params, query }) => (query.asOf === undefined ? services.service(params.api) : services.asOf(params.api, query.asOf)),
    )
    app.get(
      '/v1/apis/:api/history',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'showApiHistory',
          summary: 'What an entry was, with who and when',
          tags,
          params: Params,
          querystring: NoQuery,
          response: { 200: Type.Object({ changes: Type.Array(ServiceChange) }) },
        },
      },
      async ({ params }) => ({ changes: await services.history(params.api) }),
    )
    app.put(
      '/v1/apis/:api',
      {
        config: { access: 'publisher' },
        schema: {
          operationId: 'putApi',
          summary: 'Enter an API, or change its entry',
          tags,
          params: Params,
          querystring: NoQuery,
          body: ServiceInput,
          response: { 200: Service },
        },
      },
      async ({ params, body, actor }) => {
        const before = await services.service(params.api).catch(() => undefined)
        if (before && !before.own) demandPublisher(actor, before.publisher)
        demandPublisher(actor, body.publisher)
        return services.put(params.api, body, actorName(actor))
      },
    )
    app.delete(
      '/v1/apis/:api',
      {
        config: { access: 'publisher' },
        schema: { operationId: 'removeApi', summary: 'Take an entry away; its history stays', tags, params: Params, querystring: NoQuery },
      },
      async ({ params, actor }, reply) => {
        demandPublisher(actor, (await services.service(params.api)).publisher)
        await services.remove(params.api, actorName(actor))
        return reply.code(204).send()
      },
    )
  }
}
