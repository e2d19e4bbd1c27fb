import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyReply, FastifyRequest } from 'fastify'
import Type from 'typebox'
import { odsMediaType } from '../../../foundation/formats/ods-write.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { CodeList } from '../codes/list.ts'
import type { Registers } from '../index.ts'
import { registerName } from '../model.ts'
import { csvwMetadata, jsonSchema, openApiComponent, tableSchema } from './schemas.ts'
import { codeAddress, schemeAddress, skosQuads, toJsonLd, toRdfXml, toTurtle } from './skos.ts'
import { codesCsv, codesOds } from './table.ts'

type App = Parameters<FastifyPluginAsyncTypebox>[0]
type Request = FastifyRequest<{ Params: { register: string; code?: string } }>

const open = { config: { access: 'public' as const }, schema: { hide: true } }
const AtQuery = Type.Object(
  { at: Type.Optional(Type.String({ maxLength: 40, description: 'A date as at which to answer, or a size of the log' })) },
  { additionalProperties: false },
)

interface Face {
  type: string
  body(list: CodeList, about: About): string | AsyncIterable<Uint8Array>
  links?: (about: About) => string
}

interface About {
  base: string
  day: string
  address: string
}

const rdf: Record<string, { type: string; write(quads: ReturnType<typeof skosQuads>, root: string): string }> = {
  ttl: { type: 'text/turtle; charset=utf-8', write: (quads) => toTurtle(quads) },
  rdf: { type: 'application/rdf+xml; charset=utf-8', write: (quads) => toRdfXml(quads) },
  jsonld: { type: 'application/ld+json', write: (quads, root) => JSON.stringify(toJsonLd(quads, root)) },
}

const faces: Record<string, Face> = {
  ...Object.fromEntries(
    Object.entries(rdf).map(([suffix, { type, write }]): [string, Face] => [
      suffix,
      {
        type,
        body: (list, { base, day }) => write(skosQuads(list, list.codes.values(), { base, day }), schemeAddress(base, list.register)),
      },
    ]),
  ),
  csv: {
    type: 'text/csv; charset=utf-8; header=present',
    body: codesCsv,
    links: ({ address }) => `<${address}.csv-metadata.json>; rel="describedby"; type="application/csvm+json"`,
  },
  'csv-metadata.json': {
    type: 'application/csvm+json',
    body: (list, { address, base }) => JSON.stringify(csvwMetadata(list, { url: `${address}.csv`, base })),
  },
  ods: { type: odsMediaType, body: codesOds },
}

/** A register in the formats that others read: SKOS, CSV with its metadata, ODS, schemas. */
export function faceRoutes({ registers, base }: { registers: Registers; base: () => string }): FastifyPluginAsyncTypebox {
  return async (app) => {
    const listOf = (request: Request): { list: CodeList; about: About } => {
      const at = new URLSearchParams(request.url.split('?')[1] ?? '').get('at') ?? undefined
      const { list, day } = registers.codes.moment(request.params.register, at)
      return { list, about: { base: base(), day, address: schemeAddress(base(), list.register) } }
    }
    for (const [suffix, face] of Object.entries(faces))
      app.get<{ Params: { register: string } }>(`/registers/:register.${suffix}`, open, async (request, reply) => {
        const { list, about } = listOf(request)
        if (face.links) reply.header('link', face.links(about))
        return send(reply, list, face.type, face.body(list, about))
      })
    for (const [suffix, { type, write }] of Object.entries(rdf))
      app.get<{ Params: { register: string; code: string } }>(
        `/registers/:register/codes/:code.${suffix}`,
        open,
        async (request, reply) => {
          const { list, about } = listOf(request)
          const code = list.codes.get(request.params.code)
          if (!code) throw new Problem('register-code-not-found', { detail: `${list.register} has no code ${request.params.code}.` })
          const quads = skosQuads(list, [code], about, false)
          return send(reply, list, type, write(quads, codeAddress(about.base, { register: list.register, code: code.code })))
        },
      )
    schemas(app, registers, base)
  }
}

function send(reply: FastifyReply, list: CodeList, type: string, body: string | AsyncIterable<Uint8Array>): FastifyReply {
  reply.header('content-type', type).header('cache-control', 'no-cache').header('x-register-size', String(list.size))
  return reply.send(typeof body === 'string' ? Buffer.from(body) : Readable.from(body, { objectMode: false }))
}

const schemaFaces = [
  {
    name: 'table-schema',
    id: 'getRegisterTableSchema',
    summary: 'The register as a Table Schema with the enum of its codes',
    write: tableSchema,
  },
  { name: 'json-schema', id: 'getRegisterJsonSchema', summary: 'A JSON Schema of a value that is a code in use', write: jsonSchema },
  { name: 'openapi', id: 'getRegisterOpenApi', summary: 'An OpenAPI component of a value that is a code in use', write: openApiComponent },
] as const

function schemas(app: App, registers: Registers, base: () => string): void {
  for (const { name, id, summary, write } of schemaFaces)
    app.get(
      `/v1/registers/:register/${name}`,
      {
        config: { access: 'public' },
        schema: {
          operationId: id,
          summary,
          tags: ['Registers'],
          params: Type.Object({ register: Type.String({ pattern: registerName }) }),
          querystring: AtQuery,
        },
      },
      async ({ params, query }, reply) => {
        const { list, day } = registers.codes.moment(params.register, query.at)
        const address = `${base()}/v1/registers/${list.register}/${name}`
        return reply
          .header('content-type', name === 'json-schema' ? 'application/schema+json' : 'application/json')
          .header('cache-control', 'no-cache')
          .send(Buffer.from(JSON.stringify(write(list, address, day))))
      },
    )
}
