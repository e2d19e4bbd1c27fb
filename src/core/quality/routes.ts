import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { badgeSvg, DatasetQuality, PublisherQuality, PublisherStanding, type Quality } from './index.ts'

const NoQuery = Type.Object({}, { additionalProperties: false })
const DatasetParams = Type.Object({ dataset: Type.String({ maxLength: 100, description: 'Name of the dataset' }) })
const PublisherParams = Type.Object({ publisher: Type.String({ maxLength: 100, description: 'Name of the publisher' }) })
const tags = ['Quality']

/** Scores of datasets and of publishers. */
export function qualityRoutes({ quality }: { quality: Quality }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/v1/datasets/:dataset/quality',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'getDatasetQuality',
          summary: 'How good a dataset is, part by part, and what would make it better',
          tags,
          params: DatasetParams,
          querystring: NoQuery,
          response: { 200: DatasetQuality },
        },
      },
      async ({ params }) => quality.dataset(params.dataset),
    )
    app.get(
      '/v1/datasets/:dataset/quality.svg',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'getDatasetQualityBadge',
          summary: 'The same as a badge',
          tags,
          params: DatasetParams,
          querystring: NoQuery,
        },
      },
      async ({ params }, reply) =>
        reply
          .type('image/svg+xml; charset=utf-8')
          .header('cache-control', 'public, max-age=3600')
          .header('content-security-policy', "default-src 'none'")
          .send(badgeSvg(await quality.dataset(params.dataset))),
    )
    app.get(
      '/v1/publishers/:publisher/quality',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'getPublisherQuality',
          summary: 'How a publisher stands, what it contributes, and what to fix first',
          tags,
          params: PublisherParams,
          querystring: NoQuery,
          response: { 200: PublisherQuality },
        },
      },
      async ({ params }) => quality.publisher(params.publisher),
    )
    app.get(
      '/v1/quality',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'listQuality',
          summary: 'Publishers by the mean score of their datasets',
          tags,
          querystring: NoQuery,
          response: { 200: Type.Object({ publishers: Type.Array(PublisherStanding) }) },
        },
      },
      async () => ({ publishers: await quality.league() }),
    )
  }
}
