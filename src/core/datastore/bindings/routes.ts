import type { FastifyInstance } from 'fastify'
import type { Datastore } from '../index.ts'
import { DatasetPath, oneDistribution } from '../parameters.ts'
import type { Bindings } from './index.ts'

/** Which columns of a dataset hold codes, and what is wrong with them. */
export function bindingRoutes(
  app: FastifyInstance,
  { bindings, datastore, base }: { bindings: Bindings; datastore: Datastore; base: () => string },
): void {
  app.get(
    '/v1/datasets/:dataset/bindings',
    {
      config: { access: 'public' },
      schema: {
        operationId: 'getBindings',
        summary: 'Columns that hold codes of registers, with unknown, retired and renamed codes',
        tags: ['Data'],
        params: DatasetPath,
        querystring: oneDistribution,
      },
    },
    async (request) => {
      const { dataset } = request.params as { dataset: string }
      const { distribution, version } = await datastore.current(dataset, (request.query as { distribution?: string }).distribution)
      const uses = await bindings.uses(dataset, distribution)
      return {
        dataset,
        distribution,
        version,
        columns: uses.map(({ column, register, confidence, rows, matched, issues, version: seen }) => ({
          column,
          register,
          version: seen,
          confidence,
          rows,
          matched,
          fields: bindings.fields(register),
          issues: issues.map((issue) => ({
            ...issue,
            cells: `${base()}/v1/datasets/${dataset}/records?${new URLSearchParams({ [`${column}__exact`]: issue.text })}`,
          })),
          links: { register: `${base()}/registers/${register}` },
        })),
      }
    },
  )
}
