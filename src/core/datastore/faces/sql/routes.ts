import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import { csvLine } from '../../../../foundation/formats/csv.ts'
import type { Datastore } from '../../index.ts'
import { acceptedFormat } from '../../query/media.ts'

const Statement = Type.Object(
  {
    sql: Type.String({
      minLength: 1,
      maxLength: 20_000,
      description: 'One SELECT; tables are named like their datasets, in double quotes',
    }),
  },
  { additionalProperties: false },
)
const Asked = Type.Object(
  { q: Type.String({ minLength: 1, maxLength: 20_000, description: 'One SELECT' }) },
  { additionalProperties: false },
)

/** One SELECT over published tables, checked node by node. */
export function sqlRoutes(app: FastifyInstance, { datastore }: { datastore: Datastore }): void {
  const answer = async (request: FastifyRequest, reply: FastifyReply, text: string) => {
    const { records, ...about } = await datastore.sql(text, request.signal)
    if (acceptedFormat(request.headers.accept) === 'csv') {
      const names = Object.keys(records[0] ?? {})
      const lines = records.map((record) => csvLine(names.map((name) => (record[name] === null ? '' : String(record[name])))))
      return reply
        .type('text/csv; charset=utf-8; header=present')
        .header('x-truncated', String(about.truncated))
        .send(csvLine(names) + lines.join(''))
    }
    return reply.type('application/json; charset=utf-8').send(Buffer.from(JSON.stringify({ records, ...about })))
  }
  const about = { tags: ['Data'], description: 'At most 10,000 rows; bound in time and memory.' }
  app.post(
    '/v1/sql',
    {
      config: { access: 'public' },
      schema: { operationId: 'querySql', summary: 'One SELECT over published tables', body: Statement, ...about },
    },
    (request, reply) => answer(request, reply, (request.body as Static<typeof Statement>).sql),
  )
  app.get(
    '/v1/sql',
    {
      config: { access: 'public' },
      schema: { operationId: 'getSql', summary: 'One SELECT over published tables, in the address', querystring: Asked, ...about },
    },
    (request, reply) => answer(request, reply, (request.query as Static<typeof Asked>).q),
  )
}
