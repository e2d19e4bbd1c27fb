import { join } from 'node:path'
import type { Store } from '../../foundation/engines/sqlite/index.ts'
import { type Clock, newId, newSecret, Problem, sha256Hex } from '../../foundation/kernel/index.ts'
import { type Actor, publicActor } from './actor.ts'
import { type Clients, openClients } from './clients/index.ts'
import type { Grants } from './grants/index.ts'
import type { MasterKey } from './keys/index.ts'
import { type Organisations, openOrganisations } from './organisations/index.ts'
import { readCookie, sessionCookie } from './people/cookies.ts'
import { openPeople, type People, type SessionKind } from './people/index.ts'
import type { RecordServices } from './records/services.ts'
import { replayStore } from './replays/store.ts'
import { type AuthorizationServer, openAuthorizationServer } from './server/index.ts'
import { tokenActors } from './server/tokens.ts'
import { tokenStore } from './store.ts'
import { type Viewer, viewerOf } from './visibility/viewer.ts'

export { type Actor, actorName, publicActor } from './actor.ts'
export { type Client, type Clients, type RateTier, rateTiers, type Subscription, type UsageDay } from './clients/index.ts'
export { saidName } from './codes/asker.ts'
export { type Consent, openConsent } from './consent.ts'
export type { Grants } from './grants/index.ts'
export type { Grant, GrantState, LawfulBasis, NewGrant } from './grants/model.ts'
export { type MasterKey, openMasterKey } from './keys/index.ts'
export { tilePath } from './ledger/tiles.ts'
export { type LedgerSource, type LedgerVerdict, verifyEventProof, verifyLedger, verifyLog } from './ledger/verify.ts'
export type { Organisation, Organisations, Role } from './organisations/index.ts'
export { cookieLine, readCookie, sessionCookie } from './people/cookies.ts'
export { type InventedPerson, inventedPeople } from './people/development.ts'
export type { People, Person, SessionKind } from './people/index.ts'
export { openSignIn, type SignInService } from './people/sign-in.ts'
export { type Access, demandCitizen, demandPublisher, passGate } from './policy.ts'
export { labelOf, readField } from './records/expression.ts'
export { type RecordGiver, recordGiver } from './records/give.ts'
export type { DerivedAnswer, Purpose, RecordField, RecordService, RecordSource } from './records/model.ts'
export type { RecordServices } from './records/services.ts'
export { forms } from './records/services.ts'
export * from './records/sources/index.ts'
export type { AuthorizationServer, ConsentView, Question } from './server/index.ts'
export { isOwner, isWithin, type Owned, type Visibility, visibilities } from './visibility/tiers.ts'
export { currentViewer, forAnybody, keepView, publicViewer, type Viewer, viewAs, viewAsAnybody, viewAsServer } from './visibility/viewer.ts'
export { readWitnesses } from './witnesses/index.ts'

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
  /** What this actor sees. */
  viewerOf(actor: Actor): Viewer
  people: People
  organisations: Organisations
  clients: Clients
  server: AuthorizationServer
  /** Forgets what has ended. */
  tidy(): void
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
  /** The file of people, organisations, applications and tokens, which several processes may hold. */
  accessStore: Store
  /** The file of what counts once. */
  replayStore: Store
  /** People's records and grants, asked for only when requests come. */
  consent: () => { grants: Grants; services: RecordServices }
  /** Fetches addresses that applications name. */
  fetch: (url: string | URL, options: RequestInit) => Promise<Response>
  master: MasterKey
  clock: Clock
  base: () => string
  operatorSecret?: string
}): AccessControl {
  options.store.migrate('access', join(import.meta.dirname, 'migrations'))
  const { accessStore, clock, base, master, consent } = options
  const people = openPeople({ store: accessStore, clock })
  const organisations = openOrganisations({ store: accessStore, clock })
  const clients = openClients({ store: accessStore, clock })
  const replays = replayStore(options.replayStore)
  const { artefacts, ...server } = openAuthorizationServer({
    store: accessStore,
    replays,
    master,
    clients,
    organisations,
    people,
    consent,
    base,
    clock,
    fetch: options.fetch,
  })
  const tokenActor = tokenActors({
    artefacts,
    grants: () => consent().grants,
    client: clients.find,
    mayCallFrom: clients.mayCallFrom,
    replays,
    audience: base,
    now: () => clock.now(),
  })
  const tokens = tokenStore(options.store)
  const operatorHash = options.operatorSecret ? sha256Hex(options.operatorSecret) : undefined
  const actorOf = async (secret: string): Promise<Actor> => {
    const hash = sha256Hex(secret)
    if (hash === operatorHash) return { kind: 'operator' }
    const row = await tokens.byHash(hash)
    if (!row) throw new Problem('token-invalid', { detail: 'No live token has this secret; it may have been revoked.' })
    return { kind: 'publisher', publisher: row.publisher, token: row.id }
  }
  const applicationOf = (secret: string, ip: string): Actor => {
    const client = clients.bySecret(secret)
    if (!client) throw new Problem('token-invalid', { detail: 'No live application has this secret; it may have been replaced.' })
    if (!clients.mayCallFrom(client, ip))
      throw new Problem('network-not-allowed', { detail: 'The application does not allow requests from this network.' })
    return { kind: 'application', client: client.id, organisation: client.organisation }
  }
  const signedIn = ({ cookie, session }: Credentials): Actor => {
    const secret = session && readCookie(cookie, sessionCookie(session, base().startsWith('https:')))
    return (secret && people.actorOf(secret, session)) || publicActor
  }
  return {
    identify: async (credentials) => {
      if (!credentials.authorization) return signedIn(credentials)
      const [, scheme, secret] = /^(Bearer|DPoP) +([\x21-\x7e]{1,512})$/i.exec(credentials.authorization) ?? []
      if (!scheme || !secret)
        throw new Problem('token-invalid', { detail: 'The Authorization header is not of the form: Bearer <token>, or DPoP <token>.' })
      if (/^bearer$/i.test(scheme) && /^(sixteen|operator)_/.test(secret)) return actorOf(secret)
      if (/^bearer$/i.test(scheme) && secret.startsWith('key_')) return applicationOf(secret, credentials.ip)
      const { proof, method, path, ip } = credentials
      return tokenActor({ scheme, token: secret, method, address: base() + path, ip, ...(proof !== undefined && { proof }) })
    },
    viewerOf: (actor) =>
      viewerOf(actor, {
        publisherOf: (organisation) => organisations.find(organisation)?.publisher ?? null,
        publishersOf: (person) => organisations.ofPerson(person).flatMap(({ publisher }) => publisher ?? []),
        isLicensed: (client, dataset) =>
          clients.subscriptions(client).some(({ api, state }) => api === licenceOf(dataset) && state === 'approved'),
      }),
    people,
    organisations,
    clients,
    server,
    tidy: () => {
      people.tidy()
      server.tidy()
    },
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

/** What an application subscribes to when it accepts the licence of a dataset. */
export const licenceOf = (dataset: string): string => `dataset:${dataset}`

/** The dataset whose licence a subscription accepts; undefined of a subscription to records. */
export const licensedDataset = (api: string): string | undefined => /^dataset:(.+)$/.exec(api)?.[1]
