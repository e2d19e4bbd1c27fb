import { agentLine, fetchStart, type Polite, type StartAnswer } from '../../foundation/engines/outgoing/index.ts'
import { Problem } from '../../foundation/kernel/index.ts'
import type { Asked } from './judge.ts'

export const AGENT = 'Sixteen-LinkChecker'
const KEEP_BYTES = 16_384

export interface CheckerParts {
  polite: Polite
  allowPrivate: boolean
  timeoutMs: number
  signal: AbortSignal
}

/**
 * Asks for a link as lightly as will do: its head first; then its first bytes, where the head is refused or cannot tell a page that says "not
 * found" from the thing itself.
 */
export async function askLink(parts: CheckerParts, address: string): Promise<Asked> {
  try {
    await parts.polite.demandAllowed(address)
    const head = await ask(parts, address, 'HEAD').catch(() => undefined)
    if (head && isPlain(head)) return { answer: head }
    return { answer: await ask(parts, address, 'GET') }
  } catch (error) {
    if (!(error instanceof Problem)) throw error
    return { failure: failureOf(error) }
  }
}

async function ask({ polite, allowPrivate, timeoutMs, signal }: CheckerParts, address: string, method: 'HEAD' | 'GET') {
  await polite.turn(address)
  const headers = {
    'user-agent': agentLine(AGENT),
    accept: '*/*',
    ...(method === 'GET' && { range: `bytes=0-${KEEP_BYTES - 1}` }),
  }
  return fetchStart(address, { method, headers, allowPrivate, timeoutMs, keepBytes: KEEP_BYTES, signal })
}

/** Media types that no page about an error has, whose size and kind the head tells. */
const plain = /^(?:application\/(?:pdf|zip|vnd\.|x-parquet|octet-stream|geo\+json|gzip)|image\/|video\/|audio\/)/i

/** The head is enough where it found a file that is no page. A text is looked into: its format is only in its content. */
const isPlain = ({ status, headers }: StartAnswer): boolean =>
  status === 200 && plain.test(headers['content-type'] ?? '') && !/octet-stream/i.test(headers['content-type'] ?? '')

const words: Record<string, string> = {
  ENOTFOUND: 'There is no server of that name.',
  EAI_AGAIN: 'The name of the server could not be looked up just now.',
  ECONNREFUSED: 'Its server refuses to be connected to.',
  ECONNRESET: 'Its server breaks the connection.',
  EHOSTUNREACH: 'Its server cannot be reached.',
  ENETUNREACH: 'There is no way to its server from here just now.',
  UND_ERR_CONNECT_TIMEOUT: 'Its server cannot be reached in time.',
  UND_ERR_HEADERS_TIMEOUT: 'Its server does not answer in time.',
  CERT_HAS_EXPIRED: 'The certificate of its server has expired.',
  ERR_TLS_CERT_ALTNAME_INVALID: 'The certificate of its server is for another name.',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'Nobody vouches for the certificate of its server.',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'The certificate of its server cannot be verified.',
}

function failureOf(problem: Problem) {
  if (problem.fields.robots)
    return { code: 'ROBOTS', detail: 'The owner of the server asks that machines do not read it (robots.txt).', refused: true }
  if (/private address/.test(problem.message))
    return { code: 'PRIVATE', detail: 'It is in a private network, which is not asked.', refused: true }
  const error = problem.cause as { name?: string; code?: string; cause?: { code?: string } } | undefined
  const code = error?.cause?.code ?? error?.code ?? ''
  const known = typeof code === 'string' ? words[code] : undefined
  if (known) return { code: String(code), detail: known }
  if (error?.name === 'TimeoutError') return { code: 'TIMEOUT', detail: 'It does not answer in time.' }
  if (!error) return { code: 'ADDRESS', detail: 'It is no http or https address.', refused: true }
  return { code: String(code), detail: 'It could not be reached.' }
}
