import type { JsonWebKey } from 'node:crypto'

/** `sandbox`: only members of its organisation, and invented people, can agree. `live`: anyone, for the services that were approved. */
export type Environment = 'sandbox' | 'live'
export type RateTier = 'basic' | 'standard' | 'high'

/** Requests a second of an application, and of its organisation's others not counted. */
export const rateTiers: Readonly<Record<RateTier, { perSecond: number }>> = {
  basic: { perSecond: 10 },
  standard: { perSecond: 50 },
  high: { perSecond: 500 },
}

/** An application of an organisation. */
export interface Client {
  id: string
  organisation: string
  name: string
  environment: Environment
  state: 'active' | 'stopped' | 'deleted'
  redirectUris: string[]
  /** Where its public keys are, when it changes them by itself. */
  jwksUri: string | null
  /** Told when a person signs out. */
  logoutUri: string | null
  /** Networks that its requests may come from, such as 192.0.2.0/24; any, when empty. */
  ipAllow: string[]
  rateTier: RateTier
  created: string
}

export interface ClientKey {
  id: string
  name: string
  jwk: JsonWebKey
  created: string
  ends: string | null
}

export interface ClientSecret {
  id: string
  name: string
  created: string
  ends: string | null
}

export interface Subscription {
  client: string
  api: string
  state: 'asked' | 'approved' | 'refused'
  reason: string | null
  answers: string | null
  asked: string
  decided: string | null
}

export interface UsageDay {
  day: string
  api: string
  requests: number
  refused: number
  failed: number
}
