import { createHmac } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Provider } from 'oidc-provider'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import { type Clock, Problem } from '../../../foundation/kernel/index.ts'
import { forgetOther } from '../bridge.ts'
import type { Client, Clients } from '../clients/index.ts'
import type { Grants } from '../grants/index.ts'
import { type MasterKey, openSigningKeys } from '../keys/index.ts'
import { oidc } from '../oidc.ts'
import type { Organisations } from '../organisations/index.ts'
import type { People } from '../people/index.ts'
import type { RecordServices } from '../records/services.ts'
import type { Replays } from '../replays/store.ts'
import { serverAdapter } from './adapter.ts'
import { clientMetadata, SERVER_PREFIX, serverConfiguration } from './configuration.ts'
import { agree, type ConsentRequest, type ConsentView, chosenFields, consentView } from './consent.ts'
import { managedGrant, readDetail } from './details.ts'
import { artefactStore } from './store.ts'

export type { ConsentView } from './consent.ts'

/** What a browser that was sent to this server is to be asked. */
export type Question = { kind: 'sign-in' } | { kind: 'consent'; view: ConsentView }

export interface AuthorizationServer {
  handler(): (request: IncomingMessage, response: ServerResponse) => unknown
  /** Says who is signed in in the browser of this request, for the steps of the server that ask. */
  seen(request: IncomingMessage, person: string): void
  /** @throws {Problem} request-not-waiting when this browser is to be asked nothing. */
  question(request: IncomingMessage, response: ServerResponse, person: string): Promise<Question>
  /** Goes on as this person; the answer is where the browser goes. */
  signedIn(request: IncomingMessage, response: ServerResponse, person: string): Promise<string>
  /** @throws {Problem} fields-not-allowed, grant-not-allowed, request-not-waiting */
  agree(request: IncomingMessage, response: ServerResponse, person: string, fields: readonly string[]): Promise<string>
  refuse(request: IncomingMessage, response: ServerResponse): Promise<string>
  /** Tells applications that this browser signed out; resolves when each has answered or not. */
  signedOut(request: IncomingMessage, response: ServerResponse): Promise<void>
  tidy(): void
}

/** What the library's types leave out. */
interface LogoutClient {
  backchannelLogoutUri?: string
  backchannelLogout(person: string, sid: string): Promise<unknown>
}

export interface ServerOptions {
  store: Store
  replays: Replays
  master: MasterKey
  clients: Clients
  organisations: Organisations
  people: People
  consent: () => { grants: Grants; services: RecordServices }
  base: () => string
  clock: Clock
  fetch: (url: string | URL, options: RequestInit) => Promise<Response>
}

const KEYS_KEPT_MS = 10_000

/** The authorization server, built at its first request: its issuer is the public address, which is known once the server listens. */
export function openAuthorizationServer(options: ServerOptions): AuthorizationServer & { artefacts: ReturnType<typeof artefactStore> } {
  const { clients, organisations, people, master, clock } = options
  const artefacts = artefactStore(options.store)
  const signing = openSigningKeys({ store: options.store, master, clock })
  const seenPeople = new WeakMap<IncomingMessage, string>()
  const pairwiseSecret = master.secret('pairwise')
  let built:
    | { provider: Provider; handler: ReturnType<Provider['callback']>; keys: string; grants: Grants; services: RecordServices }
    | undefined

  // Opening the sealed keys costs more than a request; which of them sign changes once in months.
  let readAt = Number.NEGATIVE_INFINITY
  let readKeys: ReturnType<typeof signing.set> = []
  const currentKeys = () => {
    const now = clock.now().getTime()
    if (Math.abs(now - readAt) >= KEYS_KEPT_MS) {
      readKeys = signing.set()
      readAt = now
    }
    return readKeys
  }

  const build = () => {
    const keys = currentKeys()
    const names = keys.map(({ kid, phase }) => `${kid} ${phase}`).join()
    if (built?.keys === names) return built
    const { grants, services } = options.consent()
    const now = () => clock.now()
    const provider = new (oidc().Provider)(
      `${options.base()}${SERVER_PREFIX}`,
      serverConfiguration({
        base: options.base(),
        keys,
        cookieKeys: [master.secret('cookies').toString('hex')],
        nonceSecret: master.secret('DPoP nonces'),
        services,
        grants,
        adapter: serverAdapter({ store: artefacts, grants, client: metadataOf, now }),
        pairwise: (person, organisation) => createHmac('sha256', pairwiseSecret).update(`${organisation}\n${person}`).digest('base64url'),
        citizenOf: (request) => seenPeople.get(request),
        fetch: options.fetch,
        now,
      }) as ConstructorParameters<typeof Provider>[1],
    )
    provider.proxy = true
    // The library looks and then saves, which two processes can do at once.
    Object.defineProperty(provider.ReplayDetection, 'unique', {
      value: async (issuer: string, jti: string, expires: number) => options.replays.first(`server ${issuer}`, jti, expires),
    })
    provider.use(async (ctx, next) => {
      await next()
      const grant = ctx.oidc?.route === 'token' && ctx.oidc.entities.Grant?.jti
      if (grant && ctx.body?.access_token) ctx.body.grant_id = grant
    })
    built = { provider, handler: provider.callback(), keys: names, grants, services }
    return built
  }

  const metadataOf = (id: string) => {
    const client = clients.running(id)
    return client && clientMetadata({ ...client, keys: client.jwks })
  }

  const waiting = async (request: IncomingMessage, response: ServerResponse) => {
    const details = await build()
      .provider.interactionDetails(request, response)
      .catch(() => undefined)
    if (!details) throw notWaiting()
    return details
  }

  const consentAsked = (details: Awaited<ReturnType<typeof waiting>>, person: string): ConsentRequest => {
    const { grants, services } = build()
    const { params } = details as unknown as { params: Record<string, string | undefined> }
    const now = clock.now()
    const client = clients.find(params.client_id ?? '')
    const organisation = client && organisations.find(client.organisation)
    const [detail] = JSON.parse(params.authorization_details ?? '[]') as Array<Record<string, unknown>>
    if (!client || !organisation || !detail || details.session?.accountId !== person) throw notWaiting()
    refuseStrangers(client, person)
    const action = params.grant_management_action
    const grant = managedGrant(grants, params.grant_id, client.id, now)
    const managed = (action === 'merge' || action === 'replace') && grant ? ({ action, grant } as const) : null
    const asked = readDetail(detail, services)
    if ((action === 'merge' || action === 'replace') && !managed) throw notWaiting()
    if (
      managed &&
      (managed.grant.subject !== person || managed.grant.dataset !== asked.service.dataset || managed.grant.purpose !== asked.purpose.code)
    )
      throw notWaiting()
    return { asked, client, organisation, person, managed, now }
  }

  /** While an application is tried out, nobody outside its organisation gives it records. */
  const refuseStrangers = (client: Client, person: string) => {
    if (client.environment === 'live') return
    const invented = people.person(person)?.issuer.endsWith('/development-identity')
    if (!invented && !organisations.ofPerson(person).some(({ id }) => id === client.organisation))
      throw new Problem('application-on-trial', {
        detail: 'This application is being tried out. Only people of its own organisation can use it.',
      })
  }

  return {
    artefacts,
    handler: () => build().handler,
    seen: (request, person) => void seenPeople.set(request, person),
    question: async (request, response, person) => {
      const details = await waiting(request, response)
      if (details.prompt.name === 'login') return { kind: 'sign-in' }
      return { kind: 'consent', view: consentView(consentAsked(details, person)) }
    },
    signedIn: async (request, response, person) => {
      await waiting(request, response)
      const { provider } = build()
      const onward = await provider.interactionResult(request, response, { login: { accountId: person, remember: false } })
      await forgetOther(provider, request, response, person)
      return onward
    },
    agree: async (request, response, person, fields) => {
      const details = await waiting(request, response)
      const { provider, grants } = build()
      const asked = consentAsked(details, person)
      const chosen = chosenFields(asked, fields)
      if (details.prompt.name !== 'consent' || !artefacts.consume('Interaction', details.uid, Math.floor(clock.now().getTime() / 1000)))
        throw notWaiting()
      const keepEvidence = (sha256: string, shown: string) => artefacts.keepEvidence(sha256, shown, clock.now().toISOString())
      const grant = await agree(asked, chosen, { grants, keepEvidence })
      const held = new provider.Grant({ accountId: person, clientId: asked.client.id, jti: grant.id } as never)
      held.addOIDCScope('openid')
      held.addResourceScope(options.base(), 'data')
      held.addRar({ type: grant.dataset, fields: grant.fields, purpose: grant.purpose })
      await held.save()
      return provider.interactionResult(request, response, { consent: { grantId: grant.id } })
    },
    refuse: async (request, response) => {
      await waiting(request, response)
      return build().provider.interactionResult(request, response, {
        error: 'access_denied',
        error_description: 'The person did not agree',
      })
    },
    signedOut: async (request, response) => {
      const { provider } = build()
      const session = await provider.Session.get(provider.createContext(request, response) as never)
      const { authorizations = {}, accountId } = session as { authorizations?: Record<string, { sid?: string }>; accountId?: string }
      if (!accountId) return
      await session.destroy()
      await Promise.allSettled(
        Object.entries(authorizations).map(async ([id, { sid }]) => {
          const client = (await provider.Client.find(id)) as unknown as LogoutClient | undefined
          if (client?.backchannelLogoutUri && sid) await client.backchannelLogout(accountId, sid)
        }),
      )
    },
    tidy: () => {
      const seconds = Math.floor(clock.now().getTime() / 1000)
      artefacts.forgetBefore(seconds)
      options.replays.forgetBefore(seconds)
    },
  }
}

function notWaiting(): Problem {
  return new Problem('request-not-waiting', {
    detail: 'No application waits for your answer in this browser: the request is too old or was answered already.',
    hint: 'Go back to the application and start again.',
  })
}
