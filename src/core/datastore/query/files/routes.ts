import { createReadStream } from 'node:fs'
import { Readable } from 'node:stream'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type, { type TObject } from 'typebox'
import { begun, Problem } from '../../../../foundation/kernel/index.ts'
import { type Catalogue, licenceTerms } from '../../../catalogue/index.ts'
import { answeredNames, entityTag } from '../../answers.ts'
import type { Bindings, CodeQuestions } from '../../bindings/index.ts'
import { type Datastore, type Manifest, parseRecordsQuery, type QueryRequest } from '../../index.ts'
import { DatasetPath } from '../../parameters.ts'
import { tellNotices } from '../../versions/notices/routes.ts'
import { type Format, formats } from '../media.ts'
import { csvwMetadata } from './csvw.ts'
import { aroundOf, arrowOf, fileOf } from './write.ts'

export interface FileRoutes {
  datastore: Datastore
  catalogue: Catalogue
  bindings: Bindings
  base: () => string
}

/** Whole results as files, one address for each format, and what is to be known to read the CSV. */
export function fileRoutes(
  app: FastifyInstance,
  { datastore, catalogue, base, bindings }: FileRoutes,
  filters: TObject['properties'],
): void {
  for (const format of Object.keys(formats) as Format[])
    app.get(
      `/v1/datasets/:dataset/records.${format}`,
      {
        config: { access: 'public' },
        schema: {
          operationId: `getRecords${format[0]?.toUpperCase()}${format.slice(1)}`,
          summary: `The whole filtered result as ${formats[format].title}, without limit`,
          tags: ['Data'],
          params: DatasetPath,
          querystring: Type.Object(
            {
              ...filters,
              ...(format === 'csv' && { excel: Type.Optional(Type.Boolean({ description: 'With the mark that lets Excel read UTF-8' })) }),
            },
            { description: 'And any number of column__operator=value; a file has no limit and no cursor' },
          ),
        },
      },
      async (request, reply) => {
        const { dataset } = request.params as { dataset: string }
        const search = searchOf(request)
        const codes = await bindings.takeQuestions(dataset, new URLSearchParams(search))
        if (format === 'csv') describe(reply, base(), dataset, search)
        const asked = parseRecordsQuery(codes.parameters)
        return sendFile(datastore, request, reply, { dataset, asked, format, search: refuseCodes(codes, search) })
      },
    )

  app.get(
    '/v1/datasets/:dataset/records.csv-metadata.json',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getRecordsCsvMetadata',
        summary: 'Columns, types and dialect of the CSV, as CSV on the Web',
        tags: ['Data'],
        params: DatasetPath,
        querystring: Type.Object(filters),
      },
    },
    async (request, reply) => {
      const { dataset } = request.params as { dataset: string }
      const search = searchOf(request)
      const asked = parseRecordsQuery(new URLSearchParams(search))
      const manifest = asked.version
        ? await datastore.version(dataset, asked.version, asked.distribution)
        : await datastore.current(dataset, asked.distribution)
      const { title, licence } = await catalogue.dataset(dataset)
      const about = { title, licence: licenceTerms[licence]?.uri, base: base(), search }
      return reply.type('application/csvm+json').send(Buffer.from(JSON.stringify(csvwMetadata(manifest, about))))
    },
  )

  app.get(
    '/.well-known/csvm',
    {
      config: { access: 'public' },
      schema: { operationId: 'getCsvm', summary: 'Where the metadata of a CSV is, as CSV on the Web looks for it', tags: ['Data'] },
    },
    async (_request, reply) => reply.type('text/plain; charset=utf-8').send('{+url}-metadata.json\n'),
  )
}

/**
 * The search of a file, whose rows have the table's columns and no others.
 *
 * @throws {Problem} parameter-invalid when names or translations of codes are asked for.
 */
export function refuseCodes({ labels, translations }: CodeQuestions, search: string): string {
  if (labels.length + translations.length === 0) return search
  throw new Problem('parameter-invalid', {
    detail: 'labels and translate are for pages; a file has the columns of its table.',
    pointer: labels.length > 0 ? '/labels' : '/translate',
    hint: 'The names are in the file of the register: /registers/{register}.csv',
  })
}

/** @see W3C Model for Tabular Data, 5.2 (link header) */
function describe(reply: FastifyReply, base: string, dataset: string, search: string): void {
  const query = search && `?${search}`
  reply.header(
    'link',
    `<${base}/v1/datasets/${dataset}/records.csv-metadata.json${query}>; rel="describedby"; type="application/csvm+json"`,
  )
}

export interface AskedFile {
  dataset: string
  asked: QueryRequest
  format: Format
  search: string
}

/** Sends a whole result; of HEAD, only what would be said about it. */
export async function sendFile(datastore: Datastore, request: FastifyRequest, reply: FastifyReply, file: AskedFile): Promise<FastifyReply> {
  const { dataset, asked, format, search } = file
  if (asked.limit !== undefined || asked.cursor)
    throw new Problem('parameter-invalid', {
      detail: 'A file holds the whole result: limit and cursor are for pages.',
      pointer: asked.cursor ? '/cursor' : '/limit',
    })
  const { manifest, plan: planned } = await datastore.plan(dataset, asked, formats[format].placed)
  reply.type(formats[format].mediaType)
  await tellNotices(datastore, reply, manifest, '')
  if (!planned.bound && cached(request, reply, manifest, `${format}?${search}`)) return reply.code(304).send()
  reply.header(
    'content-disposition',
    `attachment; filename="${dataset}-${manifest.version}.${format === 'geoparquet' ? 'geo.parquet' : format}"`,
  )
  if (request.method === 'HEAD') return reply.send()
  if (format === 'parquet' || format === 'geoparquet') {
    const made = await datastore.parquet(dataset, asked, { signal: request.signal, geometry: format === 'geoparquet' })
    return reply.header('content-length', made.bytes).send(createReadStream(made.path).on('close', made.release))
  }
  if (format === 'arrow') {
    const { cells, batches } = await datastore.vectors(dataset, asked, request.signal)
    return reply.send(Readable.from(arrowOf(cells, await begin(reply, batches)), { objectMode: false, highWaterMark: 1 << 18 }))
  }
  const { plan, blocks } = await datastore.blocks(dataset, asked, formats[format].rows ?? 'json', {
    around: aroundOf(format),
    signal: request.signal,
  })
  const source = {
    manifest,
    names: answeredNames(plan),
    rows: await begin(reply, blocks),
    mark: (request.query as { excel?: boolean }).excel ?? false,
  }
  return reply.send(Readable.from(fileOf(format, source), { objectMode: true, highWaterMark: 4 }))
}

/** Rows whose first are there: who is told to come back later is told so by a status, not by a connection that breaks. */
async function begin<T>(reply: FastifyReply, rows: AsyncGenerator<T>): Promise<AsyncGenerator<T>> {
  const started = await begun(rows)
  reply.raw.once('close', () => void started.return(undefined).catch(() => {}))
  return started
}

/** The query string as it was sent. */
export const searchOf = (request: FastifyRequest): string =>
  request.url.includes('?') ? request.url.slice(request.url.indexOf('?') + 1) : ''

/** Sets the cache headers; true when the client has this already. */
export function cached(request: FastifyRequest, reply: FastifyReply, manifest: Manifest, asked: string): boolean {
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
