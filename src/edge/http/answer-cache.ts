import type { IncomingMessage, ServerResponse } from 'node:http'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { ByteCache, type SixteenBus } from '../../foundation/kernel/index.ts'
import { codingOf } from './compress.ts'

interface Answer {
  headers: Record<string, string | number>
  tag: string
  body: Buffer
}

/** Answers to public reads, kept as bytes until their dataset changes. */
export interface AnswerCache {
  /** Sends the kept answer to this request; false when there is none. */
  serve(request: IncomingMessage, response: ServerResponse): boolean
  /** Keeps what was made for a request that `serve` could not answer. */
  keep(request: FastifyRequest, reply: FastifyReply, body: Buffer): void
}

const keptHeaders = [
  'content-type',
  'etag',
  'last-modified',
  'cache-control',
  'link',
  'vary',
  'content-encoding',
  'deprecation',
  'sunset',
] as const
const ownHeaders = {
  'access-control-allow-origin': '*',
  'access-control-expose-headers': 'ETag, Link, Last-Modified, Retry-After, X-Request-Id',
  'x-content-type-options': 'nosniff',
}
const MAX_BODY = 1 << 20

/**
 * A cache in front of the data API and of its framework, whose routing and hooks cost three times as much as sending a page.
 *
 * What it sends passed the one access gate when it was made, for nobody in particular: only requests without Authorization are looked
 * up or kept, and all answers of a dataset are dropped when it changes. A request's key is taken before it is worked on, so an answer
 * from the version before is never kept under the version after.
 */
export function answerCache(events: SixteenBus, maxBytes: number): AnswerCache {
  const answers = new ByteCache<Answer>(maxBytes)
  const generation = new Map<string, number>()
  const keys = new WeakMap<IncomingMessage, string>()
  const drop = ({ dataset }: { dataset: string }) => void generation.set(dataset, (generation.get(dataset) ?? 0) + 1)
  for (const name of ['version-published', 'dataset-changed', 'dataset-deleted'] as const) events.on(name, drop)

  const keyOf = (request: IncomingMessage) => {
    if (request.method !== 'GET' || request.headers.authorization || request.headers['if-modified-since']) return undefined
    const dataset = datasetOf(request.url ?? '')
    return (
      dataset &&
      `${generation.get(dataset) ?? 0} ${request.headers.accept ?? ''} ${codingOf(request.headers['accept-encoding']) ?? ''} ${request.url}`
    )
  }

  return {
    serve: (request, response) => {
      const key = keyOf(request)
      if (key === undefined) return false
      const kept = answers.get(key)
      if (!kept) {
        keys.set(request, key)
        return false
      }
      if (request.headers['if-none-match'] === kept.tag) response.writeHead(304, { ...ownHeaders, etag: kept.tag }).end()
      else response.writeHead(200, kept.headers).end(kept.body)
      return true
    },
    keep: (request, reply, body) => {
      const key = keys.get(request.raw)
      const tag = reply.getHeader('etag')
      if (
        key === undefined ||
        request.actor.kind !== 'public' ||
        typeof tag !== 'string' ||
        reply.statusCode !== 200 ||
        body.byteLength > MAX_BODY
      )
        return
      const headers = Object.fromEntries(
        keptHeaders.flatMap((name) => (reply.getHeader(name) === undefined ? [] : [[name, reply.getHeader(name) as string]])),
      )
      answers.set(
        key,
        { headers: { ...ownHeaders, ...headers, 'content-length': body.byteLength }, tag, body },
        body.byteLength + key.length + 500,
      )
    },
  }
}

const PREFIX = '/v1/datasets/'

/** The dataset whose page of records an address asks for. */
function datasetOf(url: string): string | undefined {
  if (!url.startsWith(PREFIX)) return undefined
  const end = url.indexOf('/', PREFIX.length)
  const after = url.slice(end, end + 9)
  return end > 0 && (after === '/records' || after === '/records?') ? url.slice(PREFIX.length, end) : undefined
}
