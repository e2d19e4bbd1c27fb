import type { FastifyInstance } from 'fastify'
import { accessWords, type Dataset, inventoryStates } from '../../../core/catalogue/index.ts'
import { hitView } from '../view/finder.ts'
import { promiseView } from '../view/promises.ts'
import { standingView } from '../view/quality.ts'
import { type Page, type Parts, servePage } from './page.ts'

/** The list of publishers and the page of each. */
export function publisherPages(app: FastifyInstance, parts: Parts): void {
  servePage(app, parts, '/publishers', () => list(parts))
  servePage(app, parts, '/publishers/:publisher', ({ params }) => publisherPage(parts, (params as { publisher: string }).publisher), {
    members: true,
  })
}

async function list({ catalogue }: Parts): Promise<Page> {
  const publishers = (await catalogue.publishers()).toSorted((a, b) => a.title.localeCompare(b.title, 'en-GB'))
  return { template: 'publishers.njk', shell: { title: 'Publishers', section: 'publishers' }, view: { publishers }, data: { publishers } }
}

async function publisherPage({ catalogue, progress, quality }: Parts, name: string): Promise<Page> {
  const publisher = await catalogue.publisher(name)
  const found = await catalogue.search({ publisher: [name], sort: 'modified', limit: 50 })
  const others = await othersOf(catalogue, name)
  const promised = await progress?.entries({ department: name })
  const standing = await quality?.publisher(name)
  const rows = found.items.reduce((sum, item) => sum + item.distributions.reduce((all, table) => all + table.rows, 0), 0)
  return {
    template: 'publisher.njk',
    shell: { title: publisher.title, section: 'publishers', trail: [{ text: 'Publishers', href: '/publishers' }] },
    view: {
      publisher,
      hits: found.items.map(hitView),
      total: found.total,
      ...others,
      rows,
      newest: found.items[0]?.modified,
      parent: publisher.parent && (await catalogue.publisher(publisher.parent).catch(() => undefined)),
      children: (await catalogue.publishers()).filter(({ parent }) => parent === name),
      promised: promised?.map(promiseView),
      standing: standing && { ...standing, standing: standing.standing && standingView(standing.standing) },
    },
    data: {
      ...publisher,
      datasets: found.items,
      ...others,
      ...(promised && { progress: promised }),
      ...(standing && { quality: standing }),
    },
  }
}

const MOST_OTHERS = 200

/** What there is of a publisher's beside what all may use: its inventory; and, for those of the publisher, drafts and what fewer may see. */
async function othersOf(catalogue: Parts['catalogue'], publisher: string) {
  const { items } = await catalogue.datasets({ publisher, state: 'all', limit: MOST_OTHERS })
  const shown = (dataset: Dataset) => ({ name: dataset.name, title: dataset.title, words: accessWords(dataset) ?? '' })
  const isInventory = ({ state }: Dataset) => inventoryStates.some((each) => each === state)
  const isForFew = ({ state, visibility }: Dataset) =>
    state === 'draft' || state === 'deleted' || !['public', 'licensed'].includes(visibility)
  return {
    inventory: items.filter((each) => isInventory(each) && !isForFew(each)).map(shown),
    forFew: items.filter(isForFew).map(shown),
  }
}
