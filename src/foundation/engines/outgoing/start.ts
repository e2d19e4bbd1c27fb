import { fetch } from 'undici'
import { demandPublic, notReadable, publicOnly } from './guard.ts'

export interface StartRequest {
  method: 'HEAD' | 'GET'
  headers?: Record<string, string>
  allowPrivate?: boolean
  timeoutMs: number
  /** What is read of the answer before it is cut off, in bytes. */
  keepBytes: number
  signal?: AbortSignal
}

/** What an address answers with, as far as it was read. */
export interface StartAnswer {
  status: number
  headers: Record<string, string>
  start: Uint8Array
  /** Redirects that were followed, from the first. */
  redirects: Array<{ status: number; to: string }>
  /** Where the answer came from, after redirects. */
  address: string
  ms: number
}

const MOST_REDIRECTS = 5

/**
 * Asks an address outside private networks and reads no more than the start of its answer. Any status is an answer.
 *
 * @throws {Problem} file-not-readable when it cannot be asked or takes too long, saying why; its cause holds the code of the failure.
 */
export async function fetchStart(address: string, request: StartRequest): Promise<StartAnswer> {
  const began = performance.now()
  const redirects: StartAnswer['redirects'] = []
  let url = demandPublic(address, request.allowPrivate ?? false)
  const signal = AbortSignal.any([AbortSignal.timeout(request.timeoutMs), ...(request.signal ? [request.signal] : [])])
  try {
    for (;;) {
      const { status, headers, body } = await fetch(url, {
        method: request.method,
        headers: request.headers ?? {},
        redirect: 'manual',
        signal,
        ...(!request.allowPrivate && { dispatcher: publicOnly }),
      })
      const onward = headers.get('location')
      if (status >= 300 && status < 400 && status !== 304 && onward && redirects.length < MOST_REDIRECTS) {
        await body?.cancel()
        url = demandPublic(new URL(onward, url).href, request.allowPrivate ?? false)
        redirects.push({ status, to: url.href })
        continue
      }
      const start = await startOf(body as AsyncIterable<Uint8Array> | null, request.keepBytes)
      return { status, headers: Object.fromEntries(headers), start, redirects, address: url.href, ms: performance.now() - began }
    }
  } catch (error) {
    throw notReadable(url, error)
  }
}

/** The first bytes of a body; the rest is not waited for. */
async function startOf(body: AsyncIterable<Uint8Array> | null, keepBytes: number): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  let bytes = 0
  for await (const piece of body ?? []) {
    pieces.push(piece)
    bytes += piece.length
    if (bytes >= keepBytes) break
  }
  return Buffer.concat(pieces).subarray(0, keepBytes)
}
