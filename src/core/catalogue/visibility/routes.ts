import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type, { type Static } from 'typebox'
import { demandPublisher, visibilities } from '../../access/index.ts'
import { DatasetParams, NoQuery } from '../answers.ts'
import type { Catalogue } from '../catalogue.ts'
import type { Dataset } from '../model.ts'
import { states, visibilityMembers } from './model.ts'
import { accessWords } from './rights.ts'

const Change = Type.Object(visibilityMembers, { additionalProperties: false })
const Answer = Type.Object({
  ...visibilityMembers,
  dataset: Type.String(),
  state: Type.Enum([...states], { type: 'string' }),
  visibility: Type.Enum([...visibilities], { type: 'string' }),
  words: Type.String({ description: 'The same for people' }),
  unknownColumns: Type.Array(Type.String(), { description: 'Columns named in columnVisibility that no current table has' }),
})

const answer = (dataset: Dataset, columns: readonly string[]): Static<typeof Answer> => {
  const { name, state, visibility, columnVisibility, reason, planned, obstacle } = dataset
  const known = new Set(columns.map((column) => column.toLowerCase()))
  return {
    dataset: name,
    state,
    visibility,
    ...(columnVisibility && { columnVisibility }),
    ...(reason !== undefined && { reason }),
    ...(planned !== undefined && { planned }),
    ...(obstacle !== undefined && { obstacle }),
    words: accessWords(dataset) ?? 'Everybody sees this.',
    unknownColumns: Object.keys(columnVisibility ?? {}).filter((column) => !known.has(column.toLowerCase())),
  }
}

/** Who sees a dataset and its columns, for its publisher to read and to change without sending the description again. */
export function visibilityRoutes({ catalogue }: { catalogue: Catalogue }): FastifyPluginAsyncTypebox {
  const path = '/v1/datasets/:dataset/visibility'
  const schema = { tags: ['Publishing'], params: DatasetParams, querystring: NoQuery, response: { 200: Answer } }
  return async (app) => {
    app.get(
      path,
      {
        config: { access: 'publisher' },
        schema: { operationId: 'getVisibility', summary: 'Who sees a dataset and its columns', ...schema },
      },
      async ({ actor, params }) => {
        const dataset = await catalogue.dataset(params.dataset)
        demandPublisher(actor, dataset.publisher)
        return answer(dataset, await catalogue.columnNames(dataset.name))
      },
    )
    app.put(
      path,
      {
        config: { access: 'publisher' },
        schema: { operationId: 'putVisibility', summary: 'Change who sees a dataset and its columns', body: Change, ...schema },
      },
      async ({ actor, params, body }) => {
        const { name, publisher } = await catalogue.dataset(params.dataset)
        demandPublisher(actor, publisher)
        return answer(await catalogue.setVisibility(name, body), await catalogue.columnNames(name))
      },
    )
  }
}
