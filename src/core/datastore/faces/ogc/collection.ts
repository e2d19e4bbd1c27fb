import type { Column, Manifest } from '../../model.ts'
import { type Positions, positionsOf } from '../../positions.ts'
import { timeColumn } from './time.ts'

/** A table with positions, as OGC API Features serves it. */
export interface Collection {
  id: string
  title: string
  description: string
  manifest: Manifest
  positions: Positions
  time: Column | undefined
  /** The one column of the key, whose values are the identifiers; without one, the row's number in the source is. */
  key: Column | undefined
}

export interface Link {
  href: string
  rel: string
  type?: string
  title?: string
}

export const GEOJSON = 'application/geo+json'
export const JSON_TYPE = 'application/json'
export const HTML = 'text/html'
export const OPENAPI = 'application/vnd.oai.openapi+json;version=3.0'
const CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'
const GREGORIAN = 'http://www.opengis.net/def/uom/ISO-8601/0/Gregorian'

/** The name of a table among the collections: its dataset's, and of further tables their own after a dot. */
export const collectionId = ({ dataset, distribution }: Pick<Manifest, 'dataset' | 'distribution'>): string =>
  distribution === 'data' ? dataset : `${dataset}.${distribution}`

/** The table as a collection; undefined when its rows have no positions. */
export function collectionOf(manifest: Manifest, about: { title: string; description: string }): Collection | undefined {
  const positions = positionsOf(manifest)
  if (!positions) return undefined
  const key = manifest.key.length === 1 ? manifest.columns.find((column) => column.alias === manifest.key[0]) : undefined
  return { id: collectionId(manifest), ...about, manifest, positions, time: timeColumn(manifest.columns), key }
}

/** What is said of a collection, with where its items are. @see OGC API Features 1.0, 7.14 */
export function collectionDocument(collection: Collection, root: string) {
  const { id, title, description, positions, time } = collection
  const self = `${root}/collections/${encodeURIComponent(id)}`
  const edge = (column: Column, end: 'min' | 'max', least: number) => Number(column.profile?.[end] ?? least)
  const bbox = [
    edge(positions.longitude, 'min', -180),
    edge(positions.latitude, 'min', -90),
    edge(positions.longitude, 'max', 180),
    edge(positions.latitude, 'max', 90),
  ]
  const moment = (value: unknown) =>
    value === undefined || value === null ? null : `${String(value).slice(0, 10)}T${String(value).slice(11, 19) || '00:00:00'}Z`
  return {
    id,
    title,
    description,
    links: [
      { href: `${self}/items?f=json`, rel: 'items', type: GEOJSON, title: `${title}, rows as GeoJSON` },
      { href: `${self}/items?f=html`, rel: 'items', type: HTML, title: `${title}, rows as a page` },
      {
        href: `${self}/queryables?f=json`,
        rel: 'http://www.opengis.net/def/rel/ogc/1.0/queryables',
        type: 'application/schema+json',
        title: 'What can be asked',
      },
      { href: `${self}?f=json`, rel: 'self', type: JSON_TYPE, title: 'This document' },
      { href: `${self}?f=html`, rel: 'alternate', type: HTML, title: 'This document as a page' },
    ] satisfies Link[],
    extent: {
      spatial: { bbox: [bbox], crs: CRS84 },
      ...(time && { temporal: { interval: [[moment(time.profile?.min), moment(time.profile?.max)]], trs: GREGORIAN } }),
    },
    itemType: 'feature',
    crs: [CRS84],
  }
}

const jsonTypes: Record<Column['type'], object> = {
  integer: { type: 'integer' },
  number: { type: 'number' },
  boolean: { type: 'boolean' },
  date: { type: 'string', format: 'date' },
  'date-time': { type: 'string', format: 'date-time' },
  text: { type: 'string' },
}

/** The JSON Schema of a column's values. */
export const columnSchema = (column: Column): object => jsonTypes[column.type]

/** What a filter can ask of a collection. @see OGC API Features part 3, 6.2 */
export function queryablesDocument({ id, title, manifest }: Collection, root: string) {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `${root}/collections/${encodeURIComponent(id)}/queryables`,
    type: 'object',
    title,
    properties: {
      geometry: { title: 'Position', 'x-ogc-role': 'primary-geometry', format: 'geometry-point' },
      ...Object.fromEntries(manifest.columns.map((column) => [column.alias, { title: column.name, ...columnSchema(column) }])),
    },
    additionalProperties: false,
  }
}
