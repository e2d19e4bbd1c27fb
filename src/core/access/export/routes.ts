import { Readable } from 'node:stream'
import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import { odsMediaType, odsStream } from '../../../foundation/formats/ods-write.ts'
import type { Clock } from '../../../foundation/kernel/index.ts'
import { demandCitizen } from '../policy.ts'
import { type ExportSources, everythingJson, historyColumns, historyRows } from './everything.ts'

/** Everything that is kept of a person, to take away. */
export function exportRoutes(options: ExportSources & { clock: Clock }): FastifyPluginAsyncTypebox {
  const now = () => options.clock.now().toISOString()
  return async (app) => {
    app.get(
      '/me/export',
      {
        config: { access: 'citizen' },
        schema: { operationId: 'exportMe', summary: 'Everything kept of you, as JSON', tags: ['My records'] },
      },
      async (request, reply) =>
        reply
          .type('application/json; charset=utf-8')
          .header('cache-control', 'no-store')
          .header('content-disposition', 'attachment; filename="my-records.json"')
          .send(Readable.from(everythingJson(options, demandCitizen(request.actor), now()))),
    )
    app.get(
      '/me/export.ods',
      {
        config: { access: 'citizen' },
        schema: { operationId: 'exportMeOds', summary: 'Your history as a spreadsheet', tags: ['My records'], produces: [odsMediaType] },
      },
      async (request, reply) => {
        const sheet = { title: 'My records', columns: historyColumns, rows: historyRows(options.history, demandCitizen(request.actor)) }
        return reply
          .type(odsMediaType)
          .header('cache-control', 'no-store')
          .header('content-disposition', 'attachment; filename="my-records.ods"')
          .send(Readable.from(odsStream(sheet, { created: now(), large: false })))
      },
    )
  }
}
