import { setTimeout as wait } from 'node:timers/promises'
import { agentLine, fetchText, openPolite, type TextAnswer } from '../../foundation/engines/outgoing/index.ts'
import { Problem } from '../../foundation/kernel/index.ts'

export interface AskerOptions {
  perSecond: number
  allowPrivate: boolean
  ignoreRobots: boolean
  timeoutMs: number
  tries: number
  /** First pause before asking again, in milliseconds; it doubles each time. */
  pauseMs: number
  /** Told before each request, so that a job shows that it is alive. */
  beat: () => Promise<void>
  /** Told of each request that is asked again. */
  again: () => void
  /** Ends every request and every pause. */
  signal: AbortSignal
}

export type Ask = (address: string, headers?: Record<string, string>) => Promise<TextAnswer>

const AGENT = 'Sixteen-Harvester'
const MOST_PAUSE_MS = 60_000

/**
 * Asks addresses one after another, no faster than agreed, and again with growing pauses where a server fails, stalls or is busy.
 * Statuses under 500 but 429 are answers.
 */
export function openAsker(options: AskerOptions): Ask {
  const once = async (address: string, headers: Record<string, string>): Promise<TextAnswer> => {
    await options.beat()
    await polite.turn(address)
    return fetchText(address, {
      headers: { 'user-agent': agentLine(AGENT), accept: '*/*', ...headers },
      allowPrivate: options.allowPrivate,
      timeoutMs: options.timeoutMs,
      signal: options.signal,
    })
  }
  const patient = async (address: string, headers: Record<string, string> = {}): Promise<TextAnswer> => {
    for (let attempt = 1; ; attempt += 1) {
      let pause = Math.min(MOST_PAUSE_MS, options.pauseMs * 2 ** (attempt - 1)) * (0.5 + Math.random())
      try {
        const answer = await once(address, headers)
        if (answer.status < 500 && answer.status !== 429) return answer
        pause = Math.max(pause, retryAfterMs(answer.headers['retry-after']))
        if (attempt >= options.tries)
          throw new Problem('file-not-readable', { detail: `${address} answered ${answer.status}, ${attempt} times.` })
      } catch (error) {
        if (
          !(error instanceof Problem) ||
          attempt >= options.tries ||
          options.signal.aborted ||
          / is a private address| is at the private address| is no http/.test(error.message)
        )
          throw error
      }
      options.again()
      await wait(pause, undefined, { signal: options.signal })
    }
  }
  const polite = openPolite({
    agent: AGENT,
    perSecond: options.perSecond,
    ignoreRobots: options.ignoreRobots,
    read: patient,
    signal: options.signal,
  })
  return async (address, headers) => {
    await polite.demandAllowed(address)
    return patient(address, headers)
  }
}

function retryAfterMs(value: string | undefined): number {
  if (!value) return 0
  const seconds = Number(value)
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now()
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MOST_PAUSE_MS) : 0
}
