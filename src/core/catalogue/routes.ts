import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { demandPublisher } from '../access/index.ts'
import {
  AsOfQuery,
  DatasetAnswer,
  DatasetParams,
  DatasetsAnswer,
  ListQuery,
  linkDataset,
  linkPublisher,
  NoQuery,
  PublisherAnswer,
  PublisherParams,
  PublishersAnswer,
  pageOfDatasets,
  pageOfHits,
  SearchAnswerBody,
  SearchQuery,
} from './answers.ts'
import type { Catalogue, Transaction } from './catalogue.ts'
import { toJsonLd, toTurtle } from './dcat.ts'
import { DatasetInput, PublisherInput } from './model.ts'

export interface CatalogueRouteOptions {
  catalogue: Catalogue
  /** Public address of the server, for links. */
  base: () => string
  /** Takes away what other areas keep about a dataset, in the transaction that takes the dataset away. */
  removeData?: (transaction: Transaction, dataset: string) => Promise<void>
}

type App = Parameters<FastifyPluginAsyncTypebox>[0]

/** Datasets, publishers and search. */
export function catalogueRoutes(options: CatalogueRouteOptions): FastifyPluginAsyncTypebox {
  return async (app) => {
    readDatasets(app, options)
    writeDatasets(app, options)
    describeDatasets(app, options)
    readPublishers(app, options)
    writePublishers(app, options)
  }
}

function readDatasets(app: App, { catalogue, base }: CatalogueRouteOptions): void {
  app.get(
    '/v1/datasets',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'listDatasets',
        summary: 'Every dataset, by name',
        tags: ['Catalogue'],
        querystring: ListQuery,
        response: { 200: DatasetsAnswer },
      },
    },
    async ({ query, url }) => pageOfDatasets(await catalogue.datasets(query), query.limit, base(), url),
  )
  app.get(
    '/v1/datasets/:dataset',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getDataset',
        summary: 'One dataset',
        tags: ['Catalogue'],
        params: DatasetParams,
        querystring: AsOfQuery,
        response: { 200: DatasetAnswer },
      },
    },
    async ({ params, query: { asOf } }) =>
      linkDataset(
        await (asOf === undefined ? catalogue.dataset(params.dataset) : catalogue.history.datasetAt(params.dataset, asOf)),
        base(),
      ),
  )
  app.get(
    '/v1/search',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'search',
        summary: 'Find datasets by words and facets',
        tags: ['Catalogue'],
        querystring: SearchQuery,
        response: { 200: SearchAnswerBody },
      },
    },
    async ({ query, url }) => pageOfHits(await catalogue.search(query), query.limit, base(), url),
  )
  app.get(
    '/v1/suggest',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'suggest',
        summary: 'What somebody may want who has typed so far',
        tags: ['Catalogue'],
        querystring: Type.Object(
          {
            q: Type.String({ minLength: 1, maxLength: 100, description: 'What was typed so far' }),
            limit: Type.Integer({ minimum: 1, maximum: 20, default: 8, description: 'Most answers' }),
          },
          { additionalProperties: false },
        ),
        response: {
          200: Type.Object({
            suggestions: Type.Array(
              Type.Object({
                kind: Type.Enum(['dataset', 'publisher', 'word'], { type: 'string' }),
                text: Type.String(),
                name: Type.Optional(Type.String({ description: 'Of the dataset or publisher' })),
              }),
            ),
          }),
        },
      },
    },
    async ({ query }) => ({ suggestions: await catalogue.complete(query.q, query.limit) }),
  )
}

function writeDatasets(app: App, { catalogue, base, removeData }: CatalogueRouteOptions): void {
  app.post(
    '/v1/datasets',
    {
      config: { access: 'publisher' },
      schema: {
        operationId: 'createDataset',
        summary: 'Make a dataset',
        tags: ['Publishing'],
        querystring: NoQuery,
        body: DatasetInput,
        response: { 201: DatasetAnswer },
      },
    },
    async ({ actor, body }, reply) => {
      demandPublisher(actor, body.publisher)
      const made = linkDataset(await catalogue.createDataset(body), base())
      return reply.code(201).header('location', made.links.self).send(made)
    },
  )
  app.put(
    '/v1/datasets/:dataset',
    {
      config: { access: 'publisher' },
      schema: {
        operationId: 'replaceDataset',
        summary: 'Replace the description of a dataset',
        tags: ['Publishing'],
        params: DatasetParams,
        querystring: NoQuery,
        body: DatasetInput,
        response: { 200: DatasetAnswer },
      },
    },
    async ({ actor, params, body }) => {
      demandPublisher(actor, (await catalogue.dataset(params.dataset)).publisher)
      demandPublisher(actor, body.publisher)
      return linkDataset(await catalogue.updateDataset(params.dataset, body), base())
    },
  )
  app.delete(
    '/v1/datasets/:dataset',
    {
      config: { access: 'publisher' },
      schema: {
        operationId: 'deleteDataset',
        summary: 'Take a dataset and its data away',
        tags: ['Publishing'],
        params: DatasetParams,
        querystring: NoQuery,
        response: { 204: Type.Null() },
      },
    },
    async ({ actor, params: { dataset } }, reply) => {
      demandPublisher(actor, (await catalogue.dataset(dataset)).publisher)
      await catalogue.deleteDataset(dataset, removeData && ((transaction) => removeData(transaction, dataset)))
      return reply.code(204).send(null)
    },
  )
}

/** The dataset as linked data, beside its page. */
function describeDatasets(app: App, { catalogue, base }: CatalogueRouteOptions): void {
  const described = async (name: string) => {
    const dataset = await catalogue.dataset(name)
    return { dataset, publisher: await catalogue.publisher(dataset.publisher), series: await catalogue.series.of(dataset), base: base() }
  }
  const schema = (operationId: string, summary: string) => ({
    operationId,
    summary,
    tags: ['Catalogue'],
    params: DatasetParams,
    querystring: NoQuery,
  })
  app.get(
    '/datasets/:dataset.ttl',
    { config: { access: 'public' }, schema: schema('getDatasetTurtle', 'One dataset as DCAT 3 in Turtle') },
    async ({ params }, reply) => reply.type('text/turtle; charset=utf-8').send(toTurtle(await described(params.dataset))),
  )
  app.get(
    '/datasets/:dataset.jsonld',
    { config: { access: 'public' }, schema: schema('getDatasetJsonLd', 'One dataset as DCAT 3 in JSON-LD') },
    async ({ params }, reply) =>
      reply.type('application/ld+json').send(Buffer.from(JSON.stringify(toJsonLd(await described(params.dataset)), null, 2))),
  )
}

function readPublishers(app: App, { catalogue, base }: CatalogueRouteOptions): void {
  app.get(
    '/v1/publishers',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'listPublishers',
        summary: 'Every publisher, by title',
        tags: ['Catalogue'],
        querystring: NoQuery,
        response: { 200: PublishersAnswer },
      },
    },
    async () => ({ publishers: (await catalogue.publishers()).map((publisher) => linkPublisher(publisher, base())) }),
  )
  app.get(
    '/v1/publishers/:publisher',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getPublisher',
        summary: 'One publisher',
        tags: ['Catalogue'],
        params: PublisherParams,
        querystring: AsOfQuery,
        response: { 200: PublisherAnswer },
      },
    },
    async ({ params, query: { asOf } }) => {
      const now = await catalogue.publisher(params.publisher)
      const shown =
        asOf === undefined ? now : { ...(await catalogue.history.publisherAt(params.publisher, asOf)), datasetCount: now.datasetCount }
      return linkPublisher(shown, base())
    },
  )
}

function writePublishers(app: App, { catalogue, base }: CatalogueRouteOptions): void {
  app.post(
    '/v1/publishers',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'createPublisher',
        summary: 'Make a publisher',
        tags: ['Publishing'],
        querystring: NoQuery,
        body: PublisherInput,
        response: { 201: PublisherAnswer },
      },
    },
    async ({ body }, reply) => {
      const made = linkPublisher(await catalogue.createPublisher(body), base())
      return reply.code(201).header('location', made.links.self).send(made)
    },
  )
  app.put(
    '/v1/publishers/:publisher',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'replacePublisher',
        summary: 'Replace the description of a publisher',
        tags: ['Publishing'],
        params: PublisherParams,
        querystring: NoQuery,
        body: PublisherInput,
        response: { 200: PublisherAnswer },
      },
    },
    async ({ params, body }) => linkPublisher(await catalogue.updatePublisher(params.publisher, body), base()),
  )
}
