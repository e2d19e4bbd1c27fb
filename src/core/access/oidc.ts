import { createRequire } from 'node:module'

const load = createRequire(import.meta.url)

/**
 * The library of both OpenID servers, loaded when it is first asked for: it takes a quarter of a second, which a start need not wait for
 * and a server of open data alone never needs.
 */
export const oidc = (): typeof import('oidc-provider') => load('oidc-provider')
