import type { FastifyInstance } from 'fastify'
import type { Catalogue } from '../../core/catalogue/index.ts'

const FLUSH_MS = 60_000
const MOST = 10_000

/**
 * Counts how often each dataset is asked for, by nobody in particular, for the order of search. Answers that are sent before the framework
 * are not counted: counting would cost them more than sending does.
 */
export function countUses(app: FastifyInstance, { uses }: Catalogue): void {
  let counts = new Map<string, number>()
  const flush = async () => {
    if (counts.size === 0) return
    const full = counts
    counts = new Map()
    await uses.add(full)
  }
  const timer = setInterval(() => void flush().catch(() => {}), FLUSH_MS).unref()
  app.addHook('onClose', async () => {
    clearInterval(timer)
    await flush()
  })
  app.addHook('onResponse', async (request, reply) => {
    const { dataset } = (request.params ?? {}) as { dataset?: string }
    if (dataset === undefined || reply.statusCode >= 300 || request.method !== 'GET') return
    if (/^\/(?:v1\/)?datasets\/:dataset/.test(request.routeOptions.url ?? '') && (counts.has(dataset) || counts.size < MOST))
      counts.set(dataset, (counts.get(dataset) ?? 0) + 1)
  })
}
