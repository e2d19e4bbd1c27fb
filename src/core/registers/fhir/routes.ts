import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Registers } from '../index.ts'
import { capabilityStatement, terminologyCapabilities } from './capabilities.ts'
import { expand, lookup, type Operation, subsumes, translate, validateInSystem, validateInValueSet } from './operations.ts'
import { FhirError } from './outcome.ts'
import { Inputs, type Parameter, parametersOf, type Resource } from './parameters.ts'
import { allMaps, codeSystem, conceptMap, valueSet } from './resources.ts'
import type { Fhir } from './systems.ts'

type App = Parameters<FastifyPluginAsyncTypebox>[0]
const open = { config: { access: 'public' as const }, schema: { hide: true }, bodyLimit: 8 << 20 }
const FHIR_JSON = 'application/fhir+json; charset=utf-8'

const operations: Record<string, Record<string, Operation>> = {
  CodeSystem: { lookup, 'validate-code': validateInSystem, subsumes, 'batch-validate-code': batchOf(validateInSystem) },
  ValueSet: { expand, 'validate-code': validateInValueSet, 'batch-validate-code': batchOf(validateInValueSet) },
  ConceptMap: { translate },
}

/** Several validations in one request, each for itself. */
function batchOf(operation: Operation): Operation {
  return (fhir, inputs, id) =>
    parametersOf(
      inputs.resources('validation').map((asked): Parameter => {
        const parameters = (asked as { parameter?: Parameter[] }).parameter ?? []
        return { name: 'validation', resource: attempt(() => operation(fhir, new Inputs(parameters), id)).resource }
      }),
    )
}

/**
 * Terminology in the shapes of FHIR R4 under `/fhir`: registers are code systems, each with the value set of its codes; maps between them
 * and across time are concept maps.
 *
 * @see https://hl7.org/fhir/R4/terminology-service.html
 */
export function fhirRoutes({
  registers,
  base,
  now,
}: {
  registers: Registers
  base: () => string
  now: () => Date
}): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.addContentTypeParser('application/fhir+json', { parseAs: 'string' }, (_request, body, done) => {
      try {
        done(null, body === '' ? undefined : JSON.parse(body as string))
      } catch {
        done(new FhirError(400, 'invalid', 'The body is not JSON.'))
      }
    })
    app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string' }, (_request, body, done) =>
      done(null, new URLSearchParams(body as string)),
    )
    app.setErrorHandler((error, _request, reply) => {
      const { status, resource } = failure(error)
      return send(reply.code(status), resource)
    })
    const fhir = (): Fhir => ({ registers, codes: registers.codes, base: base(), now })
    metadata(app, fhir)
    reads(app, fhir)
    operationRoutes(app, fhir)
    app.post('/fhir', open, async (request, reply) => send(reply, await batch(app, request.body)))
  }
}

function send(reply: FastifyReply, resource: object): FastifyReply {
  return reply
    .header('content-type', FHIR_JSON)
    .header('cache-control', 'no-cache')
    .send(Buffer.from(JSON.stringify(resource)))
}

/** @throws what is no refusal of ours */
function failure(error: unknown): { status: number; resource: Resource } {
  if (error instanceof FhirError) return { status: error.status, resource: error.toOutcome() as Resource }
  if (error instanceof Problem && error.status < 500)
    return {
      status: error.status,
      resource: new FhirError(error.status, error.status === 404 ? 'not-found' : 'invalid', error.message).toOutcome() as Resource,
    }
  const { statusCode, message } = error as { statusCode?: number; message?: string }
  if (statusCode && statusCode < 500)
    return { status: statusCode, resource: new FhirError(statusCode, 'invalid', message ?? '').toOutcome() as Resource }
  throw error
}

function attempt(work: () => Resource): { status: number; resource: Resource } {
  try {
    return { status: 200, resource: work() }
  } catch (error) {
    return failure(error)
  }
}

function metadata(app: App, fhir: () => Fhir): void {
  app.get('/fhir/metadata', open, async (request, reply) => {
    const { mode } = request.query as { mode?: string }
    return send(reply, mode === 'terminology' ? terminologyCapabilities(fhir()) : capabilityStatement(fhir()))
  })
}

interface Kind {
  ids(fhir: Fhir): string[]
  read(fhir: Fhir, id: string, whole: boolean): Resource
}

const kinds: Record<string, Kind> = {
  CodeSystem: {
    ids: ({ registers }) => registers.names(),
    read: (fhir, id, whole) => codeSystem(fhir, id, { concepts: whole }),
  },
  ValueSet: { ids: ({ registers }) => registers.names(), read: (fhir, id) => valueSet(fhir, id) },
  ConceptMap: {
    ids: (fhir) => allMaps(fhir).map(({ id }) => id),
    read: (fhir, id, whole) => conceptMap(fhir, allMaps(fhir).find((map) => map.id === id)!, { elements: whole }),
  },
}

function reads(app: App, fhir: () => Fhir): void {
  for (const [type, kind] of Object.entries(kinds)) {
    app.get<{ Params: { id: string } }>(`/fhir/${type}/:id`, open, async (request, reply) => {
      const { id } = request.params
      const here = fhir()
      if (!kind.ids(here).includes(id)) throw new FhirError(404, 'not-found', `There is no ${type} ${id}.`)
      const { _summary } = request.query as { _summary?: string }
      return send(reply, kind.read(here, id, _summary !== 'true'))
    })
    app.get(`/fhir/${type}`, open, async (request, reply) => send(reply, search(fhir(), kind, type, request)))
  }
}

function search(fhir: Fhir, kind: Kind, type: string, request: FastifyRequest): object {
  const query = new URLSearchParams(request.url.split('?')[1] ?? '')
  const wanted = (resource: Resource): boolean =>
    [...query].every(([name, value]) => {
      const [parameter = '', modifier] = name.split(':')
      if (parameter.startsWith('_') && parameter !== '_id') return true
      const own = String(resource[parameter === '_id' ? 'id' : parameter] ?? '')
      if (parameter === 'name' || parameter === 'title')
        return modifier === 'exact'
          ? own === value
          : own.toLowerCase()[modifier === 'contains' ? 'includes' : 'startsWith'](value.toLowerCase())
      if (!['url', 'status', 'version', '_id', 'system'].includes(parameter)) return true
      return parameter === 'system' ? resource['url'] === value : own === value.split('|')[0]
    })
  const found = kind
    .ids(fhir)
    .map((id) => kind.read(fhir, id, false))
    .filter(wanted)
  const offset = Number(query.get('_offset') ?? 0) || 0
  const count = Math.min(Number(query.get('_count') ?? 100) || 0, 500)
  const page = query.get('_summary') === 'count' ? [] : found.slice(offset, offset + count)
  return {
    resourceType: 'Bundle',
    type: 'searchset',
    total: found.length,
    link: [{ relation: 'self', url: `${fhir.base}${request.url}` }],
    entry: page.map((resource) => ({
      fullUrl: `${fhir.base}/fhir/${type}/${String(resource['id'])}`,
      resource,
      search: { mode: 'match' },
    })),
  }
}

function operationRoutes(app: App, fhir: () => Fhir): void {
  for (const [type, named] of Object.entries(operations))
    for (const [name, operation] of Object.entries(named)) {
      const run = (request: FastifyRequest, reply: FastifyReply) => {
        const query = new URLSearchParams(request.url.split('?')[1] ?? '')
        const { id } = request.params as { id?: string }
        const here = fhir()
        if (id !== undefined && !kinds[type]!.ids(here).includes(id)) throw new FhirError(404, 'not-found', `There is no ${type} ${id}.`)
        const inputs =
          request.method === 'GET'
            ? Inputs.ofQuery(query)
            : request.body instanceof URLSearchParams
              ? Inputs.ofQuery(request.body)
              : Inputs.ofBody(request.body, query)
        return send(reply, operation(here, inputs, id))
      }
      for (const path of [`/fhir/${type}/$${name}`, `/fhir/${type}/:id/$${name}`]) {
        app.get(path, open, async (request, reply) => run(request, reply))
        app.post(path, open, async (request, reply) => run(request, reply))
      }
    }
}

interface BatchEntry {
  request?: { method?: string; url?: string }
  resource?: Resource
}

/**
 * A batch: each entry is a request to this face, answered for itself.
 *
 * @throws {FhirError} invalid
 */
async function batch(app: App, body: unknown): Promise<object> {
  const { resourceType, type, entry = [] } = (body ?? {}) as { resourceType?: string; type?: string; entry?: BatchEntry[] }
  if (resourceType !== 'Bundle' || type !== 'batch' || !Array.isArray(entry))
    throw new FhirError(400, 'invalid', 'The body is a Bundle of type batch.')
  if (entry.length > 500) throw new FhirError(422, 'too-costly', 'At most 500 requests go in a batch.')
  const answers = []
  for (const { request, resource } of entry) {
    const url = `/fhir/${String(request?.url ?? '').replace(/^\/?(?:fhir\/)?/, '')}`
    const method = request?.method === 'POST' ? 'POST' : 'GET'
    const allowed = url !== '/fhir/' && !url.includes('..')
    const reply = allowed
      ? await app.inject({
          method,
          url,
          ...(resource && { payload: JSON.stringify(resource), headers: { 'content-type': 'application/fhir+json' } }),
        })
      : undefined
    answers.push({
      resource: reply
        ? (JSON.parse(reply.body) as object)
        : new FhirError(400, 'invalid', 'An entry needs a request with a url.').toOutcome(),
      response: { status: String(reply?.statusCode ?? 400) },
    })
  }
  return { resourceType: 'Bundle', type: 'batch-response', entry: answers }
}
