import type { IncomingMessage } from 'node:http'
import type { AdapterPayload, KoaContextWithOIDC } from 'oidc-provider'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Grants } from '../grants/index.ts'
import { checkPublicKey, readCompact } from '../jose/strict.ts'
import type { SigningKey } from '../keys/index.ts'
import { oidc } from '../oidc.ts'
import type { RecordServices } from '../records/services.ts'
import { managedGrant, readDetail } from './details.ts'

export const SERVER_PREFIX = '/auth'

/** Seconds. @see FAPI 2.0 Security Profile, section 5.3.2. */
export const lifetimes = { code: 60, accessToken: 300, interaction: 900, session: 3600 } as const

export interface ServerSettings {
  base: string
  keys: SigningKey[]
  cookieKeys: string[]
  nonceSecret: Buffer
  services: RecordServices
  grants: Pick<Grants, 'live'>
  adapter: unknown
  pairwise: (person: string, organisation: string) => string
  /** Who is signed in, in the browser that sends this request. */
  citizenOf: (request: IncomingMessage) => string | undefined
  fetch: (url: string | URL, options: RequestInit) => Promise<Response>
  now: () => Date
}

/** Metadata of an application, beside the library's. */
export const OWN_METADATA = ['organisation'] as const

type Ctx = KoaContextWithOIDC
type Source = { grantId?: string; rar?: unknown[] }

/** The configuration of oidc-provider: FAPI 2.0 with pushed requests, signed client assertions, bound tokens and rich authorization requests. */
export function serverConfiguration(settings: ServerSettings): Record<string, unknown> {
  const { base, grants, now } = settings
  const grantOf = (id: unknown) => (typeof id === 'string' ? grants.live(id, now()) : undefined)
  return {
    adapter: settings.adapter,
    jwks: { keys: settings.keys.map((key) => key.private) },
    cookies: {
      keys: settings.cookieKeys,
      names: { session: 'sixteen-auth', interaction: 'sixteen-auth-asks', resume: 'sixteen-auth-resume' },
    },
    routes: {
      authorization: '/authorize',
      pushed_authorization_request: '/par',
      token: '/token',
      introspection: '/introspect',
      revocation: '/revoke',
      jwks: '/jwks',
      userinfo: '/userinfo',
      end_session: '/end-session',
    },
    features: {
      devInteractions: { enabled: false },
      fapi: { enabled: true, profile: '2.0' },
      pushedAuthorizationRequests: { enabled: true, requirePushedAuthorizationRequests: true },
      dPoP: { enabled: true, nonceSecret: settings.nonceSecret, requireNonce: () => false },
      clientCredentials: { enabled: true },
      introspection: { enabled: true, allowedPolicy: ofOwnToken },
      revocation: { enabled: true, allowedPolicy: ofOwnToken },
      backchannelLogout: { enabled: true },
      rpInitiatedLogout: { enabled: true },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => base,
        useGrantedResource: () => true,
        getResourceServerInfo: (_ctx: Ctx, resource: string) => {
          if (resource !== base) throw new (oidc().errors.InvalidTarget)('there is no such resource here')
          return { scope: 'data', audience: base, accessTokenFormat: 'opaque', accessTokenTTL: lifetimes.accessToken }
        },
      },
      richAuthorizationRequests: {
        enabled: true,
        types: Object.fromEntries(
          settings.services
            .all()
            .map(({ dataset }) => [dataset, { validate: (_ctx: Ctx, detail: object) => refuseDetail(detail, settings.services) }]),
        ),
        authorizationDetailsForGrantSource: (ctx: Ctx) => (ctx.oidc.entities.Grant as { rar?: unknown[] } | undefined)?.rar,
        authorizationDetailsForAccessToken: (ctx: Ctx, _token: unknown, source: Source | undefined) => {
          if (ctx.oidc.params?.authorization_details !== undefined)
            throw new (oidc().errors.InvalidAuthorizationDetails)('less than what was granted is asked for when records are retrieved')
          return source?.rar
        },
        authorizationDetailsForIntrospection: (_ctx: Ctx, token: Source) => token.rar,
      },
    },
    responseTypes: ['code'],
    pkce: { required: () => true },
    clientAuthMethods: ['private_key_jwt'],
    clientDefaults: {
      grant_types: ['authorization_code', 'refresh_token', 'client_credentials'],
      response_types: ['code'],
      token_endpoint_auth_method: 'private_key_jwt',
      id_token_signed_response_alg: 'ES256',
    },
    extraClientMetadata: { properties: [...OWN_METADATA] },
    enabledJWA: {
      clientAuthSigningAlgValues: ['ES256', 'PS256', 'EdDSA', 'Ed25519'],
      idTokenSigningAlgValues: ['ES256'],
      dPoPSigningAlgValues: ['ES256', 'EdDSA', 'Ed25519'],
    },
    assertJwtClientAuthClaimsAndHeader: strictAssertion(settings),
    scopes: ['openid'],
    claims: { openid: ['sub'] },
    subjectTypes: ['pairwise'],
    pairwiseIdentifier: (_ctx: Ctx, person: string, client: { organisation?: string; clientId: string }) =>
      settings.pairwise(person, client.organisation ?? client.clientId),
    extraParams: { grant_management_action: checkManagement(settings), grant_id: null, authorization_details: oneDetail },
    clockTolerance: 10,
    allowOmittingSingleRegisteredRedirectUri: false,
    rotateRefreshToken: false,
    expiresWithSession: () => false,
    issueRefreshToken: (_ctx: Ctx, client: { grantTypeAllowed(type: string): boolean }, source: Source) =>
      client.grantTypeAllowed('refresh_token') && grantOf(source.grantId)?.maxUses !== 1,
    loadExistingGrant: async (ctx: Ctx) => {
      const id = (ctx.oidc.result as { consent?: { grantId?: string } } | undefined)?.consent?.grantId
      return id ? ctx.oidc.provider.Grant.find(id) : undefined
    },
    interactions: { policy: policy(settings), url: (_ctx: Ctx, { uid }: { uid: string }) => `${SERVER_PREFIX}/interaction/${uid}` },
    findAccount: (_ctx: Ctx, accountId: string) => ({ accountId, claims: () => ({ sub: accountId }) }),
    ttl: {
      AccessToken: lifetimes.accessToken,
      ClientCredentials: lifetimes.accessToken,
      AuthorizationCode: lifetimes.code,
      IdToken: lifetimes.accessToken,
      Interaction: lifetimes.interaction,
      Session: lifetimes.session,
      Grant: (_ctx: Ctx, token: { jti?: string }) => secondsLeft(grantOf(token.jti)?.expiresAt, now()),
      RefreshToken: (_ctx: Ctx, token: Source) => secondsLeft(grantOf(token.grantId)?.expiresAt, now()),
    },
    discovery: { service_documentation: `${base}/docs`, ui_locales_supported: ['en'] },
    renderError: plainError,
    fetch: screened(settings.fetch),
    fetchResponseBodyLimits: { jwks_uri: 64 * 1024, sector_identifier_uri: 0 },
  }
}

const secondsLeft = (until: string | undefined, now: Date): number =>
  Math.max(1, Math.floor((Date.parse(until ?? now.toISOString()) - now.getTime()) / 1000))

/** An application asks about and ends its own tokens and nobody else's. */
function ofOwnToken(_ctx: Ctx, client: { clientId: string }, token: { clientId?: string }): boolean {
  return client.clientId === token.clientId
}

function refuseDetail(detail: object, services: RecordServices): void {
  try {
    readDetail(detail as Record<string, unknown>, services)
  } catch (error) {
    if (error instanceof Problem || error instanceof TypeError) throw new (oidc().errors.InvalidAuthorizationDetails)(error.message)
    throw error
  }
}

/** A consent is about one service and one purpose. */
function oneDetail(ctx: Ctx, value: string | undefined): void {
  const route: string = ctx.oidc.route
  if (route !== 'pushed_authorization_request' && route !== 'authorization') return
  if (value === undefined)
    throw new (oidc().errors.InvalidRequest)('authorization_details is needed: say which records, fields and purpose')
  if ((JSON.parse(value) as unknown[]).length !== 1)
    throw new (oidc().errors.InvalidAuthorizationDetails)('one entry at a time: each is a consent of its own')
}

/** @see Grant Management for OAuth 2.0, section 5. */
function checkManagement({ grants, now }: ServerSettings) {
  return (ctx: Ctx, action: string | undefined, client: { clientId: string }): void => {
    const id = ctx.oidc.params?.grant_id
    if (action !== undefined && !['create', 'merge', 'replace'].includes(action))
      throw new (oidc().errors.InvalidRequest)('grant_management_action is create, merge or replace')
    if ((action === 'merge' || action === 'replace') !== (id !== undefined))
      throw new (oidc().errors.InvalidRequest)('grant_id comes with merge and replace, and only with them')
    if (id !== undefined && !managedGrant(grants, id, client.clientId, now()))
      throw new (oidc().errors.CustomOIDCProviderError)('invalid_grant_id', 'there is no such live grant of this client')
  }
}

/** What the library lets pass: assertions spelt in several ways, keys declared for something else, lifetimes without bound. */
function strictAssertion({ base }: ServerSettings) {
  return (ctx: Ctx, claims: { aud?: unknown; exp: number; iat?: number }, header: { kid?: string; alg: string }): void => {
    const refuse = (detail: string) => {
      throw new (oidc().errors.InvalidClientAuth)(detail)
    }
    try {
      readCompact(String(ctx.oidc.params?.client_assertion))
    } catch (error) {
      refuse((error as Error).message)
    }
    if (claims.aud !== `${base}${SERVER_PREFIX}`) refuse('audience (aud) must equal the issuer identifier url')
    if (claims.exp - Math.floor(Date.now() / 1000) > 600) refuse('the assertion ends more than ten minutes from now')
    const keys = (ctx.oidc.client as unknown as { jwks?: { keys: Array<{ kid?: string; alg?: string }> } }).jwks?.keys ?? []
    const named = keys.filter(({ kid }) => header.kid === undefined || kid === header.kid)
    if (keys.length > 0 && !named.some(({ alg }) => sameAlgorithm(alg, header.alg))) refuse('alg does not suit the key')
  }
}

const sameAlgorithm = (key: string | undefined, used: string): boolean =>
  key === undefined || key === used || (/^Ed(DSA|25519)$/.test(key) && /^Ed(DSA|25519)$/.test(used))

/** The library's policy, and: who has signed out here, or is somebody else now, is asked again. */
function policy({ citizenOf }: ServerSettings) {
  const { interactionPolicy } = oidc()
  const prompts = interactionPolicy.base()
  prompts.get('login')?.checks.add(
    new interactionPolicy.Check('other_person', 'End-User authentication is required', 'login_required', (ctx) => {
      const { accountId } = ctx.oidc.session as { accountId?: string }
      return accountId !== undefined && accountId !== citizenOf(ctx.req)
    }),
  )
  return prompts
}

/** Shown to a person whose application sent them here wrongly; nothing of the request is repeated. */
function plainError(ctx: { type: string; body: unknown }, out: { error: string; error_description?: string }): void {
  ctx.type = 'html'
  const text = (value: string | undefined) => String(value ?? '').replace(/[^\w .,:()'-]/g, ' ')
  ctx.body = `<!doctype html><html lang="en-GB"><meta charset="utf-8"><title>Something is wrong with this request</title><meta name="viewport" content="width=device-width, initial-scale=1"><h1>Something is wrong with this request</h1><p>The application that sent you here made a mistake, or the link is too old. Go back to it and start again.</p><p>For its makers: <code>${text(out.error)}</code>, ${text(out.error_description)}.</p></html>`
}

/** Fetches, and of key sets lets through the keys that would be taken when typed in. */
function screened(fetch: ServerSettings['fetch']): ServerSettings['fetch'] {
  return async (url, options) => {
    const answer = await fetch(url, options)
    if (options.method !== 'GET' || answer.status !== 200) return answer
    const kept = ['cache-control', 'expires'].flatMap((name) => (answer.headers.has(name) ? [[name, answer.headers.get(name)!]] : []))
    return new Response(checkedKeySet(await answer.text()), { status: 200, headers: Object.fromEntries(kept) as Record<string, string> })
  }
}

function checkedKeySet(text: string): string {
  const { keys } = JSON.parse(text) as { keys?: unknown }
  if (!Array.isArray(keys) || keys.length > 50) throw new TypeError('not a key set of reasonable size')
  return JSON.stringify({
    keys: keys.filter((key) => {
      try {
        checkPublicKey(key)
        return true
      } catch {
        return false
      }
    }),
  })
}

/** An application as the library wants it. */
export function clientMetadata(given: {
  id: string
  name: string
  organisation: string
  redirectUris: string[]
  keys: object[]
  jwksUri: string | null
  logoutUri: string | null
  services: string[]
}): AdapterPayload {
  return {
    client_id: given.id,
    client_name: given.name,
    organisation: given.organisation,
    application_type: 'web',
    grant_types: given.redirectUris.length ? ['authorization_code', 'refresh_token', 'client_credentials'] : ['client_credentials'],
    response_types: given.redirectUris.length ? ['code'] : [],
    redirect_uris: given.redirectUris,
    token_endpoint_auth_method: 'private_key_jwt',
    id_token_signed_response_alg: 'ES256',
    subject_type: 'pairwise',
    sector_identifier_uri: undefined,
    dpop_bound_access_tokens: true,
    require_pushed_authorization_requests: true,
    authorization_details_types: given.services,
    ...(given.jwksUri ? { jwks_uri: given.jwksUri } : { jwks: { keys: given.keys } }),
    ...(given.logoutUri && { backchannel_logout_uri: given.logoutUri, backchannel_logout_session_required: true }),
  } as unknown as AdapterPayload
}
