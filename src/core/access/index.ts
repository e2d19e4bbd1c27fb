import { join } from 'node:path'
import type { Store } from '../../foundation/engines/sqlite/index.ts'
import { type Clock, newId, newSecret, Problem, sha256Hex } from '../../foundation/kernel/index.ts'
import type { Actor } from './actor.ts'
import { tokenStore } from './store.ts'

export { type Actor, publicActor } from './actor.ts'
export { type Consent, openConsent } from './consent.ts'
export type { Grants } from './grants/index.ts'
export type { Grant, GrantState, LawfulBasis, NewGrant } from './grants/model.ts'
export { type Access, demandPublisher, passGate } from './policy.ts'
export { labelOf } from './records/expression.ts'
export type { DerivedAnswer, Purpose, RecordField, RecordService, RecordSource } from './records/model.ts'
export type { RecordServices } from './records/services.ts'

export interface AccessControl {
  /** The actor behind the secret of an Authorization header. @throws {Problem} token-invalid */
  actorOf(secret: string): Promise<Actor>
  /** Makes a token for a publisher; the secret is in the answer and nowhere else. */
  createToken(publisher: string, name: string): Promise<{ id: string; publisher: string; name: string; secret: string }>
  listTokens(publisher?: string): Promise<Array<{ id: string; publisher: string; name: string; created: string; revoked: string | null }>>
  revokeToken(id: string): Promise<boolean>
}

/** Opens the access area: publishers' tokens and, through `operatorSecret`, the operator of this data folder. */
export function openAccess(options: { store: Store; clock: Clock; operatorSecret?: string }): AccessControl {
  options.store.migrate('access', join(import.meta.dirname, 'migrations'))
  const tokens = tokenStore(options.store)
  const operatorHash = options.operatorSecret ? sha256Hex(options.operatorSecret) : undefined
  return {
    actorOf: async (secret) => {
      const hash = sha256Hex(secret)
      if (hash === operatorHash) return { kind: 'operator' }
      const row = await tokens.byHash(hash)
      if (!row) throw new Problem('token-invalid', { detail: 'No live token has this secret; it may have been revoked.' })
      return { kind: 'publisher', publisher: row.publisher, token: row.id }
    },
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
