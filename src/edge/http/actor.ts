import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { type Access, type AccessControl, type Credentials, passGate, publicActor, viewAs } from '../../core/access/index.ts'
import { Problem } from '../../foundation/kernel/index.ts'

/** An address of the server, with what the gate asks there. */
export interface ServedRoute {
  method: string
  url: string
  access: Access | undefined
}

declare module 'fastify' {
  interface FastifyInstance {
    /** Every address that was registered. */
    routeTable: readonly ServedRoute[]
  }
}

/**
 * Puts every route behind the one access gate: names the actor of each request, then passes the gate with what the route declares.
 * A route that declares nothing stops the server from starting.
 */
export function guardRoutes(app: FastifyInstance, access: AccessControl): void {
  app.decorateRequest('actor')
  const table: ServedRoute[] = []
  app.decorate('routeTable', table)
  app.addHook('onRoute', (route) => {
    for (const method of [route.method].flat()) table.push({ method, url: route.url, access: route.config?.access })
    const preflight = route.method === 'OPTIONS' // answered by the CORS plugin, holds nothing
    if (!route.config?.access && !preflight) throw new Error(`${String(route.method)} ${route.url} does not declare config.access`)
  })
  app.addHook('onRequest', async (request) => {
    const { ownToken, access: needed = 'operator' } = request.routeOptions.config
    // A face of another protocol reads the token in that protocol's own form.
    request.actor = ownToken ? publicActor : await access.identify(credentialsOf(request))
    if (request.actor.kind === 'citizen' || request.actor.kind === 'member') refuseOtherSites(request)
    if (!request.is404 && request.method !== 'OPTIONS') passGate(request.actor, needed)
  })
  // Said twice: what reads the body of a request goes on elsewhere than where the request began.
  app.addHook('onRequest', (request, _reply, done) => viewAs(access.viewerOf(request.actor), done))
  app.addHook('preValidation', (request, _reply, done) => viewAs(access.viewerOf(request.actor), done))
  app.addHook('onSend', async (request, reply) => {
    if (request.actor && request.actor.kind !== 'public') keepToActor(reply)
  })
}

/** What was answered to somebody is for nobody else: no cache between may give it to others. */
function keepToActor(reply: FastifyReply): void {
  const given = String(reply.getHeader('cache-control') ?? '')
  if (!/no-store/.test(given)) reply.header('cache-control', 'private, no-cache')
  const vary = String(reply.getHeader('vary') ?? '')
  reply.header(
    'vary',
    [...vary.split(/, */).filter((name) => name && !/^(authorization|cookie)$/i.test(name)), 'authorization', 'cookie'].join(', '),
  )
}

function credentialsOf({ headers, routeOptions: { config }, method, url, ip }: FastifyRequest): Credentials {
  const session = config.access === 'citizen' || config.access === 'member' ? config.access : config.session
  return {
    ...(headers.authorization !== undefined && { authorization: headers.authorization }),
    ...(headers.dpop !== undefined && { proof: String(headers.dpop) }),
    ...(headers.cookie !== undefined && { cookie: headers.cookie }),
    ...(session && { session }),
    method,
    path: url,
    ip,
  }
}

/**
 * Refuses a change that another site asks for in the name of who is signed in. Browsers say where a request comes from; what is no browser
 * has nobody's session to misuse.
 *
 * @see Fetch Metadata Request Headers, `Sec-Fetch-Site`; RFC 6454, section 7.
 */
function refuseOtherSites({ method, headers }: FastifyRequest): void {
  if (method === 'GET' || method === 'HEAD' || method === 'OPTIONS') return
  const site = headers['sec-fetch-site']
  const same =
    site === undefined
      ? headers.origin === undefined || URL.parse(headers.origin)?.host === headers.host
      : /^(same-origin|none)$/.test(String(site))
  if (!same) throw new Problem('cross-site-request', { detail: 'This change was asked for by another site. Nothing was done.' })
}
