import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { demandPublisher } from '../../access/index.ts'
import { NoQuery } from '../answers.ts'
import type { Catalogue } from '../catalogue.ts'
import { Name } from '../model.ts'
import { Series, SeriesInput } from './model.ts'

const Params = Type.Object({ series: Type.String({ maxLength: 100, description: 'Name of the series' }) })
const NewParams = Type.Object({ series: Name })
const tags = ['Catalogue']

/** Series of datasets. */
export function seriesRoutes({ catalogue }: { catalogue: Catalogue }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/v1/series',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'listSeries',
          summary: 'Series of datasets, by name',
          tags,
          querystring: NoQuery,
          response: { 200: Type.Object({ series: Type.Array(Type.Object(Series.properties)) }) },
        },
      },
      async () => ({ series: await catalogue.series.all() }),
    )
    app.get(
      '/v1/series/:series',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'getSeries',
          summary: 'One series, with the names of its datasets',
          tags,
          params: Params,
          querystring: NoQuery,
          response: { 200: Type.Object({ ...Series.properties, members: Type.Array(Type.String({ description: 'Name of a dataset' })) }) },
        },
      },
      async ({ params }) => ({ ...(await catalogue.series.one(params.series)), members: await catalogue.series.members(params.series) }),
    )
    app.put(
      '/v1/series/:series',
      {
        config: { access: 'publisher' },
        schema: {
          operationId: 'putSeries',
          summary: 'Make a series, or change what is said of it',
          tags,
          params: NewParams,
          querystring: NoQuery,
          body: SeriesInput,
          response: { 200: Type.Object(Series.properties) },
        },
      },
      async ({ params, body, actor }) => {
        const before = await catalogue.series.one(params.series).catch(() => undefined)
        if (before) demandPublisher(actor, before.publisher)
        demandPublisher(actor, body.publisher)
        return catalogue.series.put(params.series, body)
      },
    )
    app.delete(
      '/v1/series/:series',
      {
        config: { access: 'publisher' },
        schema: {
          operationId: 'removeSeries',
          summary: 'Take a series away; its datasets stay',
          tags,
          params: Params,
          querystring: NoQuery,
          response: { 204: Type.Null() },
        },
      },
      async ({ params, actor }, reply) => {
        demandPublisher(actor, (await catalogue.series.one(params.series)).publisher)
        await catalogue.series.remove(params.series)
        return reply.code(204).send(null)
      },
    )
  }
}
