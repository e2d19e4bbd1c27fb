import { createPrivateKey, type JsonWebKey, type KeyObject, webcrypto } from 'node:crypto'
import {
  allowInsecureRequests,
  authorizationCodeGrant,
  buildAuthorizationUrl,
  buildEndSessionUrl,
  type Configuration,
  calculatePKCECodeChallenge,
  discovery,
  fetchUserInfo,
  PrivateKeyJwt,
  randomNonce,
  randomPKCECodeVerifier,
  randomState,
} from 'openid-client'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Identity, SessionKind, SignIn } from './model.ts'

/** How the platform is known to the OpenID provider where people sign in. */
export interface ProviderSettings {
  issuer: string
  clientId: string
  /** The platform's private key; the provider has its public half. */
  key: KeyObject
  /** Key id in the assertion, where the provider wants one. */
  kid?: string
  /** Vectors of trust, such as `["Cl.Cm.P2"]`, in the profile of GOV.UK One Login. */
  vtr?: string
  /** Claims are asked for at the userinfo endpoint with these scopes. */
  scope: string
  /** `login`: the provider asks who it is every time. */
  prompt?: string
  /** The provider answers without https; on this machine only. */
  insecure?: boolean
}

/** One OpenID provider, for sign-in by the code flow with PKCE, state, nonce and a signed client assertion. */
export interface SignInProvider {
  /** Where to send the browser, and what to keep until it comes back. */
  begin(kind: SessionKind, onward: string, redirect: string): Promise<{ address: string; signIn: SignIn }>
  /**
   * Who signed in.
   *
   * @throws {Problem} sign-in-failed when the provider refused or its answer does not hold.
   */
  finish(signIn: SignIn, answer: URL): Promise<Identity>
  /** Where to end the session at the provider too; undefined when it offers no such place. */
  farewell(after: string): Promise<string | undefined>
}

/** The private key in a text: a JWK or PEM. @throws when it is neither. */
export function readPrivateKey(text: string): KeyObject {
  const trimmed = text.trim()
  return trimmed.startsWith('{') ? createPrivateKey({ key: JSON.parse(trimmed) as JsonWebKey, format: 'jwk' }) : createPrivateKey(trimmed)
}

/**
 * A provider, asked for its metadata at the first sign-in and again every hour; when it cannot be asked, what it said before is used, so an
 * outage of its metadata stops nobody.
 *
 * @see GOV.UK One Login, "Authenticate your user": private_key_jwt with ES256, `vtr`.
 */
export function signInProvider(settings: () => ProviderSettings): SignInProvider {
  let known: { at: number; configuration: Configuration } | undefined
  const configuration = async (): Promise<Configuration> => {
    if (known && Date.now() - known.at < 3_600_000) return known.configuration
    try {
      known = { at: Date.now(), configuration: await discover(settings()) }
    } catch (error) {
      if (!known) throw new Problem('sign-in-unavailable', { detail: 'The place where people sign in does not answer.' }, { cause: error })
      known.at = Date.now()
    }
    return known.configuration
  }
  return {
    begin: async (kind, onward, redirect) => {
      const { scope, vtr, prompt } = settings()
      const signIn = { kind, onward, state: randomState(), nonce: randomNonce(), verifier: randomPKCECodeVerifier() }
      const address = buildAuthorizationUrl(await configuration(), {
        redirect_uri: redirect,
        scope,
        state: signIn.state,
        nonce: signIn.nonce,
        code_challenge: await calculatePKCECodeChallenge(signIn.verifier),
        code_challenge_method: 'S256',
        ...(vtr && { vtr }),
        ...(prompt && { prompt }),
      })
      return { address: address.href, signIn }
    },
    finish: async (signIn, answer) => {
      try {
        return await identityFrom(await configuration(), settings(), signIn, answer)
      } catch (error) {
        if (error instanceof Problem) throw error
        throw new Problem('sign-in-failed', { detail: 'Signing in did not succeed. Start again.' }, { cause: error })
      }
    },
    farewell: async (after) => {
      const known = await configuration().catch(() => undefined)
      if (!known?.serverMetadata().end_session_endpoint) return undefined
      return buildEndSessionUrl(known, { post_logout_redirect_uri: after }).href
    },
  }
}

async function discover({ issuer, clientId, key, kid, insecure }: ProviderSettings): Promise<Configuration> {
  const assertion = PrivateKeyJwt({ key: await importKey(key), ...(kid && { kid }) })
  return discovery(new URL(issuer), clientId, { id_token_signed_response_alg: 'ES256' }, assertion, {
    timeout: 10,
    ...(insecure && { execute: [allowInsecureRequests] }),
  })
}

const algorithms: Record<string, object> = {
  ec: { name: 'ECDSA', namedCurve: 'P-256' },
  rsa: { name: 'RSA-PSS', hash: 'SHA-256' },
  ed25519: { name: 'Ed25519' },
}

async function importKey(key: KeyObject): Promise<webcrypto.CryptoKey> {
  const algorithm = algorithms[key.asymmetricKeyType ?? '']
  if (!algorithm) throw new Error('The key for signing in is of no kind that is supported.')
  return webcrypto.subtle.importKey(
    'pkcs8',
    key.export({ format: 'der', type: 'pkcs8' }),
    algorithm as webcrypto.AlgorithmIdentifier,
    false,
    ['sign'],
  )
}

async function identityFrom(configuration: Configuration, settings: ProviderSettings, signIn: SignIn, answer: URL): Promise<Identity> {
  const tokens = await authorizationCodeGrant(configuration, answer, {
    pkceCodeVerifier: signIn.verifier,
    expectedNonce: signIn.nonce,
    expectedState: signIn.state,
    idTokenExpected: true,
  })
  const claims = tokens.claims()!
  if (settings.vtr && !vectorReached(settings.vtr, String(claims.vot ?? '')))
    throw new Problem('sign-in-failed', { detail: 'Your identity was not proved as strongly as this service needs.' })
  const info = await fetchUserInfo(configuration, tokens.access_token, claims.sub)
  const text = (value: unknown) => (typeof value === 'string' && value.length <= 200 ? value : undefined)
  return Object.fromEntries(
    Object.entries({
      issuer: configuration.serverMetadata().issuer,
      subject: claims.sub,
      name: text(info.name),
      birthDate: text(info.birthdate),
      email: info.email_verified === false ? undefined : text(info.email),
      providerSession: text(claims.sid),
    }).filter(([, value]) => value !== undefined),
  ) as unknown as Identity
}

/** Whether the vector that was reached holds one of those asked for: every component of it. */
function vectorReached(asked: string, reached: string): boolean {
  const parts = new Set(reached.split('.'))
  return (JSON.parse(asked) as string[]).some((vector) =>
    vector
      .split('.')
      .filter((part) => part.startsWith('P'))
      .every((part) => parts.has(part)),
  )
}
