import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { demandPublisher } from '../access/index.ts'
import type { Catalogue } from '../catalogue/index.ts'
import { DatasetLink, faultsOf, LinkFault, type Links, linkStates } from './index.ts'

const NoQuery = Type.Object({}, { additionalProperties: false })
const Params = Type.Object({ dataset: Type.String({ maxLength: 100, description: 'Name of the dataset' }) })
const tags = ['Links']
const PAGE = 100

/** Links of datasets, and links that need their publisher. */
export function linkRoutes({ links, catalogue }: { links: Links; catalogue: Catalogue }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/v1/datasets/:dataset/links',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'listDatasetLinks',
          summary: 'Files and pages elsewhere that a dataset links to, and whether they answer',
          tags,
          params: Params,
          querystring: NoQuery,
          response: { 200: Type.Object({ links: Type.Array(Type.Object(DatasetLink.properties)) }) },
        },
      },
      async ({ params }) => {
        const { name } = await catalogue.dataset(params.dataset)
        const hasData = catalogue.sight(name).of !== 'description'
        return { links: hasData ? await links.ofDataset(name) : [] }
      },
    )
    app.post(
      '/v1/datasets/:dataset/links/checks',
      {
        config: { access: 'publisher' },
        schema: {
          operationId: 'checkDatasetLinks',
          summary: 'Look at the links of a dataset now',
          tags,
          params: Params,
          querystring: NoQuery,
          response: { 200: Type.Object({ checked: Type.Integer({ description: 'Links that were looked at' }) }) },
        },
      },
      async ({ params, actor }) => {
        const dataset = await catalogue.dataset(params.dataset)
        demandPublisher(actor, dataset.publisher)
        return { checked: await links.check(dataset.name) }
      },
    )
    app.get(
      '/v1/links',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'listLinkFaults',
          summary: 'How many links stand how, and those of a publisher that need a look',
          tags,
          querystring: Type.Object(
            { publisher: Type.Optional(Type.String({ maxLength: 100, description: 'Links of this publisher that are broken or moved' })) },
            { additionalProperties: false },
          ),
          response: {
            200: Type.Object({
              counts: Type.Object(Object.fromEntries(linkStates.map((state) => [state, Type.Integer()]))),
              faults: Type.Array(LinkFault),
            }),
          },
        },
      },
      async ({ query }) => {
        const counts = await links.counts()
        if (query.publisher === undefined) return { counts, faults: [] }
        await catalogue.publisher(query.publisher)
        const faults: LinkFault[] = []
        for (let cursor: string | undefined; ; ) {
          const page = await catalogue.datasets({ publisher: query.publisher, limit: PAGE, ...(cursor && { cursor }) })
          faults.push(...faultsOf(await links.standings(page.items.map(({ name }) => name))))
          cursor = page.next
          if (cursor === undefined) return { counts, faults }
        }
      },
    )
  }
}
