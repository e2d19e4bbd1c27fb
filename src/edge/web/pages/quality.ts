import type { FastifyInstance } from 'fastify'
import { standingView, weightsView } from '../view/quality.ts'
import { type Parts, servePage } from './page.ts'

/** Publishers by the mean score of their datasets. */
export function qualityPages(app: FastifyInstance, parts: Parts): void {
  const { quality } = parts
  if (!quality) return
  servePage(app, parts, '/quality', async () => {
    const publishers = await quality.league()
    return {
      template: 'quality.njk',
      shell: { title: 'Quality by publisher', section: 'publishers', trail: [{ text: 'Publishers', href: '/publishers' }] },
      view: { publishers: publishers.map(standingView), weights: weightsView },
      data: { publishers },
    }
  })
}
