import { Problem } from '../../../../foundation/kernel/index.ts'
import { parseBbox } from '../../query/area.ts'
import type { Filter, QueryRequest } from '../../query/model.ts'
import type { Collection } from './collection.ts'
import { parseCql2 } from './cql2.ts'
import { timeFilter } from './time.ts'

export const DEFAULT_ITEMS = 10
export const MAX_ITEMS = 10_000

const CRS84 = 'http://www.opengis.net/def/crs/OGC/1.3/CRS84'

/** Parameters of every address. */
export const general = ['f'] as const
const known = ['limit', 'bbox', 'datetime', 'cursor', 'filter', 'filter-lang', 'filter-crs', 'bbox-crs', 'crs', 'sortby', ...general]

/**
 * What a request for items asks of the table.
 *
 * @throws {Problem} parameter-unknown, parameter-invalid, limit-out-of-range and what a filter may be refused for.
 * @see OGC API Features 1.0, 7.15
 */
export function itemsRequest(parameters: URLSearchParams, collection: Collection): QueryRequest {
  const { manifest, positions, time, key } = collection
  const filters: Filter[] = []
  for (const [name, value] of parameters) {
    if (known.includes(name)) continue
    if (!manifest.columns.some((column) => column.alias === name))
      throw unknownParameter(name, [...known, ...manifest.columns.map((column) => column.alias)])
    filters.push({ column: name, op: 'exact', value, pointer: `/${name}` })
  }
  for (const name of known)
    if (parameters.getAll(name).length > 1)
      throw new Problem('parameter-invalid', { detail: `${name} may be given once.`, pointer: `/${name}` })
  for (const name of ['bbox-crs', 'filter-crs', 'crs']) demandCrs(name, parameters.get(name))
  const [bbox, datetime, text] = [parameters.get('bbox'), parameters.get('datetime'), parameters.get('filter')]
  if (bbox !== null) filters.push({ area: parseBbox(bbox), pointer: '/bbox' })
  const when = datetime !== null && timeFilter(datetime, time)
  if (when) filters.push(when)
  if ((parameters.get('filter-lang') ?? 'cql2-text') !== 'cql2-text')
    throw new Problem('parameter-invalid', { detail: 'Filters are read as cql2-text.', pointer: '/filter-lang' })
  if (text !== null) filters.push(parseCql2(text, { latitude: positions.latitude.alias, longitude: positions.longitude.alias }))
  const cursor = parameters.get('cursor')
  return {
    ...(filters.length && { filter: { and: filters } }),
    columns: [...manifest.columns.map((column) => column.alias), ...(key ? [] : ['_row'])],
    sort: (parameters.get('sortby') ?? '')
      .split(',')
      .filter(Boolean)
      .map((term) => ({ column: term.replace(/^[+\s-]/, ''), descending: term.startsWith('-') })),
    limit: limitOf(parameters.get('limit')),
    ...(cursor && { cursor }),
    distribution: manifest.distribution,
  }
}

/** More than the most is no mistake: the most is given. */
function limitOf(text: string | null): number {
  if (text === null) return DEFAULT_ITEMS
  const limit = /^\d{1,9}$/.test(text) ? Number(text) : 0
  if (limit < 1) throw new Problem('limit-out-of-range', { detail: `limit is a whole number from 1 to ${MAX_ITEMS}.`, pointer: '/limit' })
  return Math.min(limit, MAX_ITEMS)
}

function demandCrs(name: string, value: string | null): void {
  if (value !== null && value.replace(/^https:/, 'http:') !== CRS84)
    throw new Problem('parameter-invalid', { detail: `Only ${CRS84} is known.`, pointer: `/${name}` })
}

/** @see OGC API Features 1.0, /req/core/query-param-unknown */
export function unknownParameter(name: string, names: readonly string[]): Problem {
  return new Problem('parameter-unknown', {
    detail: `There is no parameter ${JSON.stringify(name)} here.`,
    pointer: `/${name}`,
    hint: `Parameters: ${names.slice(0, 60).join(' ')}.`,
  })
}

export interface Feature {
  type: 'Feature'
  id: string | number
  geometry: { type: 'Point'; coordinates: [number, number] } | null
  properties: Record<string, unknown>
}

/** A record of the table as a feature. @see RFC 7946, 3.2 */
export function featureOf(record: Record<string, unknown>, { manifest, positions, key }: Collection): Feature {
  const { _row: row, ...properties } = record
  const [longitude, latitude] = [record[positions.longitude.name], record[positions.latitude.name]]
  const placed = typeof longitude === 'number' && typeof latitude === 'number'
  return {
    type: 'Feature',
    id: (key ? record[key.name] : row) as string | number,
    geometry: placed ? { type: 'Point', coordinates: [longitude, latitude] } : null,
    properties: manifest.columns.some((column) => column.name === '_row') ? record : properties,
  }
}

/** The one row that has an identifier. */
export function itemRequest(id: string, { manifest, key }: Collection): QueryRequest {
  return {
    filter: { column: key?.alias ?? '_row', op: 'exact', value: id, pointer: '/featureId' },
    columns: [...manifest.columns.map((column) => column.alias), ...(key ? [] : ['_row'])],
    sort: [],
    limit: 1,
    distribution: manifest.distribution,
  }
}
