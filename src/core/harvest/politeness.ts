import { setTimeout as wait } from 'node:timers/promises'
import { fetchText, type TextAnswer } from '../../foundation/engines/outgoing/index.ts'
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

/** When each host may be asked next, in milliseconds: shared by all jobs, so that two sources at one host are polite together. */
const nextAt = new Map<string, number>()

const AGENT = 'Sixteen-Harvester (+https://www.rfc-editor.org/rfc/rfc9309)'
const MOST_PAUSE_MS = 60_000

/**
 * Asks addresses one after another, no faster than agreed, and again with growing pauses where a server fails, stalls or is busy.
 * Statuses under 500 but 429 are answers.
 */
export function openAsker(options: AskerOptions): Ask {
  const robots = new Map<string, Promise<Robots>>()
  const once = async (address: string, headers: Record<string, string>): Promise<TextAnswer> => {
    await options.beat()
    await turn(address, options.perSecond, options.signal)
    return fetchText(address, {
      headers: { 'user-agent': AGENT, accept: '*/*', ...headers },
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
  return async (address, headers) => {
    if (!options.ignoreRobots) {
      const { origin, pathname, search } = new URL(address)
      const rules = robots.get(origin) ?? readRobots(patient, origin)
      robots.set(origin, rules)
      if (!(await rules).allows(pathname + search))
        throw new Problem('file-not-readable', {
          detail: `${origin}/robots.txt asks that ${pathname} is not read.`,
          hint: 'Where its owner has agreed, set ignoreRobots on the source.',
        })
    }
    return patient(address, headers)
  }
}

async function turn(address: string, perSecond: number, signal: AbortSignal): Promise<void> {
  const { host } = new URL(address)
  const now = Date.now()
  const at = Math.max(now, nextAt.get(host) ?? 0)
  nextAt.set(host, at + 1000 / perSecond)
  if (at > now) await wait(at - now, undefined, { signal })
}

function retryAfterMs(value: string | undefined): number {
  if (!value) return 0
  const seconds = Number(value)
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(value) - Date.now()
  return Number.isFinite(ms) ? Math.min(Math.max(ms, 0), MOST_PAUSE_MS) : 0
}

export interface Robots {
  allows(path: string): boolean
}

/** No file, or one that cannot be read, forbids nothing. */
async function readRobots(ask: Ask, origin: string): Promise<Robots> {
  const answer = await ask(`${origin}/robots.txt`).catch(() => undefined)
  return parseRobots(answer?.status === 200 ? answer.text : '')
}

/**
 * The rules of a robots.txt for us: those of the group that names us, else those for all. The longest rule that fits decides.
 *
 * @see RFC 9309, Robots Exclusion Protocol
 */
export function parseRobots(text: string): Robots {
  const groups: Array<{ agents: string[]; rules: Array<{ allow: boolean; path: string }> }> = []
  let open = false
  for (const line of text.slice(0, 500_000).split(/\r\n|\r|\n/)) {
    const [, name = '', value = ''] = /^\s*([A-Za-z-]+)\s*:\s*([^#]*)/.exec(line) ?? []
    const key = name.toLowerCase()
    if (key === 'user-agent') {
      if (!open) groups.push({ agents: [], rules: [] })
      groups.at(-1)?.agents.push(value.trim().toLowerCase())
      open = true
    } else if (key === 'allow' || key === 'disallow') {
      open = false
      if (value.trim()) groups.at(-1)?.rules.push({ allow: key === 'allow', path: value.trim() })
    }
  }
  const ours = groups.filter(({ agents }) => agents.some((agent) => agent !== '*' && 'sixteen-harvester'.includes(agent)))
  const rules = (ours.length ? ours : groups.filter(({ agents }) => agents.includes('*'))).flatMap((group) => group.rules)
  return {
    allows: (path) => {
      const fitting = rules
        .filter((rule) => fits(rule.path, path))
        .sort((a, b) => b.path.length - a.path.length || Number(b.allow) - Number(a.allow))
      return fitting[0]?.allow ?? true
    },
  }
}

/** Walks the pieces between stars, so that no pattern of a stranger's makes a costly expression. */
function fits(pattern: string, path: string): boolean {
  const ends = pattern.endsWith('$')
  const pieces = (ends ? pattern.slice(0, -1) : pattern).split('*')
  if (!path.startsWith(pieces[0] ?? '')) return false
  let at = (pieces[0] ?? '').length
  for (const piece of pieces.slice(1)) {
    const found = path.indexOf(piece, at)
    if (found < 0) return false
    at = found + piece.length
  }
  return !ends || at === path.length || (pieces.length > 1 && path.endsWith(pieces.at(-1) ?? ''))
}
