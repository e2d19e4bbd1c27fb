import { lookup } from 'node:dns'
import { BlockList, isIP, type LookupFunction } from 'node:net'
import { Agent } from 'undici'
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

/** Connects to public addresses only. */
export const publicOnly = new Agent({ connect: { lookup: guardedLookup, timeout: 10_000 }, headersTimeout: 30_000, bodyTimeout: 60_000 })

/** Why an address could not be asked. */
export function notReadable(url: URL, error: unknown): Problem {
  if (error instanceof Problem) return error
  const cause = (error as Error).cause as Error | undefined
  const why = cause?.message ?? (error as Error).message
  return new Problem('file-not-readable', { detail: `${url.host} could not be read: ${why}.` }, { cause: error })
}

/** The address to ask. @throws {Problem} file-not-readable for what is no http or https address, or a literal private one. */
export function demandPublic(address: string, allowPrivate: boolean): URL {
  const url = URL.parse(address)
  if (!url || !/^https?:$/.test(url.protocol)) throw new Problem('file-not-readable', { detail: `${address} is no http or https address.` })
  const literal = url.hostname.replace(/^\[|\]$/g, '')
  if (!allowPrivate && isIP(literal) && isPrivateAddress(literal))
    throw new Problem('file-not-readable', { detail: `${url.hostname} is a private address.` })
  return url
}
