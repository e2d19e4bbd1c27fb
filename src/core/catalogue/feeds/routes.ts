import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../../../foundation/kernel/index.ts'
import { type Catalogue, type SearchRequest, type SelectRequest, searchFacets } from '../catalogue.ts'
import { CkanError } from '../ckan/errors.ts'
import { readQuestion } from '../ckan/search.ts'
import { type CatalogFormat, catalogText, toJsonLd, toRdfXml, toTurtle } from '../dcat.ts'
import type { Dataset } from '../model.ts'
import { eventsAtom, toAtom } from './atom.ts'
import { toDataJson } from './data-json.ts'
import { toJsonFeed } from './json-feed.ts'
import { sitemapText } from './sitemap.ts'

export interface FeedRoutes {
  catalogue: Catalogue
  base: () => string
  siteTitle: string
}

const PAGE_SIZE = 100
const FEED_SIZE = 50
const SITEMAP_SIZE = 50_000
const open = { config: { access: 'public' as const }, schema: { hide: true } }

const mediaTypes: Record<CatalogFormat, string> = {
  ttl: 'text/turtle; charset=utf-8',
  jsonld: 'application/ld+json; charset=utf-8',
  rdf: 'application/rdf+xml; charset=utf-8',
}

/** Names of formats as other catalogues' addresses end in them. */
const endings: Record<string, CatalogFormat> = { ttl: 'ttl', n3: 'ttl', jsonld: 'jsonld', rdf: 'rdf', xml: 'rdf' }

/** The catalogue for machines that read all of it: RDF in pages, data.json, Atom, a sitemap. */
export function feedRoutes(options: FeedRoutes): FastifyPluginAsync {
  return async (app) => {
    catalogPages(app, options)
    datasetFiles(app, options)
    const { catalogue, base, siteTitle } = options
    app.get('/data.json', open, async (_request, reply) =>
      reply.type('application/json; charset=utf-8').send(JSON.stringify(toDataJson(await everything(catalogue), base()))),
    )
    const newest = async (given: URLSearchParams) =>
      (await catalogue.search({ ...searchIn(given), sort: 'modified', limit: FEED_SIZE })).items
    app.get('/datasets.atom', open, async (request, reply) => {
      const datasets = await newest(given(request))
      const address = `${base()}${request.url}`
      return reply.type('application/atom+xml; charset=utf-8').send(toAtom({ title: siteTitle, address, base: base(), datasets }))
    })
    app.get('/datasets.feed.json', open, async (request, reply) => {
      const parameters = given(request)
      const feed = {
        title: `${siteTitle}: datasets`,
        address: `${base()}${request.url}`,
        page: `${base()}/datasets${parameters.size ? `?${parameters}` : ''}`,
        base: base(),
        datasets: await newest(parameters),
      }
      return reply.type('application/feed+json; charset=utf-8').send(JSON.stringify(toJsonFeed(feed)))
    })
    app.get('/datasets/:dataset.atom', open, async (request, reply) => {
      const { name, title, publisher } = await catalogue.dataset((request.params as { dataset: string }).dataset)
      const { items } = await catalogue.history.ofDataset(name, { limit: FEED_SIZE })
      const link = `${base()}/datasets/${name}`
      const entries = items.map(({ seq, at, what, version, changes }) => ({
        id: `${link}/history#${seq}`,
        title: `${title}: ${version ? `version ${version} published` : what.replace('-', ' ')}`,
        link,
        at,
        author: publisher,
        ...(changes.length && { text: `Changed: ${changes.map(({ field }) => field).join(', ')}` }),
      }))
      return reply.type('application/atom+xml; charset=utf-8').send(eventsAtom({ title, address: `${link}.atom`, entries }))
    })
    app.get('/publishers/:publisher.atom', open, async (request, reply) => {
      const { name } = await catalogue.publisher((request.params as { publisher: string }).publisher)
      return reply.redirect(`/datasets.atom?publisher=${encodeURIComponent(name)}`, 303)
    })
    app.get('/sitemap.xml', open, async (_request, reply) => {
      const { items } = await catalogue.select({ selection: { all: true }, sort: 'modified', start: 0, rows: SITEMAP_SIZE })
      return reply.type('application/xml; charset=utf-8').send(sitemapText(items, base()))
    })
  }
}

const given = (request: FastifyRequest) => new URLSearchParams(request.url.split('?')[1] ?? '')

/** The search that an address holds; what it does not know is left out. */
function searchIn(parameters: URLSearchParams): SearchRequest {
  const q = parameters.get('q')?.slice(0, 500)
  const chosen = searchFacets.flatMap((name) => {
    const values = parameters.getAll(name).filter(Boolean).slice(0, 50)
    return values.length ? [[name, values] as const] : []
  })
  return { ...Object.fromEntries(chosen), ...(q && { q }) }
}

/** `/catalog.ttl?page=2&q=…&fq=…&modified_since=…`, as harvesters of DCAT ask for it. */
function catalogPages(app: FastifyInstance, { catalogue, base, siteTitle }: FeedRoutes): void {
  for (const [ending, format] of Object.entries(endings))
    app.get(`/catalog.${ending}`, open, async (request, reply) => {
      const given = new URLSearchParams(request.url.split('?')[1] ?? '')
      const page = Number(given.get('page') ?? 1)
      if (!Number.isInteger(page) || page < 1 || page > 1e6)
        throw new Problem('parameter-invalid', { detail: 'page is a whole number from 1.', pointer: '/page' })
      const { items, total } = await catalogue.select({
        ...questionOf(given),
        sort: 'modified',
        start: (page - 1) * PAGE_SIZE,
        rows: PAGE_SIZE,
      })
      given.delete('page')
      const address = `${base()}/catalog.${ending}${given.size ? `?${given}` : ''}`
      const datasets = await withPublishers(catalogue, items)
      return reply
        .type(mediaTypes[format])
        .header('cache-control', 'no-cache')
        .send(catalogText({ title: siteTitle, base: base(), address, page, pageSize: PAGE_SIZE, total, datasets }, format))
    })
}

function questionOf(given: URLSearchParams): Pick<SelectRequest, 'selection' | 'words'> {
  const since = given.get('modified_since')
  if (since !== null && Number.isNaN(Date.parse(since)))
    throw new Problem('parameter-invalid', { detail: 'modified_since is a day or moment in ISO 8601.', pointer: '/modified_since' })
  try {
    const question = readQuestion(given.get('q') ?? '', given.getAll('fq'))
    return since === null ? question : { ...question, selection: { and: [question.selection, { date: 'modified', from: since }] } }
  } catch (error) {
    if (error instanceof CkanError) throw new Problem('parameter-invalid', { detail: error.message, pointer: '/q' })
    throw error
  }
}

async function withPublishers(catalogue: Catalogue, datasets: readonly Dataset[]) {
  const publishers = new Map((await catalogue.publishers()).map((publisher) => [publisher.name, publisher]))
  const series = datasets.some(({ inSeries }) => inSeries) ? await catalogue.series.all() : []
  return datasets.flatMap((dataset) => {
    const publisher = publishers.get(dataset.publisher)
    return publisher ? [{ dataset, publisher, series: series.filter(({ name }) => dataset.inSeries?.includes(name)) }] : []
  })
}

/** One dataset as RDF, also under CKAN's addresses, by name or identifier. */
function datasetFiles(app: FastifyInstance, { catalogue, base }: FeedRoutes): void {
  const send = async (request: FastifyRequest, reply: FastifyReply, format: CatalogFormat) => {
    const { dataset: wanted } = request.params as { dataset: string }
    const dataset = await catalogue.dataset((await catalogue.nameOf(wanted)) ?? wanted)
    const described = {
      dataset,
      publisher: await catalogue.publisher(dataset.publisher),
      series: await catalogue.series.of(dataset),
      base: base(),
    }
    const body =
      format === 'ttl' ? toTurtle(described) : format === 'rdf' ? toRdfXml(described) : JSON.stringify(toJsonLd(described), null, 2)
    return reply.type(mediaTypes[format]).send(body)
  }
  for (const ending of ['rdf', 'xml']) app.get(`/datasets/:dataset.${ending}`, open, (request, reply) => send(request, reply, 'rdf'))
  for (const [ending, format] of Object.entries(endings))
    app.get(`/dataset/:dataset.${ending}`, open, (request, reply) => send(request, reply, format))
  app.get('/dataset/:dataset', open, async (request, reply) => {
    const { dataset } = request.params as { dataset: string }
    return reply.redirect(`/datasets/${(await catalogue.nameOf(dataset)) ?? encodeURIComponent(dataset)}`, 301)
  })
}

async function everything(catalogue: Catalogue) {
  const { items } = await catalogue.select({ selection: { all: true }, sort: 'name', start: 0, rows: Number.MAX_SAFE_INTEGER })
  return withPublishers(catalogue, items)
}
