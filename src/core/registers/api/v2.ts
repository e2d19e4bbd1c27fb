import type { Item } from '../log/canonical.ts'
import { multihash } from '../log/object-hash.ts'
import type { EntryRow } from '../log/store.ts'
import { type Answer, jsonAnswer, notFound, pageLinks, type Resource, writeResource } from './answer.ts'
import { type ApiRequest, type Handler, pathNumber, wholeNumber } from './request.ts'

const MAX_PAGE = 5000

/** Resources of the second version, by the pattern of their path below the register and `v2`. */
export const versionTwo: Record<string, Handler<Answer>> = {
  context: (request) => context(request),
  records: (request) => records(request),
  'records/:key': (request) => record(request),
  'records/:key/entries': (request) => recordEntries(request),
  entries: (request) => entries(request),
  'entries/:number': (request) => entry(request),
  blobs: (request) => blobs(request),
  'blobs/:hash': (request) => blob(request),
  'snapshots/:size': (request) => snapshot(request),
  'snapshots/:size/:key': (request) => snapshotEntry(request),
  'proofs/register': async ({ register, reader }) =>
    jsonAnswer({ 'root-hash': multihash(await reader.blobRoot(register)), 'total-entries': register.size }),
  'proofs/entries/:number/:size': (request) => entryProof(request),
  'proofs/entry/:number/:size': (request) => entryProof(request),
  'proofs/consistency/:small/:large': (request) => consistencyProof(request),
}

/** Paths of the second version that the first has not, so that they need no `v2`. */
export const onlyInTwo = ['context', 'blobs', 'blobs/:hash', 'snapshots/:size', 'snapshots/:size/:key']

async function context({ register, reader, definition, query }: ApiRequest): Promise<Answer> {
  const size = wholeNumber(query, 'total-entries', register.size, { min: 0, max: register.size })
  const { retired } = definition
  const start = reader.systemEntries(register)[0]?.timestamp ?? register.created
  return jsonAnswer({
    id: register.name,
    ...(definition.copyright && { copyright: definition.copyright }),
    ...(definition.custodian && { custodian: definition.custodian }),
    ...(definition.description && { description: definition.description }),
    'hashing-algorithm': { id: 'sha2-256', codec: 'sha2-256', 'function-type': 18, 'digest-length': 32 },
    ...(definition.licence && { licence: definition.licence }),
    'root-hash': multihash(await reader.blobRoot(register, size)),
    schema: definition.fields.map(({ field, datatype, cardinality, text }) => ({
      id: field,
      datatype,
      cardinality,
      ...(text && { description: text }),
    })),
    statistics: {
      'total-entries': size,
      'total-blobs': reader.countItems(register),
      'total-items': reader.countItems(register),
      'total-records': reader.countRecords(register, size),
    },
    status: {
      'start-date': start,
      ...(retired && { 'end-date': retired.date }),
      ...(retired?.replacement && { replacement: retired.replacement }),
      ...(retired?.reason && { reason: retired.reason }),
    },
    title: definition.title,
  })
}

const blobOf = ({ register, reader }: ApiRequest, { items }: EntryRow): string =>
  multihash(items[0] ? reader.blobOf(register, items[0]) : Buffer.alloc(0))

function entriesResource(request: ApiRequest, rows: readonly EntryRow[], headers?: Record<string, string>): Resource {
  const values = rows.map((row) => ({
    'entry-number': row.number,
    'entry-timestamp': row.timestamp,
    key: row.key,
    'blob-hash': blobOf(request, row),
  }))
  return {
    value: values,
    table: { header: ['entry-number', 'entry-timestamp', 'key', 'blob-hash'], rows: values.map((value) => Object.values(value)) },
    ...(headers && { headers }),
  }
}

function entry(request: ApiRequest): Answer {
  const { register, reader, params, format } = request
  const found = reader.entry(register, pathNumber(params['number'], register.size, 1))
  if (!found) throw notFound()
  const resource = entriesResource(request, [found])
  return writeResource({ ...resource, value: (resource.value as unknown[])[0] }, format)
}

function entries(request: ApiRequest): Answer {
  const { register, reader, query, format, path } = request
  const start = wholeNumber(query, 'start', 1, { min: 1, max: Number.MAX_SAFE_INTEGER })
  const limit = wholeNumber(query, 'limit', 100, { min: 1, max: MAX_PAGE })
  const links = pageLinks(path, {
    ...(start + limit <= register.size && { next: { start: start + limit, ...(limit !== 100 && { limit }) } }),
    ...(start > 1 && { previous: { start: Math.max(1, start - limit), ...(limit !== 100 && { limit }) } }),
  })
  return writeResource(entriesResource(request, reader.entries(register, start, limit), links), format)
}

function recordEntries(request: ApiRequest): Answer {
  const found = request.reader.entriesOf(request.register, request.params['key']!)
  if (found.length === 0) throw notFound()
  return writeResource(entriesResource(request, found), request.format)
}

function recordsResource({ definition }: ApiRequest, rows: Array<{ id: string; item: Item }>, headers?: Record<string, string>): Resource {
  const fields = definition.fields.map(({ field }) => field)
  return {
    value: rows.map(({ id, item }) => ({ _id: id, ...item })),
    table: { header: ['_id', ...fields], rows: rows.map(({ id, item }) => [id, ...fields.map((field) => item[field])]) },
    ...(headers && { headers }),
  }
}

const itemOf = ({ register, reader }: ApiRequest, { items }: EntryRow): Item =>
  JSON.parse((items[0] && reader.item(register, items[0])) ?? '{}') as Item

function records(request: ApiRequest): Answer {
  const { register, reader, query, format, path } = request
  const name = query.get('name')
  const value = query.get('value')
  const size = wholeNumber(query, 'page-size', 100, { min: 1, max: MAX_PAGE })
  const index = wholeNumber(query, 'page-index', 1, { min: 1, max: 1_000_000 })
  const filtered = name !== null && value !== null
  const rows = filtered
    ? reader.newest(register, register.size, register.size, 0).map((row) => ({ id: row.key, item: itemOf(request, row) }))
    : reader.newest(register, register.size, size, (index - 1) * size).map((row) => ({ id: row.key, item: itemOf(request, row) }))
  const matching = filtered
    ? rows.filter(({ item }) => item[name] === value || (Array.isArray(item[name]) && item[name].includes(value)))
    : rows
  const total = filtered ? matching.length : reader.countRecords(register)
  if (index > 1 && (index - 1) * size >= total) throw notFound()
  const page = filtered ? matching.slice((index - 1) * size, index * size) : matching
  const more: Record<string, string> = filtered ? { name, value } : {}
  const links = pageLinks(path, {
    ...(index * size < total && { next: { ...more, 'page-index': index + 1, 'page-size': size } }),
    ...(index > 1 && { previous: { ...more, 'page-index': index - 1, 'page-size': size } }),
  })
  return writeResource(recordsResource(request, page, links), format)
}

function record(request: ApiRequest): Answer {
  const { register, reader, params, format, base } = request
  const key = params['key']!
  const found = reader.latestOf(register, key)
  if (!found) throw notFound()
  const link = `<${base}/v2/records/${encodeURIComponent(key)}/entries>; rel="version-history"`
  const resource = recordsResource(request, [{ id: key, item: itemOf(request, found) }], { link })
  return writeResource({ ...resource, value: (resource.value as unknown[])[0] }, format)
}

function blobs(request: ApiRequest): Answer {
  const { register, reader, query, format, path, definition } = request
  const after = wholeNumber(query, 'after', 0, { min: 0, max: Number.MAX_SAFE_INTEGER })
  const limit = wholeNumber(query, 'limit', 100, { min: 1, max: MAX_PAGE })
  const known = new Set(definition.fields.map(({ field }) => field))
  const rows: Array<{ id: string; item: Item }> = []
  let position = after
  let more = true
  while (more && rows.length < limit) {
    const items = reader.items(register, position, MAX_PAGE)
    more = items.length === MAX_PAGE
    for (const { position: at, hash, json } of items) {
      position = at
      const item = JSON.parse(json) as Item
      if (!Object.keys(item).every((field) => known.has(field))) continue // an item of the system log
      rows.push({ id: multihash(reader.blobOf(register, hash)), item })
      if (rows.length < limit) continue
      more = true
      break
    }
  }
  const links = pageLinks(path, more && rows.length === limit ? { next: { after: position, limit } } : {})
  return writeResource(recordsResource(request, rows, links), format)
}

async function blob(request: ApiRequest): Promise<Answer> {
  const { register, reader, params, definition, format } = request
  const [, hex] = /^1220([0-9a-f]{64})$/i.exec(params['hash']!) ?? []
  const json = hex && (await reader.itemByBlob(register, Buffer.from(hex, 'hex')))
  if (!json) throw notFound()
  const value = JSON.parse(json) as Item
  const fields = definition.fields.map(({ field }) => field)
  return writeResource(
    {
      value: { _id: params['hash'], ...value },
      table: { header: ['_id', ...fields], rows: [[params['hash'], ...fields.map((field) => value[field])]] },
    },
    format,
  )
}

function snapshot(request: ApiRequest): Answer {
  const { register, reader, params, query, format, path } = request
  const size = pathNumber(params['size'], register.size)
  const limit = wholeNumber(query, 'page-size', 100, { min: 1, max: MAX_PAGE })
  const index = wholeNumber(query, 'page-index', 1, { min: 1, max: 1_000_000 })
  const rows = reader.newest(register, size, limit + 1, (index - 1) * limit)
  const links = pageLinks(path, {
    ...(rows.length > limit && { next: { 'page-index': index + 1, 'page-size': limit } }),
    ...(index > 1 && { previous: { 'page-index': index - 1, 'page-size': limit } }),
  })
  return writeResource(entriesResource(request, rows.slice(0, limit), links), format)
}

function snapshotEntry(request: ApiRequest): Answer {
  const { register, reader, params, format } = request
  const found = reader.latestOf(register, params['key']!, pathNumber(params['size'], register.size))
  if (!found) throw notFound()
  const resource = entriesResource(request, [found])
  return writeResource({ ...resource, value: (resource.value as unknown[])[0] }, format)
}

async function entryProof({ register, reader, params }: ApiRequest): Promise<Answer> {
  const size = pathNumber(params['size'], register.size, 1)
  const number = pathNumber(params['number'], size, 1)
  return jsonAnswer({ 'audit-path': (await reader.blobAuditPath(register, number, size)).map(multihash) })
}

async function consistencyProof({ register, reader, params }: ApiRequest): Promise<Answer> {
  const large = pathNumber(params['large'], register.size, 1)
  const small = pathNumber(params['small'], large, 1)
  return jsonAnswer({ 'audit-path': (await reader.blobConsistencyPath(register, small, large)).map(multihash) })
}
