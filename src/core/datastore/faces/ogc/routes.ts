import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../../../../foundation/kernel/index.ts'
import type { Catalogue } from '../../../catalogue/index.ts'
import { entityTag } from '../../answers.ts'
import type { Datastore, Manifest } from '../../index.ts'
import {
  type Collection,
  collectionDocument,
  collectionId,
  collectionOf,
  GEOJSON,
  HTML,
  JSON_TYPE,
  type Link,
  OPENAPI,
  queryablesDocument,
} from './collection.ts'
import { conformance } from './conformance.ts'
import { collectionList, featureList, featureTable, linkList } from './html.ts'
import { featureOf, general, itemRequest, itemsRequest, unknownParameter } from './items.ts'
import { ogcOpenApi } from './openapi.ts'

export interface OgcRoutes {
  datastore: Datastore
  catalogue: Catalogue
  base: () => string
  /** Draws a page around a body that is escaped already. */
  frame: (title: string, body: string) => string
}

const open = { config: { access: 'public' as const }, schema: { hide: true } }
const described = 'Rows of tables with columns of latitude and longitude, by the standard OGC API Features.'

/** OGC API Features over every table with positions. @see OGC 17-069r4 */
export function ogcRoutes(app: FastifyInstance, options: OgcRoutes): void {
  const { datastore, catalogue, base } = options
  const root = () => `${base()}/ogc`

  const asCollection = async (manifest: Manifest): Promise<Collection | undefined> => {
    const about = await catalogue.dataset(manifest.dataset)
    const table = about.distributions.find((each) => each.name === manifest.distribution)
    const title = manifest.distribution === 'data' ? about.title : `${about.title}: ${table?.title ?? manifest.distribution}`
    return collectionOf(manifest, { title, description: about.description || about.title })
  }
  const all = async () => (await Promise.all((await datastore.placed()).map(asCollection))).filter((found) => found !== undefined)
  const one = async (id: string): Promise<Collection> => {
    const manifest = (await datastore.placed()).find((each) => collectionId(each) === id)
    const found = manifest && (await asCollection(manifest))
    if (found) return found
    throw new Problem('collection-not-found', {
      detail: `There is no collection ${JSON.stringify(id)}.`,
      hint: `${root()}/collections lists them.`,
    })
  }

  /** Sends a document in the form asked for; `links` gets what leads to itself in either. */
  const send = (
    request: FastifyRequest,
    reply: FastifyReply,
    answer: { title: string; type: string; document: object; body: () => string },
  ) => {
    reply.header('vary', 'accept')
    if (formatOf(request) === 'html')
      return reply.type('text/html; charset=utf-8').headers(pagePolicy).send(options.frame(answer.title, answer.body()))
    return reply.type(answer.type).send(Buffer.from(JSON.stringify(answer.document)))
  }
  const itself = (path: string, type: string, query = ''): Link[] => [
    { href: `${root()}${path}?f=json${query && `&${query}`}`, rel: 'self', type, title: 'This document' },
    { href: `${root()}${path}?f=html${query && `&${query}`}`, rel: 'alternate', type: HTML, title: 'This document as a page' },
  ]

  app.get('/ogc', open, async (request, reply) => {
    onlyGeneral(request)
    const links: Link[] = [
      ...itself('', JSON_TYPE),
      { href: `${root()}/api?f=json`, rel: 'service-desc', type: OPENAPI, title: 'The API as OpenAPI 3.0' },
      { href: `${root()}/api?f=html`, rel: 'service-doc', type: HTML, title: 'The API as a page' },
      { href: `${root()}/conformance`, rel: 'conformance', type: JSON_TYPE, title: 'What this conforms to' },
      { href: `${root()}/collections`, rel: 'data', type: JSON_TYPE, title: 'The collections' },
    ]
    const document = { title: 'Features', description: described, links }
    return send(request, reply, {
      title: 'Features',
      type: JSON_TYPE,
      document,
      body: () => `<p class="govuk-body">${described}</p>${linkList(links.slice(2))}`,
    })
  })

  app.get('/ogc/conformance', open, async (request, reply) => {
    onlyGeneral(request)
    const list = () => `<ul class="govuk-list govuk-list--bullet">${conformance.map((uri) => `<li>${uri}</li>`).join('')}</ul>`
    return send(request, reply, {
      title: 'What this conforms to',
      type: JSON_TYPE,
      document: { conformsTo: conformance, links: itself('/conformance', JSON_TYPE) },
      body: list,
    })
  })

  app.get('/ogc/api', open, async (request, reply) => {
    onlyGeneral(request)
    const document = ogcOpenApi(await all(), root())
    const list = () =>
      linkList(
        Object.entries(document.paths as Record<string, { get: { summary: string } }>).map(([path, { get }]) => ({
          href: `${root()}${path.replace('/items/{featureId}', '/items')}`,
          rel: path,
          title: `GET ${path}: ${get.summary}`,
        })),
      )
    return send(request, reply, { title: 'The API of features', type: OPENAPI, document, body: list })
  })

  app.get('/ogc/collections', open, async (request, reply) => {
    onlyGeneral(request)
    const collections = await all()
    const document = { links: itself('/collections', JSON_TYPE), collections: collections.map((each) => collectionDocument(each, root())) }
    return send(request, reply, { title: 'Collections', type: JSON_TYPE, document, body: () => collectionList(collections, root()) })
  })

  app.get('/ogc/collections/:collectionId', open, async (request, reply) => {
    onlyGeneral(request)
    const collection = await one((request.params as { collectionId: string }).collectionId)
    const document = collectionDocument(collection, root())
    const body = () => `<p class="govuk-body">${collection.manifest.rows.toLocaleString('en-GB')} rows.</p>${linkList(document.links)}`
    return send(request, reply, { title: collection.title, type: JSON_TYPE, document, body })
  })

  app.get('/ogc/collections/:collectionId/queryables', open, async (request, reply) => {
    onlyGeneral(request)
    const document = queryablesDocument(await one((request.params as { collectionId: string }).collectionId), root())
    const body = () =>
      `<ul class="govuk-list govuk-list--bullet">${Object.keys(document.properties)
        .map((name) => `<li><code>${name}</code></li>`)
        .join('')}</ul>`
    return send(request, reply, { title: 'What can be asked', type: 'application/schema+json', document, body })
  })

  app.get('/ogc/collections/:collectionId/items', open, async (request, reply) => {
    const collection = await one((request.params as { collectionId: string }).collectionId)
    const parameters = parametersOf(request)
    const { records, page, manifest } = await datastore.page(collection.manifest.dataset, itemsRequest(parameters, collection))
    const features = records.map((record) => featureOf(record, collection))
    const path = `/collections/${encodeURIComponent(collection.id)}`
    const query = (cursor?: string | null) => {
      const rest = new URLSearchParams(parameters)
      rest.delete('f')
      if (cursor) rest.set('cursor', cursor)
      return rest.toString()
    }
    const links: Link[] = [
      ...itself(`${path}/items`, GEOJSON, query()),
      { href: `${root()}${path}`, rel: 'collection', type: JSON_TYPE, title: collection.title },
      ...(page.next
        ? [
            {
              href: `${root()}${path}/items?${query(page.next)}&f=${formatOf(request)}`,
              rel: 'next',
              type: GEOJSON,
              title: 'The next page',
            },
          ]
        : []),
      ...(page.prev
        ? [
            {
              href: `${root()}${path}/items?${query(page.prev)}&f=${formatOf(request)}`,
              rel: 'prev',
              type: GEOJSON,
              title: 'The page before',
            },
          ]
        : []),
    ]
    const document = {
      type: 'FeatureCollection',
      features,
      links,
      timeStamp: new Date().toISOString(),
      numberMatched: page.total,
      numberReturned: features.length,
    }
    reply.header('etag', entityTag(manifest, `${formatOf(request)} ${request.url}`)).header('link', links.map(headerLink).join(', '))
    const turn = links.filter(({ rel }) => rel === 'next' || rel === 'prev')
    const body = () =>
      `<p class="govuk-body">${page.total.toLocaleString('en-GB')} rows, ${features.length} on this page.</p>${featureTable(features, collection, `${root()}${path}`)}${linkList(turn)}`
    return send(request, reply, { title: collection.title, type: GEOJSON, document, body })
  })

  app.get('/ogc/collections/:collectionId/items/:featureId', open, async (request, reply) => {
    onlyGeneral(request)
    const { collectionId: id, featureId } = request.params as { collectionId: string; featureId: string }
    const collection = await one(id)
    const [record] = await found(datastore.page(collection.manifest.dataset, itemRequest(featureId, collection)))
    if (!record) throw new Problem('feature-not-found', { detail: `${id} has no feature ${JSON.stringify(featureId)}.` })
    const path = `/collections/${encodeURIComponent(id)}`
    const feature = featureOf(record, collection)
    const links = [
      ...itself(`${path}/items/${encodeURIComponent(featureId)}`, GEOJSON),
      { href: `${root()}${path}`, rel: 'collection', type: JSON_TYPE, title: collection.title },
    ]
    reply.header('link', links.map(headerLink).join(', '))
    return send(request, reply, {
      title: `${collection.title}, ${featureId}`,
      type: GEOJSON,
      document: { ...feature, links },
      body: () => featureList(feature),
    })
  })
}

/** An identifier that does not suit the column is one that no feature has. */
async function found(page: ReturnType<Datastore['page']>): Promise<Record<string, unknown>[]> {
  try {
    return (await page).records
  } catch (error) {
    if (error instanceof Problem && error.code === 'value-invalid') return []
    throw error
  }
}

const headerLink = ({ href, rel, type }: Link): string => `<${href}>; rel="${rel}"${type ? `; type="${type}"` : ''}`

const pagePolicy = {
  'content-security-policy':
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
}

function parametersOf(request: FastifyRequest): URLSearchParams {
  const at = request.url.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1))
}

/** @throws {Problem} parameter-unknown for anything but the parameters of every address */
function onlyGeneral(request: FastifyRequest): void {
  for (const name of parametersOf(request).keys()) if (!(general as readonly string[]).includes(name)) throw unknownParameter(name, general)
  formatOf(request)
}

/** `f` goes before Accept; JSON is what everything else gets. */
function formatOf(request: FastifyRequest): 'json' | 'html' {
  const asked = parametersOf(request).get('f')
  if (asked === 'json' || asked === 'html') return asked
  if (asked !== null) throw new Problem('parameter-invalid', { detail: 'f is json or html.', pointer: '/f' })
  const [first = ''] = (request.headers.accept ?? '').split(',')
  return /text\/html|application\/xhtml/.test(first) ? 'html' : 'json'
}
