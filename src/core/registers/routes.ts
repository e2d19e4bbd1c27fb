import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { type Clock, capped } from '../../foundation/kernel/index.ts'
import { mediaTypes } from './api/answer.ts'
import { registerApiRoutes } from './api/routes.ts'
import { changeRoutes } from './change/routes.ts'
import { codeRoutes } from './codes/routes.ts'
import { faceRoutes } from './faces/routes.ts'
import { fhirRoutes } from './fhir/routes.ts'
import type { Registers } from './index.ts'
import { NewRegister, RegisterSummary, registerName } from './model.ts'
import { reconcileRoutes } from './reconcile/routes.ts'

export interface RegisterRouteOptions {
  registers: Registers
  /** Public address of the server, for links. */
  base: () => string
  /** Refuses callers who do not act for the owner of a register; null is the operator. */
  demandOwner: (actor: FastifyRequest['actor'], owner: string | null) => void
  clock: Clock
  /** The largest RSF taken in, in bytes. */
  maxBytes: number
}

type App = Parameters<FastifyPluginAsyncTypebox>[0]

/** A table of codes is held in memory while it is compared. */
const MAX_CSV_BYTES = 200e6

const Params = Type.Object({ register: Type.String({ pattern: registerName, description: 'Name of the register' }) })
const LogState = Type.Object({
  register: Type.String(),
  entries: Type.Integer({ description: 'Size of the log now' }),
  root: Type.String({ description: 'Root hash of the log at this size' }),
})

/** Reference services: registers, and every face of them. */
export function registerRoutes(options: RegisterRouteOptions): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.register(registerApiRoutes({ ...options, demandOwner: (request, owner) => options.demandOwner(request.actor, owner) }))
    app.register(codeRoutes(options.registers))
    app.register(reconcileRoutes(options))
    app.register(faceRoutes(options))
    app.register(changeRoutes(options))
    app.register(fhirRoutes({ ...options, now: () => options.clock.now() }))
    app.register(async (inner: App) => {
      inner.addContentTypeParser(
        [mediaTypes.rsf, 'application/octet-stream', 'text/csv', 'text/tab-separated-values'],
        (_request, payload, done) => done(null, payload),
      )
      keepRegisters(inner, options)
      moveRsf(inner, options)
      redactItems(inner, options)
      follow(inner, options)
    })
  }
}

function keepRegisters(app: App, { registers, demandOwner }: RegisterRouteOptions): void {
  app.get(
    '/v1/registers',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'listRegisters',
        summary: 'Every register of codes, by name',
        tags: ['Registers'],
        response: { 200: Type.Object({ registers: Type.Array(RegisterSummary) }) },
      },
    },
    async () => ({ registers: registers.summaries() }),
  )
  app.get(
    '/v1/registers/:register',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getRegister',
        summary: 'One register: its fields, size and root',
        tags: ['Registers'],
        params: Params,
        response: { 200: RegisterSummary },
      },
    },
    async ({ params }) => registers.summary(params.register),
  )
  app.post(
    '/v1/registers',
    {
      config: { access: 'publisher' },
      schema: {
        operationId: 'createRegister',
        summary: 'Make a register',
        tags: ['Registers'],
        body: NewRegister,
        response: { 201: RegisterSummary },
      },
    },
    async ({ body, actor }, reply) => {
      demandOwner(actor, body.owner ?? null)
      return reply.code(201).send(await registers.create(body))
    },
  )
}

function follow(app: App, { registers }: RegisterRouteOptions): void {
  app.post(
    '/v1/registers/:register/follow',
    {
      config: { access: 'operator' },
      schema: {
        operationId: 'followRegister',
        summary: 'Mirror a register of another server, and go on following it',
        tags: ['Registers'],
        params: Params,
        body: Type.Object(
          {
            source: Type.String({ maxLength: 2000, description: 'Address of the register there' }),
            allowPrivate: Type.Optional(Type.Boolean({ description: 'Whether the address may be in a private network' })),
          },
          { additionalProperties: false },
        ),
      },
    },
    async ({ params: { register }, body: { source, allowPrivate } }) =>
      registers.follow(register, source, { ...(allowPrivate && { allowPrivate }) }),
  )
}

const Redaction = Type.Object(
  {
    item: Type.String({ pattern: '^sha-256:[0-9a-f]{64}$', description: 'Hash of the item' }),
    fields: Type.Array(Type.String(), { minItems: 1, maxItems: 200, description: 'Fields whose values are taken out' }),
    reason: Type.String({ minLength: 1, maxLength: 500, description: 'Why; it is public' }),
  },
  { additionalProperties: false },
)

function redactItems(app: App, { registers, demandOwner }: RegisterRouteOptions): void {
  app.post(
    '/v1/registers/:register/redactions',
    {
      config: { access: 'publisher' },
      schema: {
        operationId: 'redactRegister',
        summary: 'Take values out of an item; every root stays',
        tags: ['Registers'],
        params: Params,
        body: Redaction,
        response: { 200: LogState },
      },
    },
    async ({ params: { register }, body, actor }) => {
      demandOwner(actor, registers.summary(register).owner)
      const state = await registers.redact(register, body)
      return { register, entries: state.size, root: registers.summary(register).root }
    },
  )
}

const ownerOf = (registers: Registers, name: string): string | null =>
  registers.names().includes(name) ? registers.summary(name).owner : null

function moveRsf(app: App, { registers, demandOwner, maxBytes }: RegisterRouteOptions): void {
  app.post(
    '/v1/registers/:register/rsf',
    {
      config: { access: 'publisher' },
      schema: {
        operationId: 'loadRegister',
        summary: 'Take RSF in: a whole register or a delta',
        tags: ['Registers'],
        params: Params,
        querystring: Type.Object(
          { owner: Type.Optional(Type.String({ maxLength: 100, description: 'Publisher who keeps a new register' })) },
          { additionalProperties: false },
        ),
        response: { 200: LogState },
      },
    },
    async (request) => {
      const { register } = request.params
      const { owner } = request.query
      const known = registers.names().includes(register)
      demandOwner(request.actor, known ? ownerOf(registers, register) : (owner ?? null))
      const source = capped(request.body as AsyncIterable<Uint8Array>, maxBytes)
      const state = await registers.load(register, source, owner === undefined ? {} : { owner })
      return { register, entries: state.size, root: registers.summary(register).root }
    },
  )
  app.post(
    '/v1/registers/:register/csv',
    {
      config: { access: 'publisher' },
      schema: {
        operationId: 'loadRegisterCsv',
        summary: 'Take a table of codes in: a new register, or rows that are new or differ',
        tags: ['Registers'],
        params: Params,
        querystring: Type.Object(
          {
            key: Type.Optional(Type.String({ maxLength: 100, description: 'Column that holds the code, by default the first' })),
            title: Type.Optional(Type.String({ maxLength: 200, description: 'Title of the register' })),
            owner: Type.Optional(Type.String({ maxLength: 100, description: 'Publisher who keeps a new register' })),
          },
          { additionalProperties: false },
        ),
      },
    },
    async (request) => {
      const { register } = request.params
      const known = registers.names().includes(register)
      demandOwner(request.actor, known ? ownerOf(registers, register) : (request.query.owner ?? null))
      const source = capped(request.body as AsyncIterable<Uint8Array>, Math.min(maxBytes, MAX_CSV_BYTES))
      const added = await registers.loadCsv(register, source, request.query)
      const { entries, root } = registers.summary(register)
      return { register, added, entries, root }
    },
  )
  app.get(
    '/v1/registers/:register/rsf',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getRegisterRsf',
        summary: 'The whole register as RSF',
        tags: ['Registers'],
        params: Params,
        querystring: Type.Object(
          {
            asReceived: Type.Optional(
              Type.Boolean({ description: 'Command by command as it came in, without the assertion of the root at the end' }),
            ),
          },
          { additionalProperties: false },
        ),
      },
    },
    async ({ params, query }, reply) => {
      const row = registers.reader.row(params.register)
      return reply
        .header('content-type', mediaTypes.rsf)
        .header('content-disposition', `attachment; filename="${row.name}.rsf"`)
        .send(Readable.from(registers.reader.rsf(row, query.asReceived ?? false), { objectMode: false }))
    },
  )
}
