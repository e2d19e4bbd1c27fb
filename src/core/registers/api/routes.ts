import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Registers } from '../index.ts'
import { type Answer, ApiError, mediaTypes } from './answer.ts'
import { formatOf, matchPath } from './router.ts'

export interface RegisterApiOptions {
  registers: Registers
  base: () => string
  /** Refuses callers who do not act for the owner of a register. */
  demandOwner: (request: FastifyRequest, owner: string | null) => void
}

const methods = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE'] as const

/** The Registers API, versions 1 and 2, below `/registers/{register}`. Its errors have that API's shape. */
export function registerApiRoutes({ registers, base, demandOwner }: RegisterApiOptions): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.addContentTypeParser([mediaTypes.rsf, 'application/octet-stream'], (_request, payload, done) => done(null, payload))
    app.addContentTypeParser('text/plain', (_request, payload, done) => done(null, payload))
    app.setErrorHandler((error, request, reply) => {
      if (error instanceof ApiError) return send(reply, error.toAnswer())
      const problem = error instanceof Problem ? error : undefined
      if (!problem || problem.status >= 500) throw error
      if (request.method === 'GET' && problem.code !== 'register-not-found') throw error
      return send(reply, new ApiError(problem.status, problem.message).toAnswer())
    })

    app.route({
      method: [...methods],
      url: '/registers/:register/*',
      config: { access: 'public' },
      schema: { hide: true },
      handler: async (request, reply) => {
        const { register: name, '*': path } = request.params as { register: string; '*': string }
        const address = `${base()}/registers/${name}`
        const raw = rawPath(request, path)
        const found = matchPath(raw, address)
        if (request.method !== 'GET' && request.method !== 'HEAD')
          throw new ApiError(405, 'HTTP 405 Method Not Allowed', { allow: 'GET, HEAD, OPTIONS' })
        if ('answer' in found) return send(reply, found.answer)
        const register = registers.reader.row(name)
        const format = formatOf(found.suffix, request.headers.accept)
        if (format === 'html') return reply.redirect(pageOf(address, found.params), 303)
        const answer = await found.handler({
          register,
          definition: registers.definition(name),
          reader: registers.reader,
          params: found.params,
          query: new URLSearchParams(request.url.split('?')[1] ?? ''),
          format,
          path: request.url.split('?')[0]!,
          base: address,
          domain: URL.parse(base())?.host ?? '',
        })
        return send(reply, answer)
      },
    })

    const loadRsf = {
      config: { access: 'publisher' as const },
      schema: { hide: true },
      bodyLimit: 4e9,
    }
    app.post<{ Params: { register: string } }>('/registers/:register/load-rsf', loadRsf, async (request, reply) => {
      const { register } = request.params
      const owner = registers.names().includes(register) ? registers.summary(register).owner : null
      demandOwner(request, owner)
      const state = await registers.load(register, request.body as AsyncIterable<Uint8Array>)
      return send(reply, {
        status: 200,
        headers: { 'content-type': mediaTypes.json, 'cache-control': 'no-store' },
        body: JSON.stringify({ success: true, message: 'Load successful', details: '', 'total-entries': state.size }),
      })
    })
    app.delete<{ Params: { register: string } }>(
      '/registers/:register/delete-register-data',
      { config: { access: 'operator' }, schema: { hide: true } },
      async (request, reply) => {
        await registers.remove(request.params.register)
        return send(reply, { status: 200, headers: { 'content-type': mediaTypes.json }, body: JSON.stringify({ success: true }) })
      },
    )
  }
}

/** The part of the address below the register as it was sent: a key may hold an encoded slash. */
function rawPath(request: FastifyRequest, decoded: string): string {
  const path = request.url.split('?')[0] ?? ''
  const at = path.indexOf('/', '/registers/'.length)
  return at < 0 ? decoded : path.slice(at + 1)
}

function pageOf(address: string, params: Record<string, string>): string {
  return params['key'] ? `${address}/codes/${encodeURIComponent(params['key'])}` : address
}

function send(reply: FastifyReply, { status, headers, body }: Answer): FastifyReply {
  reply.code(status).headers({ 'cache-control': 'no-cache', ...headers })
  return typeof body === 'string' ? reply.send(Buffer.from(body)) : reply.send(Readable.from(body, { objectMode: false }))
}
