import { isIP } from 'node:net'
import { fetch } from 'undici'
import { Problem } from '../../kernel/problem.ts'
import { demandPublic, isPrivateAddress, notReadable, publicOnly } from './guard.ts'

/** A file fetched from the web. */
export interface Fetched {
  body: AsyncIterable<Uint8Array>
  filename: string
  mediaType: string
  totalBytes?: number
}

/**
 * Fetches an http or https address outside private networks; redirects are followed under the same guard.
 *
 * @throws {Problem} file-not-readable when it cannot be fetched, saying why.
 */
export async function fetchFile(address: string, allowPrivate = false, hops = 5): Promise<Fetched> {
  if (hops === 0) throw new Problem('file-not-readable', { detail: `${address}: too many redirects.` })
  const url = demandPublic(address, allowPrivate)
  try {
    const response = await fetch(url, { ...(!allowPrivate && { dispatcher: publicOnly }), redirect: 'manual' })
    const onward = response.headers.get('location')
    if (response.status >= 300 && response.status < 400 && onward) return await fetchFile(new URL(onward, url).href, allowPrivate, hops - 1)
    if (!response.ok || !response.body) throw new Error(`it answered ${response.status}`)
    const length = Number(response.headers.get('content-length'))
    return {
      body: response.body as AsyncIterable<Uint8Array>,
      filename: nameOf(response.headers.get('content-disposition'), url),
      mediaType: response.headers.get('content-type') ?? '',
      ...(length > 0 && { totalBytes: length }),
    }
  } catch (error) {
    throw notReadable(url, error)
  }
}

export interface TextRequest {
  headers?: Record<string, string>
  allowPrivate?: boolean
  timeoutMs?: number
  /** Longest answer, in bytes. */
  maxBytes?: number
  signal?: AbortSignal
}

export interface TextAnswer {
  status: number
  headers: Record<string, string>
  text: string
  /** Where the answer came from, after redirects. */
  address: string
}

/**
 * Asks an http or https address outside private networks, redirects included, for a text. Any status is an answer.
 *
 * @throws {Problem} file-not-readable when it cannot be asked, is too long or takes too long, saying why.
 */
export async function fetchText(address: string, options: TextRequest = {}, hops = 5): Promise<TextAnswer> {
  const { headers = {}, allowPrivate = false, timeoutMs = 60_000, maxBytes = 64_000_000 } = options
  if (hops === 0) throw new Problem('file-not-readable', { detail: `${address}: too many redirects.` })
  const url = demandPublic(address, allowPrivate)
  try {
    const signal = AbortSignal.any([AbortSignal.timeout(timeoutMs), ...(options.signal ? [options.signal] : [])])
    const response = await fetch(url, { headers, redirect: 'manual', signal, ...(!allowPrivate && { dispatcher: publicOnly }) })
    const onward = response.headers.get('location')
    if (response.status >= 300 && response.status < 400 && onward) {
      await response.body?.cancel()
      return await fetchText(new URL(onward, url).href, options, hops - 1)
    }
    const pieces: Uint8Array[] = []
    let bytes = 0
    for await (const piece of (response.body ?? []) as AsyncIterable<Uint8Array>) {
      bytes += piece.length
      if (bytes > maxBytes) throw new Error(`the answer is longer than ${maxBytes} bytes`)
      pieces.push(piece)
    }
    return {
      status: response.status,
      headers: Object.fromEntries(response.headers),
      text: Buffer.concat(pieces).toString('utf8'),
      address: url.href,
    }
  } catch (error) {
    throw notReadable(url, error)
  }
}

function nameOf(disposition: string | null, url: URL): string {
  const given = /filename="?([^";]+)"?/.exec(disposition ?? '')?.[1]
  return given ?? decodeURIComponent(url.pathname.split('/').at(-1) ?? '') ?? 'data'
}

/**
 * Posts a small body to an address outside private networks; redirects are not followed. The answer is the status.
 *
 * @throws {Problem} file-not-readable when it cannot be sent, saying why.
 */
export async function postOut(address: string, body: string, headers: Record<string, string>, allowPrivate = false): Promise<number> {
  const url = demandPublic(address, allowPrivate)
  try {
    const response = await fetch(url, {
      method: 'POST',
      body,
      headers,
      redirect: 'manual',
      signal: AbortSignal.timeout(15_000),
      ...(!allowPrivate && { dispatcher: publicOnly }),
    })
    await response.body?.cancel()
    return response.status
  } catch (error) {
    const cause = (error as Error).cause as Error | undefined
    throw new Problem(
      'file-not-readable',
      { detail: `${url.host} could not be reached: ${cause?.message ?? (error as Error).message}.` },
      { cause: error },
    )
  }
}

/**
 * The answer of an address outside private networks; redirects are not followed, and nothing waits longer than ten seconds.
 *
 * @throws {TypeError} when the address is private or no http address, and what fetch throws.
 */
export async function fetchOut(address: string | URL, options: RequestInit, allowPrivate = false): Promise<Response> {
  const url = URL.parse(String(address))
  if (!url || !/^https?:$/.test(url.protocol)) throw new TypeError('no http or https address')
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  if (!allowPrivate && isIP(literal) && isPrivateAddress(literal)) throw new TypeError('a private address')
  const answer = await fetch(url, {
    ...(options as object),
    redirect: 'manual',
    signal: AbortSignal.timeout(10_000),
    // In the place of whatever a library that hands its options on has put there: the guard here is the one that decides.
    dispatcher: allowPrivate ? undefined : publicOnly,
  })
  return answer as unknown as Response
}
