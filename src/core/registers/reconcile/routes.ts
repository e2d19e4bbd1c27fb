import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem, toProblem } from '../../../foundation/kernel/index.ts'
import type { Registers } from '../index.ts'
import { MAX_BATCH, readJsonParameter, readQueryOne, readQueryTwo } from './queries.ts'
import {
  allTypes,
  candidateOne,
  candidateTwo,
  extend,
  manifestOne,
  manifestTwo,
  propertiesOf,
  type ReconcileOptions,
  reconcile,
  suggestEntities,
} from './service.ts'

type App = Parameters<FastifyPluginAsyncTypebox>[0]
type Request = FastifyRequest<{ Params: { register: string } }>

const open = { config: { access: 'public' as const }, schema: { hide: true }, bodyLimit: 8 << 20 }
const escapes: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const html = (text: string): string => text.replace(/[&<>"]/g, (letter) => escapes[letter]!)

/**
 * The Reconciliation Service API of each register: versions 0.1 and 0.2 on one address, as OpenRefine uses it (forms, JSONP, CORS), and
 * version 1.0 below it.
 *
 * @see https://www.w3.org/community/reports/reconciliation/CG-FINAL-specs-0.2-20230410/
 */
export function reconcileRoutes({ registers, base }: { registers: Registers; base: () => string }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
      done(null, new URLSearchParams(body as string)),
    )
    app.setErrorHandler((error, request, reply) => {
      const problem = error instanceof Problem ? error : toProblem(error)
      if (problem.status >= 500 && !(error instanceof Problem)) throw error
      return answer(request as Request, reply.code(problem.status), { error: problem.message, code: problem.code })
    })
    const optionsOf = (request: Request): ReconcileOptions => {
      const { register } = request.params
      registers.reader.row(register)
      return { codes: registers.codes, register, base: base(), address: `${base()}/registers/${register}` }
    }
    rootService(app, optionsOf)
    suggestServices(app, optionsOf)
    previews(app, optionsOf)
    versionOne(app, optionsOf)
  }
}

type OptionsOf = (request: Request) => ReconcileOptions

const parameters = (request: FastifyRequest): URLSearchParams => new URLSearchParams(request.url.split('?')[1] ?? '')

/** Sends JSON, or a call of the function that the caller names. Only a name of letters, digits, `_`, `$` and points is one. */
function answer(request: FastifyRequest, reply: FastifyReply, value: unknown): FastifyReply {
  const callback = parameters(request).get('callback')
  const text = JSON.stringify(value)
  reply.header('cache-control', 'no-cache')
  if (callback === null) return reply.header('content-type', 'application/json').send(Buffer.from(text))
  if (!/^[\w$.]{1,200}$/.test(callback)) throw new Problem('parameter-invalid', { detail: 'The callback is not the name of a function.' })
  const script = text.replaceAll('\u2028', '\\u2028').replaceAll('\u2029', '\\u2029')
  return reply.header('content-type', 'application/javascript; charset=utf-8').send(Buffer.from(`/**/${callback}(${script});`))
}

function rootService(app: App, optionsOf: OptionsOf): void {
  const serve = (request: Request, reply: FastifyReply) => {
    const options = optionsOf(request)
    const form = request.body instanceof URLSearchParams ? request.body : jsonForm(request.body)
    const given = (name: string) => form?.get(name) ?? parameters(request).get(name)
    const queries = given('queries')
    const single = given('query')
    const extension = given('extend')
    if (queries !== null) return answer(request, reply, answerBatch(options, readJsonParameter(queries, 'queries')))
    if (extension !== null) return answer(request, reply, extendTwo(options, readJsonParameter(extension, 'extend')))
    if (single !== null)
      return answer(request, reply, answerOne(options, single.trim().startsWith('{') ? readJsonParameter(single, 'query') : single))
    if (request.method === 'POST' && form === undefined && request.body !== undefined)
      throw new Problem('parameter-invalid', { detail: 'Send queries, or extend, in a form.' })
    return answer(request, reply, manifestTwo(options))
  }
  const url = '/registers/:register/reconcile'
  app.get<{ Params: { register: string } }>(url, open, async (request, reply) => serve(request, reply))
  app.post<{ Params: { register: string } }>(url, open, async (request, reply) => serve(request, reply))
}

/** A body of JSON with the members of the form, for those who send that. */
function jsonForm(body: unknown): URLSearchParams | undefined {
  if (typeof body !== 'object' || body === null) return undefined
  const members = Object.entries(body).map(([name, value]): [string, string] => [
    name,
    typeof value === 'string' ? value : JSON.stringify(value),
  ])
  return new URLSearchParams(members)
}

function answerBatch(options: ReconcileOptions, queries: unknown): object {
  if (typeof queries !== 'object' || queries === null || Array.isArray(queries))
    throw new Problem('parameter-invalid', { detail: 'queries is an object of queries, each under a name of its own.' })
  const entries = Object.entries(queries)
  if (entries.length > MAX_BATCH) throw new Problem('limit-out-of-range', { detail: `At most ${MAX_BATCH} queries go in a batch.` })
  return Object.fromEntries(entries.map(([name, query]) => [name, answerOne(options, query)]))
}

/** One query's candidates. One that cannot be read has none, and says why: it must not stop those beside it. */
function answerOne(options: ReconcileOptions, query: unknown): object {
  try {
    const { definition } = options.codes.list(options.register)
    return { result: reconcile(options, readQueryTwo(query)).map((candidate) => candidateTwo(definition, candidate)) }
  } catch (error) {
    return { result: [], error: toProblem(error).message }
  }
}

function extendTwo(options: ReconcileOptions, extension: unknown): object {
  const { ids, properties } = readExtension(extension)
  const names = new Map(propertiesOf(options.codes.list(options.register).definition).map(({ id, name, field }) => [id, { name, field }]))
  return {
    meta: properties.map((id) => metaOf(options, id, names.get(id))),
    rows: Object.fromEntries(
      ids.map((id) => [id, Object.fromEntries(properties.map((property) => [property, extend(options, id, property)]))]),
    ),
  }
}

function metaOf(
  options: ReconcileOptions,
  id: string,
  known: { name: string; field?: { register?: string } | undefined } | undefined,
): object {
  const register = known?.field?.register
  const origin = options.address.slice(0, options.address.lastIndexOf('/'))
  return {
    id,
    name: known?.name ?? id,
    ...(register && { type: { id: register, name: register.replaceAll('-', ' ') }, service: `${origin}/${register}/reconcile` }),
  }
}

function readExtension(extension: unknown): { ids: string[]; properties: string[] } {
  const { ids, properties } = (extension ?? {}) as { ids?: unknown; properties?: unknown }
  if (!Array.isArray(ids) || !Array.isArray(properties))
    throw new Problem('parameter-invalid', { detail: 'extend has the members ids and properties.' })
  return { ids: ids.map(String), properties: properties.map((property) => String((property as { id?: unknown })?.id ?? property)) }
}

function suggestServices(app: App, optionsOf: OptionsOf): void {
  const cursorOf = (request: FastifyRequest) => Math.max(0, Number(parameters(request).get('cursor') ?? 0) || 0)
  const prefixOf = (request: FastifyRequest) => (parameters(request).get('prefix') ?? '').slice(0, 300)
  const limitOf = (request: FastifyRequest) => Math.min(100, Math.max(1, Number(parameters(request).get('limit') ?? 20) || 20))
  const matching = (items: Array<{ id: string; name: string; description?: string }>, request: FastifyRequest) => {
    const prefix = prefixOf(request).toLowerCase()
    return items
      .filter(({ id, name }) => id.toLowerCase().includes(prefix) || name.toLowerCase().includes(prefix))
      .slice(cursorOf(request), cursorOf(request) + limitOf(request))
      .map(({ id, name, description }) => ({ id, name, ...(description && { description }) }))
  }
  const services: Record<string, (request: Request) => object> = {
    'suggest/entity': (request) => ({
      result: suggestEntities(
        optionsOf(request),
        prefixOf(request),
        cursorOf(request),
        parameters(request).getAll('type'),
        limitOf(request),
      ),
    }),
    'suggest/type': (request) => ({ result: matching(allTypes(optionsOf(request)), request) }),
    'suggest/property': (request) => {
      const options = optionsOf(request)
      return { result: matching(propertiesOf(options.codes.list(options.register).definition), request) }
    },
    properties: (request) => proposed(optionsOf(request), request),
    'extend/propose': (request) => proposed(optionsOf(request), request),
  }
  for (const [path, service] of Object.entries(services))
    for (const prefix of ['reconcile', 'reconcile/1.0'])
      app.get<{ Params: { register: string } }>(`/registers/:register/${prefix}/${path}`, open, async (request, reply) =>
        answer(request, reply, service(request)),
      )
}

function proposed(options: ReconcileOptions, request: FastifyRequest): object {
  const type = parameters(request).get('type') ?? options.register
  const limit = Number(parameters(request).get('limit') ?? 0) || undefined
  const properties = propertiesOf(options.codes.list(options.register).definition).filter(({ id }) => id !== options.register)
  return {
    type,
    ...(limit && { limit }),
    properties: properties.slice(0, limit).map(({ id, name, description }) => ({ id, name, ...(description && { description }) })),
  }
}

/** Small pages that a client shows in a frame, and their texts for the flyouts of suggestions. */
function previews(app: App, optionsOf: OptionsOf): void {
  const entityHtml = (options: ReconcileOptions, id: string): string => {
    const { display, status, start, end, labels } = options.codes.lookup(options.register, id)
    const names = labels.filter(({ text }) => text !== display).map(({ text }) => text)
    return [
      `<p><strong>${html(display)}</strong> (${html(id)})</p>`,
      `<p>${html(status)}${start ? `, from ${html(start)}` : ''}${end ? `, until ${html(end)}` : ''}</p>`,
      names.length > 0 ? `<p>Also ${html(names.slice(0, 8).join('; '))}</p>` : '',
      `<p><a href="${html(`${options.address}/codes/${encodeURIComponent(id)}`)}" target="_blank" rel="noopener">The code and its history</a></p>`,
    ].join('')
  }
  const page = (body: string) =>
    `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Code</title></head><body>${body}</body></html>`
  for (const path of ['reconcile/preview', 'reconcile/1.0/preview'])
    app.get<{ Params: { register: string } }>(`/registers/:register/${path}`, open, async (request, reply) => {
      const options = optionsOf(request)
      const id = parameters(request).get('id') ?? ''
      const lookup = options.codes.lookup(options.register, id)
      if (/application\/json/.test(request.headers.accept ?? ''))
        return answer(request, reply, {
          id,
          name: lookup.display,
          description: lookup.status,
          url: `${options.address}/codes/${encodeURIComponent(id)}`,
          tags: lookup.parents.map((parent) => [parent.code, `${parent.register}:${parent.code}`]),
        })
      // Shown in frames of any site; it has no scripts and loads nothing.
      return reply
        .header('content-security-policy', "default-src 'none'; base-uri 'none'")
        .header('content-type', 'text/html; charset=utf-8')
        .send(Buffer.from(page(entityHtml(options, id))))
    })
  const flyouts: Record<string, (options: ReconcileOptions, id: string) => string> = {
    entity: entityHtml,
    type: (options, id) => `<p><strong>${html(allTypes(options).find((type) => type.id === id)?.name ?? id)}</strong></p>`,
    property: (options, id) => {
      const property = propertiesOf(options.codes.list(options.register).definition).find((one) => one.id === id)
      return `<p><strong>${html(property?.name ?? id)}</strong></p><p>${html(property?.description ?? '')}</p>`
    },
  }
  for (const [what, draw] of Object.entries(flyouts))
    app.get<{ Params: { register: string } }>(`/registers/:register/reconcile/flyout/${what}`, open, async (request, reply) => {
      const id = parameters(request).get('id') ?? ''
      return answer(request, reply, { id, html: draw(optionsOf(request), id) })
    })
}

/** Version 1.0: JSON in and out, batches as arrays. Its manifest stands at `…/reconcile/1.0`. */
function versionOne(app: App, optionsOf: OptionsOf): void {
  app.get<{ Params: { register: string } }>('/registers/:register/reconcile/1.0', open, async (request, reply) =>
    answer(request, reply, manifestOne(optionsOf(request))),
  )
  for (const prefix of ['reconcile', 'reconcile/1.0']) {
    app.post<{ Params: { register: string } }>(`/registers/:register/${prefix}/match`, open, async (request, reply) => {
      const options = optionsOf(request)
      const { queries } = (request.body ?? {}) as { queries?: unknown }
      if (!Array.isArray(queries)) throw new Problem('parameter-invalid', { detail: 'The body has the member queries, a list.' })
      if (queries.length > MAX_BATCH) throw new Problem('limit-out-of-range', { detail: `At most ${MAX_BATCH} queries go in a batch.` })
      const read = queries.map(readQueryOne)
      const { definition } = options.codes.list(options.register)
      return answer(request, reply, {
        results: read.map((query) => ({ candidates: reconcile(options, query).map((candidate) => candidateOne(definition, candidate)) })),
      })
    })
    app.post<{ Params: { register: string } }>(`/registers/:register/${prefix}/extend`, open, async (request, reply) => {
      const options = optionsOf(request)
      const { ids, properties } = readExtension(request.body)
      const names = new Map(
        propertiesOf(options.codes.list(options.register).definition).map(({ id, name, field }) => [id, { name, field }]),
      )
      return answer(request, reply, {
        meta: properties.map((id) => metaOf(options, id, names.get(id))),
        rows: ids.map((id) => ({
          id,
          properties: properties.map((property) => ({ id: property, values: extend(options, id, property) })),
        })),
      })
    })
  }
}
