import type { FastifyPluginAsync } from 'fastify'
import { answerText, protocolVersions } from './protocol.ts'

const MOST_BYTES = 256_000
const open = { config: { access: 'public' as const }, schema: { hide: true } }

/**
 * The Model Context Protocol over HTTP, at `/mcp`: a message in, its answer out. No session is kept and no stream is offered.
 *
 * @see Model Context Protocol, 2025-06-18, Transports: Streamable HTTP
 */
export const mcpRoutes: FastifyPluginAsync = async (app) => {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: MOST_BYTES }, (_request, body, done) => done(null, body))
  app.post('/mcp', { ...open, bodyLimit: MOST_BYTES }, async (request, reply) => {
    const version = request.headers['mcp-protocol-version']
    reply.header('cache-control', 'no-store').type('application/json')
    if (version !== undefined && !protocolVersions.includes(version as never))
      return reply.code(400).send(
        JSON.stringify({
          jsonrpc: '2.0',
          id: null,
          error: { code: -32600, message: `Unsupported protocol version: ${String(version).slice(0, 40)}` },
        }),
      )
    const answer = await answerText(typeof request.body === 'string' ? request.body : '', async (path) => {
      // Asked as nobody: no token of the caller's goes further.
      const found = await app.inject({ url: path, headers: { accept: 'application/json' }, remoteAddress: request.ip })
      return { status: found.statusCode, body: jsonOf(found.body) }
    })
    return answer === undefined ? reply.code(202).send() : reply.send(answer)
  })
  // No stream is offered to listen to, and there is no session to end.
  for (const method of ['GET', 'DELETE'] as const)
    app.route({ method, url: '/mcp', ...open, handler: async (_request, reply) => reply.code(405).header('allow', 'POST').send() })
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return { detail: text.slice(0, 300) }
  }
}
