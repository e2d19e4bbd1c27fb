import { Readable } from 'node:stream'
import type { FastifyInstance } from 'fastify'
import Type, { type Static } from 'typebox'
import type { Objects } from '../../../foundation/engines/files/index.ts'
import { decodeCursor, encodeCursor, Problem } from '../../../foundation/kernel/index.ts'
import { versionLinks } from '../answers.ts'
import type { Datastore, Manifest } from '../index.ts'
import { DatasetPath, oneDistribution, VersionPath } from '../parameters.ts'
import { fileOf } from '../query/files/write.ts'
import { acceptedFormat, formats } from '../query/media.ts'
import { rangeOf } from './range.ts'

interface VersionRoutes {
  datastore: Datastore
  objects: Objects
  base: () => string
}

/** The versions of a dataset, and what stands beside each. */
export function versionRoutes(app: FastifyInstance, { datastore, objects, base }: VersionRoutes): void {
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
      const versions = await datastore.versions(dataset, (request.query as { distribution?: string }).distribution)
      return { versions: await Promise.all(versions.map(async (each) => ({ ...summary(each), ...(await datastore.log.note(each)) }))) }
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
      return { ...manifest, ...(await datastore.log.note(manifest)), links: versionLinks(base(), manifest) }
    },
  )

  app.get(
    '/v1/datasets/:dataset/versions/:version/changes',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'listChanges',
        summary: 'What a version changed: columns, and rows by key',
        tags: ['Data'],
        params: VersionPath,
        querystring: Type.Object(
          {
            from: Type.Optional(Type.String({ description: 'Version to compare with, by default the one before' })),
            limit: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000, description: 'Rows a page, by default 100' })),
            cursor: Type.Optional(Type.String({ description: 'page.next of the answer before' })),
            distribution: Type.Optional(Type.String()),
          },
          { additionalProperties: false },
        ),
      },
    },
    async (request) => {
      const { dataset, version } = request.params as Static<typeof VersionPath>
      const {
        from,
        limit = 100,
        cursor,
        distribution,
      } = request.query as { from?: string; limit?: number; cursor?: string; distribution?: string }
      const at = cursor === undefined ? 0 : decodeCursor(cursor)
      if (typeof at !== 'number')
        throw new Problem('cursor-invalid', { detail: 'The cursor belongs to another question.', pointer: '/cursor' })
      const { records, total, ...changes } = await datastore.changes(
        dataset,
        version,
        { ...(from && { from }), ...(distribution && { distribution }) },
        { from: at, limit },
      )
      const next = at + records.length < total ? encodeCursor(at + records.length) : null
      return { ...changes, records, page: { limit, total, next } }
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
      const tag = `"${manifest.source.sha256}"`
      reply.header('accept-ranges', 'bytes').header('last-modified', new Date(manifest.created).toUTCString())
      if (request.headers['if-none-match'] === tag) return reply.code(304).send()
      const range = rangeOf(request.headers.range, bytes, request.headers['if-range']?.toString(), tag)
      if (range === 'unsatisfiable') {
        reply.header('content-range', `bytes */${bytes}`)
        throw new Problem('range-not-satisfiable', { detail: `The file has ${bytes} bytes.` })
      }
      if (range) reply.code(206).header('content-range', `bytes ${range.start}-${range.end}/${bytes}`)
      reply.header('content-length', range ? range.end - range.start + 1 : bytes)
      return request.method === 'HEAD' ? reply.send() : reply.send(Readable.from(objects.read(key, range)))
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
      if (acceptedFormat(request.headers.accept) === 'csv') {
        const manifest = await datastore.version(dataset, version, distribution)
        return reply
          .type(formats.csv.mediaType)
          .send(
            Readable.from(
              fileOf('csv', { manifest, names: ['row', 'column', 'text', 'rule'], rows: datastore.rejectBlocks(manifest, request.signal) }),
            ),
          )
      }
      const { rejects, total } = await datastore.rejects(dataset, version, { limit, offset }, distribution)
      return { rejects, page: { limit, offset, total } }
    },
  )

  app.get(
    '/v1/datasets/:dataset/versions/:version/provenance',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getProvenance',
        summary: 'A row traced to its source: file, line, each cell as received, and the rule that made its value',
        tags: ['Data'],
        params: VersionPath,
        querystring: Type.Object(
          {
            row: Type.Integer({ minimum: 1, description: 'Row from 1, as the rejects count; _row of a record' }),
            distribution: Type.Optional(Type.String()),
          },
          { additionalProperties: false },
        ),
      },
    },
    async (request) => {
      const { dataset, version } = request.params as Static<typeof VersionPath>
      const { row, distribution } = request.query as { row: number; distribution?: string }
      const traced = await datastore.provenance(dataset, version, row, distribution)
      const manifest = await datastore.version(dataset, version, distribution)
      return { dataset, version: manifest.version, ...traced, links: versionLinks(base(), manifest) }
    },
  )
}
