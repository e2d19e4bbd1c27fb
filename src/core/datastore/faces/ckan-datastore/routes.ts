import { Readable } from 'node:stream'
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify'
import { keepView, publicViewer, type Viewer, viewAs } from '../../../access/index.ts'
import { type Catalogue, CkanError, invalid, toCkanError, truthOf } from '../../../catalogue/index.ts'
import type { Datastore } from '../../index.ts'
import type { Manifest } from '../../model.ts'
import { type AskedSearch, lineOf, readSearch, rowsFrom, tableOf } from './search.ts'

const mediaTypes: Record<string, string> = {
  csv: 'text/csv; charset=utf-8',
  tsv: 'text/tab-separated-values; charset=utf-8',
  json: 'application/json; charset=utf-8',
  xml: 'text/xml; charset=utf-8',
}
const PAGE_ROWS = 10_000

interface DumpRoutes {
  datastore: Datastore
  catalogue: Catalogue
  /** Who asks, by a token as CKAN's clients send it. */
  viewer: (request: FastifyRequest) => Promise<Viewer>
}

/** The whole of a table as a file, as CKAN's `/datastore/dump` sends it: streamed, in the order of `_id` unless asked otherwise. */
export function dumpRoutes({ datastore, catalogue, viewer }: DumpRoutes): FastifyPluginAsync {
  return async (app) => {
    app.get(
      '/datastore/dump/:resource',
      { config: { access: 'public', ownToken: true }, schema: { hide: true } },
      async (request, reply) => {
        try {
          const asker = await viewer(request)
          if (asker !== publicViewer) reply.header('cache-control', 'private, no-store').header('vary', 'authorization, x-ckan-api-key')
          return await viewAs(asker, () => send(request, reply))
        } catch (error) {
          const known = toCkanError(error)
          if (!(known instanceof CkanError)) throw known
          return reply
            .code(known.status)
            .type('application/json;charset=utf-8')
            .send(JSON.stringify({ error: { ...known.fields, __type: known.type } }))
        }
      },
    )
    const send = async (request: FastifyRequest, reply: FastifyReply) => {
      const given = request.query as Record<string, unknown>
      const format = String(given.format ?? 'csv')
      if (!(format in mediaTypes)) throw invalid({ format: ['Invalid value: choose csv, tsv, json or xml'] })
      const { resource } = request.params as { resource: string }
      const manifest = await tableOf(datastore, { catalogue }, resource)
      const asked = readSearch(given, manifest)
      reply.type(mediaTypes[format] as string).header('content-disposition', `attachment; filename="${resource}.${format}"`)
      const texts = keepView(dump(datastore, manifest, asked, format, given))
      return reply.send(Readable.from(texts, { objectMode: false, highWaterMark: 1 << 16 }))
    }
  }
}

async function* dump(
  datastore: Datastore,
  manifest: Manifest,
  asked: AskedSearch,
  format: string,
  given: Record<string, unknown>,
): AsyncGenerator<string> {
  const types = new Map(manifest.columns.map(({ name, type }) => [name, type]))
  yield opening(asked, format, types, truthOf(given.bom))
  const start = Number(given.offset ?? 0) || 0
  const most = given.limit === undefined ? Number.MAX_SAFE_INTEGER : Number(given.limit)
  let sent = 0
  for (;;) {
    const { rows } = await rowsFrom(datastore, manifest, asked, start + sent, Math.min(PAGE_ROWS, most - sent))
    if (rows.length) yield rows.map((row, i) => rowText(row, asked.names, format, sent + i === 0)).join('')
    sent += rows.length
    if (rows.length < PAGE_ROWS || sent >= most) break
  }
  yield format === 'json' ? '\n]}\n' : format === 'xml' ? '</data>\n' : ''
}

/** The header of a dump ends in CRLF and its rows in LF, as CKAN's do. */
function opening({ names }: AskedSearch, format: string, types: ReadonlyMap<string, string>, bom: boolean): string {
  if (format === 'json')
    return `{\n  "fields": ${JSON.stringify(names.map((id) => ({ id, type: id === '_id' ? 'int' : types.get(id) })))},\n  "records": [`
  if (format === 'xml') return '<data xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">\n'
  return `${bom ? '\uFEFF' : ''}${lineOf(names, format === 'csv' ? ',' : '\t').replace(/\n$/, '\r\n')}`
}

function rowText(row: readonly unknown[], names: readonly string[], format: string, first: boolean): string {
  if (format === 'csv' || format === 'tsv') return lineOf(row, format === 'csv' ? ',' : '\t')
  if (format === 'json') return `${first ? '' : ','}\n    ${JSON.stringify(row)}`
  const cells = names.map((name, i) => {
    if (name === '_id') return ''
    const tag = name.replace(/[^\w.-]/g, '_').replace(/^[^A-Za-z_]/, '_$&')
    return row[i] === null ? `<${tag} xsi:nil="true"/>` : `<${tag}>${escaped(String(row[i]))}</${tag}>`
  })
  return `<row _id="${String(row[names.indexOf('_id')] ?? '')}">${cells.join('')}</row>\n`
}

const escaped = (text: string): string => text.replace(/[&<>]/g, (letter) => (letter === '&' ? '&amp;' : letter === '<' ? '&lt;' : '&gt;'))
