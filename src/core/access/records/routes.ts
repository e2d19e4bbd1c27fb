import { hash } from 'node:crypto'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { KeyRing } from '../ledger/keys.ts'
import { signReceipt } from '../ledger/receipt.ts'
import type { Disclosure } from './disclose.ts'
import type { RecordService } from './model.ts'
import type { Caller, Records } from './retrieve.ts'
import { forms, type RecordServices } from './services.ts'
import type { Waiting } from './waiting.ts'

const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])
const Params = Type.Object({ dataset: Type.String({ maxLength: 100, description: 'Name of the record service' }) })
const Fields = Type.Array(Type.String({ maxLength: 200 }), {
  maxItems: 100,
  description: 'Fields to give, all among those granted; all of those when left out',
})
const User = Type.String({ maxLength: 200, description: 'Who asks at your end; kept as a hash' })
const Reference = Type.String({ maxLength: 200, description: 'Your reference; the person reads it in their history' })
const Retrieve = Type.Object(
  {
    fields: Type.Optional(Fields),
    grant: Type.Optional(Type.String({ maxLength: 40, description: 'When the token is not of one grant' })),
    user: Type.Optional(User),
    reference: Type.Optional(Reference),
  },
  { additionalProperties: false },
)
const Given = Type.Object({
  accessId: Type.String({ description: 'The entry that this made in the history of the person' }),
  grant: Type.String(),
  at: Type.String(),
  record: Type.Unsafe<object>({ type: 'object', additionalProperties: true }),
  ledgerIndex: Type.Integer(),
  signed: Type.String({ description: 'The same, signed by this server as a JWS' }),
})
const Later = Type.Object({
  status: Type.Literal('waiting'),
  answer: Type.String({ description: 'Address to ask again, with a proof for it' }),
})
const Service = Type.Object({
  dataset: Type.String(),
  title: Type.String(),
  summary: Type.String(),
  publisher: Type.String(),
  retrieve: Type.String({ description: 'Address to retrieve from' }),
  factor: Type.Object(
    { name: Type.String(), label: Type.String(), hint: Type.String() },
    { description: 'What a checker must know beside a share code' },
  ),
  fields: Type.Array(Type.Object({ name: Type.String(), label: Type.String() })),
  answers: Type.Array(
    Type.Object({
      name: Type.String(),
      label: Type.String(),
      form: Type.String({ description: 'As one writes it' }),
      example: Type.String(),
    }),
  ),
  purposes: Type.Array(
    Type.Object({
      code: Type.String(),
      label: Type.String(),
      description: Type.String(),
      lawfulBasis: Type.String(),
      fields: Type.Array(Type.String()),
      recipientKinds: Type.Array(Type.String()),
      longestDays: Type.Integer(),
      mostUses: nullable(Type.Integer()),
      retention: Type.String(),
    }),
  ),
})

export interface RecordRouteOptions {
  records: Records
  waiting: Waiting
  services: RecordServices
  keys: KeyRing
  base: () => string
  organisationName: (organisation: string) => string
}

/** Records of people for applications that they, or the law, allow. */
export function recordRoutes(options: RecordRouteOptions): FastifyPluginAsyncTypebox {
  const { records, waiting, services, keys, base } = options
  const given = (grant: string, dataset: string, { accessId, at, record, ledgerIndex }: Disclosure) => {
    const answer = { accessId, grant, at, record, ledgerIndex }
    return {
      ...answer,
      signed: signReceipt(keys, 'record+jwt', { iss: base(), iat: Math.floor(Date.parse(at) / 1000), dataset, ...answer }),
    }
  }
  return async (app) => {
    app.get(
      '/v1/record-services',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'recordServices',
          summary: 'Records that people can share, with their fields and purposes',
          tags: ['Records'],
          response: { 200: Type.Object({ services: Type.Array(Service) }) },
        },
      },
      async () => ({ services: services.all().map((service) => serviceAnswer(service, base())) }),
    )
    app.post(
      '/records/:dataset/v1/retrieve',
      {
        config: { access: 'client' },
        schema: {
          operationId: 'retrieveRecord',
          summary: "A person's record, as far as they granted it",
          tags: ['Records'],
          params: Params,
          body: Retrieve,
          response: { 200: Given, 202: Later },
        },
      },
      async (request, reply) => {
        const { caller, grant } = callerOf(request, options)
        const { user, ...asked } = request.body
        const id = grant ?? asked.grant
        if (id === undefined)
          throw new Problem('parameter-invalid', { detail: 'The token is not of one grant; name the grant.', pointer: '/grant' })
        if (asked.grant !== undefined && asked.grant !== id)
          throw new Problem('grant-not-found', { detail: 'There is no such grant of yours.' })
        reply.header('cache-control', 'no-store')
        const { dataset } = request.params
        const wanted = { ...asked, grant: id, user: hashed(user) }
        if (prefersLater(request.headers.prefer)) {
          const address = `/records/${dataset}/v1/answers/${waiting.begin(caller.client, () => records.prepare(dataset, caller, wanted))}`
          reply.header('preference-applied', 'respond-async').header('location', address).header('retry-after', '1')
          return reply.code(202).send({ status: 'waiting' as const, answer: base() + address })
        }
        return given(id, dataset, await records.retrieve(dataset, caller, wanted))
      },
    )
    app.get(
      '/records/:dataset/v1/answers/:answer',
      {
        config: { access: 'client' },
        schema: {
          operationId: 'waitingAnswer',
          summary: 'The answer of a slow source, once it is there',
          tags: ['Records'],
          params: Type.Intersect([Params, Type.Object({ answer: Type.String({ maxLength: 40 }) })]),
          response: { 200: Given, 202: Later },
        },
      },
      async (request, reply) => {
        const { dataset, answer } = request.params
        services.get(dataset)
        const { caller } = callerOf(request, options)
        reply.header('cache-control', 'no-store')
        const disclosure = await waiting.take(answer, caller.client)
        if (disclosure) return given(disclosure.grant, dataset, disclosure)
        reply.header('retry-after', '1')
        return reply.code(202).send({ status: 'waiting' as const, answer: base() + request.url })
      },
    )
    app.post(
      '/records/:dataset/v1/batch',
      {
        config: { access: 'client' },
        schema: {
          operationId: 'retrieveRecords',
          summary: 'Records of several grants, for a periodic check',
          tags: ['Records'],
          params: Params,
          body: Type.Object(
            {
              grantIds: Type.Array(Type.String({ maxLength: 40 }), { minItems: 1, maxItems: 100, uniqueItems: true }),
              fields: Type.Optional(Fields),
              user: Type.Optional(User),
              reference: Type.Optional(Reference),
            },
            { additionalProperties: false },
          ),
          response: {
            200: Type.Object({
              results: Type.Array(
                Type.Object({
                  grant: Type.String(),
                  given: Type.Optional(Given),
                  problem: Type.Optional(Type.Unsafe<object>({ type: 'object', additionalProperties: true })),
                }),
              ),
            }),
          },
        },
      },
      async (request, reply) => {
        const { dataset } = request.params
        const { caller } = callerOf(request, options)
        const { grantIds, user, ...asked } = request.body
        services.get(dataset)
        const results = await records.batch(
          dataset,
          caller,
          grantIds.map((grant) => ({ ...asked, grant, user: hashed(user) })),
        )
        reply.header('cache-control', 'no-store')
        return {
          results: results.map(({ grant, disclosure, problem }) => ({
            grant,
            ...(disclosure && { given: given(grant, dataset, disclosure) }),
            ...(problem && { problem: problem.toBody(base()) }),
          })),
        }
      },
    )
    app.get(
      '/records/:dataset/v1/changes',
      {
        config: { access: 'client' },
        schema: {
          operationId: 'changedRecords',
          summary: 'Grants whose record has changed since, not how',
          tags: ['Records'],
          params: Params,
          querystring: Type.Object(
            {
              since: Type.String({ maxLength: 30, description: 'ISO 8601' }),
              limit: Type.Integer({ minimum: 1, maximum: 500, default: 100, description: 'Grants looked at for one page' }),
              after: Type.Optional(Type.String({ maxLength: 40, description: 'From `next` of the page before' })),
            },
            { additionalProperties: false },
          ),
          response: {
            200: Type.Object({
              changes: Type.Array(Type.Object({ grant: Type.String(), changedAt: Type.String() })),
              next: nullable(Type.String()),
            }),
          },
        },
      },
      async (request, reply) => {
        const { since, limit, after = '' } = request.query
        if (Number.isNaN(Date.parse(since))) throw new Problem('parameter-invalid', { detail: 'since is not a time.', pointer: '/since' })
        reply.header('cache-control', 'no-store')
        return records.changes(request.params.dataset, callerOf(request, options).caller, {
          since: new Date(since).toISOString(),
          after,
          limit,
        })
      },
    )
  }
}

function callerOf({ actor }: FastifyRequest, { organisationName }: RecordRouteOptions): { caller: Caller; grant?: string } {
  if (actor.kind !== 'client') throw new Problem('token-missing', { detail: "This request needs an application's access token." })
  const { client, organisation, grant } = actor
  return { caller: { client, organisation, organisationName: organisationName(organisation) }, ...(grant && { grant }) }
}

/** @see RFC 7240, section 4.1 */
const prefersLater = (prefer: string | string[] | undefined): boolean =>
  /(^|,)\s*respond-async\s*(;|,|$)/i.test([prefer ?? ''].flat().join(','))

function hashed(user: string | undefined): string | null {
  return user === undefined ? null : hash('sha256', user, 'hex')
}

function serviceAnswer(service: RecordService, base: string) {
  const { dataset, title, summary, publisher, factor, fields, answers, purposes } = service
  return {
    dataset,
    title,
    summary,
    publisher,
    retrieve: `${base}/records/${dataset}/v1/retrieve`,
    factor: { name: factor.name, label: factor.label, hint: factor.hint },
    fields: fields.map(({ name, label }) => ({ name, label })),
    answers: answers.map(({ name, label, parameters }) => ({
      name,
      label,
      form: `${name}(${parameters.map((parameter) => (parameter.optional ? `[${parameter.name}]` : parameter.name)).join(',')})`,
      example: `${name}(${parameters
        .filter(({ optional }) => !optional)
        .map(({ example }) => example)
        .join(',')})`,
    })),
    purposes: purposes.map((purpose) => ({ ...purpose, recipientKinds: [...purpose.recipientKinds], fields: forms(service, purpose) })),
  }
}
