import { createPublicKey, generateKeyPairSync, type JsonWebKey, type KeyObject, randomBytes } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import type { Adapter, AdapterPayload, Provider } from 'oidc-provider'
import { forgetOther } from '../bridge.ts'
import { oidc } from '../oidc.ts'

export const DEVELOPMENT_PREFIX = '/development-identity'

/** A person who does not exist, to sign in as while developing. */
export interface InventedPerson {
  subject: string
  name: string
  birthDate: string
  email: string
}

/** People who do not exist. Their names and dates are invented. */
export const inventedPeople: readonly InventedPerson[] = [
  ['asha-example', 'Asha Example', '1991-03-14'],
  ['bryn-sample', 'Bryn Sample', '1968-11-02'],
  ['carys-specimen', 'Carys Specimen', '2004-07-29'],
  ['dmitri-template', 'Dmitri Template', '1979-01-20'],
  ['efua-fixture', 'Efua Fixture', '1985-09-09'],
  ['farid-placeholder', 'Farid Placeholder', '1955-05-31'],
].map(([subject, name, birthDate]) => ({ subject: subject!, name: name!, birthDate: birthDate!, email: `${subject}@example.gov.test` }))

/** The embedded OpenID provider: anybody may be anybody. */
export interface DevelopmentProvider {
  issuer: string
  clientId: string
  /** The platform's own key at this provider. */
  key: KeyObject
  handler: (request: IncomingMessage, response: ServerResponse) => unknown
  /** Whether a sign-in is under way in this browser. */
  asks(request: IncomingMessage, response: ServerResponse): Promise<boolean>
  /** Ends the sign-in as this person; undefined when there is no such person or no sign-in. The answer is where the browser goes. */
  choose(request: IncomingMessage, response: ServerResponse, subject: string): Promise<string | undefined>
}

const CLIENT_ID = 'sixteen'

/** Opens the embedded provider of a server at `base`. It keeps nothing beyond the process. */
export function openDevelopmentProvider(base: string): DevelopmentProvider {
  const issuer = `${base}${DEVELOPMENT_PREFIX}`
  const { privateKey: key } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
  const signing = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'jwk' })
  const jwk = createPublicKey(key).export({ format: 'jwk' })
  const provider = new (oidc().Provider)(issuer, configurationOf(base, signing, jwk))
  provider.proxy = true
  const details = (request: IncomingMessage, response: ServerResponse) =>
    provider.interactionDetails(request, response).catch(() => undefined)
  return {
    issuer,
    clientId: CLIENT_ID,
    key,
    handler: provider.callback(),
    asks: async (request, response) => Boolean(await details(request, response)),
    choose: async (request, response, subject) => {
      if (!inventedPeople.some((person) => person.subject === subject) || !(await details(request, response))) return undefined
      const onward = await provider.interactionResult(request, response, { login: { accountId: subject, remember: false } })
      await forgetOther(provider, request, response, subject)
      return onward
    },
  }
}

function configurationOf(base: string, signing: JsonWebKey, jwk: JsonWebKey) {
  const policy = oidc().interactionPolicy.base()
  policy.remove('consent') // one client, which is this very server
  return {
    adapter: memoryAdapter(),
    jwks: { keys: [{ ...signing, alg: 'ES256', use: 'sig' }] },
    clients: [
      {
        client_id: CLIENT_ID,
        redirect_uris: [`${base}/sign-in/callback`],
        post_logout_redirect_uris: [`${base}/`],
        token_endpoint_auth_method: 'private_key_jwt',
        id_token_signed_response_alg: 'ES256',
        jwks: { keys: [jwk] },
      },
    ],
    cookies: {
      keys: [randomBytes(32).toString('hex')],
      names: { session: 'sixteen-dev-idp', interaction: 'sixteen-dev-asks', resume: 'sixteen-dev-resume' },
    },
    claims: { openid: ['sub'], profile: ['name', 'birthdate'], email: ['email', 'email_verified'] },
    scopes: ['openid', 'profile', 'email'],
    clientAuthMethods: ['private_key_jwt'],
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    features: { devInteractions: { enabled: false }, rpInitiatedLogout: { enabled: false } },
    interactions: { policy, url: (_ctx: unknown, { uid }: { uid: string }) => `${DEVELOPMENT_PREFIX}/people/${uid}` },
    pkce: { required: () => true },
    ttl: { AccessToken: 300, AuthorizationCode: 60, IdToken: 300, Interaction: 600, Session: 600, Grant: 600 },
    renderError: plainError,
    findAccount: (_ctx: unknown, accountId: string) => {
      const person = inventedPeople.find(({ subject }) => subject === accountId)
      if (!person) return undefined
      const { name, birthDate, email } = person
      return { accountId, claims: () => ({ sub: accountId, name, birthdate: birthDate, email, email_verified: true }) }
    },
    loadExistingGrant: async (ctx: { oidc: { provider: Provider; client: { clientId: string }; session: { accountId: string } } }) => {
      const grant = new ctx.oidc.provider.Grant({ clientId: ctx.oidc.client.clientId, accountId: ctx.oidc.session.accountId })
      grant.addOIDCScope('openid profile email')
      await grant.save()
      return grant
    },
  } as unknown as ConstructorParameters<typeof Provider>[1]
}

function plainError(ctx: { type: string; body: unknown }, out: { error: string }): void {
  ctx.type = 'text/plain'
  ctx.body = `The sign-in of development refused: ${out.error}. Start again.`
}

/** What the provider keeps, in memory; the oldest is forgotten first. */
function memoryAdapter(): (model: string) => Adapter {
  const kept = new Map<string, AdapterPayload>()
  return (model) => {
    const at = (id: string) => `${model} ${id}`
    const first = (test: (payload: AdapterPayload) => boolean) =>
      [...kept].find(([key, payload]) => key.startsWith(`${model} `) && test(payload))?.[1]
    return {
      upsert: async (id, payload) => {
        if (kept.size >= 10_000) kept.delete(kept.keys().next().value as string)
        kept.set(at(id), payload)
      },
      find: async (id) => kept.get(at(id)),
      findByUid: async (uid) => first((payload) => payload.uid === uid),
      findByUserCode: async () => undefined,
      consume: async (id) => void kept.set(at(id), { ...kept.get(at(id))!, consumed: Math.floor(Date.now() / 1000) }),
      destroy: async (id) => void kept.delete(at(id)),
      revokeByGrantId: async (grant) => {
        for (const [key, payload] of kept) if (payload.grantId === grant) kept.delete(key)
      },
    }
  }
}
