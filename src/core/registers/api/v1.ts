import type { Item } from '../log/canonical.ts'
import { digestOf } from '../log/certificate.ts'
import { shaName } from '../log/leaf.ts'
import type { EntryRow } from '../log/store.ts'
import { type Answer, ApiError, jsonAnswer, mediaTypes, moved, notFound, pageLinks, type Resource, writeResource } from './answer.ts'
import { archive } from './archive.ts'
import { type ApiRequest, type Handler, pathNumber, wholeNumber } from './request.ts'

const MAX_PAGE = 5000
const ENTRY_COLUMNS = ['index-entry-number', 'entry-number', 'entry-timestamp', 'key']
const PROOF = 'merkle:sha-256'

/** Resources of the first version, by the pattern of their path below the register. */
export const versionOne: Record<string, Handler<Answer>> = {
  register: (request) => jsonAnswer(registerValue(request)),
  records: (request) => records(request),
  'records/:key': (request) => record(request),
  'records/:key/entries': (request) => recordEntries(request),
  'records/:field/:value': (request) => facet(request),
  entries: (request) => entries(request),
  'entries/:number': (request) => writeResource(entriesResource([entryAt(request)]), request.format),
  'items/:hash': (request) => item(request),
  'download-register': (request) => ({
    status: 200,
    headers: { 'content-type': mediaTypes.zip, 'content-disposition': `attachment; filename="${request.register.name}.zip"` },
    body: archive(request, registerValue(request), registerProof(request)),
  }),
  'download-rsf': (request) => rsf(request, request.reader.rsf(request.register, request.query.get('as-received') === 'true')),
  'download-rsf/:start': (request) => delta(request, pathNumber(request.params['start'], request.register.size), request.register.size),
  'download-rsf/:start/:end': (request) =>
    delta(
      request,
      pathNumber(request.params['start'], request.register.size),
      pathNumber(request.params['end'], request.register.size, Number(request.params['start'])),
    ),
  [`proof/register/${PROOF}`]: (request) => jsonAnswer(registerProof(request)),
  [`proof/entries/:number/:size/${PROOF}`]: (request) => entryProof(request),
  [`proof/entry/:number/:size/${PROOF}`]: (request) => entryProof(request),
  [`proof/consistency/:small/:large/${PROOF}`]: (request) => consistencyProof(request),
  'entry/:number': ({ base, params, format }) => moved(`${base}/entries/${params['number']}${suffixOf(format)}`),
  'record/:key': ({ base, params, format }) => moved(`${base}/records/${encodeURIComponent(params['key']!)}${suffixOf(format)}`),
  'record/:key/entries': ({ base, params, format }) =>
    moved(`${base}/records/${encodeURIComponent(params['key']!)}/entries${suffixOf(format)}`),
  'item/:hash': ({ base, params, format }) => moved(`${base}/items/${params['hash']}${suffixOf(format)}`),
}

const suffixOf = (format: string): string => (format === 'csv' ? '.csv' : '')

function registerValue({ register, definition, reader, domain }: ApiRequest) {
  const { name, size } = register
  const updated = reader.entry(register, size)?.timestamp
  return {
    domain,
    'total-records': reader.countRecords(register),
    'total-entries': size,
    'total-items': reader.countItems(register),
    'register-record': {
      fields: definition.fields.map(({ field }) => field),
      ...(definition.registry && { registry: definition.registry }),
      text: definition.description,
      phase: definition.phase,
      register: name,
    },
    ...(definition.custodian && { custodian: definition.custodian }),
    ...(updated && { 'last-updated': updated }),
  }
}

function registerProof({ register, reader }: ApiRequest) {
  return { 'proof-identifier': PROOF, 'root-hash': shaName(reader.root(register)), 'total-entries': register.size }
}

function entryProof({ register, reader, params }: ApiRequest): Answer {
  const size = pathNumber(params['size'], register.size, 1)
  const number = pathNumber(params['number'], size, 1)
  return jsonAnswer({
    'proof-identifier': PROOF,
    'entry-number': number,
    'merkle-audit-path': reader.auditPath(register, number, size).map(shaName),
  })
}

function consistencyProof({ register, reader, params }: ApiRequest): Answer {
  const large = pathNumber(params['large'], register.size, 1)
  const small = pathNumber(params['small'], large, 1)
  return jsonAnswer({ 'proof-identifier': PROOF, 'merkle-consistency-nodes': reader.consistencyPath(register, small, large).map(shaName) })
}

function entryValue({ number, timestamp, key, items }: EntryRow) {
  return {
    'index-entry-number': String(number),
    'entry-number': String(number),
    'entry-timestamp': timestamp,
    key,
    'item-hash': items.map(shaName),
  }
}

function entriesResource(rows: readonly EntryRow[], headers?: Record<string, string>): Resource {
  return {
    value: rows.map(entryValue),
    table: {
      header: [...ENTRY_COLUMNS, 'item-hash'],
      rows: rows.map(({ number, timestamp, key, items }) => [number, number, timestamp, key, items.map(shaName)]),
    },
    ...(headers && { headers }),
  }
}

function entryAt({ register, reader, params }: ApiRequest): EntryRow {
  const entry = reader.entry(register, pathNumber(params['number'], register.size, 1))
  if (!entry) throw notFound()
  return entry
}

function entries({ register, reader, query, format, path }: ApiRequest): Answer {
  const start = wholeNumber(query, 'start', 1, { min: 1, max: Number.MAX_SAFE_INTEGER })
  const limit = wholeNumber(query, 'limit', 100, {
    min: 1,
    max: MAX_PAGE,
    beyond: `limit too big, maximum limit can be ${MAX_PAGE}.`,
  })
  const links = pageLinks(path, {
    ...(start + limit <= register.size && { next: { start: start + limit, limit } }),
    ...(start > 1 && { previous: { start: Math.max(1, start - limit), limit } }),
  })
  return writeResource(entriesResource(reader.entries(register, start, limit), links), format)
}

function recordEntries({ register, reader, params, format }: ApiRequest): Answer {
  const found = reader.entriesOf(register, params['key']!)
  if (found.length === 0) throw notFound()
  return writeResource(entriesResource(found), format)
}

interface Found {
  entry: EntryRow
  items: Item[]
}

function itemsOf({ register, reader }: ApiRequest, entry: EntryRow): Item[] {
  return entry.items.map((hash) => JSON.parse(reader.item(register, hash) ?? '{}') as Item)
}

function recordsResource(request: ApiRequest, rows: readonly Found[], headers?: Record<string, string>): Resource {
  const fields = request.definition.fields.map(({ field }) => field)
  return {
    // Written by hand: an object of JavaScript would put keys that look like numbers first.
    json: `{${rows
      .map(({ entry, items }) => {
        const { 'item-hash': _hash, ...value } = entryValue(entry)
        return `${JSON.stringify(entry.key)}:${JSON.stringify({ ...value, item: items })}`
      })
      .join(',')}}`,
    table: {
      header: [...ENTRY_COLUMNS, ...fields],
      rows: rows.flatMap(({ entry: { number, timestamp, key }, items }) =>
        items.map((item) => [number, number, timestamp, key, ...fields.map((field) => item[field])]),
      ),
    },
    ...(headers && { headers }),
  }
}

function records(request: ApiRequest): Answer {
  const { register, reader, query, format, path } = request
  const index = wholeNumber(query, 'page-index', 1, { min: 1, max: 1_000_000 })
  const size = wholeNumber(query, 'page-size', 100, {
    min: 1,
    max: MAX_PAGE,
    beyond: `page-size too big, maximum page size can be ${MAX_PAGE}.`,
  })
  const total = reader.countRecords(register)
  if (index > 1 && (index - 1) * size >= total) throw notFound()
  const rows = reader.newest(register, register.size, size, (index - 1) * size)
  const links = pageLinks(path, {
    ...(index * size < total && { next: { 'page-index': index + 1, 'page-size': size } }),
    ...(index > 1 && { previous: { 'page-index': index - 1, 'page-size': size } }),
  })
  return writeResource(
    recordsResource(
      request,
      rows.map((entry) => ({ entry, items: itemsOf(request, entry) })),
      links,
    ),
    format,
  )
}

function record(request: ApiRequest): Answer {
  const { register, reader, params, format, base } = request
  const key = params['key']!
  const entry = reader.latestOf(register, key)
  if (!entry) throw notFound()
  const link = `<${base}/records/${encodeURIComponent(key)}/entries>; rel="version-history"`
  return writeResource(recordsResource(request, [{ entry, items: itemsOf(request, entry) }], { link }), format)
}

/** Records that have exactly this value in a field, newest first, in pages as all records are. */
function facet(request: ApiRequest): Answer {
  const { register, reader, params, definition, query, format, path } = request
  const { field, value } = params as { field: string; value: string }
  if (!definition.fields.some((one) => one.field === field)) throw notFound()
  const index = wholeNumber(query, 'page-index', 1, { min: 1, max: 1_000_000 })
  const size = wholeNumber(query, 'page-size', 100, {
    min: 1,
    max: MAX_PAGE,
    beyond: `page-size too big, maximum page size can be ${MAX_PAGE}.`,
  })
  const found = reader
    .newest(register, register.size, register.size, 0)
    .map((entry) => ({ entry, items: itemsOf(request, entry) }))
    .filter(({ items }) => items.some((item) => item[field] === value || (Array.isArray(item[field]) && item[field].includes(value))))
  if (index > 1 && (index - 1) * size >= found.length) throw notFound()
  const links = pageLinks(path, {
    ...(index * size < found.length && { next: { 'page-index': index + 1, 'page-size': size } }),
    ...(index > 1 && { previous: { 'page-index': index - 1, 'page-size': size } }),
  })
  return writeResource(recordsResource(request, found.slice((index - 1) * size, index * size), links), format)
}

function item({ register, reader, params, definition, format }: ApiRequest): Answer {
  const digest = digestOf(params['hash']!)
  const json = digest.length > 0 ? reader.item(register, digest) : undefined
  if (json === undefined) throw notFound()
  const value = JSON.parse(json) as Item
  const fields = definition.fields.map(({ field }) => field)
  return writeResource({ value, table: { header: fields, rows: [fields.map((field) => value[field])] } }, format)
}

function rsf({ register }: ApiRequest, body: Iterable<string>): Answer {
  return {
    status: 200,
    headers: { 'content-type': mediaTypes.rsf, 'content-disposition': `attachment; filename="${register.name}.rsf"` },
    body,
  }
}

function delta(request: ApiRequest, from: number, to: number): Answer {
  const { register, reader, query } = request
  if (Number.isNaN(to) || from > to) throw new ApiError(404, 'HTTP 404 Not Found')
  const usual = from === 0 ? 0 : register.systemSize
  const system = wholeNumber(query, 'system-entries', usual, { min: 0, max: register.systemSize })
  return rsf(request, reader.delta(register, from, to, system))
}
