import type { FastifyInstance } from 'fastify'
import Type, { type Static } from 'typebox'
import type { Catalogue } from '../../../catalogue/index.ts'
import { pageBody } from '../../answers.ts'
import { type Datastore, parseQueryBody } from '../../index.ts'
import { queryNotFound } from '../log.ts'

const NewQuery = Type.Object(
  {
    dataset: Type.String({ maxLength: 200 }),
    query: Type.Record(Type.String(), Type.Unknown(), {
      description: 'As the body of POST /v1/datasets/{dataset}/query, without cursor and version',
    }),
  },
  { additionalProperties: false },
)
const QueryPath = Type.Object({ query: Type.String({ description: 'Id of the saved query' }) })

/** Questions kept under an address of their own, and checked at every version of their table. */
export function savedQueryRoutes(
  app: FastifyInstance,
  { datastore, catalogue, base }: { datastore: Datastore; catalogue: Pick<Catalogue, 'sight'>; base: () => string },
): void {
  /** A saved question, where whoever looks sees its dataset and every column that it names. @throws {Problem} query-not-found */
  const savedQuery = async (id: string) => {
    const saved = await datastore.log.savedQuery(id)
    const { of } = catalogue.sight(saved.dataset)
    if (of === 'everything') return saved
    if (of !== 'part') throw queryNotFound()
    // A question that cannot be asked may name what must not be named.
    await datastore.plan(saved.dataset, parseQueryBody(saved.request)).catch(() => {
      throw queryNotFound()
    })
    return saved
  }
  const links = (id: string) => ({ self: `${base()}/v1/queries/${id}`, records: `${base()}/v1/queries/${id}/records` })

  app.post(
    '/v1/queries',
    {
      config: { access: 'public' },
      bodyLimit: 100_000,
      schema: { operationId: 'saveQuery', summary: 'Keep a question, checked at every version', tags: ['Data'], body: NewQuery },
    },
    async (request, reply) => {
      const { dataset, query } = request.body as Static<typeof NewQuery>
      const { cursor: _cursor, version: _version, ...kept } = query
      const current = await datastore.current(dataset, parseQueryBody(kept).distribution)
      const saved = await datastore.log.saveQuery(dataset, kept, current)
      return reply
        .code(201)
        .header('location', links(saved.id).self)
        .send({ ...saved, links: links(saved.id) })
    },
  )

  app.get(
    '/v1/queries/:query',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getQuery',
        summary: 'A saved question, and whether it works with the newest version',
        tags: ['Data'],
        params: QueryPath,
      },
    },
    async (request) => {
      const saved = await savedQuery((request.params as Static<typeof QueryPath>).query)
      return { ...saved, works: saved.checks[0]?.works ?? true, links: links(saved.id) }
    },
  )

  app.get(
    '/v1/queries/:query/records',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'runQuery',
        summary: 'The first page of what a saved question answers now',
        tags: ['Data'],
        params: QueryPath,
        querystring: Type.Object(
          { cursor: Type.Optional(Type.String({ description: 'page.next or page.prev of another answer' })) },
          { additionalProperties: false },
        ),
      },
    },
    async (request, reply) => {
      const saved = await savedQuery((request.params as Static<typeof QueryPath>).query)
      const { cursor } = request.query as { cursor?: string }
      const page = await datastore.textPage(saved.dataset, { ...parseQueryBody(saved.request), ...(cursor && { cursor }) }, request.signal)
      return reply.type('application/json; charset=utf-8').send(pageBody(page, links(saved.id)))
    },
  )
}
