import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AccessControl, UsageDay } from '../../core/access/index.ts'

const FLUSH_MS = 5_000

/** Counts the requests of each application by day and API, kept in memory for a few seconds and then added up in the store. */
export function countUsage(app: FastifyInstance, access: AccessControl): void {
  const counts = new Map<string, UsageDay & { client: string }>()
  const flush = () => {
    for (const { client, ...usage } of counts.values()) access.clients.count(client, usage)
    counts.clear()
  }
  const timer = setInterval(flush, FLUSH_MS).unref()
  app.addHook('onClose', async () => {
    clearInterval(timer)
    flush()
  })
  app.addHook('onResponse', async (request, reply) => {
    const { actor } = request
    if (actor?.kind !== 'client' && actor?.kind !== 'application') return
    const day = new Date().toISOString().slice(0, 10)
    const api = apiOf(request)
    const key = `${actor.client} ${day} ${api}`
    const count = counts.get(key) ?? { client: actor.client, day, api, requests: 0, refused: 0, failed: 0 }
    count.requests += 1
    if (reply.statusCode >= 500) count.failed += 1
    else if (reply.statusCode >= 400) count.refused += 1
    counts.set(key, count)
  })
}

/** The API of a route, by the pattern of its address and never by what stands in it. */
function apiOf({ routeOptions: { url = '' }, params }: FastifyRequest): string {
  const first = url.split('/').filter((part) => part !== '' && part !== 'v1')[0] ?? 'other'
  const { dataset } = (params ?? {}) as { dataset?: string }
  return first === 'records' && dataset ? `records ${dataset}` : first
}
