import { Readable } from 'node:stream'
import { brotliCompressSync, constants, createBrotliCompress, createGzip, createZstdCompress, gzipSync, zstdCompressSync } from 'node:zlib'
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'

/** Bodies below this gain nothing. */
const LEAST_BYTES = 1400
/** What is sent as text; archives, Parquet and images are small already. */
const compressible =
  /^(?:text\/(?!event-stream)|application\/(?:[\w.+-]*\+)?(?:json|xml|geo\+json|x-ndjson|geo\+json-seq|csvm\+json|vnd\.oai\.openapi\+json)|application\/(?:geo\+json-seq|vnd\.apache\.arrow\.stream)|image\/svg\+xml)/

const brotli = { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }
const zstd = { params: { [constants.ZSTD_c_compressionLevel]: 3 } }

const codings = {
  zstd: { all: (body: Buffer) => zstdCompressSync(body, zstd), stream: () => createZstdCompress(zstd) },
  br: { all: (body: Buffer) => brotliCompressSync(body, brotli), stream: () => createBrotliCompress(brotli) },
  gzip: { all: (body: Buffer) => gzipSync(body, { level: 5 }), stream: () => createGzip({ level: 5 }) },
} as const

type Coding = keyof typeof codings

/** The coding that a client takes and that costs least; undefined for none. @see RFC 9110, 12.5.3 */
export function codingOf(header: string | string[] | undefined): Coding | undefined {
  if (!header) return undefined
  const taken = new Map(
    String(header)
      .slice(0, 500)
      .toLowerCase()
      .split(',')
      .map((part) => {
        const [name = '', quality] = part.trim().split(/\s*;\s*q=/)
        return [name, quality === undefined ? 1 : Number(quality)] as const
      }),
  )
  return (Object.keys(codings) as Coding[]).find((name) => (taken.get(name) ?? 0) > 0)
}

/** A tag names the bytes sent, and those differ by coding. */
const codedTag = (tag: string, coding: Coding): string => tag.replace(/"$/, `-${coding}"`)

/** The tag as the handlers know it. */
const plainTags = (header: string): string => header.replace(/-(?:zstd|br|gzip)"/g, '"')

/** Compresses what is worth it, in the way that the client takes; streams stay streams. */
export function compressAnswers(app: FastifyInstance): void {
  // In which coding the client has what it asks about.
  const known304 = new WeakMap<FastifyRequest, Coding>()
  app.addHook('onRequest', async (request) => {
    const known = request.headers['if-none-match']
    if (!known) return
    const [, coding] = /-(zstd|br|gzip)"/.exec(known) ?? []
    if (coding) known304.set(request, coding as Coding)
    request.headers['if-none-match'] = plainTags(known)
  })
  app.addHook('onSend', async (request, reply, body) => {
    const tag = reply.getHeader('etag')
    const coding = known304.get(request)
    if (reply.statusCode === 304 && coding && typeof tag === 'string') reply.header('etag', codedTag(tag, coding))
    return compressed(request, reply, body)
  })
}

function compressed(request: FastifyRequest, reply: FastifyReply, body: unknown): unknown {
  const type = String(reply.getHeader('content-type') ?? '')
  if (!compressible.test(type) || reply.hasHeader('content-encoding')) return body
  vary(reply)
  const coding = codingOf(request.headers['accept-encoding'])
  const tag = reply.getHeader('etag')
  if (!coding) return body
  if (request.method === 'HEAD' || reply.statusCode !== 200 || reply.hasHeader('content-range')) return body
  const bytes = typeof body === 'string' ? Buffer.from(body) : body
  const streamed = bytes instanceof Readable
  if (!streamed && (!Buffer.isBuffer(bytes) || bytes.byteLength < LEAST_BYTES)) return body
  reply.header('content-encoding', coding).removeHeader('content-length')
  if (typeof tag === 'string') reply.header('etag', codedTag(tag, coding))
  if (!streamed) return codings[coding].all(bytes as Buffer)
  const packer = codings[coding].stream()
  bytes.on('error', (error) => packer.destroy(error))
  packer.on('close', () => bytes.destroy())
  return bytes.pipe(packer)
}

function vary(reply: FastifyReply): void {
  const given = String(reply.getHeader('vary') ?? '')
  if (!/accept-encoding/i.test(given)) reply.header('vary', given ? `${given}, accept-encoding` : 'accept-encoding')
}
