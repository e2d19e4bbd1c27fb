import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply } from 'fastify'
import Type from 'typebox'
import { Problem } from '../../../foundation/kernel/index.ts'
import { demandPublisher } from '../../access/index.ts'
import type { Catalogue } from '../../catalogue/index.ts'
import { versionLinks } from '../answers.ts'
import { type Datastore, parseOverrides } from '../index.ts'
import { Jobs, jobNotFound } from '../jobs.ts'
import { DatasetPath } from '../parameters.ts'

interface PublishRoutes {
  datastore: Datastore
  catalogue: Catalogue
  base: () => string
}

const JobModel = Type.Object({
  id: Type.String(),
  dataset: Type.String(),
  state: Type.String(),
  progress: Type.Record(Type.String(), Type.Unknown()),
  version: Type.Optional(Type.String()),
  rows: Type.Optional(Type.Integer()),
  unchanged: Type.Optional(Type.Boolean()),
  tables: Type.Optional(
    Type.Array(
      Type.Object({
        table: Type.String(),
        distribution: Type.String(),
        version: Type.Optional(Type.String()),
        rows: Type.Optional(Type.Integer()),
        problem: Type.Optional(Type.String()),
      }),
    ),
  ),
  problem: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})

const PublishQuery = Type.Object(
  {
    filename: Type.Optional(Type.String({ minLength: 1, maxLength: 300, description: 'Name of the file' })),
    key: Type.Optional(Type.String({ description: 'Columns that identify a row, comma between' })),
    distribution: Type.Optional(
      Type.String({ pattern: '^[a-z0-9]+(?:-[a-z0-9]+)*$', maxLength: 60, description: 'Table to publish to, default data' }),
    ),
    type: Type.Optional(
      Type.Array(Type.String({ description: 'column=type, or column=date:mdy with the order of day and month; may be repeated' })),
    ),
    delimiter: Type.Optional(Type.String({ minLength: 1, maxLength: 10, description: 'A character, or comma, tab, semicolon, pipe' })),
    headerRow: Type.Optional(Type.Integer({ minimum: 0, description: 'Line of the header, 0 for none' })),
    encoding: Type.Optional(Type.String({ maxLength: 40, description: 'Label of the Encoding standard, or cp850' })),
    sheet: Type.Optional(
      Type.String({
        maxLength: 300,
        description: 'Sheet of a workbook or file of an archive, by name or number from 1; all publishes each as a table',
      }),
    ),
    ignoreRows: Type.Optional(Type.String({ maxLength: 2000, description: 'Lines to leave out, such as 5,12-14' })),
    recipe: Type.Optional(
      Type.Enum(['keep', 'none'] as const, { description: 'none forgets what was chosen for the version before; keep is usual' }),
    ),
  },
  { additionalProperties: false },
)

/** Publishing has a scope of its own: there every body is a stream, whatever its media type. */
export function publishRoutes({ datastore, catalogue, base }: PublishRoutes): FastifyPluginAsyncTypebox {
  const jobs = new Jobs()
  return async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', (_request, payload, done) => done(null, payload))

    app.post(
      '/v1/datasets/:dataset/versions',
      {
        config: { access: 'publisher' },
        bodyLimit: Number.MAX_SAFE_INTEGER,
        schema: {
          operationId: 'publishVersion',
          summary: 'Publish a file as the next version',
          description:
            'The body is the file. 201 with the manifest; 200 when the bytes are those of the current version; 202 with a job under Prefer: respond-async.',
          tags: ['Publishing'],
          params: DatasetPath,
          querystring: PublishQuery,
        },
      },
      async (request, reply) => {
        const { dataset } = request.params
        demandPublisher(request.actor, (await catalogue.dataset(dataset)).publisher)
        const { filename = 'data', key, distribution, recipe, ...overrides } = request.query
        const length = Number(request.headers['content-length'])
        const body = request.body as AsyncIterable<Uint8Array> | undefined
        if (!body) throw new Problem('file-empty', { detail: 'The request has no body.' })
        const input = {
          dataset,
          ...(distribution && { distribution }),
          source: body,
          filename,
          ...(request.headers['content-type'] && { mediaType: request.headers['content-type'] }),
          ...(length > 0 && { totalBytes: length }),
          ...(key !== undefined && { key: key.split(',').filter(Boolean) }),
          ...(recipe && { recipe }),
          overrides: parseOverrides(overrides),
        }
        if (/\brespond-async\b/.test(String(request.headers.prefer ?? ''))) return respondAsync(reply, dataset, input)
        const { manifest, unchanged, tables } = await datastore.publish(input)
        return reply
          .code(unchanged ? 200 : 201)
          .header('location', versionLinks(base(), manifest).self)
          .send({ ...manifest, unchanged, ...(tables && { tables }), links: versionLinks(base(), manifest) })
      },
    )

    const respondAsync = async (reply: FastifyReply, dataset: string, input: Parameters<Datastore['publish']>[0]) => {
      // The bytes must be here before the answer goes: the client closes its side with it.
      let received: () => void = () => {}
      let refused: (error: unknown) => void = () => {}
      const arrival = new Promise<void>((resolve, reject) => {
        received = resolve
        refused = reject
      })
      const job = jobs.start(dataset, (onProgress) => {
        const work = datastore.publish({
          ...input,
          onProgress: (progress) => {
            onProgress(progress)
            if (progress.stage !== 'receiving') received()
          },
        })
        work.then(received, refused)
        return work
      })
      await arrival
      const links = { self: `${base()}/v1/jobs/${job.id}` }
      return reply
        .code(202)
        .header('location', links.self)
        .header('preference-applied', 'respond-async')
        .send({ ...job, links })
    }

    app.get(
      '/v1/jobs/:job',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'getJob',
          summary: 'How far a publication has come; as text/event-stream, live',
          tags: ['Publishing'],
          params: Type.Object({ job: Type.String() }),
          response: { 200: JobModel },
        },
      },
      async (request, reply) => {
        const job = jobs.get(request.params.job)
        if (catalogue.sight(job.dataset).of === 'nothing') throw jobNotFound()
        if (!/text\/event-stream/.test(request.headers.accept ?? '')) return { ...job, progress: { ...job.progress } }
        reply.type('text/event-stream').header('cache-control', 'no-store')
        return reply.send(Readable.from(serverSent(jobs.follow(job.id, request.signal))) as never)
      },
    )
  }
}

async function* serverSent(jobs: AsyncIterable<{ state: string }>): AsyncGenerator<string> {
  for await (const job of jobs) yield `event: ${job.state === 'running' ? 'progress' : job.state}\ndata: ${JSON.stringify(job)}\n\n`
}
