import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { csvLine } from '../../../foundation/formats/csv.ts'
import type { Registers } from '../index.ts'
import { registerName } from '../model.ts'
import { changesFeed } from './feed.ts'

type App = Parameters<FastifyPluginAsyncTypebox>[0]

export interface ChangeRouteOptions {
  registers: Registers
  base: () => string
  demandOwner: (actor: FastifyRequest['actor'], owner: string | null) => void
}

const Params = Type.Object({ register: Type.String({ pattern: registerName }) })
const ProposalParams = Type.Object({ register: Type.String({ pattern: registerName }), proposal: Type.String({ maxLength: 40 }) })
const Items = Type.Array(Type.Record(Type.String(), Type.Unknown()), {
  minItems: 1,
  maxItems: 5000,
  description: 'Items whole, each with its code',
})

const ProposalBody = Type.Object(
  {
    items: Items,
    note: Type.Optional(Type.String({ maxLength: 2000, description: 'Why, for users' })),
    sameMeaning: Type.Optional(Type.Array(Type.String(), { maxItems: 5000, description: 'Codes whose new names mean the same' })),
  },
  { additionalProperties: false },
)
const AppendBody = Type.Object(
  {
    items: Items,
    expectedSize: Type.Optional(Type.Integer({ minimum: 0, description: 'Size of the log that the change was made for' })),
  },
  { additionalProperties: false },
)
const Subscription = Type.Object(
  {
    callback: Type.String({ maxLength: 2000, description: 'Address that is told of changes' }),
    pinned: Type.Optional(Type.Integer({ minimum: 0, description: 'Size of the log that you work with' })),
  },
  { additionalProperties: false },
)

const meta = (operationId: string, summary: string) => ({ operationId, summary, tags: ['Registers'] })
const nameOf = (actor: FastifyRequest['actor']): string => (actor.kind === 'publisher' ? actor.publisher : actor.kind)

/** Change control of registers: proposals with their reach, entries, what changed, uses, subscriptions, the feed. */
export function changeRoutes(options: ChangeRouteOptions): FastifyPluginAsyncTypebox {
  return async (app) => {
    writes(app, options)
    proposals(app, options)
    history(app, options)
    subscriptions(app, options)
  }
}

function writes(app: App, { registers, demandOwner }: ChangeRouteOptions): void {
  app.post(
    '/v1/registers/:register/entries',
    {
      config: { access: 'publisher' },
      bodyLimit: 16 << 20,
      schema: { ...meta('appendRegister', 'Enter items at once, where that breaks nobody'), params: Params, body: AppendBody },
    },
    async ({ params: { register }, body, actor }, reply) => {
      demandOwner(actor, registers.summary(register).owner)
      const { size } = await registers.changes.append(register, body.items, body.expectedSize)
      return reply.code(201).send({ register, entries: size, root: registers.summary(register).root })
    },
  )
}

function proposals(app: App, { registers, demandOwner }: ChangeRouteOptions): void {
  app.post(
    '/v1/registers/:register/proposals',
    {
      config: { access: 'publisher' },
      bodyLimit: 16 << 20,
      schema: {
        ...meta('proposeChange', 'Propose a change: what it does to each code, and whom it reaches'),
        params: Params,
        querystring: Type.Object(
          { dryRun: Type.Optional(Type.Boolean({ description: 'Only look; nothing is kept' })) },
          { additionalProperties: false },
        ),
        body: ProposalBody,
      },
    },
    async ({ params: { register }, body, query, actor }, reply) => {
      demandOwner(actor, registers.summary(register).owner)
      const proposal = await registers.changes.propose(register, { ...body, proposedBy: nameOf(actor) }, query.dryRun ?? false)
      return reply.code(query.dryRun ? 200 : 201).send(proposal)
    },
  )
  app.get(
    '/v1/registers/:register/proposals',
    {
      config: { access: 'public' },
      schema: { ...meta('listProposals', 'Proposed changes of a register, newest first'), params: Params },
    },
    async ({ params }) => ({ proposals: await registers.changes.proposals(params.register) }),
  )
  app.get(
    '/v1/registers/:register/proposals/:proposal',
    { config: { access: 'public' }, schema: { ...meta('getProposal', 'One proposed change'), params: ProposalParams } },
    async ({ params }) => registers.changes.proposal(params.register, params.proposal),
  )
  app.post(
    '/v1/registers/:register/proposals/:proposal/enter',
    {
      config: { access: 'publisher' },
      schema: { ...meta('enterProposal', 'Enter a proposed change whose notice has ended'), params: ProposalParams },
    },
    async ({ params, actor }) => {
      demandOwner(actor, registers.summary(params.register).owner)
      return registers.changes.enter(params.register, params.proposal)
    },
  )
  app.post(
    '/v1/registers/:register/proposals/:proposal/withdraw',
    {
      config: { access: 'publisher' },
      schema: { ...meta('withdrawProposal', 'Withdraw a proposed change'), params: ProposalParams },
    },
    async ({ params, actor }) => {
      demandOwner(actor, registers.summary(params.register).owner)
      return registers.changes.withdraw(params.register, params.proposal)
    },
  )
}

function history(app: App, { registers, base }: ChangeRouteOptions): void {
  app.get(
    '/v1/registers/:register/changes',
    {
      config: { access: 'public' },
      schema: {
        ...meta('getRegisterChanges', 'What is no longer as it was at an earlier size: a migration table'),
        params: Params,
        querystring: Type.Object(
          {
            from: Type.Integer({ minimum: 0, description: 'Size of the log that you work with' }),
            format: Type.Optional(Type.Unsafe<'json' | 'csv'>({ type: 'string', enum: ['json', 'csv'], description: 'json or csv' })),
          },
          { additionalProperties: false },
        ),
      },
    },
    async ({ params: { register }, query }, reply) => {
      const changes = registers.changes.migration(register, query.from)
      if (query.format !== 'csv') return { register, from: query.from, to: registers.reader.row(register).size, changes }
      const header = ['code', 'kind', 'class', 'before', 'after', 'replaced-by', 'message']
      const rows = changes.map((change) => [
        change.code,
        change.kind,
        change.class,
        change.before ?? '',
        change.after,
        change.replacedBy.join(';'),
        change.message,
      ])
      return reply.header('content-type', 'text/csv; charset=utf-8').send(Buffer.from([header, ...rows].map(csvLine).join('')))
    },
  )
  app.get(
    '/v1/registers/:register/uses',
    {
      config: { access: 'public' },
      schema: { ...meta('listRegisterUses', 'Published columns that hold codes of a register'), params: Params },
    },
    async ({ params }) => ({
      uses: (await registers.changes.uses(registers.reader.row(params.register).name)).map(({ codes, texts: _texts, issues, ...use }) => ({
        ...use,
        codes: Object.keys(codes).length,
        issues: issues.length,
      })),
    }),
  )
  app.get<{ Params: { register: string } }>(
    '/registers/:register/feed.atom',
    { config: { access: 'public' }, schema: { hide: true } },
    async (request, reply) =>
      reply
        .header('content-type', 'application/atom+xml; charset=utf-8')
        .header('cache-control', 'no-cache')
        .send(Buffer.from(await changesFeed(registers, base(), request.params.register))),
  )
}

function subscriptions(app: App, { registers }: ChangeRouteOptions): void {
  app.post(
    '/v1/registers/:register/subscriptions',
    {
      config: { access: 'public' },
      schema: { ...meta('subscribeRegister', 'Be told of changes at an address of yours'), params: Params, body: Subscription },
    },
    async ({ params, body }, reply) =>
      reply
        .code(201)
        .header('cache-control', 'no-store')
        .send(await registers.changes.subscribe(params.register, body.callback, body.pinned)),
  )
  app.post(
    '/v1/registers/:register/subscriptions/:subscription/end',
    {
      config: { access: 'public' },
      schema: {
        ...meta('unsubscribeRegister', 'End a subscription'),
        params: Type.Object({ register: Type.String({ pattern: registerName }), subscription: Type.String({ maxLength: 40 }) }),
        body: Type.Object(
          { secret: Type.String({ maxLength: 200, description: 'The secret of the subscription' }) },
          { additionalProperties: false },
        ),
        response: { 204: Type.Null() },
      },
    },
    async ({ params, body }, reply) => {
      await registers.changes.unsubscribe(params.register, params.subscription, body.secret)
      return reply.code(204).send(null)
    },
  )
}
