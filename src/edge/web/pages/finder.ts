import type { FastifyInstance } from 'fastify'
import { searchText } from '../../../core/following/index.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import { facetsOf, hitView, readSearch, searchAddress, sortTitles, suggestionView } from '../view/finder.ts'
import { type Page, type Parts, servePage } from './page.ts'

/** The home page and the list of datasets. */
export function finderPages(app: FastifyInstance, parts: Parts): void {
  servePage(app, parts, '/', () => home(parts), { json: '/index.json' })
  servePage(app, parts, '/datasets', (_request, parameters) => datasets(parts, parameters))
}

async function home({ catalogue, config, explore = [] }: Parts): Promise<Page> {
  const [counts, newest] = await Promise.all([catalogue.counts(), catalogue.search({ sort: 'modified', limit: 6 })])
  const withData = newest.items.filter((item) => item.distributions.length)
  const figures = [
    { count: counts.datasets, noun: 'dataset', href: '/datasets' },
    { count: counts.rows, noun: 'row', href: '/datasets?sort=modified' },
    { count: counts.publishers, noun: 'publisher', href: '/publishers' },
    { count: newest.facets.theme.length, noun: 'theme', href: '/datasets' },
  ]
  return {
    template: 'home.njk',
    shell: { title: config.siteName, ownSearch: true },
    view: { figures, explore, newest: (withData.length ? withData : newest.items).map(hitView) },
    data: { counts: { ...counts, themes: newest.facets.theme.length }, newest: newest.items },
  }
}

async function datasets({ catalogue }: Parts, parameters: URLSearchParams): Promise<Page> {
  const request = readSearch(parameters)
  const answer = await catalogue.search(request).catch((error: unknown) => {
    if (!(error instanceof Problem) || error.code !== 'cursor-invalid') throw error
    delete request.cursor // an old bookmark: the first page is more use than a refusal
    return catalogue.search(request)
  })
  const { facets, chips } = facetsOf(answer, request)
  const sort = request.sort ?? (request.q ? 'relevance' : 'modified')
  return {
    template: 'datasets.njk',
    shell: { title: request.q ? `${request.q}: data found` : 'Data', section: 'data', ownSearch: true },
    view: {
      q: request.q ?? '',
      total: answer.total,
      hits: answer.items.map(hitView),
      facets,
      chips,
      suggestion: suggestionView(answer.suggestion, request),
      follow: searchText(request),
      sorts: Object.entries(sortTitles)
        .filter(([value]) => request.q || value !== 'relevance')
        .map(([value, text]) => ({ value, text, selected: value === sort })),
      clear: searchAddress({ ...(request.q && { q: request.q }) }),
      first: request.cursor ? searchAddress(request) : undefined,
      next: answer.next && searchAddress(request, { cursor: answer.next }),
    },
    data: {
      datasets: answer.items,
      facets: answer.facets,
      ...(answer.suggestion && { suggestion: answer.suggestion }),
      page: { limit: request.limit, total: answer.total, next: answer.next ?? null },
    },
  }
}
