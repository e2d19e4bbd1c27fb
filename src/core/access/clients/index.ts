import { createPublicKey, type JsonWebKey } from 'node:crypto'
import { BlockList, isIP } from 'node:net'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import { type Clock, newId, newSecret, Problem, sha256Hex } from '../../../foundation/kernel/index.ts'
import { algorithmsOf, checkPublicKey } from '../jose/strict.ts'
import { keptBriefly } from './kept.ts'
import type { Client, ClientKey, ClientSecret, Environment, Subscription, UsageDay } from './model.ts'
import { clientStore } from './store.ts'

export { type Client, type ClientKey, type ClientSecret, type RateTier, rateTiers, type Subscription, type UsageDay } from './model.ts'

const MOST_KEYS = 10

export interface Clients {
  /** @throws {Problem} application-not-valid */
  create(given: { organisation: string; name: string; environment: Environment; redirectUris: string[] }): Client
  /** The application, running or stopped. */
  find(id: string): Client | undefined
  /** The application with its keys and the services it may ask for, when it is running. */
  running(id: string): (Client & { jwks: JsonWebKey[]; services: string[] }) | undefined
  ofOrganisation(organisation: string): Client[]
  /** The application after the change. @throws {Problem} application-not-valid, application-not-found */
  change(id: string, change: Partial<Omit<Client, 'id' | 'organisation' | 'created'>>): Client
  keys(id: string): ClientKey[]
  /** Adds a public key; others stay good. @throws {Problem} application-not-valid for a weak or private one. */
  addKey(id: string, name: string, jwk: JsonWebKey): ClientKey
  removeKey(id: string, key: string): void
  secrets(id: string): ClientSecret[]
  /** A new secret, shown once, for data that is nobody's. */
  addSecret(id: string, name: string): ClientSecret & { secret: string }
  removeSecret(id: string, secret: string): void
  /** The running application with this secret. */
  bySecret(secret: string): Client | undefined
  /** Whether a request from this network address may come from the application. */
  mayCallFrom(client: Client, ip: string): boolean
  subscribe(id: string, api: string, approved: boolean, answers: string | null): void
  unsubscribe(id: string, api: string): void
  subscriptions(id: string): Subscription[]
  asked(): Subscription[]
  /** Whether there was a question to decide. */
  decide(id: string, api: string, approved: boolean, reason: string | null, by: string): boolean
  count(id: string, usage: UsageDay): void
  usage(id: string): UsageDay[]
}

/** Opens applications over the access store.  */
export function openClients({ store, clock }: { store: Store; clock: Clock }): Clients {
  const tables = clientStore(store)
  const now = () => clock.now().toISOString()
  const found = (id: string): Client => {
    const client = tables.byId(id)
    if (!client) throw new Problem('application-not-found', { detail: 'There is no such application of yours.' })
    return client
  }
  const byId = keptBriefly(tables.byId)
  const running = keptBriefly((id) => {
    const client = tables.byId(id)
    if (client?.state !== 'active') return undefined
    const services = tables.subscriptions(id).flatMap(({ api, state }) => (state === 'approved' ? [api] : []))
    return { ...client, jwks: tables.keys(id, now()).map(({ jwk }) => jwk), services }
  })
  const changed = <T>(value: T): T => {
    byId.forget()
    running.forget()
    return value
  }
  return {
    create: ({ organisation, name, environment, redirectUris }) => {
      const client: Client = {
        id: `app_${newId()}`,
        organisation,
        name,
        environment,
        state: 'active',
        redirectUris,
        jwksUri: null,
        logoutUri: null,
        ipAllow: [],
        rateTier: 'basic',
        created: now(),
      }
      checkClient(client)
      tables.insert(client)
      return changed(client)
    },
    find: byId.of,
    running: running.of,
    ofOrganisation: tables.ofOrganisation,
    change: (id, change) => {
      const client = { ...found(id), ...change }
      checkClient(client)
      tables.update(client)
      return changed(client)
    },
    keys: (id) => tables.keys(id, now()),
    addKey: (id, name, jwk) => {
      found(id)
      if (tables.keys(id, now()).length >= MOST_KEYS) throw notValid(`An application has ${MOST_KEYS} keys at most.`, '/jwk')
      const key = { id: newId(), name, jwk: publicKeyOf(jwk), created: now(), ends: null }
      tables.insertKey(id, key)
      return changed(key)
    },
    removeKey: (id, key) => void changed(tables.revokeKey(id, key, now())),
    secrets: (id) => tables.secrets(id, now()),
    addSecret: (id, name) => {
      found(id)
      if (tables.secrets(id, now()).length >= MOST_KEYS) throw notValid(`An application has ${MOST_KEYS} secrets at most.`, '/name')
      const secret = newSecret('key')
      const made = { id: newId(), name, created: now(), ends: null }
      tables.insertSecret(id, made, sha256Hex(secret))
      return { ...made, secret }
    },
    removeSecret: (id, secret) => void tables.revokeSecret(id, secret, now()),
    bySecret: (secret) => {
      const id = tables.bySecret(sha256Hex(secret), now())
      const client = id === undefined ? undefined : tables.byId(id)
      return client?.state === 'active' ? client : undefined
    },
    mayCallFrom: ({ ipAllow }, ip) =>
      ipAllow.length === 0 || networks(ipAllow).check(plainIp(ip), isIP(plainIp(ip)) === 6 ? 'ipv6' : 'ipv4'),
    subscribe: (id, api, approved, answers) => void changed(tables.subscribe(id, api, approved ? 'approved' : 'asked', answers, now())),
    unsubscribe: (id, api) => void changed(tables.unsubscribe(id, api)),
    subscriptions: tables.subscriptions,
    asked: tables.asked,
    decide: (id, api, approved, reason, by) => changed(tables.decide(id, api, approved ? 'approved' : 'refused', reason, now(), by)),
    count: tables.count,
    usage: tables.usage,
  }
}

const plainIp = (ip: string): string => ip.replace(/^::ffff:(?=\d+\.)/i, '')

function checkClient({ name, redirectUris, jwksUri, logoutUri, ipAllow }: Client): void {
  if (!/\S/.test(name) || name.length > 100) throw notValid('Give the application a name of at most 100 letters.', '/name')
  if (redirectUris.length > 20) throw notValid('An application has 20 redirect addresses at most.', '/redirectUris')
  for (const uri of redirectUris) checkAddress(uri, '/redirectUris')
  for (const [uri, pointer] of [
    [jwksUri, '/jwksUri'],
    [logoutUri, '/logoutUri'],
  ] as const)
    if (uri !== null) checkAddress(uri, pointer)
  if (ipAllow.length > 50) throw notValid('An application has 50 networks at most.', '/ipAllow')
  networks(ipAllow)
}

/** https, or http on the developer's own machine; compared to the letter later, so nothing that browsers would rewrite. */
function checkAddress(address: string, pointer: string): void {
  const url = URL.parse(address)
  const local = url?.protocol === 'http:' && /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname)
  if (!url || url.hash !== '' || url.username !== '' || url.href !== address || !(url.protocol === 'https:' || local))
    throw notValid(`${address.slice(0, 200)} is no full https address without fragment; http is taken on your own machine only.`, pointer)
}

function networks(texts: readonly string[]): BlockList {
  const list = new BlockList()
  for (const text of texts) {
    const [address = '', bits] = text.split('/')
    const family = isIP(address)
    const most = family === 6 ? 128 : 32
    const size = bits === undefined ? most : Number(bits)
    if (family === 0 || !Number.isInteger(size) || size < 0 || size > most)
      throw notValid(`${text.slice(0, 100)} is no network, such as 192.0.2.0/24.`, '/ipAllow')
    list.addSubnet(address, size, family === 6 ? 'ipv6' : 'ipv4')
  }
  return list
}

/** The key with its algorithm and an id. */
function publicKeyOf(jwk: JsonWebKey): JsonWebKey {
  try {
    checkPublicKey(jwk)
    const { kty, crv, x, y, n, e } = createPublicKey({ key: jwk, format: 'jwk' }).export({ format: 'jwk' })
    const members = Object.fromEntries(Object.entries({ kty, crv, x, y, n, e }).filter(([, value]) => value !== undefined))
    const alg = String(jwk.alg ?? algorithmsOf(jwk)[0])
    const kid = typeof jwk.kid === 'string' && jwk.kid.length <= 100 ? jwk.kid : sha256Hex(JSON.stringify(members)).slice(0, 32)
    return { ...members, kid, alg, use: 'sig' }
  } catch (error) {
    throw notValid(`The key is not taken: ${error instanceof TypeError ? error.message : 'it cannot be read'}.`, '/jwk')
  }
}

function notValid(detail: string, pointer: string): Problem {
  return new Problem('application-not-valid', { detail, pointer })
}
