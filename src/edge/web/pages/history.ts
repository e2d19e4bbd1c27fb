import type { FastifyInstance } from 'fastify'
import type { RecordChange } from '../../../core/catalogue/index.ts'
import { historyView } from '../view/history.ts'
import { type Page, type Parts, servePage } from './page.ts'

const SHOWN = 50

/** What changed of a dataset, and of a publisher's record, by whom and when. */
export function historyPages(app: FastifyInstance, parts: Parts): void {
  const { catalogue } = parts
  servePage(
    app,
    parts,
    '/datasets/:dataset/history',
    async ({ params }, parameters) => {
      const { dataset: name } = params as { dataset: string }
      const found = await catalogue.history.ofDataset(name, pageOf(parameters))
      // One that was taken away has a history still.
      const title = (await catalogue.dataset(name).catch(() => undefined))?.title ?? name
      return pageFor(title, `/datasets/${name}`, found, { text: 'Data', href: '/datasets' }, 'data')
    },
    { members: true },
  )
  servePage(app, parts, '/publishers/:publisher/history', async ({ params }, parameters) => {
    const { title, name } = await catalogue.publisher((params as { publisher: string }).publisher)
    const found = await catalogue.history.ofPublisher(name, pageOf(parameters))
    return pageFor(title, `/publishers/${name}`, found, { text: 'Publishers', href: '/publishers' }, 'publishers')
  })
}

function pageOf(parameters: URLSearchParams) {
  const cursor = parameters.get('cursor')
  return { limit: SHOWN, ...(cursor && { cursor }) }
}

function pageFor(
  title: string,
  href: string,
  { items, next }: { items: RecordChange[]; next?: string },
  above: { text: string; href: string },
  section: 'data' | 'publishers',
): Page {
  return {
    template: 'history.njk',
    shell: { title: `History of ${title}`, section, trail: [above, { text: title, href }] },
    view: { title, href, changes: items.map(historyView), next: next && `${href}/history?cursor=${encodeURIComponent(next)}` },
    data: { changes: items, page: { limit: SHOWN, next: next ?? null } },
  }
}
