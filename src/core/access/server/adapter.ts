import type { Adapter, AdapterPayload } from 'oidc-provider'
import type { Grants } from '../grants/index.ts'
import { oidc } from '../oidc.ts'
import type { ArtefactStore } from './store.ts'

/** Kinds that live and die with what the citizen allowed. */
const ofGrant = new Set(['AuthorizationCode', 'RefreshToken', 'AccessToken'])

/** Kept a little longer than they are good for, so that a second use is seen to be one. */
const LINGER_S = 600

export interface AdapterOptions {
  store: ArtefactStore
  grants: Pick<Grants, 'live' | 'revoke'>
  /** Metadata of an application that is registered and not stopped. */
  client: (id: string) => AdapterPayload | undefined
  now: () => Date
}

/**
 * Where the authorization server keeps things. It differs from what the library ships in three places: using something once is one conditional
 * statement, which another process cannot overtake; whatever came from a grant is found only while that grant is live; and ending
 * the server's grant ends the citizen's.
 */
export function serverAdapter({ store, grants, client, now }: AdapterOptions): (kind: string) => Adapter {
  const live = (id: unknown) => typeof id === 'string' && grants.live(id, now()) !== undefined
  const seconds = () => Math.floor(now().getTime() / 1000)
  return (kind) => ({
    upsert: async (id, payload, expiresIn) => store.upsert(kind, id, payload, seconds() + (expiresIn || 3600) + LINGER_S),
    find: async (id) => {
      if (kind === 'Client') return client(id)
      const payload = store.find(kind, id) as AdapterPayload | undefined
      if (kind === 'Grant') return live(id) ? payload : undefined
      if (payload && ofGrant.has(kind) && !live(payload.grantId)) return undefined
      return payload
    },
    findByUid: async (uid) => store.findByUid(kind, uid) as AdapterPayload | undefined,
    findByUserCode: async () => undefined,
    consume: async (id) => {
      if (store.consume(kind, id, seconds())) return
      const { grantId } = (store.find(kind, id) ?? {}) as AdapterPayload
      if (typeof grantId === 'string') await endGrant(grantId)
      throw kind === 'PushedAuthorizationRequest'
        ? new (oidc().errors.InvalidRequestUri)('request_uri is invalid, expired, or was already used')
        : new (oidc().errors.InvalidGrant)('already used')
    },
    destroy: async (id) => {
      if (kind === 'Grant') await endGrant(id)
      store.destroy(kind, id)
    },
    revokeByGrantId: async (grant) => store.destroyOfGrant(grant),
  })

  async function endGrant(id: string): Promise<void> {
    store.destroyOfGrant(id)
    if (live(id)) await grants.revoke(id, 'authorization server', 'a code or token was revoked or used twice')
  }
}
