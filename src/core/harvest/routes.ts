import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { type Harvest, HarvestJob, HarvestSource, HarvestSourceInput } from './index.ts'

const NoQuery = Type.Object({}, { additionalProperties: false })
const Params = Type.Object({ source: Type.String({ pattern: '^[a-z0-9][a-z0-9-]{0,79}$', description: 'Name of the source' }) })
const tags = ['Harvest']

/** Sources of other catalogues, their jobs and what each job did. */
export function harvestRoutes({ harvest, base }: { harvest: Harvest; base: () => string }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/v1/harvest/sources',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'listHarvestSources',
          summary: 'Catalogues that are pulled in, with the newest job of each',
          tags,
          querystring: NoQuery,
          response: { 200: Type.Object({ sources: Type.Array(Type.Object(HarvestSource.properties)) }) },
        },
      },
      async () => ({ sources: await harvest.sources() }),
    )
    app.get(
      '/v1/harvest/sources/:source',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'showHarvestSource',
          summary: 'One source with its newest job',
          tags,
          params: Params,
          querystring: NoQuery,
          response: { 200: HarvestSource },
        },
      },
      async ({ params }) => harvest.source(params.source),
    )
    app.put(
      '/v1/harvest/sources/:source',
      {
        config: { access: 'operator' },
        schema: {
          operationId: 'putHarvestSource',
          summary: 'Say which catalogue is to be pulled in, and how',
          tags,
          params: Params,
          querystring: NoQuery,
          body: HarvestSourceInput,
          response: { 200: HarvestSource },
        },
      },
      async ({ params, body }) => harvest.putSource(params.source, body),
    )
    app.delete(
      '/v1/harvest/sources/:source',
      {
        config: { access: 'operator' },
        schema: {
          operationId: 'removeHarvestSource',
          summary: 'Forget a source; its datasets stay',
          tags,
          params: Params,
          querystring: NoQuery,
        },
      },
      async ({ params }, reply) => {
        await harvest.removeSource(params.source)
        return reply.code(204).send()
      },
    )
    app.post(
      '/v1/harvest/sources/:source/jobs',
      {
        config: { access: 'operator' },
        schema: {
          operationId: 'startHarvest',
          summary: 'Pull a source in now, or look what that would do',
          tags,
          params: Params,
          querystring: Type.Object(
            {
              dryRun: Type.Optional(Type.Boolean({ description: 'Change nothing' })),
              whole: Type.Optional(Type.Boolean({ description: 'Read everything, so that what has gone is found; otherwise once a week' })),
            },
            { additionalProperties: false },
          ),
          response: { 202: HarvestJob },
        },
      },
      async ({ params, query }, reply) => {
        const job = await harvest.start(params.source, query)
        return reply.code(202).header('location', `${base()}/v1/harvest/jobs/${job.id}`).send(job)
      },
    )
    app.get(
      '/v1/harvest/jobs/:job',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'showHarvestJob',
          summary: 'What a job did, record by record where something was wrong',
          tags,
          params: Type.Object({ job: Type.String({ maxLength: 40, description: 'Id of the job' }) }),
          querystring: NoQuery,
          response: { 200: HarvestJob },
        },
      },
      async ({ params }) => harvest.job(params.job),
    )
  }
}
