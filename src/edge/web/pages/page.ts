import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { AccessControl, Actor } from '../../../core/access/index.ts'
import type { Catalogue, Services } from '../../../core/catalogue/index.ts'
import type { Datastore } from '../../../core/datastore/index.ts'
import type { Following } from '../../../core/following/index.ts'
import type { Harvest } from '../../../core/harvest/index.ts'
import type { Links } from '../../../core/links/index.ts'
import type { DraftReview, Draft as DraftTable } from '../../../core/profile-kit.ts'
import type { Quality } from '../../../core/quality/index.ts'
import type { Registers } from '../../../core/registers/index.ts'
import type { Nii, Progress, Standards } from '../../../core/steering/index.ts'
import type { Config } from '../../../foundation/kernel/index.ts'
import { pageHeaders } from '../../http/page-headers.ts'
import type { Render, Shell } from '../render.ts'

/** What every page is made from. */
export interface Parts {
  catalogue: Catalogue
  datastore: Datastore
  config: Config
  base: () => string
  now: () => Date
  render: Render
  access?: AccessControl
  progress?: Pick<Progress, 'entries'>
  nii?: Nii
  harvest?: Harvest
  links?: Links
  quality?: Quality
  following?: Following
  services?: Services
  standards?: Standards
  registers: Registers
  demandOwner: (actor: Actor, owner: string | null) => void
  review?: (draft: DraftTable, rows: AsyncIterable<string[]>) => Promise<DraftReview[]>
  explore?: ReadonlyArray<{ title: string; summary: string; href: string }>
}

export interface Page {
  template: string
  shell: Shell
  view: object
  /** The same page as data. */
  data?: unknown
  status?: number
}

export type Load = (request: FastifyRequest, parameters: URLSearchParams) => Promise<Page | { redirect: string }>

export const open = { config: { access: 'public' as const }, schema: { hide: true } }
/** Anybody may read; who is signed in for a publisher sees what that publisher sees. */
export const openToMembers = { config: { access: 'public' as const, session: 'member' as const }, schema: { hide: true } }

/** Lets the routes of this part take forms and nothing else; a body is URLSearchParams. Nothing that people type in them is long. */
export function takeForms(app: FastifyInstance): FastifyInstance {
  app.removeAllContentTypeParsers()
  app.addHook('preValidation', async (request) => {
    request.body ??= new URLSearchParams()
  })
  app.addContentTypeParser('application/x-www-form-urlencoded', { parseAs: 'string', bodyLimit: 1 << 18 }, (_request, body, done) =>
    done(null, new URLSearchParams(body as string)),
  )
  return app
}

/** Serves a page, and where it has data the same address with `.json`. */
export function servePage(
  app: FastifyInstance,
  parts: Parts,
  path: string,
  load: Load,
  options: { json?: string | false; alternates?: Alternates; members?: boolean } = {},
): void {
  const route = options.members ? openToMembers : open
  app.get(path, route, async (request, reply) => {
    const elsewhere = options.alternates && alternateOf(request, options.alternates)
    if (elsewhere) return reply.redirect(elsewhere, 303).header('vary', 'accept')
    const page = await load(request, parametersOf(request))
    if ('redirect' in page) return reply.redirect(page.redirect, 303)
    const data = page.data === undefined ? undefined : dataAddress(request, options.json || undefined)
    const body = parts.render(page.template, { ...page.shell, ...(data && { data }) }, page.view)
    return pageHeaders(reply)
      .code(page.status ?? 200)
      .header('cache-control', 'no-cache')
      .send(body)
  })
  if (options.json === false) return
  app.get(options.json ?? `${path}.json`, route, async (request, reply) => {
    const page = await load(request, parametersOf(request))
    if ('redirect' in page) return reply.redirect(page.redirect.replace(/(?=\?|$)/, '.json'), 303)
    return reply
      .code(page.status ?? 200)
      .header('cache-control', 'no-cache')
      .send(page.data)
  })
}

/** Suffixes under which the same thing stands in other media types, for callers who want one of these and no page. */
export type Alternates = Record<string, string>

function alternateOf(request: FastifyRequest, alternates: Alternates): string | undefined {
  const accept = request.headers.accept ?? '*/*'
  if (/text\/html|application\/xhtml/.test(accept)) return undefined
  const [path = '/', query] = request.url.split('?')
  const suffix = Object.entries(alternates).find(([type]) => accept.includes(type))?.[1] ?? '.json'
  return `${path.replace(/\/$/, '')}${suffix}${query ? `?${query}` : ''}`
}

export function parametersOf(request: FastifyRequest): URLSearchParams {
  const at = request.url.indexOf('?')
  return new URLSearchParams(at < 0 ? '' : request.url.slice(at + 1))
}

function dataAddress(request: FastifyRequest, fixed?: string): string {
  const [path = '/', query] = request.url.split('?')
  return `${fixed ?? `${path.replace(/\/$/, '')}.json`}${query ? `?${query}` : ''}`
}
