import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { Agent, fetch } from 'undici'
import { Problem } from '../../kernel/problem.ts'

const blocked = new BlockList()
for (const [network, prefix] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  blocked.addSubnet(network, prefix, 'ipv4')
for (const [network, prefix] of [
  ['::', 128],
  ['::1', 128],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
  ['64:ff9b::', 96],
] as const)
  blocked.addSubnet(network, prefix, 'ipv6')

/** Whether an address is of this machine or a private network. An IPv4 address inside an IPv6 one counts as itself. */
export function isPrivateAddress(address: string): boolean {
  const inner = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1]
  if (inner) return blocked.check(inner, 'ipv4')
  const family = isIP(address)
  return family === 0 || blocked.check(address, family === 6 ? 'ipv6' : 'ipv4')
}

/** Looks a name up and refuses private answers, at the moment of connecting: a name that changes its answer in between gains nothing. */
const guardedLookup: LookupFunction = (hostname, options, callback) => {
  lookup(hostname, { ...options, all: true }, (error, addresses) => {
    if (error) return callback(error, '', 4)
    const refused = addresses.find(({ address }) => isPrivateAddress(address))
    if (refused) return callback(new Error(`${hostname} is at the private address ${refused.address}`), '', 4)
    if (options.all) return callback(null, addresses as never)
    return callback(null, addresses[0]?.address ?? '', addresses[0]?.family ?? 4)
  })
}

const agent = new Agent({ connect: { lookup: guardedLookup, timeout: 10_000 }, headersTimeout: 30_000, bodyTimeout: 60_000 })

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
    const response = await fetch(url, { ...(!allowPrivate && { dispatcher: agent }), redirect: 'manual' })
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
    const response = await fetch(url, { headers, redirect: 'manual', signal, ...(!allowPrivate && { dispatcher: agent }) })
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

function notReadable(url: URL, error: unknown): Problem {
  if (error instanceof Problem) return error
  const cause = (error as Error).cause as Error | undefined
  const why = cause?.message ?? (error as Error).message
  return new Problem('file-not-readable', { detail: `${url.host} could not be read: ${why}.` }, { cause: error })
}

/** @throws {Problem} file-not-readable for what is no http or https address, or a literal private one. */
function demandPublic(address: string, allowPrivate: boolean): URL {
  const url = URL.parse(address)
  if (!url || !/^https?:$/.test(url.protocol)) throw new Problem('file-not-readable', { detail: `${address} is no http or https address.` })
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  if (!allowPrivate && isIP(literal) && isPrivateAddress(literal))
    throw new Problem('file-not-readable', { detail: `${url.hostname} is a private address.` })
  return url
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
      ...(!allowPrivate && { dispatcher: agent }),
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
    ...(!allowPrivate && { dispatcher: agent }),
  })
  return answer as unknown as Response
}
