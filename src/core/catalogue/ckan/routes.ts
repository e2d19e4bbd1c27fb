import type { FastifyInstance, FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { actingAs } from '../../../foundation/kernel/index.ts'
import { type AccessControl, type Actor, actorName, publicActor, viewAs } from '../../access/index.ts'
import { type Actions, type CkanServices, textOf } from './context.ts'
import { BadRequest, CkanError, toCkanError } from './errors.ts'
import type { Dict } from './package.ts'
import { readActions } from './read.ts'
import { writeActions } from './write.ts'

export interface CkanRouteOptions extends CkanServices {
  /** Who is behind the token of a request: CKAN's clients send it bare, without "Bearer". */
  access: Pick<AccessControl, 'actorOf' | 'viewerOf'>
  /** Actions of other areas, such as the datastore's. */
  actions?: Actions
}

const JSON_TYPE = 'application/json;charset=utf-8'
const FORM_LIMIT_BYTES = 10_000_000

/**
 * CKAN's action API, version 3: every action at `/api/action/{name}` and `/api/3/action/{name}`, in its envelopes.
 *
 * Every address is public at the gate, since CKAN's clients name themselves in another way; each action that changes something demands
 * the right actor itself, through the same policy.
 */
export function ckanRoutes(options: CkanRouteOptions): FastifyPluginAsync {
  const actions: Actions = { ...readActions, ...writeActions, ...options.actions }
  const open = { config: { access: 'public' as const, ownToken: true }, schema: { hide: true }, bodyLimit: FORM_LIMIT_BYTES }
  return async (app) => {
    readBodies(app)
    const serve = (request: FastifyRequest, reply: FastifyReply) => answer(request, reply, actions, options)
    for (const prefix of ['/api/action', '/api/3/action']) {
      app.get(`${prefix}/:action`, open, serve)
      app.post(`${prefix}/:action`, open, serve)
    }
    for (const [path, version] of [
      ['/api', 1],
      ['/api/1', 1],
      ['/api/2', 2],
      ['/api/3', 3],
    ] as const)
      app.get(path, open, async (_request, reply) => reply.type(JSON_TYPE).send(JSON.stringify({ version })))
    utilities(app, actions, options, open)
  }
}

/** Bodies are read here, not by the framework: CKAN takes JSON under any type, and forms. */
function readBodies(app: FastifyInstance): void {
  app.removeAllContentTypeParsers()
  app.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: FORM_LIMIT_BYTES }, (_request, body, done) => done(null, body))
}

async function answer(request: FastifyRequest, reply: FastifyReply, actions: Actions, options: CkanRouteOptions): Promise<FastifyReply> {
  const name = (request.params as { action: string }).action
  const help = `${options.base()}/api/3/action/help_show?name=${encodeURIComponent(name)}`
  try {
    const action = name === 'help_show' ? undefined : actions[name]
    if (!action && name !== 'help_show') throw new BadRequest(`Bad request: Action name not known: ${name}`)
    const given = parametersOf(request, action?.reads ?? true)
    const callback = request.method === 'GET' ? given.callback : undefined
    delete given.callback
    // A page of another site that asks with JSONP must not act for whoever is logged in there.
    const actor = callback === undefined ? await actorOf(request, options.access) : publicActor
    if (actor.kind !== 'public') reply.header('cache-control', 'private, no-store').header('vary', 'authorization, x-ckan-api-key')
    const run = () =>
      action ? actingAs(actorName(actor), () => action.run(given, { ...options, actor })) : helpOf(textOf(given.name), actions)
    const result = await viewAs(options.access.viewerOf(actor), run)
    const body = JSON.stringify({ help, success: true, result })
    if (callback === undefined) return reply.type(JSON_TYPE).send(body)
    return reply.type('application/javascript;charset=utf-8').send(`${safeCallback(callback)}(${body});`)
  } catch (error) {
    const known = toCkanError(error)
    if (known instanceof BadRequest) return reply.code(400).type(JSON_TYPE).send(JSON.stringify(known.message))
    if (!(known instanceof CkanError)) throw known
    const { status, type, fields } = known
    return reply
      .code(status)
      .type(JSON_TYPE)
      .send(JSON.stringify({ help, success: false, error: { ...fields, __type: type } }))
  }
}

function helpOf(name: string, actions: Actions): string {
  if (!(name in actions)) throw new CkanError(404, 'Not Found Error', { message: 'Not found: Action function not found' })
  return `${name}: ${actions[name]?.reads ? 'reads' : 'changes'} records of the catalogue. See /docs/api and the documentation of CKAN's action API, version 3.`
}

function safeCallback(value: unknown): string {
  const name = textOf(value)
  if (!/^[A-Za-z_$][\w$.[\]]{0,100}$/.test(name)) throw new BadRequest('Bad request: callback is no name of a function')
  return name
}

/** The actor behind a bare token, or one after "Bearer", or in the header that older clients use. */
export async function actorOf(request: FastifyRequest, access: Pick<AccessControl, 'actorOf'>): Promise<Actor> {
  const given = request.headers.authorization ?? request.headers['x-ckan-api-key']
  const secret = /^(?:Bearer +)?([\x21-\x7e]{1,512})$/i.exec(String(given ?? '').trim())?.[1]
  return secret ? access.actorOf(secret) : publicActor
}

/**
 * The parameters in the forms that CKAN takes: query, JSON under any type, form fields, or a form whose only key is JSON.
 *
 * @throws {BadRequest} for a GET of an action that changes something, and for a body that is no object.
 */
function parametersOf(request: FastifyRequest, reads: boolean): Dict {
  const query = fieldsOf(new URLSearchParams(request.url.split('?').slice(1).join('?')))
  if (request.method === 'GET') {
    if (!reads) throw new BadRequest('Bad request: JSON Error: Invalid request. Please use POST method for your request')
    return query
  }
  const body = Buffer.isBuffer(request.body) ? request.body.toString('utf8') : ''
  if (!body.trim()) return reads ? query : {}
  const type = request.headers['content-type'] ?? ''
  if (type.startsWith('multipart/form-data')) return multipartFields(body, type)
  if (!type.startsWith('application/x-www-form-urlencoded')) return objectOf(body)
  const form = fieldsOf(new URLSearchParams(body))
  const [first, ...rest] = Object.entries(form)
  // curl -d '{...}' without a type: the whole JSON is the name of the one field.
  if (first && !rest.length && (first[1] === '' || first[1] === '1'))
    return objectOf(decodeURIComponent(body.replace(/=1?$/, '').replaceAll('+', '%20')))
  return body.trimStart().startsWith('{') ? objectOf(body) : form
}

function fieldsOf(parameters: URLSearchParams): Dict {
  const fields: Dict = {}
  for (const [name, value] of parameters) {
    const before = fields[name]
    fields[name] = before === undefined ? value : Array.isArray(before) ? [...before, value] : [before, value]
  }
  return fields
}

function objectOf(text: string): Dict {
  try {
    const value = JSON.parse(text) as unknown
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Dict
  } catch {
    throw new BadRequest('Bad request: JSON Error: Error decoding JSON data.')
  }
  throw new BadRequest('Bad request: JSON Error: Request data JSON decoded to something that is not an object')
}

/** The fields of a multipart form. A file in it is refused: files come in through the data API, which streams them. */
function multipartFields(body: string, type: string): Dict {
  const boundary = /boundary="?([^";]+)"?/.exec(type)?.[1]
  if (!boundary) throw new BadRequest('Bad request: the form has no boundary')
  const fields: Dict = {}
  for (const part of body.split(`--${boundary}`).slice(1, -1)) {
    const [head = '', ...rest] = part.split('\r\n\r\n')
    const name = /name="([^"]*)"/.exec(head)?.[1]
    if (/filename="[^"]+"/.test(head))
      throw new CkanError(409, 'Validation Error', {
        upload: ['Publish files with POST /v1/datasets/{dataset}/versions, which streams them'],
      })
    if (name !== undefined) fields[name] = rest.join('\r\n\r\n').replace(/\r\n$/, '')
  }
  return fields
}

/** The small look-ups that pages of other sites use while somebody types, and the search of CKAN's version 2. */
function utilities(app: FastifyInstance, actions: Actions, options: CkanRouteOptions, open: object): void {
  const ask = (name: string, given: Dict) => actions[name]?.run(given, { ...options, actor: publicActor })
  const get = (path: string, run: (query: Dict) => Promise<unknown>) =>
    app.get(path, open, async (request, reply) => {
      try {
        return await reply.type(JSON_TYPE).send(JSON.stringify(await run(fieldsOf(new URLSearchParams(request.url.split('?')[1] ?? '')))))
      } catch (error) {
        const known = toCkanError(error)
        if (known instanceof CkanError)
          return reply
            .code(known.status === 409 ? 400 : known.status)
            .type(JSON_TYPE)
            .send(JSON.stringify(known.message))
        throw error
      }
    })
  const results = (list: unknown) => ({ ResultSet: { Result: list } })
  for (const prefix of ['/api/util', '/api/1/util', '/api/2/util', '/api/3/util']) {
    get(`${prefix}/dataset/autocomplete`, async ({ incomplete, limit }) =>
      results(await ask('package_autocomplete', { q: incomplete, limit })),
    )
    get(`${prefix}/tag/autocomplete`, async ({ incomplete, limit }) =>
      results(((await ask('tag_autocomplete', { q: incomplete, limit })) as string[]).map((Name) => ({ Name }))),
    )
    get(`${prefix}/resource/format_autocomplete`, async ({ incomplete, limit }) =>
      results(((await ask('format_autocomplete', { q: incomplete, limit })) as string[]).map((Format) => ({ Format }))),
    )
    get(`${prefix}/organization/autocomplete`, async ({ q, limit }) => ask('organization_autocomplete', { q, limit }))
    get(`${prefix}/group/autocomplete`, async ({ q }) => ask('group_autocomplete', { q }))
    get(`${prefix}/user/autocomplete`, async () => [])
  }
  for (const prefix of ['/api/3', '/api/2'])
    get(`${prefix}/search/dataset`, async ({ q, fl, rows, limit, start, offset, sort, fq }) => {
      const found = (await ask('package_search', {
        q: q ?? '',
        ...(fq !== undefined && { fq }),
        ...(sort !== undefined && { sort }),
        rows: rows ?? limit ?? 20,
        start: start ?? offset ?? 0,
        ...(fl !== undefined && { fl }),
      })) as { count: number; results: Dict[] }
      return { count: found.count, results: fl === undefined ? found.results.map(({ name }) => name) : found.results }
    })
  for (const prefix of ['/api/rest', '/api/1/rest', '/api/2/rest'])
    for (const [path, list, show] of [
      ['dataset', 'package_list', 'package_show'],
      ['package', 'package_list', 'package_show'],
      ['group', 'group_list', 'group_show'],
      ['tag', 'tag_list', 'tag_show'],
    ] as const) {
      get(`${prefix}/${path}`, async () => ask(list, {}))
      app.get(`${prefix}/${path}/:id`, open, async (request, reply) => {
        try {
          const { id } = request.params as { id: string }
          const shown = await ask(show, { id, include_datasets: 'true' })
          // A tag is its datasets in the old form.
          const answer = show === 'tag_show' ? ((shown as Dict).packages as Dict[]).map(({ name }) => name) : shown
          return await reply.type(JSON_TYPE).send(JSON.stringify(answer))
        } catch (error) {
          if (toCkanError(error) instanceof CkanError) return reply.code(404).type(JSON_TYPE).send(JSON.stringify('Not found'))
          throw error
        }
      })
    }
  get('/api/i18n/:lang', async () => ({ '': { domain: 'ckan', lang: 'en_GB', plural_forms: 'nplurals=2; plural=n != 1;' } }))
}
