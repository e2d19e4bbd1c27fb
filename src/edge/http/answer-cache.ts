import type { FastifyReply, FastifyRequest } from 'fastify'
import { ByteCache, type SixteenBus } from '../../foundation/kernel/index.ts'

interface Answer {
  headers: Record<string, string | number>
  body: Buffer
}

/** Answers to public reads, kept as bytes until their dataset changes. */
export interface AnswerCache {
  /** The kept answer to this request, if there is one. */
  get(request: FastifyRequest): Answer | undefined
  keep(request: FastifyRequest, reply: FastifyReply, body: Buffer): void
}

const keptHeaders = ['content-type', 'etag', 'last-modified', 'cache-control', 'link', 'vary'] as const
const MAX_BODY = 1 << 20

/**
 * A cache in front of the data API. Only anonymous GETs of pages are kept, so that no answer made for one actor reaches another, and
 * all of a dataset's are dropped when it changes.
 */
export function answerCache(events: SixteenBus, maxBytes: number): AnswerCache {
  const answers = new ByteCache<Answer>(maxBytes)
  const generation = new Map<string, number>()
  const drop = ({ dataset }: { dataset: string }) => void generation.set(dataset, (generation.get(dataset) ?? 0) + 1)
  events.on('version-published', drop)
  events.on('dataset-changed', drop)
  events.on('dataset-deleted', drop)
  const keyOf = (request: FastifyRequest) => {
    if (request.method !== 'GET' || request.headers.authorization || request.headers['if-modified-since']) return undefined
    const dataset = /^\/v1\/datasets\/([^/?]+)\/records(?:\?|$)/.exec(request.raw.url ?? '')?.[1]
    return dataset && `${generation.get(dataset) ?? 0} ${request.headers.accept ?? ''} ${request.raw.url}`
  }
  return {
    get: (request) => {
      const key = keyOf(request)
      return key === undefined ? undefined : answers.get(key)
    },
    keep: (request, reply, body) => {
      const key = keyOf(request)
      if (key === undefined || reply.statusCode !== 200 || body.byteLength > MAX_BODY) return
      const headers = Object.fromEntries(
        keptHeaders.flatMap((name) => (reply.getHeader(name) === undefined ? [] : [[name, reply.getHeader(name) as string]])),
      )
      answers.set(key, { headers: { ...headers, 'content-length': body.byteLength }, body }, body.byteLength + key.length + 500)
    },
  }
}
