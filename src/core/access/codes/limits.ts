import { createHmac } from 'node:crypto'
import { type Clock, Problem } from '../../../foundation/kernel/index.ts'
import type { Ledger } from '../ledger/ledger.ts'
import type { CodeStore } from './store.ts'

/** Who tries a code. */
export interface Trier {
  /** Network address, kept only as a keyed hash. */
  address: string
  organisation: string | null
}

const MINUTE_MS = 60_000
const SECOND_MS = 1000
const KEPT_MS = 10 * MINUTE_MS

/** Attempts a minute from one address, attempts a minute of one organisation, refusals a second in all. */
export interface Limits {
  addressPerMinute: number
  organisationPerMinute: number
  refusalsPerSecond: number
}

export const usualLimits: Limits = { addressPerMinute: 10, organisationPerMinute: 60, refusalsPerSecond: 100 }

/**
 * Counts attempts in the store, so that processes share the counts and nobody gains by being sent to another one. Whoever is over the limit
 * is told so before their code is looked at.
 *
 * @throws {Problem} rate-limited
 */
export function attemptLimits(options: { store: CodeStore; ledger: Ledger; pepper: Buffer; clock: Clock; limits: Limits }) {
  const { store, ledger, pepper, clock, limits } = options
  const bucket = (name: string) => createHmac('sha256', pepper).update(`attempt\0${name}`).digest().subarray(0, 16)
  const all = bucket('all')
  const periodOf = (ms: number, length: number) => Math.floor(ms / length) * length
  return {
    admit: async ({ address, organisation }: Trier): Promise<void> => {
      const now = clock.now().getTime()
      const minute = periodOf(now, MINUTE_MS)
      const counted: Array<[Buffer, number]> = [[bucket(`address ${network(address)}`), limits.addressPerMinute]]
      if (organisation) counted.push([bucket(`organisation ${organisation}`), limits.organisationPerMinute])
      const retryAfter = Math.ceil((minute + MINUTE_MS - now) / SECOND_MS)
      // Those far over the limit are sent away without a write.
      if (counted.some(([name, most]) => store.attempts(name, minute) > most)) throw tooMany(retryAfter)
      if (store.attempts(all, periodOf(now, SECOND_MS)) >= limits.refusalsPerSecond) throw tooMany(1)
      const over = await ledger.commit(() => {
        store.forgetAttempts(now - KEPT_MS)
        return counted.map(([name, most]) => store.attempt(name, minute) > most).some(Boolean)
      })
      if (over) throw tooMany(retryAfter)
    },
    /** Counts a refusal; inside the transaction that decided it. */
    refused: (now: string): void => void store.attempt(all, periodOf(Date.parse(now), SECOND_MS)),
  }
}

function tooMany(retryAfter: number): Problem {
  return new Problem('rate-limited', { detail: `Too many codes were tried. Try again in ${retryAfter} seconds.`, retryAfter })
}

/** What one subscriber has: an IPv4 address, or the first 64 bits of an IPv6 address. */
function network(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const left = head.split(':').filter(Boolean)
  const right = tail?.split(':').filter(Boolean) ?? []
  if (right.at(-1)?.includes('.')) return right.at(-1)! // IPv4 in an IPv6 socket
  const zeros = tail === undefined ? [] : Array.from({ length: 8 - left.length - right.length }, () => '0')
  return [...left, ...zeros, ...right].slice(0, 4).join(':')
}
