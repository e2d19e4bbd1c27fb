import { hash, type JsonWebKey, randomBytes, randomInt } from 'node:crypto'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import { type Clock, Problem } from '../../../foundation/kernel/index.ts'
import type { Grants } from '../grants/index.ts'
import { checkPublicKey } from '../jose/strict.ts'
import type { KeyRing } from '../ledger/keys.ts'
import { receiptKey, signReceipt } from '../ledger/receipt.ts'
import type { Discloser } from '../records/disclose.ts'
import type { RecordServices } from '../records/services.ts'
import { LIST_SIZE, statusBits } from './status-list.ts'
import { credentialStore } from './store.ts'

/** A proof that a person carries and shows without a network. */
export interface MadeCredential {
  /** SD-JWT VC in its compact form, every disclosure included. */
  credential: string
  grant: string
  expiresAt: string
  accessId: string
  ledgerIndex: number
}

export interface Credentials {
  /**
   * A credential with the fields of a grant that was made as a share code. It is good as long as the grant: stopping one ends both.
   *
   * @throws {Problem} grant-not-found, grant-not-live, credential-not-allowed, record-not-found, record-source-failed
   */
  make(grant: string, person: string, base: string, holderKey?: JsonWebKey): Promise<MadeCredential>
  /** The signed list that says which credentials are good now. @throws {Problem} status-list-not-found */
  statusList(list: number, base: string): string
}

/** Seconds for which a verifier may go by a list that it has. */
export const LIST_TTL_S = 60
const LIST_LIFE_S = 86_400
const MOST_OF_GRANT = 10
const TRIES = 64

export function openCredentials(options: {
  store: Store
  grants: Grants
  services: RecordServices
  discloser: Discloser
  keys: KeyRing
  clock: Clock
}): Credentials {
  const { grants, services, discloser, keys, clock } = options
  const store = credentialStore(options.store)
  let issuer: ReturnType<typeof openIssuer> | undefined

  /** A place that nobody has: drawn by chance, so that neighbours in a list have nothing in common. */
  const takePlace = (grant: string, at: string): { list: number; place: number } => {
    const { list: newest, count } = store.newest()
    const list = count > LIST_SIZE / 2 ? newest + 1 : newest
    for (let tries = 0; tries < TRIES; tries += 1) {
      const place = randomInt(LIST_SIZE)
      if (store.take(list, place, grant, at)) return { list, place }
    }
    throw new Problem('busy', { detail: 'No place was free in the status list. Try again.', retryAfter: 1 })
  }

  return {
    make: async (id, person, base, holderKey) => {
      const grant = grants.find(id)
      if (grant?.subject !== person) throw new Problem('grant-not-found', { detail: 'There is no such grant of yours.' })
      if (grant.createdVia !== 'code')
        throw new Problem('credential-not-allowed', { detail: 'A credential is made of what you share by a code.', pointer: '/grant' })
      const holder = holderKey && publicKeyOf(holderKey)
      const service = services.get(grant.dataset)
      const record = await discloser.read(grant, discloser.granted(grant))
      let at: { list: number; place: number } | undefined
      const given = await discloser.handOut(
        grant,
        record,
        { organisation: null, system: 'credential', user: null, reference: null },
        (now) => {
          if (grants.live(id, clock.now()) === undefined) return false
          if (store.countOf(id) >= MOST_OF_GRANT)
            throw new Problem('credential-not-allowed', { detail: `There are ${MOST_OF_GRANT} credentials of this already.` })
          at = takePlace(id, now)
          return true
        },
      )
      if (!given || !at) throw new Problem('grant-not-live', { detail: 'The grant was revoked, has expired, has not begun or is used up.' })
      const issuedAt = Math.floor(Date.parse(given.at) / 1000)
      issuer ??= openIssuer(keys)
      const credential = await (await issuer).issue(
        {
          iss: base,
          iat: issuedAt,
          nbf: issuedAt,
          exp: Math.floor(Date.parse(grant.expiresAt) / 1000),
          vct: `${base}/credentials/types/${service.dataset}`,
          purpose: grant.purpose,
          status: { status_list: { idx: at.place, uri: `${base}/credentials/status/${at.list}` } },
          ...(holder && { cnf: { jwk: holder } }),
          ...record,
        } as never,
        { _sd: Object.keys(record) } as never,
        { header: { kid: receiptKey(keys).kid } },
      )
      return { credential, grant: id, expiresAt: grant.expiresAt, accessId: given.accessId, ledgerIndex: given.ledgerIndex }
    },
    statusList: (list, base) => {
      const { list: newest, count } = store.newest()
      if (list > newest || count === 0) throw new Problem('status-list-not-found', { detail: 'There is no such status list.' })
      const now = clock.now()
      const iat = Math.floor(now.getTime() / 1000)
      return signReceipt(keys, 'statuslist+jwt', {
        sub: `${base}/credentials/status/${list}`,
        iat,
        exp: iat + LIST_LIFE_S,
        ttl: LIST_TTL_S,
        status_list: { bits: 1, lst: statusBits(store.dead(list, now.toISOString())) },
      })
    },
  }
}

/** The library is loaded when the first credential is made: most servers start more often than that. */
async function openIssuer(keys: KeyRing) {
  const { SDJwtVcInstance } = await import('@sd-jwt/sd-jwt-vc')
  return new SDJwtVcInstance({
    signer: (text) => keys.receipts.sign(Buffer.from(text)).toString('base64url'),
    signAlg: 'EdDSA',
    hasher: (data, algorithm) => hash(algorithm.replace('-', ''), typeof data === 'string' ? data : new Uint8Array(data), 'buffer'),
    hashAlg: 'sha-256',
    saltGenerator: () => randomBytes(16).toString('base64url'),
  })
}

function publicKeyOf(jwk: JsonWebKey): JsonWebKey {
  try {
    checkPublicKey(jwk)
  } catch (error) {
    const why = error instanceof TypeError ? error.message : 'it cannot be read'
    throw new Problem('credential-not-allowed', { detail: `The holder's key is not taken: ${why}.`, pointer: '/holderKey' })
  }
  const { kty, crv, x, y, n, e } = jwk
  return Object.fromEntries(Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined))
}
