import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import type { Catalogue } from '../../catalogue/index.ts'
import {
  datasetOf,
  esdaCsv,
  gapsOf,
  hvdTurtle,
  isOnList,
  ListReport,
  listCsv,
  NewComment,
  type Nii,
  NiiComment,
  NiiDescription,
  NiiEntry,
  NiiEvent,
  Nomination,
  niiStages,
  niiStatuses,
  Step,
  stepTakers,
} from './index.ts'

type Actor = FastifyRequest['actor']

export interface NiiRouteOptions {
  nii: Nii
  catalogue: Catalogue
  base: () => string
  /** Throws unless the actor keeps the list, or acts for this publisher. */
  demand: (actor: Actor, publisher?: string) => void
}

const NoQuery = Type.Object({}, { additionalProperties: false })
const Params = Type.Object({ entry: Type.String({ maxLength: 120, description: 'Name of the entry' }) })
const ListQuery = Type.Object(
  {
    theme: Type.Optional(Type.String({ maxLength: 100, description: 'Only this theme' })),
    publisher: Type.Optional(Type.String({ maxLength: 100, description: 'Only this publisher' })),
    stage: Type.Optional(Type.Enum([...niiStages], { type: 'string', description: 'Only this stage' })),
    status: Type.Optional(Type.Enum([...niiStatuses], { type: 'string', description: 'Only what the probes found so' })),
  },
  { additionalProperties: false },
)
const LIST_LIMIT_BYTES = 5_000_000
const tags = ['National Information Infrastructure']
const nameOf = (actor: Actor): string => (actor.kind === 'publisher' ? actor.publisher : actor.kind)

/** The list, its workflow, its consultation and its exports. */
export function niiRoutes({ nii, catalogue, base, demand }: NiiRouteOptions): FastifyPluginAsyncTypebox {
  const onList = async () => (await nii.entries()).filter(isOnList)

  return async (app) => {
    app.addContentTypeParser('text/csv', { parseAs: 'buffer', bodyLimit: LIST_LIMIT_BYTES }, (_request, body, done) => done(null, body))
    app.get(
      '/v1/nii',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'listNii',
          summary: 'Data that the nation relies on, with the state of each promise as measured now',
          tags,
          querystring: ListQuery,
          response: {
            200: Type.Object({
              entries: Type.Array(Type.Object(NiiEntry.properties)),
              total: Type.Integer(),
              summary: Type.Object({
                entries: Type.Integer(),
                listed: Type.Integer(),
                committed: Type.Integer(),
                withDataset: Type.Integer(),
                withApi: Type.Integer({ description: 'Listed entries whose dataset has a data API here' }),
                status: Type.Record(Type.String(), Type.Integer()),
              }),
            }),
          },
        },
      },
      async ({ query }) => {
        const entries = await nii.entries(query)
        return { entries, total: entries.length, summary: nii.summary(entries) }
      },
    )
    app.post(
      '/v1/nii',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'nominateNii',
          summary: 'Nominate data for the list, and say what it is used for',
          tags,
          querystring: NoQuery,
          body: Nomination,
          response: { 201: NiiEntry },
        },
      },
      async ({ body }, reply) => {
        const entry = await nii.nominate(body as never)
        return reply.code(201).header('location', `${base()}/v1/nii/${entry.id}`).send(entry)
      },
    )
    app.get(
      '/v1/nii/:entry',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'showNii',
          summary: 'One entry with its measures, history and comments',
          tags,
          params: Params,
          querystring: NoQuery,
          response: {
            200: Type.Object({
              ...NiiEntry.properties,
              history: Type.Array(NiiEvent),
              comments: Type.Array(NiiComment),
              open: Type.Array(Type.String(), { description: 'Steps that are open from here' }),
            }),
          },
        },
      },
      async ({ params }) => {
        const { entry, ...rest } = await nii.entry(params.entry)
        return { ...entry, ...rest }
      },
    )
    app.put(
      '/v1/nii/:entry',
      {
        config: { access: 'publisher' },
        schema: {
          operationId: 'describeNii',
          summary: 'Say what an entry is, who owns it, and what is promised of it',
          tags,
          params: Params,
          querystring: NoQuery,
          body: NiiDescription,
          response: { 200: NiiEntry },
        },
      },
      async ({ params, body, actor }) => {
        demand(actor, await nii.publisherOf(params.entry))
        // Who answers for it is a decision of those who keep the list.
        if (body.publisher !== undefined && body.publisher !== (await nii.publisherOf(params.entry))) demand(actor)
        return nii.describe(params.entry, body, nameOf(actor))
      },
    )
    app.post(
      '/v1/nii/:entry/steps',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'stepNii',
          summary: 'Take an entry one step further: triage, assess, list, refuse, appeal, commit, give notice, retire',
          tags,
          params: Params,
          querystring: NoQuery,
          body: Step,
          response: { 200: NiiEntry },
        },
      },
      async ({ params, body, actor }) => {
        const taker = stepTakers[body.step]
        const publisher = await nii.publisherOf(params.entry)
        if (taker === 'operator') demand(actor)
        if (taker === 'publisher') demand(actor, publisher)
        return nii.step(params.entry, body, nameOf(actor))
      },
    )
    app.post(
      '/v1/nii/:entry/comments',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'commentNii',
          summary: 'Say what you think of an entry, or what you use its data for',
          tags,
          params: Params,
          querystring: NoQuery,
          body: NewComment,
          response: { 201: NiiComment },
        },
      },
      async ({ params, body }, reply) => reply.code(201).send(await nii.comment(params.entry, body)),
    )
    app.delete(
      '/v1/nii/:entry/comments/:comment',
      {
        config: { access: 'operator' },
        schema: {
          operationId: 'removeNiiComment',
          summary: 'Take a comment away',
          tags,
          params: Type.Object({ ...Params.properties, comment: Type.String({ maxLength: 40, description: 'Id of the comment' }) }),
          querystring: NoQuery,
        },
      },
      async ({ params }, reply) => {
        await nii.removeComment(params.entry, params.comment)
        return reply.code(204).send()
      },
    )
    app.post(
      '/v1/nii/import',
      {
        config: { access: 'operator' },
        bodyLimit: LIST_LIMIT_BYTES,
        schema: {
          operationId: 'importNii',
          summary: 'Take in a list of the form of October 2013: publisher, name, link and two facets',
          tags,
          consumes: ['text/csv'],
          querystring: Type.Object(
            { source: Type.Optional(Type.String({ minLength: 1, maxLength: 200, description: 'What the list is called' })) },
            { additionalProperties: false },
          ),
          response: { 200: ListReport },
        },
      },
      async ({ body, query }) => nii.importList(Buffer.isBuffer(body) ? body : Buffer.from(''), query.source ?? 'A list'),
    )
    app.post(
      '/v1/nii/probes',
      {
        config: { access: 'operator' },
        schema: {
          operationId: 'probeNii',
          summary: 'Ask the data of every listed entry now; the server does so by itself each hour',
          tags,
          querystring: NoQuery,
          response: { 200: Type.Object({ asked: Type.Integer({ description: 'Entries whose data was asked for' }) }) },
        },
      },
      async () => ({ asked: await nii.probe() }),
    )
    app.get(
      '/v1/nii/gaps',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'showNiiGaps',
          summary: 'What is missing, by theme',
          tags,
          querystring: NoQuery,
          response: {
            200: Type.Object({
              gaps: Type.Array(
                Type.Object({
                  theme: Type.String(),
                  entries: Type.Integer(),
                  publishers: Type.Integer(),
                  withoutDataset: Type.Integer({ description: 'No dataset of this catalogue is tied to them' }),
                  withoutApi: Type.Integer({ description: 'There is no data API here' }),
                  underThreeStars: Type.Integer(),
                  uncommitted: Type.Integer({ description: 'Nobody has signed commitments' }),
                }),
              ),
            }),
          },
        },
      },
      async () => ({ gaps: gapsOf(await nii.entries()) }),
    )
    const file = (path: string, operationId: string, summary: string, type: string, make: () => Promise<string>) =>
      app.get(
        path,
        { config: { access: 'public' }, schema: { operationId, summary, tags, querystring: NoQuery } },
        async (_request, reply) => reply.type(type).send(await make()),
      )
    file('/v1/nii.csv', 'listNiiCsv', 'The list as CSV', 'text/csv; charset=utf-8; header=present', async () =>
      listCsv(await nii.entries()),
    )
    file(
      '/v1/nii/essential-shared-data-assets.csv',
      'listNiiEsda',
      'Listed data as a return of essential shared data assets',
      'text/csv; charset=utf-8; header=present',
      async () => {
        const entries = []
        for (const entry of await onList()) {
          const dataset = await datasetOf(catalogue, entry)
          entries.push({ entry, ...(dataset && { dataset }) })
        }
        return esdaCsv(entries)
      },
    )
    file(
      '/v1/nii/high-value-datasets.ttl',
      'listNiiHvd',
      'Listed data as a report in DCAT-AP HVD 3',
      'text/turtle; charset=utf-8',
      async () => {
        const entries = []
        for (const entry of await onList()) {
          const dataset = await datasetOf(catalogue, entry)
          if (dataset) entries.push({ entry, dataset, publisher: await catalogue.publisher(dataset.publisher) })
        }
        return hvdTurtle(entries, base())
      },
    )
  }
}
