import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { Problem } from '../../../foundation/kernel/index.ts'
import { answeredNames, entityTag, fileText, pageBody } from '../answers.ts'
import {
  type Datastore,
  type EngineChoice,
  type Manifest,
  parseQueryBody,
  parseRecordsQuery,
  type QueryRequest,
  tableSchema,
} from '../index.ts'
import { datasetOpenApi } from '../openapi.ts'
import { DatasetPath, oneDistribution } from '../parameters.ts'
import { acceptedFormat, type Format, formats } from './media.ts'

interface QueryRoutes {
  datastore: Datastore
  base: () => string
}

const Records = Type.Object({
  records: Type.Array(Type.Record(Type.String(), Type.Unknown())),
  page: Type.Object({
    limit: Type.Integer(),
    total: Type.Integer(),
    next: Type.Union([Type.String(), Type.Null()]),
    prev: Type.Union([Type.String(), Type.Null()]),
  }),
  version: Type.String(),
  links: Type.Record(Type.String(), Type.Unknown()),
})

/** The rows of a dataset: pages, files, questions in JSON, the schema. */
export function queryRoutes(app: FastifyInstance, { datastore, base }: QueryRoutes): void {
  const recordsQuery = Type.Object(
    {
      columns: Type.Optional(Type.String({ description: 'Columns to answer, comma between' })),
      sort: Type.Optional(Type.String({ description: 'Columns to sort by, comma between, - before a column for descending' })),
      limit: Type.Optional(Type.String({ description: 'Rows a page, 1 to 10,000, default 100' })),
      cursor: Type.Optional(Type.String({ description: 'page.next of the answer before' })),
      version: Type.Optional(Type.String({ description: 'Version, by default the current one' })),
      distribution: Type.Optional(Type.String({ description: 'Table, where the dataset has several' })),
      explain: Type.Optional(Type.Boolean({ description: 'How the question is understood and which engine answers it, instead of rows' })),
    },
    { description: 'And any number of column__operator=value' },
  )
  const { limit: _limit, cursor: _cursor, explain: _explain, ...ofFiles } = recordsQuery.properties
  const fileQuery = Type.Object(ofFiles, { description: 'And any number of column__operator=value; a file has no limit and no cursor' })
  const records = async (request: FastifyRequest, reply: FastifyReply) => {
    const { dataset } = request.params as { dataset: string }
    const search = searchOf(request)
    const asked = parseRecordsQuery(new URLSearchParams(search))
    if ((request.query as { explain?: boolean }).explain)
      return reply
        .header('cache-control', 'no-store')
        .type('application/json; charset=utf-8')
        .send(JSON.stringify(await datastore.explain(dataset, asked)))
    const format = acceptedFormat(request.headers.accept)
    if (format) return sendFile(request, reply, dataset, asked, format, search)
    const page = await datastore.textPage(dataset, asked, request.signal)
    if (cached(request, reply, page.manifest, search)) return reply.code(304).send()
    const self = `/v1/datasets/${dataset}/records`
    const side = (cursor: string | null) => cursor && `${base()}${self}?${withParameters(search, { cursor })}`
    const [next, prev] = [side(page.page.next), side(page.page.prev)]
    const sides = [next && `<${next}>; rel="next"`, prev && `<${prev}>; rel="prev"`].filter(Boolean)
    if (sides.length) reply.header('link', sides.join(', '))
    reply.header('server-timing', serverTiming(page.engine))
    const links = {
      self: `${base()}${request.url}`,
      next: next || null,
      prev: prev || null,
      csv: fileLink(base(), self, 'csv', search),
      ndjson: fileLink(base(), self, 'ndjson', search),
      parquet: fileLink(base(), self, 'parquet', search),
      schema: `${base()}/v1/datasets/${dataset}/schema`,
      page: `${base()}/datasets/${dataset}`,
    }
    return reply.type('application/json; charset=utf-8').send(pageBody(page, links))
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
      return reply.type('application/json; charset=utf-8').send(pageBody(page, { schema: `${base()}/v1/datasets/${dataset}/schema` }))
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

/** Which engine answered and how long its steps took. @see W3C Server Timing */
const serverTiming = ({ engine, ms }: EngineChoice): string =>
  [`engine;desc=${engine}`, ...Object.entries(ms).map(([step, each]) => `${step};dur=${each.toFixed(2)}`)].join(', ')

const disposition = (dataset: string, manifest: Manifest, extension: string): string =>
  `attachment; filename="${dataset}-${manifest.version}.${extension}"`
