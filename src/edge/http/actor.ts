import type { FastifyInstance, FastifyRequest } from 'fastify'
import { type AccessControl, type Actor, passGate, publicActor } from '../../core/access/index.ts'
import { Problem } from '../../foundation/kernel/index.ts'

/**
 * Puts every route behind the one access gate: names the actor of each request, then passes the gate with what the route declares.
 * A route that declares nothing stops the server from starting.
 */
export function guardRoutes(app: FastifyInstance, access: AccessControl): void {
  app.decorateRequest('actor')
  app.addHook('onRoute', (route) => {
    const preflight = route.method === 'OPTIONS' // answered by the CORS plugin, holds nothing
    if (!route.config?.access && !preflight) throw new Error(`${String(route.method)} ${route.url} does not declare config.access`)
  })
  app.addHook('onRequest', async (request) => {
    // A face of another protocol reads the token in that protocol's own form.
    request.actor = request.routeOptions.config.ownToken ? publicActor : await actorOf(request, access)
    if (!request.is404 && request.method !== 'OPTIONS') passGate(request.actor, request.routeOptions.config.access ?? 'operator')
  })
}

async function actorOf(request: FastifyRequest, access: AccessControl): Promise<Actor> {
  const header = request.headers.authorization
  if (!header) return publicActor
  const [, secret] = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(header) ?? []
  if (!secret) throw new Problem('token-invalid', { detail: 'The Authorization header is not of the form: Bearer <token>.' })
  return access.actorOf(secret)
}
