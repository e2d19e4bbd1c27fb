import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import Type, { type Static } from 'typebox'
import type { SixteenBus } from '../../../../foundation/kernel/index.ts'
import { demandPublisher } from '../../../access/index.ts'
import type { Catalogue } from '../../../catalogue/index.ts'
import type { Datastore } from '../../index.ts'
import { DatasetPath, oneDistribution, VersionPath } from '../../parameters.ts'
import { versionFeed } from '../feed.ts'

interface NoticeRoutes {
  datastore: Datastore
  catalogue: Catalogue
  events: SixteenBus
  base: () => string
}

const Amendment = Type.Object(
  {
    notes: Type.Optional(Type.String({ maxLength: 5000, description: 'What users of the data should know of this version' })),
    withdrawn: Type.Optional(Type.String({ maxLength: 2000, description: 'Why the version is no longer offered; empty offers it again' })),
  },
  { additionalProperties: false },
)
const NoticeBody = Type.Object(
  {
    effective: Type.String({ format: 'date', description: 'Day on which the change comes' }),
    description: Type.String({ minLength: 1, maxLength: 5000, description: 'What will change' }),
    distribution: Type.Optional(Type.String({ maxLength: 60 })),
  },
  { additionalProperties: false },
)

/** What a publisher says of versions: notes, withdrawals, and breaking changes before they come. */
export function noticeRoutes(app: FastifyInstance, { datastore, catalogue, events, base }: NoticeRoutes): void {
  const changed = async (request: FastifyRequest, dataset: string) => {
    const { publisher } = await catalogue.dataset(dataset)
    demandPublisher(request.actor, publisher)
    return () => events.emit('dataset-changed', { dataset, publisher })
  }

  app.patch(
    '/v1/datasets/:dataset/versions/:version',
    {
      config: { access: 'publisher' },
      schema: {
        operationId: 'amendVersion',
        summary: 'Add notes to a version, or withdraw it with a reason',
        tags: ['Publishing'],
        params: VersionPath,
        querystring: oneDistribution,
        body: Amendment,
      },
    },
    async (request) => {
      const { dataset, version } = request.params as Static<typeof VersionPath>
      const tell = await changed(request, dataset)
      const manifest = await datastore.version(dataset, version, (request.query as { distribution?: string }).distribution)
      const note = await datastore.log.amend(manifest, request.body as Static<typeof Amendment>)
      tell()
      return { version: manifest.version, ...note }
    },
  )

  app.put(
    '/v1/datasets/:dataset/notice',
    {
      config: { access: 'publisher' },
      schema: {
        operationId: 'announceChange',
        summary: 'Announce a breaking change',
        tags: ['Publishing'],
        params: DatasetPath,
        body: NoticeBody,
      },
    },
    async (request) => {
      const { dataset } = request.params as Static<typeof DatasetPath>
      const tell = await changed(request, dataset)
      const { distribution, effective, description } = request.body as Static<typeof NoticeBody>
      const current = await datastore.current(dataset, distribution)
      const notice = await datastore.log.announce({ dataset, distribution: current.distribution, effective, description })
      tell()
      return notice
    },
  )

  app.delete(
    '/v1/datasets/:dataset/notice',
    {
      config: { access: 'publisher' },
      schema: {
        operationId: 'callOffChange',
        summary: 'Call an announced change off',
        tags: ['Publishing'],
        params: DatasetPath,
        querystring: oneDistribution,
      },
    },
    async (request, reply) => {
      const { dataset } = request.params as Static<typeof DatasetPath>
      const tell = await changed(request, dataset)
      const current = await datastore.current(dataset, (request.query as { distribution?: string }).distribution)
      await datastore.log.callOff(dataset, current.distribution)
      tell()
      return reply.code(204).send()
    },
  )

  app.get(
    '/v1/datasets/:dataset/versions.atom',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'followVersions',
        summary: 'Versions and announced changes as a feed',
        tags: ['Data'],
        params: DatasetPath,
        querystring: oneDistribution,
      },
    },
    async (request, reply) => {
      const { dataset } = request.params as Static<typeof DatasetPath>
      const about = await catalogue.dataset(dataset)
      const manifests = (await datastore.versions(dataset, (request.query as { distribution?: string }).distribution)).slice(0, 100)
      const versions = await Promise.all(manifests.map(async (manifest) => ({ manifest, note: await datastore.log.note(manifest) })))
      const feed = versionFeed(about, versions, await datastore.log.notices(dataset), base())
      return reply.type('application/atom+xml; charset=utf-8').send(feed)
    },
  )
}

/**
 * Tells every reader of a table that a breaking change is announced.
 *
 * @see RFC 9745 (Deprecation) and RFC 8594 (Sunset)
 */
export async function tellNotices(
  datastore: Datastore,
  reply: FastifyReply,
  table: { dataset: string; distribution: string },
  base: string,
): Promise<void> {
  const notice = (await datastore.log.notices(table.dataset)).find((each) => each.distribution === table.distribution)
  if (!notice) return
  reply
    .header('deprecation', `@${Math.floor(Date.parse(notice.announced) / 1000)}`)
    .header('sunset', new Date(`${notice.effective}T00:00:00Z`).toUTCString())
  const link = `<${base}/v1/datasets/${table.dataset}/versions.atom>; rel="deprecation"; type="application/atom+xml"`
  const given = reply.getHeader('link')
  reply.header('link', given ? `${String(given)}, ${link}` : link)
}
