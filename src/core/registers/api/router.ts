import type { Answer, Format } from './answer.ts'
import { ApiError, moved } from './answer.ts'
import type { Handler } from './request.ts'
import { versionOne } from './v1.ts'
import { onlyInTwo, versionTwo } from './v2.ts'

interface Route {
  segments: string[]
  handler: Handler<Answer>
}

const routes: Route[] = [
  ...table(versionOne, ''),
  ...table(versionTwo, 'v2/'),
  ...table(versionTwo, 'next/'),
  ...table(Object.fromEntries(Object.entries(versionTwo).filter(([path]) => onlyInTwo.includes(path) || path.startsWith('proofs/'))), ''),
].sort((a, b) => openSegments(a) - openSegments(b))

function table(handlers: Record<string, Handler<Answer>>, prefix: string): Route[] {
  return Object.entries(handlers).map(([path, handler]) => ({ segments: (prefix + path).split('/'), handler }))
}

function openSegments({ segments }: Route): number {
  return segments.filter((segment) => segment.startsWith(':')).length
}

export interface Matched {
  handler: Handler<Answer>
  params: Record<string, string>
  /** The format that the path's suffix asks for. */
  suffix?: Format | 'gone'
}

const suffixes: Record<string, Format | 'gone'> = {
  json: 'json',
  csv: 'csv',
  rsf: 'rsf',
  tsv: 'gone',
  ttl: 'gone',
  xlsx: 'gone',
  yaml: 'gone',
}

/**
 * The resource at a path below a register. Segments are compared as they are in the address, and decoded after.
 *
 * @throws {ApiError} 404 when there is none.
 */
export function matchPath(path: string, base: string): Matched | { answer: Answer } {
  const { plain, suffix } = splitSuffix(path.replace(/\/+$/, ''))
  const segments = plain.split('/')
  if (segments[0] === 'v1') return { answer: moved(`${base}/${path.replace(/^v1\/?/, '')}`) }
  for (const { segments: pattern, handler } of routes) {
    if (pattern.length !== segments.length) continue
    const params: Record<string, string> = {}
    const fits = pattern.every((part, at) => {
      if (!part.startsWith(':')) return part === decode(segments[at]!)
      params[part.slice(1)] = decode(segments[at]!)
      return segments[at] !== ''
    })
    if (fits) return { handler, params, ...(suffix && { suffix }) }
  }
  throw new ApiError(404, 'HTTP 404 Not Found')
}

function splitSuffix(path: string): { plain: string; suffix?: Format | 'gone' } {
  const [, plain, name] = /^(.*)\.([a-z]{3,4})$/.exec(path) ?? []
  const suffix = name && suffixes[name]
  return suffix ? { plain: plain!, suffix } : { plain: path }
}

function decode(segment: string): string {
  try {
    return decodeURIComponent(segment)
  } catch {
    throw new ApiError(404, 'HTTP 404 Not Found')
  }
}

const known: Array<[RegExp, Format]> = [
  [/^(application\/json|application\/\*|\*\/\*)$/, 'json'],
  [/^text\/csv$/, 'csv'],
  [/^text\/(html|\*)$/, 'html'],
  [/^application\/uk-gov-rsf$/, 'rsf'],
  [/^application\/(zip|octet-stream)$/, 'zip'],
]

/**
 * The format that a request wants most of those there are; JSON when it does not say.
 *
 * @throws {ApiError} 406 when it wants none of them.
 */
export function formatOf(suffix: Format | 'gone' | undefined, accept: string | undefined): Format {
  if (suffix === 'gone') throw new ApiError(406, 'This format was dropped; .json and .csv are served.')
  if (suffix) return suffix
  if (!accept?.trim()) return 'json'
  const wanted = accept
    .split(',')
    .map((part) => {
      const [type = '', ...parameters] = part.split(';').map((text) => text.trim())
      const quality = parameters.find((parameter) => /^q=/i.test(parameter))
      return { type: type.toLowerCase(), quality: quality ? Number(quality.slice(2)) : 1 }
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
  for (const { type } of wanted) {
    const format = known.find(([shape]) => shape.test(type))?.[1]
    if (format) return format
  }
  throw new ApiError(406, 'HTTP 406 Not Acceptable')
}
