import { join } from 'node:path'
import type { Store } from '../../foundation/engines/sqlite/index.ts'
import { type Clock, newId, newSecret, Problem, sha256Hex } from '../../foundation/kernel/index.ts'
import { type Actor, publicActor } from './actor.ts'
import type { MasterKey } from './keys/index.ts'
import { readCookie, sessionCookie } from './people/cookies.ts'
import { openPeople, type People, type SessionKind } from './people/index.ts'
import { tokenStore } from './store.ts'

export { type Actor, publicActor } from './actor.ts'
export { type Consent, openConsent } from './consent.ts'
export type { Grants } from './grants/index.ts'
export type { Grant, GrantState, LawfulBasis, NewGrant } from './grants/model.ts'
export { type MasterKey, openMasterKey } from './keys/index.ts'
export { cookieLine, readCookie, sessionCookie } from './people/cookies.ts'
export { type InventedPerson, inventedPeople } from './people/development.ts'
export type { People, Person, SessionKind } from './people/index.ts'
export { openSignIn, type SignInService } from './people/sign-in.ts'
export { type Access, demandPublisher, passGate } from './policy.ts'
export { labelOf } from './records/expression.ts'
export type { DerivedAnswer, Purpose, RecordField, RecordService, RecordSource } from './records/model.ts'
export type { RecordServices } from './records/services.ts'

/** What a request brings to say who makes it. */
export interface Credentials {
  authorization?: string
  /** The `DPoP` header. */
  proof?: string
  cookie?: string
  /** Whose session may name the actor of this request; nobody's where it is missing. */
  session?: SessionKind
  method: string
  /** The path of the request, with its query. */
  path: string
  ip: string
}

export interface AccessControl {
  /**
   * Who makes a request: the holder of a token, or who is signed in.
   *
   * @throws {Problem} token-invalid when there is a token that does not hold, whatever else the request brings.
   */
  identify(credentials: Credentials): Promise<Actor>
  people: People
  /** The actor behind the secret of an Authorization header. @throws {Problem} token-invalid */
  actorOf(secret: string): Promise<Actor>
  /** Makes a token for a publisher; the secret is in the answer and nowhere else. */
  createToken(publisher: string, name: string): Promise<{ id: string; publisher: string; name: string; secret: string }>
  listTokens(publisher?: string): Promise<Array<{ id: string; publisher: string; name: string; created: string; revoked: string | null }>>
  revokeToken(id: string): Promise<boolean>
}

/** Opens the access area: publishers' tokens and, through `operatorSecret`, the operator of this data folder. */
export function openAccess(options: {
  store: Store
  /** The file of people, clients and grants, which several processes may hold. */
  accessStore: Store
  master: MasterKey
  clock: Clock
  base: () => string
  operatorSecret?: string
}): AccessControl {
  options.store.migrate('access', join(import.meta.dirname, 'migrations'))
  const people = openPeople({ store: options.accessStore, clock: options.clock })
  const tokens = tokenStore(options.store)
  const operatorHash = options.operatorSecret ? sha256Hex(options.operatorSecret) : undefined
  const actorOf = async (secret: string): Promise<Actor> => {
    const hash = sha256Hex(secret)
    if (hash === operatorHash) return { kind: 'operator' }
    const row = await tokens.byHash(hash)
    if (!row) throw new Problem('token-invalid', { detail: 'No live token has this secret; it may have been revoked.' })
    return { kind: 'publisher', publisher: row.publisher, token: row.id }
  }
  const signedIn = ({ cookie, session }: Credentials): Actor => {
    const secret = session && readCookie(cookie, sessionCookie(session, options.base().startsWith('https:')))
    return (secret && people.actorOf(secret, session)) || publicActor
  }
  return {
    identify: async (credentials) => {
      if (!credentials.authorization) return signedIn(credentials)
      const [, secret] = /^Bearer +([\x21-\x7e]{1,512})$/i.exec(credentials.authorization) ?? []
      if (!secret) throw new Problem('token-invalid', { detail: 'The Authorization header is not of the form: Bearer <token>.' })
      return actorOf(secret)
    },
    people,
    actorOf,
    createToken: async (publisher, name) => {
      const secret = newSecret('sixteen')
      const id = newId()
      await tokens.insert({
        id,
        publisher,
        name,
        secret_hash: sha256Hex(secret),
        created: options.clock.now().toISOString(),
        revoked: null,
      })
      return { id, publisher, name, secret }
    },
    listTokens: (publisher) => tokens.list(publisher),
    revokeToken: (id) => tokens.revoke(id, options.clock.now().toISOString()),
  }
}
