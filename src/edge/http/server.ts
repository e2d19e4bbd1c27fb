import cors from '@fastify/cors'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyPluginAsync, LogController } from 'fastify'
import type { AccessControl } from '../../core/access/index.ts'
import { type Config, newId } from '../../foundation/kernel/index.ts'
import { guardRoutes } from './actor.ts'
import type { AnswerCache } from './answer-cache.ts'
import { handleErrors, type ProblemPage } from './errors.ts'
import { serveHealth } from './health.ts'
import { describeApi } from './openapi.ts'

export interface ServerOptions {
  config: Config
  log: FastifyBaseLogger
  access: AccessControl
  /** Each area's and each page group's routes. */
  plugins: FastifyPluginAsync[]
  problemPage?: ProblemPage
  /** Answers to public reads kept ready. */
  answers: AnswerCache
  /** Address in links; known for certain only once the server listens. */
  base: () => string
}

/** Builds the HTTP server: gate, problems, CORS for reads, the OpenAPI document, then the routes of every area. */
export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const app = Fastify({
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }), // addresses may carry what people searched for
    genReqId: () => newId(),
    requestIdHeader: false,
    bodyLimit: 1 << 20,
    routerOptions: { maxParamLength: 300, ignoreTrailingSlash: true },
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array', allErrors: false } },
    return503OnClosing: true,
    forceCloseConnections: 'idle',
  })
  guardRoutes(app, options.access)
  handleErrors(app, { base: options.base, ...(options.problemPage && { page: options.problemPage }) })
  answerFromCache(app, options.answers)
  app.addHook('onSend', async (request, reply) => {
    reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff')
  })
  await app.register(cors, {
    origin: '*',
    methods: ['GET', 'HEAD', 'POST'],
    exposedHeaders: ['ETag', 'Link', 'Last-Modified', 'Retry-After', 'X-Request-Id'],
    hideOptionsRoute: true,
    strictPreflight: false,
  })
  await describeApi(app, options.base)
  serveHealth(app)
  for (const plugin of options.plugins) await app.register(plugin)
  return app
}

/** Answers from the cache once the gate is passed, and keeps what was made. Runs after the gate's hook, which is registered first. */
function answerFromCache(app: FastifyInstance, answers: AnswerCache): void {
  app.addHook('onRequest', async (request, reply) => {
    const kept = answers.get(request)
    if (!kept) return
    if (request.headers['if-none-match'] === kept.headers.etag) return reply.code(304).header('etag', kept.headers.etag).send()
    return reply.headers(kept.headers).send(kept.body)
  })
  app.addHook('onSend', async (request, reply, body) => {
    if (Buffer.isBuffer(body) && !reply.hasHeader('content-length')) answers.keep(request, reply, body)
  })
}
