import { type Collection, columnSchema, GEOJSON, HTML, JSON_TYPE, OPENAPI } from './collection.ts'
import { DEFAULT_ITEMS, MAX_ITEMS } from './items.ts'

const format = {
  name: 'f',
  in: 'query',
  required: false,
  style: 'form',
  explode: false,
  description: 'json or html',
  schema: { type: 'string', enum: ['json', 'html'] },
}
const limit = {
  name: 'limit',
  in: 'query',
  required: false,
  style: 'form',
  explode: false,
  description: 'The most features that a page holds',
  schema: { type: 'integer', minimum: 1, maximum: MAX_ITEMS, default: DEFAULT_ITEMS },
}
const bbox = {
  name: 'bbox',
  in: 'query',
  required: false,
  style: 'form',
  explode: false,
  description: 'West, south, east, north in degrees; six numbers with heights',
  schema: { type: 'array', minItems: 4, maxItems: 6, items: { type: 'number' } },
}
const datetime = {
  name: 'datetime',
  in: 'query',
  required: false,
  style: 'form',
  explode: false,
  description: 'An instant of RFC 3339, or two with / between; .. for an open end',
  schema: { type: 'string' },
}
const text = (name: string, description: string) => ({
  name,
  in: 'query',
  required: false,
  style: 'form',
  explode: false,
  description,
  schema: { type: 'string' },
})
const more = [
  text('filter', 'A filter in CQL2 text'),
  text('filter-lang', 'cql2-text'),
  text('filter-crs', 'CRS84 only'),
  text('bbox-crs', 'CRS84 only'),
  text('sortby', 'Properties to sort by, - before one for descending'),
  text('cursor', 'From the link to the next page'),
]

const object = { type: 'object' }
const answers = (type: string, description: string, schema: object) => ({
  '200': { description, content: { [type]: { schema }, [HTML]: { schema: { type: 'string' } } } },
  default: { description: 'A problem', content: { 'application/problem+json': { schema: object } } },
})
const refusals = {
  '400': { description: 'A parameter is not known or not valid', content: { 'application/problem+json': { schema: object } } },
  '404': { description: 'There is no such collection or feature', content: { 'application/problem+json': { schema: object } } },
}
const operation = (operationId: string, summary: string, responses: object, parameters: object[] = []) => ({
  get: { operationId, summary, tags: ['Features'], parameters: [...parameters, format], responses },
})

/** This face as OpenAPI 3.0, each collection with its own properties. @see OGC API Features 1.0, 9 */
export function ogcOpenApi(collections: readonly Collection[], root: string) {
  return {
    openapi: '3.0.3',
    info: { title: 'Sixteen: features', version: '1.0.0', description: 'Tables with positions, by OGC API Features.' },
    servers: [{ url: root }],
    tags: [{ name: 'Features', description: 'Tables with positions' }],
    paths: {
      '/': operation('getLandingPage', 'Where everything is', answers(JSON_TYPE, 'Links', object)),
      '/conformance': operation('getConformance', 'What is conformed to', answers(JSON_TYPE, 'Classes', object)),
      '/api': operation('getApi', 'This document', answers(OPENAPI, 'OpenAPI 3.0', object)),
      '/collections': operation('getCollections', 'The tables with positions', answers(JSON_TYPE, 'Collections', object)),
      ...Object.assign({}, ...collections.map(collectionPaths)),
    },
  }
}

function collectionPaths(collection: Collection) {
  const { id, title, manifest } = collection
  const path = `/collections/${id}`
  const name = id.replace(/[^A-Za-z0-9]/g, '_')
  const properties = manifest.columns.map((column) => ({
    name: column.alias,
    in: 'query',
    required: false,
    style: 'form',
    explode: false,
    description: column.name,
    schema: columnSchema(column),
  }))
  const featureId = { name: 'featureId', in: 'path', required: true, description: 'Identifier of a feature', schema: { type: 'string' } }
  return {
    [path]: operation(`describe_${name}`, title, { ...answers(JSON_TYPE, 'The collection', object), ...refusals }),
    [`${path}/queryables`]: operation(`queryables_${name}`, `What can be asked of ${title}`, {
      ...answers('application/schema+json', 'JSON Schema', object),
      ...refusals,
    }),
    [`${path}/items`]: operation(`items_${name}`, `Features of ${title}`, { ...answers(GEOJSON, 'Features', object), ...refusals }, [
      limit,
      bbox,
      datetime,
      ...more,
      ...properties.filter((each) => !['limit', 'bbox', 'datetime', 'f', 'cursor', 'filter', 'sortby', 'crs'].includes(each.name)),
    ]),
    [`${path}/items/{featureId}`]: operation(
      `item_${name}`,
      `One feature of ${title}`,
      { ...answers(GEOJSON, 'A feature', object), ...refusals },
      [featureId],
    ),
  }
}
