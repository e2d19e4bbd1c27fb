import { Problem } from '../../../foundation/kernel/index.ts'
import type { Actor } from '../actor.ts'
import type { Client } from '../clients/index.ts'
import type { Grants } from '../grants/index.ts'
import type { Replays } from '../replays/store.ts'
import { checkProof, PROOF_WINDOW_S } from './proof.ts'
import type { ArtefactStore } from './store.ts'

/** A request with an access token. */
export interface TokenRequest {
  scheme: string
  token: string
  proof?: string
  method: string
  /** Public address of the request, query and all. */
  address: string
  ip: string
}

interface TokenPayload {
  clientId: string
  exp: number
  aud?: string
  jkt?: string
  grantId?: string
}

/**
 * Who makes a request with an access token: looked up, held against the proof of the key it is bound to, and against the grant as it is at this
 * moment, so that what a citizen has withdrawn is refused at once.
 */
export function tokenActors(options: {
  artefacts: Pick<ArtefactStore, 'find'>
  grants: () => Pick<Grants, 'live'>
  client: (id: string) => Client | undefined
  mayCallFrom: (client: Client, ip: string) => boolean
  replays: Replays
  audience: () => string
  now: () => Date
}) {
  const { artefacts, replays, now } = options
  /** @throws {Problem} token-invalid, grant-not-live, network-not-allowed */
  return ({ scheme, token, proof, method, address, ip }: TokenRequest): Actor => {
    const nowS = Math.floor(now().getTime() / 1000)
    const payload = (artefacts.find('AccessToken', token) ?? artefacts.find('ClientCredentials', token)) as TokenPayload | undefined
    if (!payload || payload.exp <= nowS || payload.aud !== options.audience())
      throw invalid('The access token is not known, has ended, or is for another service.')
    if (!/^DPoP$/i.test(scheme) || !payload.jkt)
      throw invalid('The access token is bound to a key: send it as Authorization: DPoP with a proof.')
    const { jti, thumbprint } = proved(proof, { method, address, token, nowS })
    if (thumbprint !== payload.jkt) throw invalid('The proof is made with another key than the one the token is bound to.')
    if (!replays.first(`proof ${thumbprint}`, jti, nowS + 2 * PROOF_WINDOW_S)) throw invalid('The proof was used before.')
    const client = options.client(payload.clientId)
    if (client?.state !== 'active') throw invalid('The application is stopped.')
    if (!options.mayCallFrom(client, ip))
      throw new Problem('network-not-allowed', { detail: 'The application does not allow requests from this network.' })
    const actor = { kind: 'client' as const, client: client.id, organisation: client.organisation }
    if (payload.grantId === undefined) return actor
    if (!options.grants().live(payload.grantId, now())) throw invalid('What the citizen allowed has ended.')
    return { ...actor, grant: payload.grantId }
  }
}

function proved(proof: string | undefined, asked: Parameters<typeof checkProof>[1]) {
  if (!proof) throw invalid('The DPoP header is missing.')
  try {
    return checkProof(proof, asked)
  } catch (error) {
    if (error instanceof TypeError) throw invalid(`The DPoP proof does not hold: ${error.message}.`)
    throw error
  }
}

function invalid(detail: string): Problem {
  return new Problem('token-invalid', { detail })
}
