import type { FastifyInstance } from 'fastify'
import type { Dataset } from '../../../core/catalogue/index.ts'
import { type Parts, servePage } from './page.ts'

/** Series of datasets, and the page of each. */
export function seriesPages(app: FastifyInstance, parts: Parts): void {
  const { catalogue } = parts
  servePage(app, parts, '/series', async () => {
    const series = await catalogue.series.all()
    return { template: 'series-list.njk', shell: { title: 'Series', section: 'data' }, view: { series }, data: { series } }
  })
  servePage(app, parts, '/series/:series', async ({ params }) => {
    const series = await catalogue.series.one((params as { series: string }).series)
    const publisher = await catalogue.publisher(series.publisher)
    const found = await Promise.all(
      (await catalogue.series.members(series.name)).map((name) => catalogue.dataset(name).catch(() => undefined)),
    )
    const datasets = found.filter((dataset): dataset is Dataset => dataset !== undefined).sort(newestFirst)
    return {
      template: 'series.njk',
      shell: { title: series.title, section: 'data', trail: [{ text: 'Series', href: '/series' }] },
      view: { series, publisher, datasets },
      data: { ...series, members: datasets },
    }
  })
}

/** The time that datasets cover orders them; where it is not told, when they came. */
function newestFirst(a: Dataset, b: Dataset): number {
  const key = ({ temporal, issued }: Dataset) => temporal?.start ?? issued
  return key(b).localeCompare(key(a)) || a.title.localeCompare(b.title, 'en-GB')
}
