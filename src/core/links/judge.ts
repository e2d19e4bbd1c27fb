import type { StartAnswer } from '../../foundation/engines/outgoing/index.ts'
import type { LinkContent, LinkState } from './model.ts'
import { sniffFormat, titleOf } from './sniff.ts'

/** Why an address could not be asked. */
export interface Failure {
  /** Code of the system, such as ENOTFOUND; empty when there is none. */
  code: string
  detail: string
  /** We do not ask such an address, or its owner asks us not to. */
  refused?: boolean
}

export type Asked = { answer: StartAnswer } | { failure: Failure }

export interface Finding {
  state: LinkState
  status?: number
  detail: string
  movedTo?: string
  ms?: number
  content?: LinkContent
}

/** What was declared of a link, and what came before. */
export interface Expected {
  address: string
  /** Format as its publisher says; undefined for a page. */
  format?: string
  /** Checks in a row before this one that did not end well. */
  fails: number
}

/** So many checks in a row without an answer, and a link is broken; before that nobody can say whether it was the server, the way or us. */
export const CONFIRMED_FAILS = 3
const page = /^(?:html?|web ?(?:page|site)|link|url|www|aspx?|php|)$/i
const gone = new Set([404, 410])
const shut = new Set([401, 402, 403, 407, 429, 451])
const notFoundWords =
  /\b404\b|not found|page (?:cannot|can.t|could not|couldn.t) be found|does(?:n.t| not) exist|no longer (?:available|exists)|page unavailable|file not found/i

/** What a check says of a link. Pure: the same answers give the same finding. */
export function judge(asked: Asked, expected: Expected): Finding {
  return 'failure' in asked ? judgeFailure(asked.failure, expected) : judgeAnswer(asked.answer, expected)
}

function judgeFailure({ code, detail, refused }: Failure, { fails }: Expected): Finding {
  if (refused) return { state: 'blocked', detail }
  // Our own resolver or network says nothing about the other side.
  const ours = code === 'EAI_AGAIN' || code === 'ENETUNREACH' || code === 'ENETDOWN'
  if (ours || fails + 1 < CONFIRMED_FAILS) return { state: 'unknown', detail }
  return { state: 'broken', detail: `${detail} So at ${fails + 1} checks in a row.` }
}

function judgeAnswer(answer: StartAnswer, expected: Expected): Finding {
  const { status, ms } = answer
  const base = { status, ms: Math.round(ms) }
  if (gone.has(status))
    return { ...base, state: 'broken', detail: status === 410 ? 'It answers that it is gone (410).' : 'It answers not found (404).' }
  if (shut.has(status)) return { ...base, state: 'blocked', detail: `It answers, but not to this check (${status}).` }
  if (status >= 500) {
    const often = expected.fails + 1 >= CONFIRMED_FAILS
    return {
      ...base,
      state: often ? 'broken' : 'unknown',
      detail: `Its server fails (${status})${often ? `, at ${expected.fails + 1} checks in a row` : ''}.`,
    }
  }
  if (status >= 300 && status < 400 && status !== 304) return { ...base, state: 'broken', detail: 'It redirects without an end.' }
  if (status >= 400 && status !== 416)
    return { ...base, state: 'unknown', detail: `It answers ${status}, which does not say whether it is there.` }
  const content = contentOf(answer)
  const soft = softly(answer, expected, content)
  if (soft) return { ...base, state: 'soft-404', detail: soft, content }
  const movedTo = movedOf(answer, expected.address)
  if (movedTo) return { ...base, state: 'moved', detail: 'It says that it has moved for good.', movedTo, content }
  return { ...base, state: 'ok', detail: 'It answers.', content }
}

/** Why an answer of 200 is no answer; undefined when it is one. */
function softly({ address, start, redirects }: StartAnswer, expected: Expected, content: LinkContent): string | undefined {
  if (content.format !== 'html') return undefined
  const title = titleOf(start)
  if (title && notFoundWords.test(title)) return `It answers with a page named “${title.slice(0, 100)}”.`
  const wanted = URL.parse(expected.address)
  const came = URL.parse(address)
  if (redirects.length && wanted && came && came.pathname === '/' && wanted.pathname.length > 1)
    return 'It leads to the front page of the site.'
  if (expected.format !== undefined && !page.test(expected.format.trim()))
    return `It should be ${expected.format} and is a web page${title ? ` named “${title.slice(0, 100)}”` : ''}.`
  return undefined
}

/** The end of a chain of redirects that are all for good; what leads on for now only is where it was. */
function movedOf({ redirects }: StartAnswer, address: string): string | undefined {
  let end: string | undefined
  for (const { status, to } of redirects) {
    if (status !== 301 && status !== 308) break
    end = to
  }
  return end === address ? undefined : end
}

/** Of files whose head was enough, and of pages, the word of the server must do. */
const formatOfType: Record<string, string> = {
  'text/html': 'html',
  'application/pdf': 'pdf',
  'application/zip': 'zip',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.oasis.opendocument.spreadsheet': 'ods',
  'application/geo+json': 'geojson',
  'application/x-parquet': 'parquet',
  'application/vnd.apache.parquet': 'parquet',
}

function contentOf({ headers, start }: StartAnswer): LinkContent {
  const mediaType = headers['content-type']?.split(';')[0]?.trim().toLowerCase()
  const total = /\/(\d+)$/.exec(headers['content-range'] ?? '')?.[1] ?? headers['content-length']
  const modified = new Date(headers['last-modified'] ?? '')
  const format = sniffFormat(start) ?? formatOfType[mediaType ?? '']
  return {
    ...(mediaType && { mediaType: mediaType.slice(0, 200) }),
    ...(format && { format }),
    ...(total && Number.isSafeInteger(Number(total)) && { bytes: Number(total) }),
    ...(!Number.isNaN(modified.getTime()) && { modified: modified.toISOString() }),
  }
}

const HOUR_MS = 3_600_000
const retries = [12, 24, 168, 720]
const STABLE_DAYS = 60

/**
 * How long until a link is looked at again, in milliseconds: 12 hours, a day, a week and then a month for what is not well, a week for what
 * is, a month for what has been so for long. `chance` from 0 to 1 spreads the checks by a quarter to each side, so that links that came
 * together do not stay together.
 */
export function pauseMs(state: LinkState, { fails, stableDays, chance }: { fails: number; stableDays: number; chance: number }): number {
  const well = state === 'ok' || state === 'moved'
  const hours = well || state === 'blocked' ? (stableDays >= STABLE_DAYS ? 720 : 168) : (retries[Math.min(fails, retries.length) - 1] ?? 12)
  return Math.round(hours * HOUR_MS * (0.75 + chance / 2))
}
