import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { brotliCompressSync, constants } from 'node:zlib'
import type { FastifyInstance } from 'fastify'
import type { Config } from '../../foundation/kernel/index.ts'

/** Where govuk-frontend is, in a clone and as an installed package alike. */
export const govukFolder = join(dirname(createRequire(import.meta.url).resolve('govuk-frontend/package.json')), 'dist')

interface Asset {
  /** Changes with the content, so that it can be kept for ever. */
  address: string
  type: string
  body: Buffer
  packed: Buffer
}

export interface Assets {
  css: Asset
  script: Asset
  icon: Asset
}

/** The stylesheet, the script and the icon, made once when the server starts. */
export function makeAssets(config: Config): Assets {
  const own = (name: string) => readFileSync(join(import.meta.dirname, 'assets', name), 'utf8')
  const govuk = readFileSync(join(govukFolder, 'govuk/govuk-frontend.min.css'), 'utf8')
  const css = `${withoutBranding(govuk)}\n:root{--accent:${config.accent}}\n${own('site.css')}`
  return {
    css: asset('site', 'css', 'text/css; charset=utf-8', css),
    script: asset('site', 'js', 'text/javascript; charset=utf-8', own('site.js')),
    icon: asset('icon', 'svg', 'image/svg+xml', own('icon.svg').replaceAll('currentColor', config.accent)),
  }
}

const systemFonts = 'system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Liberation Sans",Arial,sans-serif'

/**
 * The design system's styles without the typeface and the crest, which are for GOV.UK alone, and with the system's fonts.
 *
 * @throws {Error} when something of either is left, so that a new release of the design system cannot bring it back unseen.
 */
export function withoutBranding(css: string): string {
  const plain = css
    .replace(/\/\*[^*]*\*+(?:[^/*][^*]*\*+)*\//g, '')
    .replace(/@font-face\{[^}]*\}/g, '')
    .replace(/[^{}]*\{[^{}]*govuk-crest[^{}]*\}/g, '')
    .replace(/font-family:GDS Transport,arial,sans-serif/gi, `font-family:${systemFonts}`)
  const left = /GDS Transport|crest|url\(\/?assets/i.exec(plain)
  if (left) throw new Error(`The design system's styles still hold ${JSON.stringify(left[0])}`)
  return plain
}

function asset(name: string, extension: string, type: string, text: string): Asset {
  const body = Buffer.from(text)
  const hash = createHash('sha256').update(body).digest('hex').slice(0, 12)
  const packed = brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 6 } })
  return { address: `/assets/${name}-${hash}.${extension}`, type, body, packed }
}

export function serveAssets(app: FastifyInstance, assets: Assets): void {
  for (const { address, type, body, packed } of Object.values(assets) as Asset[])
    app.get(address, { config: { access: 'public' }, schema: { hide: true } }, async (request, reply) => {
      const brotli = /\bbr\b/.test(String(request.headers['accept-encoding'] ?? ''))
      reply.type(type).header('cache-control', 'public, max-age=31536000, immutable').header('vary', 'accept-encoding')
      return brotli ? reply.header('content-encoding', 'br').send(packed) : reply.send(body)
    })
}
