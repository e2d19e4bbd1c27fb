import type { FastifyInstance, FastifyRequest } from 'fastify'
import { Problem } from '../../foundation/kernel/index.ts'

/** What one actor may ask at once, and in a second; 0 for no bound. */
export interface Fairness {
  atOnce: number
  perSecond: number
  /** Requests a second of an application, by its rate tier. */
  ofApplication?: (client: string) => number
}

interface Asking {
  open: number
  /** Requests left to be asked now, and when that was counted, in milliseconds. */
  left: number
  at: number
}

/** Actors remembered; those who ask nothing are forgotten first. */
const MAX_ACTORS = 50_000

/**
 * Holds every actor to its share: the holder of a token, or an address of the network. Answers that are kept ready are not counted, since
 * they cost nothing.
 */
export function shareFairly(app: FastifyInstance, { atOnce, perSecond, ofApplication }: Fairness): void {
  if (!atOnce && !perSecond && !ofApplication) return
  const actors = new Map<string, Asking>()
  const held = new WeakSet<FastifyRequest>()

  app.addHook('onRequest', async (request) => {
    if (request.actor.kind === 'operator') return
    const key = keyOf(request)
    const { actor } = request
    const rate = (actor.kind === 'client' || actor.kind === 'application') && ofApplication ? ofApplication(actor.client) : perSecond
    const asking = actors.get(key) ?? { open: 0, left: rate * 2, at: performance.now() }
    if (actors.size >= MAX_ACTORS) forgetIdle(actors)
    actors.set(key, asking)
    if (rate) spend(asking, rate)
    if (atOnce && asking.open >= atOnce)
      throw new Problem('rate-limited', {
        detail: `${atOnce} of your requests are being answered already.`,
        retryAfter: 1,
        hint: 'Ask for the next when one is done.',
      })
    asking.open += 1
    held.add(request)
  })
  const release = async (request: FastifyRequest) => {
    if (!held.delete(request)) return
    const asking = actors.get(keyOf(request))
    if (asking) asking.open -= 1
  }
  app.addHook('onResponse', release)
  app.addHook('onRequestAbort', release)
}

/** A bucket that fills at the rate and holds two seconds of it. */
function spend(asking: Asking, perSecond: number): void {
  const now = performance.now()
  asking.left = Math.min(perSecond * 2, asking.left + ((now - asking.at) / 1000) * perSecond)
  asking.at = now
  if (asking.left < 1)
    throw new Problem('rate-limited', {
      detail: `At most ${perSecond} requests a second are answered.`,
      retryAfter: Math.max(1, Math.ceil((1 - asking.left) / perSecond)),
      hint: 'A file holds a whole result, and /v1/datasets/{dataset}/query asks many things at once.',
    })
  asking.left -= 1
}

function keyOf({ actor, ip }: FastifyRequest): string {
  if (actor.kind === 'publisher') return actor.token
  return actor.kind === 'client' || actor.kind === 'application' ? `client ${actor.client}` : ip
}

function forgetIdle(actors: Map<string, Asking>): void {
  for (const [key, { open }] of actors) if (!open) actors.delete(key)
}
