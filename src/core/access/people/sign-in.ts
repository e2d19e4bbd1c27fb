import { Problem } from '../../../foundation/kernel/index.ts'
import { type DevelopmentProvider, openDevelopmentProvider } from './development.ts'
import type { People, SessionKind } from './index.ts'
import { type ProviderSettings, readPrivateKey, type SignInProvider, signInProvider } from './provider.ts'

/** What the configuration says of one OpenID provider; an empty issuer is none. */
export interface ProviderConfig {
  issuer: string
  clientId: string
  /** Private key of the platform at the provider, PEM or JWK. */
  key: string
  kid: string
  vtr: string
  scope: string
}

export interface SignInService {
  /** Sends a browser away to sign in: the address, and the name of what is kept meanwhile. */
  begin(kind: SessionKind, onward: string): Promise<{ address: string; name: string }>
  /** Ends a sign-in: the secret of a new session, and where the person was going. @throws {Problem} sign-in-failed */
  finish(name: string, answer: URL): Promise<{ kind: SessionKind; secret: string; onward: string }>
  /** Where the provider ends its own session; undefined when it has no such place. */
  farewell(kind: SessionKind): Promise<string | undefined>
  /** The embedded provider, where it stands in. */
  development(): DevelopmentProvider | undefined
}

/** Only these are this machine and nobody else's way to it. */
const loopback = /^(localhost|127(\.\d{1,3}){3}|\[?::1\]?)$/i

/**
 * Sign-in by the configured providers, or by the embedded one for development: where none is configured, and both the address the server
 * listens on and its public address are of this machine alone.
 */
export function openSignIn(options: {
  people: People
  base: () => string
  host: string
  citizens: ProviderConfig
  members: ProviderConfig
  /** Whether the embedded provider may stand in. */
  development: boolean
}): SignInService {
  const { people, base, host } = options
  const configs: Record<SessionKind, ProviderConfig> = {
    citizen: options.citizens,
    member: options.members.issuer ? options.members : options.citizens,
  }
  let embedded: DevelopmentProvider | undefined
  const development = () => {
    if (!options.development || !loopback.test(host) || !loopback.test(new URL(base()).hostname)) return undefined
    if (Object.values(configs).every(({ issuer }) => issuer)) return undefined
    embedded ??= openDevelopmentProvider(base())
    return embedded
  }
  const settings = (kind: SessionKind) => (): ProviderSettings => {
    const config = configs[kind]
    if (config.issuer) return settingsOf(config)
    const standIn = development()
    if (!standIn)
      throw new Problem('sign-in-unavailable', {
        detail: 'This service has no place where people sign in.',
        hint: 'The operator sets SIXTEEN_SIGN_IN_ISSUER and its companions.',
      })
    return {
      issuer: standIn.issuer,
      clientId: standIn.clientId,
      key: standIn.key,
      scope: 'openid profile email',
      prompt: 'login',
      insecure: true,
    }
  }
  const providers: Record<SessionKind, SignInProvider> = {
    citizen: signInProvider(settings('citizen')),
    member: signInProvider(settings('member')),
  }
  return {
    development,
    begin: async (kind, onward) => {
      const { address, signIn } = await providers[kind].begin(kind, onward, `${base()}/sign-in/callback`)
      return { address, name: people.beginSignIn(signIn) }
    },
    finish: async (name, answer) => {
      const signIn = people.takeSignIn(name)
      if (!signIn)
        throw new Problem('sign-in-failed', {
          detail: 'This sign-in is too old, was used already, or began in another browser. Start again.',
        })
      const identity = await providers[signIn.kind].finish(signIn, answer)
      const secret = people.openSession(people.welcome(identity).id, signIn.kind, identity.providerSession)
      return { kind: signIn.kind, secret, onward: signIn.onward }
    },
    farewell: (kind) => (configs[kind].issuer ? providers[kind].farewell(`${base()}/`) : Promise.resolve(undefined)),
  }
}

function settingsOf({ issuer, clientId, key, kid, vtr, scope }: ProviderConfig): ProviderSettings {
  return { issuer, clientId, key: readPrivateKey(key), scope, ...(kid && { kid }), ...(vtr && { vtr }) }
}
