import { Problem } from '../../foundation/kernel/index.ts'
import type { Actor } from './actor.ts'

/**
 * What a route asks of whoever calls it. Every route declares one and the server refuses to start with a route that does not.
 * `public`: anyone. `publisher`: the holder of a token; the handler then demands the right publisher. `operator`: whoever runs the machine.
 * `citizen`, `member` and `client`: nobody else, not even the operator, since these routes answer about the caller's own affairs.
 */
export type Access = 'public' | 'publisher' | 'operator' | 'citizen' | 'member' | 'client'

const SIGN_IN = { citizen: 'This is about your own records; sign in first.', member: 'This belongs to an organisation; sign in first.' }

/**
 * The one access gate, passed by every route before its handler.
 *
 * @throws {Problem} token-missing when nobody is named, permission-denied when the caller may not.
 */
export function passGate(actor: Actor, access: Access): void {
  if (access === 'public' || actor.kind === access) return
  if (access === 'citizen' || access === 'member') throw new Problem('sign-in-needed', { detail: SIGN_IN[access] })
  if (access === 'client') throw new Problem('token-missing', { detail: "This request needs an application's access token." })
  if (actor.kind === 'operator') return
  if (actor.kind === 'public')
    throw new Problem('token-missing', {
      detail: 'This request changes something and carries no token.',
      hint: 'Send Authorization: Bearer <token>. A token is made with: sixteen token create --publisher NAME',
    })
  if (access === 'operator' || actor.kind !== 'publisher')
    throw new Problem('permission-denied', {
      detail: `Only ${access === 'operator' ? 'the operator of this server' : "a publisher's token"} may do this.`,
    })
}

/**
 * The person who asks about their own records.
 *
 * @throws {Problem} sign-in-needed for everybody else.
 */
export function demandCitizen(actor: Actor): string {
  if (actor.kind !== 'citizen') throw new Problem('sign-in-needed', { detail: SIGN_IN.citizen })
  return actor.person
}

/**
 * Demands that the actor acts for this publisher.
 *
 * @throws {Problem} token-missing or permission-denied, saying whose token is needed.
 */
export function demandPublisher(actor: Actor, publisher: string): void {
  passGate(actor, 'publisher')
  if (actor.kind === 'publisher' && actor.publisher !== publisher)
    throw new Problem('permission-denied', {
      detail: `The token belongs to ${actor.publisher}; this needs a token of ${publisher}.`,
      hint: `sixteen token create --publisher ${publisher}`,
    })
}
