import type { Column, Manifest } from './model.ts'
import { type Operator, operators } from './query/model.ts'

const jsonTypes = {
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date' },
  'date-time': { type: 'string', format: 'date-time' },
  text: { type: 'string' },
} as const

/** The operators that suit a column. */
export function operatorsFor(column: Pick<Column, 'type'>): Operator[] {
  return operators.filter((op) => {
    if (op === 'contains' || op === 'startswith' || op === 'endswith') return column.type === 'text'
    if (op === 'lt' || op === 'lte' || op === 'gt' || op === 'gte') return column.type !== 'boolean'
    return true
  })
}

/** OpenAPI 3.1 of one dataset: each column and operator a typed parameter, each record a typed schema. */
export function datasetOpenApi(manifest: Manifest, base: string) {
  const filters = manifest.columns.flatMap((column) =>
    operatorsFor(column).map((op) => ({
      name: `${column.alias}__${op}`,
      in: 'query',
      required: false,
      description: `${column.name} ${op}`,
      schema:
        op === 'isnull'
          ? { type: 'boolean' }
          : op === 'in' || op === 'notin'
            ? { type: 'string', description: 'Values, comma between' }
            : jsonTypes[column.type],
    })),
  )
  const general = [
    {
      name: 'columns',
      in: 'query',
      schema: { type: 'string' },
      description: `Columns to answer, comma between: ${manifest.columns.map((column) => column.alias).join(', ')}`,
    },
    {
      name: 'sort',
      in: 'query',
      schema: { type: 'string' },
      description: 'Columns to sort by, comma between, - before a column for descending',
    },
    { name: 'version', in: 'query', schema: { type: 'string' }, description: 'Version, by default the current one' },
  ]
  const paging = [
    { name: 'limit', in: 'query', schema: { type: 'integer', minimum: 1, maximum: 10_000, default: 100 } },
    { name: 'cursor', in: 'query', schema: { type: 'string' }, description: 'page.next of the answer before' },
  ]
  const path = `/v1/datasets/${manifest.dataset}/records`
  const file = (format: string, mediaType: string) => ({
    [`${path}.${format}`]: {
      get: {
        operationId: `records_${format}`,
        summary: `The whole filtered result as ${format}`,
        parameters: [...filters, ...general],
        responses: { 200: { description: 'The file', content: { [mediaType]: {} } } },
      },
    },
  })
  return {
    openapi: '3.1.0',
    info: { title: `Sixteen: ${manifest.dataset}`, version: manifest.version, description: `${manifest.rows} rows. Reads need no key.` },
    servers: [{ url: base }],
    paths: {
      [path]: {
        get: {
          operationId: 'records',
          summary: 'Rows, filtered, sorted and paged',
          parameters: [...filters, ...general, ...paging],
          responses: { 200: { description: 'A page', content: { 'application/json': { schema: { $ref: '#/components/schemas/Page' } } } } },
        },
      },
      ...file('csv', 'text/csv'),
      ...file('ndjson', 'application/x-ndjson'),
      ...file('parquet', 'application/vnd.apache.parquet'),
    },
    components: {
      schemas: {
        Record: {
          type: 'object',
          properties: Object.fromEntries(
            manifest.columns.map((column) => [column.name, { ...jsonTypes[column.type], type: [jsonTypes[column.type].type, 'null'] }]),
          ),
        },
        Page: {
          type: 'object',
          required: ['records', 'page', 'version', 'links'],
          properties: {
            records: { type: 'array', items: { $ref: '#/components/schemas/Record' } },
            page: {
              type: 'object',
              properties: { limit: { type: 'integer' }, total: { type: 'integer' }, next: { type: ['string', 'null'] } },
            },
            version: { type: 'string' },
            links: { type: 'object' },
          },
        },
      },
    },
  }
}
