import type { FastifyPluginAsyncTypebox } from '@fastify/type-provider-typebox'
import Type from 'typebox'
import { fileAnswer } from './files.ts'
import { findingTitles } from './findings.ts'
import { layouts } from './model.ts'
import type { Spend } from './spend.ts'
import { timeliness } from './timeliness.ts'

const MappedField = Type.Object({
  field: Type.String({ description: 'Field of the layout' }),
  column: Type.String({ description: 'Column of the file, as published' }),
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  reason: Type.String(),
})
const SpendFile = Type.Object({
  layout: Type.String({ description: 'Layout that the file follows, which is also the name of the combined table' }),
  dataset: Type.String(),
  distribution: Type.String(),
  version: Type.String(),
  publisher: Type.String(),
  period: Type.String({ description: 'yyyy-mm, or yyyy-mm/yyyy-mm for several months; empty when nothing tells' }),
  published: Type.String({ description: 'ISO 8601' }),
  due: Type.String({ description: 'Day by which it was to be published' }),
  daysLate: Type.Optional(Type.Integer({ description: 'Days after that day; negative when early' })),
  rows: Type.Integer(),
  source: Type.String({ description: 'File name as received' }),
  confidence: Type.Number({ description: 'How well the file follows the layout, 0 to 1' }),
  fields: Type.Array(MappedField),
  missing: Type.Array(Type.String(), { description: 'Mandatory fields for which no column was found' }),
})
const Finding = Type.Object({
  check: Type.Enum(Object.keys(findingTitles)),
  title: Type.String(),
  count: Type.Integer({ description: 'Rows concerned' }),
  examples: Type.Array(
    Type.Object({ row: Type.Integer({ description: 'Row of the file, from 1, header excluded' }), text: Type.String() }),
  ),
})
const FilesQuery = Type.Object(
  {
    layout: Type.Optional(
      Type.Enum(
        layouts.map(({ name }) => name),
        { type: 'string', description: 'Only files of this layout' },
      ),
    ),
    publisher: Type.Optional(Type.String({ maxLength: 100, description: 'Only files of this publisher' })),
    period: Type.Optional(Type.String({ maxLength: 15, description: 'Only files of this period' })),
  },
  { additionalProperties: false },
)

/** What is known of the spending files: which they are, when they came, and what is odd in them. */
export function spendRoutes(spend: Spend): FastifyPluginAsyncTypebox {
  return async (app) => {
    app.get(
      '/v1/spend/files',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'listSpendFiles',
          summary: 'Published files that are spending, with how their columns were understood',
          tags: ['Spending'],
          querystring: FilesQuery,
          response: { 200: Type.Object({ files: Type.Array(SpendFile), total: Type.Integer() }) },
        },
      },
      async ({ query }) => {
        const files = (await spend.files()).filter(
          (file) =>
            (!query.layout || file.layout === query.layout) &&
            (!query.publisher || file.publisher === query.publisher) &&
            (!query.period || file.period === query.period),
        )
        return { files: files.map(fileAnswer), total: files.length }
      },
    )

    app.get(
      '/v1/spend/files/:dataset/findings',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'getSpendFindings',
          summary: 'What is odd in a spending file: credit notes, duplicates, dates outside its period, likely private persons',
          tags: ['Spending'],
          params: Type.Object({ dataset: Type.String() }),
          querystring: Type.Object(
            { version: Type.Optional(Type.String({ maxLength: 40, description: 'By default the newest file' })) },
            { additionalProperties: false },
          ),
          response: { 200: Type.Object({ file: SpendFile, findings: Type.Array(Finding) }) },
        },
      },
      async ({ params, query }) => {
        const { file, findings } = await spend.findings(params.dataset, query.version)
        return { file: fileAnswer(file), findings }
      },
    )

    app.get(
      '/v1/spend/timeliness',
      {
        config: { access: 'public' },
        schema: {
          operationId: 'getSpendTimeliness',
          summary: 'Who has published which month, and how late',
          tags: ['Spending'],
          querystring: Type.Object({ layout: FilesQuery.properties.layout }, { additionalProperties: false }),
          response: {
            200: Type.Object({
              periods: Type.Array(Type.String()),
              publishers: Type.Array(
                Type.Object({
                  publisher: Type.String(),
                  published: Type.Integer({ description: 'Periods published' }),
                  late: Type.Integer({ description: 'Of these, after the day they were due' }),
                  missing: Type.Array(Type.String(), { description: 'Periods between its first and last for which there is no file' }),
                  medianDaysLate: Type.Union([Type.Integer(), Type.Null()]),
                }),
              ),
            }),
          },
        },
      },
      async ({ query }) => {
        const { periods, publishers } = timeliness(await spend.files(), query.layout)
        return { periods, publishers: publishers.map(({ cells: _cells, ...rest }) => rest) }
      },
    )
  }
}
