import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { Problem, type ProblemCode, toProblem } from '../../foundation/kernel/index.ts'
import { pageHeaders } from './page-headers.ts'

/** Draws a problem for people: set by the web pages, used when a browser asks for HTML. */
export type ProblemPage = (problem: Problem, request: FastifyRequest) => string

/** Answers every failure as RFC 9457, or as a page where a browser asked for one. */
export function handleErrors(app: FastifyInstance, options: { base: () => string; page?: ProblemPage }): void {
  const answer = (problem: Problem, request: FastifyRequest, reply: FastifyReply) => {
    if (problem.code === 'internal-error') request.log.error({ event: 'request-failed', err: problem.cause ?? problem })
    reply.code(problem.status).header('cache-control', 'no-store')
    if (problem.status === 401) reply.header('www-authenticate', 'Bearer')
    if (problem.fields.retryAfter) reply.header('retry-after', String(problem.fields.retryAfter))
    if (problem.code === 'sign-in-needed' && request.method === 'GET' && wantsPage(request)) return toSignIn(request, reply)
    if (options.page && wantsPage(request)) return pageHeaders(reply).send(options.page(problem, request))
    // Sent as bytes: the route's response schema is for answers, not for problems.
    return reply
      .type('application/problem+json')
      .send(Buffer.from(JSON.stringify({ ...problem.toBody(options.base()), instance: `urn:request:${request.id}` })))
  }
  app.setErrorHandler((error: FastifyError, request, reply) => answer(fromFastify(error), request, reply))
  app.setNotFoundHandler((request, reply) =>
    answer(
      new Problem('route-not-found', {
        detail: `Nothing answers ${request.method} ${request.url.split('?')[0]}.`,
        hint: 'The API is described at /docs and /openapi.json.',
      }),
      request,
      reply,
    ),
  )
}

/** Where a person reads a page of their own, the answer is to let them sign in and come back. */
function toSignIn(request: FastifyRequest, reply: FastifyReply) {
  const as = request.routeOptions.config.access === 'member' ? 'member' : 'citizen'
  return reply.removeHeader('www-authenticate').redirect(`/sign-in?${new URLSearchParams({ as, to: request.url })}`, 303)
}

function wantsPage(request: FastifyRequest): boolean {
  if (request.url.startsWith('/v1/') || !['GET', 'HEAD', 'POST'].includes(request.method)) return false
  return /text\/html/.test(request.headers.accept ?? '')
}

const frameworkCodes: Record<string, ProblemCode> = {
  FST_ERR_CTP_BODY_TOO_LARGE: 'body-too-large',
  FST_ERR_CTP_INVALID_MEDIA_TYPE: 'media-type-not-supported',
  FST_ERR_CTP_EMPTY_JSON_BODY: 'bad-request',
  FST_ERR_CTP_INVALID_JSON_BODY: 'bad-request',
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: 'bad-request',
}

function fromFastify(error: FastifyError): Problem {
  if (error instanceof Problem) return error
  if (error.validation) return fromValidation(error)
  const code = frameworkCodes[error.code]
  if (code) return new Problem(code, { detail: error.message })
  if (error.statusCode && error.statusCode >= 400 && error.statusCode < 500) return new Problem('bad-request', { detail: error.message })
  return toProblem(error)
}

/** The first thing the schema refused, as a pointer to the parameter or member. */
function fromValidation(error: FastifyError): Problem {
  const first = error.validation?.[0]
  if (first?.keyword === 'additionalProperties') {
    const name = String(first.params.additionalProperty)
    return new Problem('parameter-unknown', {
      detail: `There is no ${partName(error)} ${JSON.stringify(name)} here.`,
      pointer: `${first.instancePath}/${name}`,
      hint: 'The parameters of each address are listed at /docs.',
    })
  }
  const pointer = first?.keyword === 'required' ? `${first.instancePath}/${String(first.params.missingProperty)}` : first?.instancePath
  const beyond = pointer === '/limit' && /^(minimum|maximum|type)$/.test(first?.keyword ?? '')
  return new Problem(beyond ? 'limit-out-of-range' : 'parameter-invalid', {
    detail: `The ${partName(error)} ${pointer ?? ''} ${first?.message ?? 'is not valid'}.`,
    pointer: pointer ?? '',
  })
}

function partName(error: FastifyError): string {
  return error.validationContext === 'body' ? 'member' : 'parameter'
}
