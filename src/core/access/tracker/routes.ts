import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { History, HistoryEntry } from '../ledger/history.ts'
import type { Ledger } from '../ledger/ledger.ts'
import { demandCitizen } from '../policy.ts'

const Usage = Type.Object({
  logtime: Type.String({ description: 'ISO 8601' }),
  action: Type.String({ description: 'What for' }),
  receiverCode: Type.String(),
  receiverName: Type.Optional(Type.String()),
  receiverSystem: Type.String(),
})
const Query = Type.Object(
  {
    userCode: Type.Optional(Type.String({ maxLength: 100, description: 'Only `me`: a personal code does not belong in an address' })),
    periodStart: Type.Optional(Type.String({ maxLength: 30, description: 'Only from this time on' })),
    periodEnd: Type.Optional(Type.String({ maxLength: 30, description: 'Only before this time' })),
    offset: Type.Integer({ minimum: 0, maximum: 1_000_000, default: 0, description: 'Usages to leave out, newest first' }),
    limit: Type.Integer({ minimum: 1, maximum: 1000, default: 1000, description: 'Usages of an answer' }),
  },
  { additionalProperties: false },
)
const KINDS = ['disclosure'] as const

/**
 * Usages of a person's data in the shape of Estonia's data tracker.
 *
 * @see https://github.com/e-gov/AJ, the specification of the service of 2.0
 */
export function trackerRoutes({ history, ledger }: { history: History; ledger: Ledger }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/v2/findUsage',
      {
        config: { access: 'citizen' },
        schema: {
          operationId: 'findUsage',
          summary: "Who used your data, in the shape of Estonia's data tracker",
          tags: ['My records'],
          querystring: Query,
          response: { 200: Type.Object({ totalUsages: Type.Integer(), usages: Type.Array(Usage) }) },
        },
      },
      async (request, reply) => {
        const person = demandCitizen(request.actor)
        const { userCode, periodStart, periodEnd, offset, limit } = request.query
        if (userCode !== undefined && userCode !== 'me')
          throw new Problem('permission-denied', { detail: 'You can ask for your own usages only, as userCode=me.', pointer: '/userCode' })
        const asked = { from: periodStart, to: periodEnd, kinds: KINDS }
        reply.header('cache-control', 'no-store')
        return { totalUsages: history.count(person, asked), usages: history.slice(person, { ...asked, offset, limit }).map(usageOf) }
      },
    )
    app.get(
      '/v2/usagePeriod',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'usagePeriod',
          summary: 'Since when usages are kept',
          tags: ['My records'],
          response: { 200: Type.Object({ periodStart: Type.String(), periodEnd: Type.Optional(Type.String()) }) },
        },
      },
      async () => ({ periodStart: ledger.events.firstAt() ?? new Date(0).toISOString() }),
    )
    app.get(
      '/v2/heartbeat',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'trackerHeartbeat',
          summary: 'Whether usages can be asked for',
          tags: ['My records'],
          response: { 200: Type.Object({ status: Type.String({ description: 'OK or FAIL' }), message: Type.Optional(Type.String()) }) },
        },
      },
      async () => {
        try {
          ledger.checkpoint()
          return { status: 'OK' }
        } catch {
          return { status: 'FAIL', message: 'The ledger cannot be read.' }
        }
      },
    )
  }
}

function usageOf({ at, purposeLabel, organisation, system, title }: HistoryEntry) {
  return {
    logtime: at,
    action: [title, purposeLabel].filter(Boolean).join(': '),
    receiverCode: system ?? organisation ?? 'unknown',
    ...(organisation && { receiverName: organisation }),
    receiverSystem: system ?? 'share code',
  }
}
