import type { FastifyInstance } from 'fastify'
import Type from 'typebox'

/** Says that the server answers, for monitors and for the status link of every page. */
export function serveHealth(app: FastifyInstance): void {
  app.get(
    '/health',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getHealth',
        summary: 'Whether the server answers',
        tags: ['Server'],
        response: { 200: Type.Object({ status: Type.Literal('ok') }) },
      },
    },
    async (_request, reply) => reply.header('cache-control', 'no-store').send({ status: 'ok' as const }),
  )
}
