import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { DatasetParams, PublisherParams } from '../answers.ts'
import type { Catalogue } from '../catalogue.ts'
import { RecordChange } from './model.ts'

const Query = Type.Object(
  {
    limit: Type.Integer({ minimum: 1, maximum: 100, default: 20, description: 'Most changes on a page' }),
    cursor: Type.Optional(Type.String({ maxLength: 8192, description: 'page.next of the answer before' })),
  },
  { additionalProperties: false },
)
const Answer = Type.Object({
  changes: Type.Array(RecordChange),
  page: Type.Object({
    limit: Type.Integer(),
    next: Type.Union([Type.String(), Type.Null()], { description: 'Cursor of the next page; null on the last' }),
  }),
})
const tags = ['Catalogue']

/** What records were. */
export function historyRoutes({ catalogue }: { catalogue: Catalogue }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/v1/datasets/:dataset/history',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'showDatasetHistory',
          summary: 'What changed of a dataset, by whom and when',
          tags,
          params: DatasetParams,
          querystring: Query,
          response: { 200: Answer },
        },
      },
      async ({ params, query }) => toAnswer(await catalogue.history.ofDataset(params.dataset, query), query.limit),
    )
    app.get(
      '/v1/publishers/:publisher/history',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'showPublisherHistory',
          summary: 'What changed of a publisher’s record, by whom and when',
          tags,
          params: PublisherParams,
          querystring: Query,
          response: { 200: Answer },
        },
      },
      async ({ params, query }) => toAnswer(await catalogue.history.ofPublisher(params.publisher, query), query.limit),
    )
  }
}

const toAnswer = ({ items, next }: { items: RecordChange[]; next?: string }, limit: number) => ({
  changes: items,
  page: { limit, next: next ?? null },
})
