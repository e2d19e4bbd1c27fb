import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { pageBody } from '../answers.ts'
import { type EngineChoice, parseQueryBody, parseRecordsQuery, tableSchema } from '../index.ts'
import { datasetOpenApi } from '../openapi.ts'
import { DatasetPath, oneDistribution } from '../parameters.ts'
import { tellNotices } from '../versions/notices/routes.ts'
import { cached, type FileRoutes, fileRoutes, refuseCodes, searchOf, sendFile } from './files/routes.ts'
import { acceptedFormat, type Format } from './media.ts'

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
export function queryRoutes(app: FastifyInstance, options: FileRoutes): void {
  const { datastore, base, bindings } = options
  const recordsQuery = Type.Object(
    {
      columns: Type.Optional(Type.String({ description: 'Columns to answer, comma between' })),
      group: Type.Optional(Type.String({ description: 'Columns to group by, comma between' })),
      measures: Type.Optional(Type.String({ description: 'What to measure of each group: count, sum:Amount, …, comma between' })),
      distinct: Type.Optional(Type.String({ description: 'true: the different combinations of columns' })),
      pivot: Type.Optional(Type.String({ description: 'Column whose values become columns, with the measures under each' })),
      search: Type.Optional(Type.String({ description: 'Words that must all occur' })),
      searchColumns: Type.Optional(Type.String({ description: 'Text columns to search, by default all' })),
      bbox: Type.Optional(Type.String({ description: 'west,south,east,north in degrees' })),
      near: Type.Optional(Type.String({ description: 'latitude,longitude,metres' })),
      within: Type.Optional(Type.String({ description: 'A polygon as well-known text, longitude first' })),
      sort: Type.Optional(Type.String({ description: 'Columns to sort by, comma between, - before a column for descending' })),
      limit: Type.Optional(Type.String({ description: 'Rows a page, 1 to 10,000, default 100' })),
      cursor: Type.Optional(Type.String({ description: 'page.next of the answer before' })),
      version: Type.Optional(Type.String({ description: 'Version such as 2.1.0, or the newest of 2.*; by default the current one' })),
      asOf: Type.Optional(Type.String({ description: 'Day or instant: the version that was current then' })),
      distribution: Type.Optional(Type.String({ description: 'Table, where the dataset has several' })),
      labels: Type.Optional(Type.String({ description: 'Columns of codes whose names to add as column_label, comma between' })),
      translate: Type.Optional(Type.String({ description: 'column:date adds column_at_date: the codes that stand for it then' })),
      explain: Type.Optional(Type.Boolean({ description: 'How the question is understood and which engine answers it, instead of rows' })),
    },
    { description: 'And any number of column__operator=value' },
  )
  const { limit: _limit, cursor: _cursor, explain: _explain, labels: _labels, translate: _translate, ...ofFiles } = recordsQuery.properties
  fileRoutes(app, options, ofFiles)
  const records = async (request: FastifyRequest, reply: FastifyReply) => {
    const { dataset } = request.params as { dataset: string }
    const search = searchOf(request)
    const codes = await bindings.takeQuestions(dataset, new URLSearchParams(search))
    const asked = parseRecordsQuery(codes.parameters)
    if ((request.query as { explain?: boolean }).explain)
      return reply
        .header('cache-control', 'no-store')
        .type('application/json; charset=utf-8')
        .send(JSON.stringify(await datastore.explain(dataset, asked)))
    const format = acceptedFormat(request.headers.accept)
    if (format) return sendFile(datastore, request, reply, { dataset, asked, format, search: refuseCodes(codes, search) })
    const page = await datastore.textPage(dataset, asked, request.signal)
    if (!codes.bound && !page.plan.bound && cached(request, reply, page.manifest, search)) return reply.code(304).send()
    const self = `/v1/datasets/${dataset}/records`
    const side = (cursor: string | null) => cursor && `${base()}${self}?${withParameters(search, { cursor })}`
    const [next, prev] = [side(page.page.next), side(page.page.prev)]
    const sides = [next && `<${next}>; rel="next"`, prev && `<${prev}>; rel="prev"`].filter(Boolean)
    if (sides.length) reply.header('link', sides.join(', '))
    reply.header('server-timing', serverTiming(page.engine))
    await tellNotices(datastore, reply, page.manifest, base())
    const links = {
      self: `${base()}${request.url}`,
      next: next || null,
      prev: prev || null,
      csv: fileLink(base(), self, 'csv', search),
      ndjson: fileLink(base(), self, 'ndjson', search),
      parquet: fileLink(base(), self, 'parquet', search),
      xlsx: fileLink(base(), self, 'xlsx', search),
      ods: fileLink(base(), self, 'ods', search),
      schema: `${base()}/v1/datasets/${dataset}/schema`,
      page: `${base()}/datasets/${dataset}`,
    }
    return reply.type('application/json; charset=utf-8').send(pageBody({ ...page, records: bindings.answer(page.records, codes) }, links))
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
      const asked = parseQueryBody(request.body ?? {})
      const format = acceptedFormat(request.headers.accept)
      if (format) return sendFile(datastore, request, reply, { dataset, asked, format, search: JSON.stringify(request.body) })
      const page = await datastore.textPage(dataset, asked, request.signal)
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
