import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { Problem } from '../../../foundation/kernel/index.ts'
import { demandCitizen } from '../policy.ts'
import type { History } from './history.ts'
import type { KeyRing } from './keys.ts'
import type { Ledger } from './ledger.ts'
import { receiptKey } from './receipt.ts'
import { bundleBytes, isThere, readTilePath, TILE_WIDTH, tileBytes } from './tiles.ts'

type App = Parameters<FastifyPluginAsyncTypebox>[0]

const FOREVER = 'public, max-age=31536000, immutable'
const nullable = <T extends Parameters<typeof Type.Union>[0][number]>(schema: T) => Type.Union([schema, Type.Null()])

const Entry = Type.Object({
  id: Type.String(),
  at: Type.String({ description: 'ISO 8601' }),
  kind: Type.String({ description: 'grant, grant-revoked, disclosure, refusal, code-burnt or erasure' }),
  organisation: nullable(Type.String({ description: 'Who asked, as they said' })),
  system: nullable(Type.String({ description: 'The application' })),
  dataset: nullable(Type.String()),
  title: nullable(Type.String({ description: 'What the record is called' })),
  fields: Type.Array(Type.String()),
  labels: Type.Array(Type.String({ description: 'The fields in words' })),
  purpose: nullable(Type.String()),
  purposeLabel: nullable(Type.String()),
  basis: nullable(Type.String({ description: 'Lawful basis' })),
  grant: nullable(Type.String()),
  outcome: Type.String(),
  reference: nullable(Type.String({ description: 'Their own reference' })),
  responseSha256: nullable(Type.String({ description: 'SHA-256 of the record that left, hex' })),
  hiddenUntil: nullable(Type.String({ description: 'It was kept from you until then, as the law allows' })),
  reviewer: nullable(Type.String({ description: 'Who reviewed that' })),
  ledgerIndex: Type.Integer({ description: 'Its place in the log, from 0' }),
})

const Proof = Type.Object({
  id: Type.String(),
  event: Type.String({ description: 'What the log committed to, as it stands there' }),
  salt: Type.String({ description: 'base64; SHA-256 of the salt and the text of the event is the entry of the log' }),
  ledgerIndex: Type.Integer(),
  size: Type.Integer({ description: 'Size of the log that the proof leads to' }),
  proof: Type.String({ description: 'c2sp.org/tlog-proof@v1' }),
})

/** The public log, its keys, and each person's own history. */
export function ledgerRoutes(options: { ledger: Ledger; history: History; keys: KeyRing }): FastifyPluginAsyncTypebox {
  return async (app) => {
    logRoutes(app, options)
    historyRoutes(app, options.history)
  }
}

function logRoutes(app: App, { ledger, history, keys }: { ledger: Ledger; history: History; keys: KeyRing }): void {
  app.get<{ Params: { '*': string } }>(
    '/ledger/tile/*',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'ledgerTile',
        summary: 'A tile of hashes or a bundle of entries, as c2sp.org/tlog-tiles lays them out',
        tags: ['Ledger'],
        produces: ['application/octet-stream'],
      },
    },
    async (request, reply) => {
      const name = readTilePath(request.params['*'])
      if (!name || !isThere(name, ledger.checkpoint()?.size ?? 0))
        throw new Problem('ledger-not-found', { detail: 'The log has no such tile yet.' })
      const { level, number, width } = name
      const bytes =
        level === 'entries'
          ? bundleBytes(ledger.commitments(number * TILE_WIDTH, number * TILE_WIDTH + width))
          : tileBytes({ level, number, width }, ledger.node)
      return reply.type('application/octet-stream').header('cache-control', FOREVER).send(bytes)
    },
  )
  app.get(
    '/ledger/keys',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'ledgerKeys',
        summary: 'Keys that check the log and receipts',
        tags: ['Ledger'],
        response: {
          200: Type.Object({
            origin: Type.String({ description: 'Name of the log' }),
            verifierKey: Type.String({ description: 'c2sp.org/signed-note' }),
            keys: Type.Array(Type.Record(Type.String(), Type.String()), { description: 'JWKs that sign receipts' }),
          }),
        },
      },
    },
    async () => ({
      origin: keys.origin,
      verifierKey: ledger.verifierKey,
      keys: [receiptKey(keys)],
    }),
  )
  app.get(
    '/ledger/hidden',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'ledgerHidden',
        summary: 'How many accesses are hidden from their subjects now',
        tags: ['Ledger'],
        response: {
          200: Type.Object({
            hidden: Type.Integer({ description: 'Accesses that the law keeps from their subjects for now' }),
            nextRevealed: nullable(Type.String({ description: 'When the next is shown, ISO 8601' })),
          }),
        },
      },
    },
    async () => history.hidden(),
  )
}

const HistoryQuery = Type.Object(
  {
    from: Type.Optional(Type.String({ maxLength: 30, description: 'Only from this time on, ISO 8601' })),
    to: Type.Optional(Type.String({ maxLength: 30, description: 'Only before this time, ISO 8601' })),
    dataset: Type.Optional(Type.String({ maxLength: 100, description: 'Only this record' })),
    org: Type.Optional(Type.String({ maxLength: 200, description: 'Only this organisation' })),
    limit: Type.Integer({ minimum: 1, maximum: 500, default: 50, description: 'Entries of a page' }),
    cursor: Type.Optional(Type.String({ maxLength: 1000, description: 'From `next` of the page before' })),
  },
  { additionalProperties: false },
)

function historyRoutes(app: App, history: History): void {
  app.get(
    '/me/access-history',
    {
      config: { access: 'citizen' },
      schema: {
        operationId: 'accessHistory',
        summary: 'Who saw what of your records, when and why',
        tags: ['My records'],
        querystring: HistoryQuery,
        response: { 200: Type.Object({ entries: Type.Array(Entry), next: nullable(Type.String()) }) },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      return history.list(demandCitizen(request.actor), request.query)
    },
  )
  app.get(
    '/me/access-history/:id/proof',
    {
      config: { access: 'citizen' },
      schema: {
        operationId: 'accessProof',
        summary: 'That an entry of your history is in the log',
        tags: ['My records'],
        params: Type.Object({ id: Type.String({ maxLength: 40 }) }),
        response: { 200: Proof },
      },
    },
    async (request, reply) => {
      reply.header('cache-control', 'no-store')
      return history.proof(demandCitizen(request.actor), request.params.id)
    },
  )
}
