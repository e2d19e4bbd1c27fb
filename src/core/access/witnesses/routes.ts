import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Witnesses } from './index.ts'

const MOST_BYTES = 64_000
const PLAIN = 'text/plain; charset=utf-8'
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])

/** The checkpoint with its cosignatures, who gives them, and this server as a witness of others. */
export function witnessRoutes({ witnesses }: { witnesses: Witnesses }): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.removeAllContentTypeParsers()
    app.addContentTypeParser('*', { parseAs: 'string', bodyLimit: MOST_BYTES }, (_request, body, done) => done(null, body))
    app.get(
      '/ledger/checkpoint',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'ledgerCheckpoint',
          summary: 'Size and root of the log, signed',
          tags: ['Ledger'],
          produces: ['text/plain'],
        },
      },
      async (_request, reply) => reply.type(PLAIN).header('cache-control', 'no-cache').send(witnesses.published()),
    )
    app.get(
      '/ledger/witnessed',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'ledgerWitnessed',
          summary: 'The newest checkpoint that a witness has cosigned',
          tags: ['Ledger'],
          produces: ['text/plain'],
        },
      },
      async (_request, reply) => {
        const note = witnesses.witnessed()
        if (!note) throw new Problem('ledger-not-found', { detail: 'No witness has cosigned a checkpoint yet.' })
        return reply.type(PLAIN).header('cache-control', 'no-cache').send(note)
      },
    )
    app.get(
      '/ledger/witnesses',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'ledgerWitnesses',
          summary: 'Who cosigns the log, and which logs this server cosigns',
          tags: ['Ledger'],
          response: {
            200: Type.Object({
              witnesses: Type.Array(
                Type.Object({
                  name: Type.String(),
                  key: Type.String({ description: 'c2sp.org/signed-note, of the kind for cosignatures' }),
                  size: nullable(Type.Integer({ description: 'Size of the log when it last cosigned' })),
                  at: nullable(Type.String({ description: 'When it did' })),
                }),
              ),
              own: Type.Object({
                name: Type.String({ description: 'This server as a witness' }),
                verifierKey: Type.String(),
                logs: Type.Array(Type.String(), { description: 'Logs whose checkpoints it cosigns' }),
              }),
            }),
          },
        },
      },
      async () => {
        const { name, verifierKey, logs } = witnesses.own
        return { witnesses: witnesses.all(), own: { name, verifierKey, logs } }
      },
    )
    app.post(
      '/ledger/cosignatures',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'addCosignatures',
          summary: 'Hand in cosignatures of a checkpoint of this log',
          tags: ['Ledger'],
          consumes: ['text/plain'],
          response: { 200: Type.Object({ taken: Type.Integer({ description: 'Good ones, of witnesses of this log' }) }) },
        },
      },
      async (request) => ({ taken: witnesses.accept(textOf(request.body)) }),
    )
    app.post(
      '/witness/add-checkpoint',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'addCheckpoint',
          summary: 'Have this server cosign a checkpoint of another log, as c2sp.org/tlog-witness has it',
          tags: ['Ledger'],
          consumes: ['text/plain'],
          produces: ['text/plain'],
        },
      },
      async (request, reply) => {
        const { status, type, body } = witnesses.own.add(textOf(request.body))
        return reply.code(status).type(type).header('cache-control', 'no-store').send(body)
      },
    )
  }
}

const textOf = (body: unknown): string => (typeof body === 'string' ? body : '')
