import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { Delivery, Follow, type Following, NewFollow } from './index.ts'

const NoQuery = Type.Object({}, { additionalProperties: false })
const Params = Type.Object({ token: Type.String({ maxLength: 100, description: 'What was given when it was made' }) })
const tags = ['Following']
const FollowAnswer = Type.Object(Follow.properties)

/** Being told of changes: webhooks and e-mail. */
export function followRoutes({ following }: { following: Following }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.post(
      '/v1/follows',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'createFollow',
          summary: 'Ask to be told of changes to a dataset, a publisher, a search or an entry of the list',
          tags,
          querystring: NoQuery,
          body: NewFollow,
          response: {
            202: Type.Object({
              follow: FollowAnswer,
              secret: Type.Optional(Type.String({ description: 'Signs what is sent to a webhook; shown once' })),
              token: Type.Optional(Type.String({ description: 'Stands in the addresses below; shown once' })),
            }),
          },
        },
      },
      async ({ body }, reply) =>
        reply
          .code(202)
          .header('cache-control', 'no-store')
          .send(await following.follow(body)),
    )
    app.get(
      '/v1/follows/:token',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'showFollow',
          summary: 'What is followed, and what was sent with every attempt',
          tags,
          params: Params,
          querystring: NoQuery,
          response: { 200: Type.Object({ follow: FollowAnswer, deliveries: Type.Array(Delivery) }) },
        },
      },
      async ({ params }, reply) => {
        reply.header('cache-control', 'no-store')
        return { follow: await following.byToken(params.token), deliveries: await following.deliveries(params.token) }
      },
    )
    app.post(
      '/v1/follows/:token/confirm',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'confirmFollow',
          summary: 'Confirm that the receiver wants to be told',
          tags,
          params: Params,
          querystring: NoQuery,
          response: { 200: FollowAnswer },
        },
      },
      async ({ params }) => following.confirm(params.token),
    )
    app.post(
      '/v1/follows/:token/replays',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'replayDeliveries',
          summary: 'Send one delivery again, or all that failed',
          tags,
          params: Params,
          querystring: Type.Object(
            { delivery: Type.Optional(Type.String({ maxLength: 40, description: 'Id of the delivery; all that failed when left out' })) },
            { additionalProperties: false },
          ),
          response: { 202: Type.Object({ deliveries: Type.Integer({ description: 'How many are sent again' }) }) },
        },
      },
      async ({ params, query }, reply) => reply.code(202).send({ deliveries: await following.replay(params.token, query.delivery) }),
    )
    app.delete(
      '/v1/follows/:token',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'endFollow',
          summary: 'End it; the address is forgotten',
          tags,
          params: Params,
          querystring: NoQuery,
          response: { 204: Type.Null() },
        },
      },
      async ({ params }, reply) => {
        await following.stop(params.token)
        return reply.code(204).send(null)
      },
    )
  }
}
