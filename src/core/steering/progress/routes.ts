import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import type { FastifyRequest } from 'fastify'
import Type from 'typebox'
import { ImportReport, type Progress, ProgressAnswer, ProgressEntry, placeOf, progressKinds } from './index.ts'

const ProgressQuery = Type.Object(
  {
    department: Type.Optional(Type.String({ maxLength: 100, description: 'Only this department, by its name as a publisher' })),
    year: Type.Optional(Type.Integer({ minimum: 1900, maximum: 2100, description: 'Only entries that speak of this year' })),
    kind: Type.Optional(
      Type.Enum([...progressKinds], { type: 'string', description: 'progress: what was done; planned: what is promised' }),
    ),
  },
  { additionalProperties: false },
)

const PAPER_LIMIT_BYTES = 2_000_000

export interface ProgressRouteOptions {
  progress: Progress
  /** Throws unless the actor acts for this department. */
  demandDepartment: (actor: FastifyRequest['actor'], department: string) => void
}

const NoQuery = Type.Object({}, { additionalProperties: false })

/** What departments have done and promise, their answers, and the reading in of papers that tell it. */
export function progressRoutes({ progress, demandDepartment }: ProgressRouteOptions): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/v1/progress',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'listProgress',
          summary: 'What each department has done and promises, with the state of its evidence now',
          tags: ['Progress'],
          querystring: ProgressQuery,
          response: { 200: Type.Object({ progress: Type.Array(Type.Object(ProgressEntry.properties)), total: Type.Integer() }) },
        },
      },
      async ({ query }) => {
        const entries = await progress.entries(query)
        return { progress: entries, total: entries.length }
      },
    )
    app.put(
      '/v1/progress/:entry',
      {
        config: { access: 'publisher' },
        schema: {
          operationId: 'answerProgress',
          summary: 'Say what your department did or plans, with evidence, or that there is nothing to open and why',
          tags: ['Progress'],
          params: Type.Object({ entry: Type.String({ description: 'Id of the entry, such as cabinet-office.16.2015.planned.1' }) }),
          querystring: NoQuery,
          body: ProgressAnswer,
          response: { 200: ProgressEntry },
        },
      },
      async ({ actor, params, body }) => {
        const place = placeOf(params.entry)
        demandDepartment(actor, place.department)
        return progress.answer(place, body)
      },
    )
    app.post(
      '/v1/progress/import',
      {
        config: { access: 'operator' },
        bodyLimit: PAPER_LIMIT_BYTES,
        schema: {
          operationId: 'importProgress',
          summary: 'Read a policy paper in: departments, what they did and what they plan',
          tags: ['Progress'],
          consumes: ['text/plain'],
          querystring: NoQuery,
          body: Type.String({ minLength: 1, description: 'The paper as plain text, UTF-8' }),
          response: { 200: ImportReport },
        },
      },
      async ({ body }) => progress.importPaper(body),
    )
  }
}
