import { setTimeout as wait } from 'node:timers/promises'
import { Problem } from '../../kernel/problem.ts'
import type { TextAnswer } from './ask.ts'
import { parseRobots, type Robots } from './robots.ts'

export interface Manners {
  /** How we name ourselves, the word by which robots.txt may address us. */
  agent: string
  /** Most requests a second to one host. */
  perSecond: number
  ignoreRobots: boolean
  /** Reads a robots.txt. */
  read: (address: string) => Promise<TextAnswer>
  /** Ends every pause. */
  signal: AbortSignal
}

/** Turns at hosts, and what their owners ask. */
export interface Polite {
  /** Resolves when it is our turn to ask this address's host. */
  turn(address: string): Promise<void>
  /** @throws {Problem} file-not-readable when robots.txt asks that the address is not read */
  demandAllowed(address: string): Promise<void>
}

/** The words that a request is sent with, so that owners of servers know who asks and how to say no. */
export const agentLine = (agent: string): string => `${agent} (+https://www.rfc-editor.org/rfc/rfc9309)`

/** When each host may be asked next, in milliseconds: shared by all work of this process, so that two pieces of it are polite together. */
const nextAt = new Map<string, number>()

const MOST_HOSTS = 10_000

/** Asks hosts no faster than agreed, and not for what their robots.txt forbids. */
export function openPolite(manners: Manners): Polite {
  const robots = new Map<string, Promise<Robots>>()
  return {
    turn: async (address) => {
      const { host } = new URL(address)
      const now = Date.now()
      const at = Math.max(now, nextAt.get(host) ?? 0)
      if (nextAt.size > MOST_HOSTS) for (const [other, free] of nextAt) if (free < now) nextAt.delete(other)
      nextAt.set(host, at + 1000 / manners.perSecond)
      if (at > now) await wait(at - now, undefined, { signal: manners.signal })
    },
    demandAllowed: async (address) => {
      if (manners.ignoreRobots) return
      const { origin, pathname, search } = new URL(address)
      const rules = robots.get(origin) ?? readRobots(manners, origin)
      if (robots.size > MOST_HOSTS) robots.clear()
      robots.set(origin, rules)
      if (!(await rules).allows(pathname + search))
        throw new Problem('file-not-readable', {
          detail: `${origin}/robots.txt asks that ${pathname} is not read.`,
          hint: 'Where its owner has agreed, set ignoreRobots on the source.',
          robots: true,
        })
    },
  }
}

/** No file, or one that cannot be read, forbids nothing. */
async function readRobots({ read, agent }: Manners, origin: string): Promise<Robots> {
  const answer = await read(`${origin}/robots.txt`).catch(() => undefined)
  return parseRobots(answer?.status === 200 ? answer.text : '', agent)
}
