import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import type { Objects } from '../../foundation/engines/files/index.ts'
import { Problem } from '../../foundation/kernel/index.ts'
import { demandPublisher } from '../access/index.ts'
import type { Catalogue } from '../catalogue/index.ts'
import { answeredNames, entityTag, fileText, pageBody } from './answers.ts'
import { columnTypes, type Datastore, type Manifest, parseQueryBody, parseRecordsQuery, type QueryRequest, tableSchema } from './index.ts'
import { Jobs } from './jobs.ts'
import { datasetOpenApi } from './openapi.ts'

export interface DatastoreRoutes {
  datastore: Datastore
  catalogue: Catalogue
  objects: Objects
  base: () => string
}

const DatasetPath = Type.Object({ dataset: Type.String({ description: 'Name of the dataset' }) })
const VersionPath = Type.Object({ dataset: Type.String(), version: Type.String({ description: 'Number such as 1.0.0, or id' }) })
const Records = Type.Object({
  records: Type.Array(Type.Record(Type.String(), Type.Unknown())),
  page: Type.Object({ limit: Type.Integer(), total: Type.Integer(), next: Type.Union([Type.String(), Type.Null()]) }),
  version: Type.String(),
  links: Type.Record(Type.String(), Type.Unknown()),
})
const oneDistribution = Type.Object(
  { distribution: Type.Optional(Type.String({ description: 'Table, where the dataset has several' })) },
  { additionalProperties: false },
)
const JobModel = Type.Object({
  id: Type.String(),
  dataset: Type.String(),
  state: Type.String(),
  progress: Type.Record(Type.String(), Type.Unknown()),
  version: Type.Optional(Type.String()),
  rows: Type.Optional(Type.Integer()),
  unchanged: Type.Optional(Type.Boolean()),
  problem: Type.Optional(Type.Record(Type.String(), Type.Unknown())),
})

/** The data API: query, files, versions, publishing. */
export function datastoreRoutes(options: DatastoreRoutes): FastifyPluginAsyncTypebox {
  return async (app) => {
    queryRoutes(app, options)
    versionRoutes(app, options)
    await app.register(publishRoutes(options))
  }
}

const formats = {
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson; charset=utf-8',
  json: 'application/json; charset=utf-8',
  parquet: 'application/vnd.apache.parquet',
} as const
type Format = keyof typeof formats

function queryRoutes(app: FastifyInstance, { datastore, base }: DatastoreRoutes): void {
  const recordsQuery = Type.Object(
    {
      columns: Type.Optional(Type.String({ description: 'Columns to answer, comma between' })),
      sort: Type.Optional(Type.String({ description: 'Columns to sort by, comma between, - before a column for descending' })),
      limit: Type.Optional(Type.String({ description: 'Rows a page, 1 to 10,000, default 100' })),
      cursor: Type.Optional(Type.String({ description: 'page.next of the answer before' })),
      version: Type.Optional(Type.String({ description: 'Version, by default the current one' })),
      distribution: Type.Optional(Type.String({ description: 'Table, where the dataset has several' })),
    },
    { description: 'And any number of column__operator=value' },
  )
  const { limit: _limit, cursor: _cursor, ...ofFiles } = recordsQuery.properties
  const fileQuery = Type.Object(ofFiles, { description: 'And any number of column__operator=value; a file has no limit and no cursor' })
  const records = async (request: FastifyRequest, reply: FastifyReply) => {
    const { dataset } = request.params as { dataset: string }
    const search = searchOf(request)
    const asked = parseRecordsQuery(new URLSearchParams(search))
    const format = acceptedFormat(request)
    if (format) return sendFile(request, reply, dataset, asked, format, search)
    const page = await datastore.textPage(dataset, asked, request.signal)
    if (cached(request, reply, page.manifest, search)) return reply.code(304).send()
    const self = `/v1/datasets/${dataset}/records`
    const next = page.page.next && `${base()}${self}?${withParameters(search, { cursor: page.page.next })}`
    if (next) reply.header('link', `<${next}>; rel="next"`)
    const links = {
      self: `${base()}${request.url}`,
      next: next || null,
      csv: fileLink(base(), self, 'csv', search),
      ndjson: fileLink(base(), self, 'ndjson', search),
      parquet: fileLink(base(), self, 'parquet', search),
      schema: `${base()}/v1/datasets/${dataset}/schema`,
      page: `${base()}/datasets/${dataset}`,
    }
    return reply.type('application/json; charset=utf-8').send(Buffer.from(pageBody(page, links)))
  }
  const sendFile = async (
    request: FastifyRequest,
    reply: FastifyReply,
    dataset: string,
    asked: QueryRequest,
    format: Format,
    search: string,
  ) => {
    if (asked.limit !== undefined || asked.cursor)
      throw new Problem('parameter-invalid', {
        detail: 'A file holds the whole result: limit and cursor are for pages.',
        pointer: asked.cursor ? '/cursor' : '/limit',
      })
    reply.type(formats[format])
    if (format === 'parquet') {
      const file = await datastore.parquet(dataset, asked, request.signal)
      if (cached(request, reply, file.manifest, `${format}?${search}`)) return file.release().then(() => reply.code(304).send())
      reply.header('content-disposition', disposition(dataset, file.manifest, format)).header('content-length', file.bytes)
      return reply.send(createReadStream(file.path).on('close', file.release))
    }
    const result = await datastore.stream(dataset, asked, format === 'csv' ? 'csv' : 'json', request.signal)
    if (cached(request, reply, result.manifest, `${format}?${search}`)) return result.batches.return([]).then(() => reply.code(304).send())
    reply.header('content-disposition', disposition(dataset, result.manifest, format))
    return reply.send(Readable.from(fileText(format, result.batches, answeredNames(result.plan)), { objectMode: true, highWaterMark: 4 }))
  }

  app.get(
    '/v1/datasets/:dataset/records',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getRecords',
        summary: 'Rows of a dataset, filtered, sorted and paged',
        tags: ['Data'],
        params: DatasetPath,
        querystring: recordsQuery,
      },
    },
    records,
  )
  for (const format of Object.keys(formats) as Format[])
    app.get(
      `/v1/datasets/:dataset/records.${format}`,
      {
        config: { access: 'public' },
        schema: {
          operationId: `getRecords${format[0]?.toUpperCase()}${format.slice(1)}`,
          summary: `The whole filtered result as ${format.toUpperCase()}, without limit`,
          tags: ['Data'],
          params: DatasetPath,
          querystring: fileQuery,
        },
      },
      (request, reply) =>
        sendFile(
          request,
          reply,
          (request.params as { dataset: string }).dataset,
          parseRecordsQuery(new URLSearchParams(searchOf(request))),
          format,
          searchOf(request),
        ),
    )

  app.post(
    '/v1/datasets/:dataset/query',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'queryRecords',
        summary: 'Nested filters, groups and measures',
        description:
          'Body: filter (and, or, not, {column, op, value}), columns, group, measures (count sum avg min max count-distinct), sort, limit, cursor, version, distribution.',
        tags: ['Data'],
        params: DatasetPath,
        response: { 200: Records },
      },
      serializerCompiler: () => (body) => body as unknown as string,
    },
    async (request, reply) => {
      const { dataset } = request.params as { dataset: string }
      const page = await datastore.textPage(dataset, parseQueryBody(request.body ?? {}), request.signal)
      return reply
        .type('application/json; charset=utf-8')
        .send(Buffer.from(pageBody(page, { schema: `${base()}/v1/datasets/${dataset}/schema` })))
    },
  )

  app.get(
    '/v1/datasets/:dataset/schema',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getSchema',
        summary: 'Columns and types, as Table Schema',
        tags: ['Data'],
        params: DatasetPath,
        querystring: Type.Object(
          { version: Type.Optional(Type.String()), distribution: Type.Optional(Type.String()) },
          { additionalProperties: false },
        ),
      },
    },
    async (request) => {
      const { dataset } = request.params as { dataset: string }
      const { version, distribution } = request.query as { version?: string; distribution?: string }
      return tableSchema(version ? await datastore.version(dataset, version, distribution) : await datastore.current(dataset, distribution))
    },
  )

  app.get(
    '/v1/datasets/:dataset/openapi.json',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getDatasetOpenApi',
        summary: 'The API of one dataset, its columns as typed parameters',
        tags: ['Data'],
        params: DatasetPath,
        querystring: oneDistribution,
      },
    },
    async (request, reply) => {
      const manifest = await datastore.current(
        (request.params as { dataset: string }).dataset,
        (request.query as { distribution?: string }).distribution,
      )
      return reply.type('application/vnd.oai.openapi+json;version=3.1').send(Buffer.from(JSON.stringify(datasetOpenApi(manifest, base()))))
    },
  )
}

const searchOf = (request: FastifyRequest): string => (request.url.includes('?') ? request.url.slice(request.url.indexOf('?') + 1) : '')

function acceptedFormat(request: FastifyRequest): Format | undefined {
  const accept = request.headers.accept ?? ''
  if (!accept || /application\/json|\*\/\*/.test(accept.split(',')[0] ?? '')) return undefined
  if (/text\/csv/.test(accept)) return 'csv'
  if (/ndjson|jsonl/.test(accept)) return 'ndjson'
  if (/parquet/.test(accept)) return 'parquet'
  if (/\*\/\*|application\/(?:\*|json)|text\/html/.test(accept)) return undefined
  throw new Problem('format-not-supported', {
    detail: `None of ${accept.slice(0, 200)} is served here.`,
    pointer: '/accept',
    hint: 'Formats: application/json, text/csv, application/x-ndjson, application/vnd.apache.parquet.',
  })
}

/** Sets the cache headers; true when the client has this already. */
function cached(request: FastifyRequest, reply: FastifyReply, manifest: Manifest, asked: string): boolean {
  const tag = entityTag(manifest, `${asked}|${request.headers.accept ?? ''}`)
  reply
    .header('etag', tag)
    .header('last-modified', new Date(manifest.created).toUTCString())
    .header('cache-control', 'public, max-age=0, must-revalidate')
    .header('vary', 'accept')
  const known = request.headers['if-none-match']
  if (known) return known.split(',').some((each) => each.trim().replace(/^W\//, '') === tag || each.trim() === '*')
  const since = Date.parse(request.headers['if-modified-since'] ?? '')
  return !Number.isNaN(since) && Math.floor(Date.parse(manifest.created) / 1000) * 1000 <= since
}

function withParameters(search: string, more: Record<string, string>): string {
  const parameters = new URLSearchParams(search)
  for (const [name, value] of Object.entries(more)) parameters.set(name, value)
  return parameters.toString()
}

function fileLink(base: string, path: string, format: Format, search: string): string {
  const parameters = new URLSearchParams(search)
  parameters.delete('limit')
  parameters.delete('cursor')
  return `${base}${path}.${format}${parameters.size ? `?${parameters}` : ''}`
}

const disposition = (dataset: string, manifest: Manifest, extension: string): string =>
  `attachment; filename="${dataset}-${manifest.version}.${extension}"`

function versionRoutes(app: FastifyInstance, { datastore, objects, base }: DatastoreRoutes): void {
  const summary = (manifest: Manifest) => ({
    id: manifest.id,
    version: manifest.version,
    distribution: manifest.distribution,
    created: manifest.created,
    rows: manifest.rows,
    columns: manifest.columns.length,
    rejectedCells: manifest.rejectedCells,
    sourceName: manifest.source.name,
    sourceBytes: manifest.source.bytes,
    links: versionLinks(base(), manifest),
  })

  app.get(
    '/v1/datasets/:dataset/versions',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'listVersions',
        summary: 'Versions of a dataset, newest first',
        tags: ['Data'],
        params: DatasetPath,
        querystring: oneDistribution,
      },
    },
    async (request) => {
      const { dataset } = request.params as Static<typeof DatasetPath>
      return { versions: (await datastore.versions(dataset, (request.query as { distribution?: string }).distribution)).map(summary) }
    },
  )

  app.get(
    '/v1/datasets/:dataset/versions/:version',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getVersion',
        summary: 'Everything known of a version',
        tags: ['Data'],
        params: VersionPath,
        querystring: oneDistribution,
      },
    },
    async (request) => {
      const { dataset, version } = request.params as Static<typeof VersionPath>
      const manifest = await datastore.version(dataset, version, (request.query as { distribution?: string }).distribution)
      return { ...manifest, links: versionLinks(base(), manifest) }
    },
  )

  app.get(
    '/v1/datasets/:dataset/versions/:version/source',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getSource',
        summary: 'The file as received',
        tags: ['Data'],
        params: VersionPath,
        querystring: oneDistribution,
      },
    },
    async (request, reply) => {
      const { dataset, version } = request.params as Static<typeof VersionPath>
      const manifest = await datastore.version(dataset, version, (request.query as { distribution?: string }).distribution)
      const { key, bytes } = datastore.source(manifest)
      reply
        .header('etag', `"${manifest.source.sha256}"`)
        .header('content-disposition', `attachment; filename*=UTF-8''${encodeURIComponent(manifest.source.name)}`)
      // Strangers' bytes: never as something a browser would run.
      reply.type(
        /^(?:text\/csv|text\/tab-separated-values|application\/(?:json|x-ndjson|gzip|zip))$/.test(manifest.source.mediaType)
          ? manifest.source.mediaType
          : 'application/octet-stream',
      )
      if (request.headers['if-none-match'] === `"${manifest.source.sha256}"`) return reply.code(304).send()
      return reply.header('content-length', bytes).send(Readable.from(objects.read(key)))
    },
  )

  app.get(
    '/v1/datasets/:dataset/versions/:version/rejects',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'listRejects',
        summary: 'Cells set aside: row, column, text as received, rule',
        tags: ['Data'],
        params: VersionPath,
        querystring: Type.Object(
          {
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
            offset: Type.Optional(Type.Integer({ minimum: 0 })),
            distribution: Type.Optional(Type.String()),
          },
          { additionalProperties: false },
        ),
      },
    },
    async (request, reply) => {
      const { dataset, version } = request.params as Static<typeof VersionPath>
      const { limit = 100, offset = 0, distribution } = request.query as { limit?: number; offset?: number; distribution?: string }
      if (acceptedFormat(request) === 'csv') {
        const manifest = await datastore.version(dataset, version, distribution)
        return reply
          .type(formats.csv)
          .send(Readable.from(fileText('csv', datastore.rejectTexts(manifest, request.signal), ['row', 'column', 'text', 'rule'])))
      }
      const { rejects, total } = await datastore.rejects(dataset, version, { limit, offset }, distribution)
      return { rejects, page: { limit, offset, total } }
    },
  )
}

function versionLinks(base: string, manifest: Manifest) {
  const self = `${base}/v1/datasets/${manifest.dataset}/versions/${manifest.version}`
  return {
    self,
    source: `${self}/source`,
    rejects: `${self}/rejects`,
    records: `${base}/v1/datasets/${manifest.dataset}/records?version=${manifest.version}`,
    page: `${base}/datasets/${manifest.dataset}/versions/${manifest.version}`,
  }
}

const PublishQuery = Type.Object(
  {
    filename: Type.Optional(Type.String({ minLength: 1, maxLength: 300, description: 'Name of the file' })),
    key: Type.Optional(Type.String({ description: 'Columns that identify a row, comma between' })),
    distribution: Type.Optional(
      Type.String({ pattern: '^[a-z0-9]+(?:-[a-z0-9]+)*$', maxLength: 60, description: 'Table to publish to, default data' }),
    ),
    type: Type.Optional(Type.Array(Type.String({ description: 'column=type, may be repeated' }))),
    delimiter: Type.Optional(Type.String({ minLength: 1, maxLength: 1 })),
    headerRow: Type.Optional(Type.Integer({ minimum: 0, description: 'Line of the header, 0 for none' })),
  },
  { additionalProperties: false },
)

/** Publishing has a scope of its own: there every body is a stream, whatever its media type. */
function publishRoutes({ datastore, catalogue, base }: DatastoreRoutes): FastifyPluginAsyncTypebox {
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
        const { filename = 'data', key, type, delimiter, headerRow, distribution } = request.query
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
          overrides: {
            ...(type && { types: parseTypes(type) }),
            ...(delimiter && { delimiter: delimiter === 't' ? '\t' : delimiter }),
            ...(headerRow !== undefined && { headerRow }),
          },
        }
        if (/\brespond-async\b/.test(String(request.headers.prefer ?? ''))) return respondAsync(reply, dataset, input)
        const { manifest, unchanged } = await datastore.publish(input)
        return reply
          .code(unchanged ? 200 : 201)
          .header('location', versionLinks(base(), manifest).self)
          .send({ ...manifest, unchanged, links: versionLinks(base(), manifest) })
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

function parseTypes(texts: readonly string[]): Record<string, (typeof columnTypes)[number]> {
  return Object.fromEntries(
    texts.map((text) => {
      const at = text.lastIndexOf('=')
      const type = text.slice(at + 1)
      if (at < 1 || !(columnTypes as readonly string[]).includes(type))
        throw new Problem('parameter-invalid', {
          detail: `${JSON.stringify(text)} is not column=type.`,
          pointer: '/type',
          hint: `Types: ${columnTypes.join(' ')}.`,
        })
      return [text.slice(0, at), type as (typeof columnTypes)[number]]
    }),
  )
}
