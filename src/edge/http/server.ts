import { createServer } from 'node:http'
import cors from '@fastify/cors'
import Fastify, { type FastifyBaseLogger, type FastifyInstance, type FastifyPluginAsync, LogController } from 'fastify'
import { type AccessControl, actorName, rateTiers } from '../../core/access/index.ts'
import type { Catalogue } from '../../core/catalogue/index.ts'
import { actingAs, type Config, newId } from '../../foundation/kernel/index.ts'
import { guardRoutes } from './actor.ts'
import type { AnswerCache } from './answer-cache.ts'
import { compressAnswers } from './compress.ts'
import { handleErrors, type ProblemPage } from './errors.ts'
import { shareFairly } from './fairness.ts'
import { serveHealth } from './health.ts'
import { describeApi } from './openapi.ts'
import { schemasWhenAsked } from './schemas.ts'
import { countUsage } from './usage.ts'
import { countUses } from './uses.ts'

export interface ServerOptions {
  config: Config
  log: FastifyBaseLogger
  access: AccessControl
  catalogue: Catalogue
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
  const { answers } = options
  const app = Fastify({
    serverFactory: (handler) => createServer((request, response) => answers.serve(request, response) || handler(request, response)),
    loggerInstance: options.log,
    logController: new LogController({ disableRequestLogging: true }), // addresses may carry what people searched for
    genReqId: () => newId(),
    requestIdHeader: false,
    bodyLimit: 1 << 20,
    routerOptions: { maxParamLength: 300, ignoreTrailingSlash: true },
    schemaController: schemasWhenAsked,
    ajv: { customOptions: { removeAdditional: false, coerceTypes: 'array', allErrors: false } },
    return503OnClosing: true,
    forceCloseConnections: 'idle',
  })
  guardRoutes(app, options.access)
  // After the body: what reads it goes on elsewhere than where the request began.
  app.addHook('preHandler', (request, _reply, done) => actingAs(actorName(request.actor), done))
  shareFairly(app, {
    atOnce: options.config.actorAtOnce,
    perSecond: options.config.actorPerSecond,
    ofApplication: (id) => rateTiers[options.access.clients.find(id)?.rateTier ?? 'basic'].perSecond,
  })
  countUsage(app, options.access)
  countUses(app, options.catalogue)
  handleErrors(app, { base: options.base, ...(options.problemPage && { page: options.problemPage }) })
  compressAnswers(app)
  app.addHook('onSend', async (request, reply, body) => {
    reply.header('x-request-id', request.id).header('x-content-type-options', 'nosniff')
    if (Buffer.isBuffer(body)) answers.keep(request, reply, body)
  })
  await app.register(cors, {
    origin: '*',
    methods: ['GET', 'HEAD', 'POST'],
    exposedHeaders: [
      'Accept-Ranges',
      'Content-Range',
      'Deprecation',
      'ETag',
      'Link',
      'Last-Modified',
      'Retry-After',
      'Server-Timing',
      'Sunset',
      'X-Request-Id',
    ],
    hideOptionsRoute: true,
    strictPreflight: false,
  })
  await describeApi(app, options.base)
  serveHealth(app)
  for (const plugin of options.plugins) await app.register(plugin)
  return app
}
