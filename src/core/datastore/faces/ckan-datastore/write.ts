import { randomUUID } from 'node:crypto'
import { Turns } from '../../../../foundation/kernel/index.ts'
import { demandPublisher } from '../../../access/index.ts'
import {
  type Action,
  type Actions,
  addResource,
  type CkanContext,
  denied,
  invalid,
  notFound,
  resourceHome,
  textOf,
  truthOf,
} from '../../../catalogue/index.ts'
import type { Datastore } from '../../index.ts'
import type { ColumnType, Manifest } from '../../model.ts'
import { readSearch, rowsFrom } from './search.ts'
import { cellOf, guessType, typeOf } from './values.ts'

type Dict = Record<string, unknown>
type Row = Array<string | null>

/** Rows that a table written record by record may have; larger ones are published as files. */
const MOST_ROWS = 250_000
const MOST_FIELDS = 1_000

interface Field {
  name: string
  type: ColumnType
  reason: string
}

interface Table {
  fields: Field[]
  key: string[]
  rows: Row[]
}

/**
 * CKAN's datastore actions that change tables. Each makes a version of the table, so that what was there before can be asked for; changes of
 * one table run one after the other.
 */
export function datastoreWrites(datastore: Datastore): Actions {
  const turns = new Turns<string>()
  const writes = (run: (given: Dict, context: CkanContext, id: string) => Promise<unknown>): Action => ({
    reads: false,
    run: (given, context) => {
      const id = textOf(given.resource_id ?? given.id)
      if (!id) throw invalid({ resource_id: ['Missing value'] })
      return turns.take(id, () => run(given, context, id))
    },
  })
  const remove = (given: Dict, context: CkanContext, id: string) => removeRecords(datastore, given, context, id)
  return {
    datastore_create: {
      reads: false,
      run: async (given, context) => {
        const id = await resourceToWrite(given, context)
        return turns.take(id, () => create(datastore, given, context, id))
      },
    },
    datastore_upsert: writes((given, context, id) => upsert(datastore, given, context, id)),
    datastore_delete: writes(remove),
    datastore_records_delete: writes((given, context, id) => {
      if (given.filters === undefined) throw invalid({ filters: ['Missing value'] })
      return remove(given, context, id)
    }),
  }
}

/** The resource that records go to: one that is there, or one made for them. */
async function resourceToWrite(given: Dict, context: CkanContext): Promise<string> {
  const { resource } = given
  const id = textOf(given.resource_id)
  if (!resource && !id) throw invalid({ resource_id: ['resource_id or resource required'] })
  if (resource && id) throw invalid({ resource: ['resource cannot be used with resource_id'] })
  if (!resource) return id
  if (typeof resource !== 'object' || Array.isArray(resource)) throw invalid({ resource: ['Must be an object'] })
  if (!textOf((resource as Dict).package_id)) throw invalid({ resource: { package_id: ['Missing value'] } })
  readFields(given.fields)
  const made = randomUUID()
  await addResource(context, {
    name: 'Data',
    format: 'CSV',
    url: `${context.base()}/datastore/dump/${made}`,
    ...(resource as Dict),
    id: made,
  })
  return made
}

/** The table of a resource that the asker may change; without one, undefined. */
async function tableToWrite(
  datastore: Datastore,
  given: Dict,
  context: CkanContext,
  id: string,
): Promise<{ dataset: string; manifest?: Manifest }> {
  const { dataset, table } = await resourceHome(context, id).catch(() => {
    throw notFound(`Resource "${id}" was not found.`)
  })
  demandPublisher(context.actor, dataset.publisher)
  if (table && table !== id) throw denied('This table was published as a file: publish the next version of it')
  const link = dataset.linked?.find(({ identifier }) => identifier === id)
  const isOwn = link?.accessURL.endsWith(`/datastore/dump/${id}`)
  if (!table && !isOwn && !truthOf(given.force))
    throw invalid({ 'read-only': ['Cannot edit read-only resource. Either pass "force=True" or change url_type to "datastore"'] })
  return { dataset: dataset.name, ...(table && { manifest: await datastore.current(dataset.name, table) }) }
}

async function create(datastore: Datastore, given: Dict, context: CkanContext, id: string): Promise<Dict> {
  const { dataset, manifest } = await tableToWrite(datastore, given, context, id)
  const records = readRecords(given.records)
  const before = manifest && (await tableOf(datastore, manifest))
  const fields = before ? widened(before.fields, readFields(given.fields), given) : fieldsOf(readFields(given.fields), records)
  const key = given.primary_key === undefined ? (before?.key ?? []) : namesIn(given.primary_key, fields, 'primary_key')
  const rows = (before?.rows ?? []).map((row) => fields.map((_field, i) => row[i] ?? null))
  const table = changed({ fields, key, rows }, records, key.length && before?.key.length ? 'upsert' : 'insert')
  await write(datastore, dataset, id, table)
  return {
    resource_id: id,
    method: 'insert',
    fields: fields.map(({ name, type }) => ({ id: name, type: shownTypes[type] })),
    ...(key.length && { primary_key: key }),
    ...(truthOf(given.include_records) && { records }),
  }
}

async function upsert(datastore: Datastore, given: Dict, context: CkanContext, id: string): Promise<Dict> {
  const { dataset, manifest } = await tableToWrite(datastore, given, context, id)
  if (!manifest) throw notFound(`Resource "${id}" was not found.`)
  const method = textOf(given.method) || 'upsert'
  if (method !== 'upsert' && method !== 'insert' && method !== 'update')
    throw invalid({ method: [`"${method}" is not a valid method: upsert, insert or update`] })
  const records = readRecords(given.records)
  const table = changed(await tableOf(datastore, manifest), records, method)
  if (!truthOf(given.dry_run)) await write(datastore, dataset, id, table)
  return { resource_id: id, method, ...(truthOf(given.include_records) && { records }), ...(truthOf(given.dry_run) && { dry_run: true }) }
}

/** Rows that match the filters, or the whole table where none are given. */
async function removeRecords(datastore: Datastore, given: Dict, context: CkanContext, id: string): Promise<Dict> {
  const { dataset, manifest } = await tableToWrite(datastore, given, context, id)
  if (!manifest) throw notFound(`Resource "${id}" was not found.`)
  if (given.filters === undefined || given.filters === null) {
    await datastore.dropTable(dataset, manifest.distribution)
    return { resource_id: id }
  }
  const asked = readSearch({ filters: given.filters, fields: ['_id'] }, manifest)
  const { rows } = await rowsFrom(datastore, manifest, asked, 0, MOST_ROWS)
  const gone = new Set(rows.map(([place]) => Number(place)))
  const table = await tableOf(datastore, manifest)
  if (gone.size) await write(datastore, dataset, id, { ...table, rows: table.rows.filter((_row, i) => !gone.has(i + 1)) })
  return { resource_id: id, filters: given.filters }
}

const shownTypes = { integer: 'int', number: 'numeric', boolean: 'bool', date: 'date', 'date-time': 'timestamp', text: 'text' } as const

function readRecords(given: unknown): Dict[] {
  const records = typeof given === 'string' ? parsed(given, 'records') : (given ?? [])
  if (!Array.isArray(records) || records.some((record) => typeof record !== 'object' || record === null || Array.isArray(record)))
    throw invalid({ records: ['Must be a list of objects'] })
  return records as Dict[]
}

function parsed(text: string, field: string): unknown {
  try {
    return text.trim() ? JSON.parse(text) : undefined
  } catch {
    throw invalid({ [field]: ['Cannot parse JSON'] })
  }
}

/** What a client says of columns. @throws {CkanError} Validation Error for a name that CKAN would not take either. */
function readFields(given: unknown): Array<{ name: string; type?: ColumnType }> {
  const list = typeof given === 'string' ? parsed(given, 'fields') : given
  if (list === undefined || list === null) return []
  if (!Array.isArray(list)) throw invalid({ fields: ['Must be a list of objects'] })
  if (list.length > MOST_FIELDS) throw invalid({ fields: [`At most ${MOST_FIELDS} fields`] })
  const seen = new Set<string>()
  return list.map((each: Dict) => {
    const name = textOf(each?.id).trim()
    if (!name || name.startsWith('_') || name.length > 200 || /["\u0000-\u001f]/.test(name))
      throw invalid({ fields: [`"${name}" is not a valid field name`] })
    if (seen.has(name.toLowerCase())) throw invalid({ fields: [`Duplicate column names are not supported: "${name}"`] })
    seen.add(name.toLowerCase())
    return { name, ...(textOf(each.type) && { type: typeOf(textOf(each.type)) }) }
  })
}

function fieldsOf(declared: Array<{ name: string; type?: ColumnType }>, records: readonly Dict[]): Field[] {
  const extra = new Set(records.flatMap((record) => Object.keys(record)))
  const names = declared.length ? declared : readFields([...extra].map((id) => ({ id })))
  if (!names.length) throw invalid({ fields: ['"fields" or "records" required to create a datastore table'] })
  return names.map(({ name, type }) => ({
    name,
    type: type ?? guessType(values(records, name)),
    reason: type ? 'declared by the program that wrote it' : 'the type that all first values have',
  }))
}

function* values(records: readonly Dict[], name: string): Iterable<unknown> {
  for (const record of records) yield record[name]
}

/** The columns of a table that is there, with those that the client names for the first time after them. */
function widened(before: Field[], declared: Array<{ name: string; type?: ColumnType }>, { delete_fields }: Dict): Field[] {
  if (declared.length && truthOf(delete_fields) && before.some(({ name }) => !declared.some((each) => each.name === name)))
    throw invalid({ delete_fields: ['Columns stay: make a table of its own for the new shape'] })
  for (const { name, type } of declared) {
    const known = before.find((each) => each.name === name)
    if (known && type && type !== known.type)
      throw invalid({ fields: [`Supplied field "${name}" not present or in wrong order: it is of type ${shownTypes[known.type]}`] })
  }
  const added = declared.filter(({ name }) => !before.some((each) => each.name === name))
  return [...before, ...added.map(({ name, type }) => ({ name, type: type ?? 'text', reason: 'declared by the program that wrote it' }))]
}

function namesIn(given: unknown, fields: readonly Field[], parameter: string): string[] {
  const names = (Array.isArray(given) ? given.map(textOf) : textOf(given).split(',')).map((name) => name.trim()).filter(Boolean)
  for (const name of names)
    if (!fields.some((field) => field.name === name)) throw invalid({ [parameter]: [`field "${name}" not in table`] })
  return names
}

async function tableOf(datastore: Datastore, manifest: Manifest): Promise<Table> {
  const fields = manifest.columns.map(({ name, type, reason }) => ({ name, type, reason }))
  const key = manifest.key.map((alias) => manifest.columns.find((column) => column.alias === alias)?.name ?? alias)
  const { rows } = await rowsFrom(datastore, manifest, readSearch({ fields: fields.map(({ name }) => name) }, manifest), 0, MOST_ROWS)
  return { fields, key, rows: rows.map((row) => row.map((cell, i) => cellOf(cell, fields[i]?.type ?? 'text', { column: '', row: 0 }))) }
}

/**
 * The table after records were put into it.
 *
 * @throws {CkanError} Validation Error for an unknown field, a value that does not suit, a key that is missing, there twice or not there.
 */
function changed({ fields, key, rows }: Table, records: readonly Dict[], method: 'upsert' | 'insert' | 'update'): Table {
  if (method !== 'insert' && !key.length) throw invalid({ table: ['unable to find or update unique key'] })
  const places = new Map(rows.map((row, i) => [keyOf(row, fields, key), i]))
  const after = [...rows]
  for (const [i, record] of records.entries()) {
    const unknown = Object.keys(record).find((name) => name !== '_id' && !fields.some((field) => field.name === name))
    if (unknown !== undefined) throw invalid({ records: [`row "${i + 1}" has extra keys "${unknown}"`] })
    const missing = key.find((name) => record[name] === undefined || record[name] === null || record[name] === '')
    if (missing !== undefined) throw invalid({ key: [`fields "${missing}" are missing but needed as key`] })
    const cells = fields.map(({ name, type }) => (name in record ? cellOf(record[name], type, { column: name, row: i }) : undefined))
    const at = key.length ? places.get(keyOf(cells, fields, key)) : undefined
    if (at !== undefined) {
      if (method === 'insert') throw invalid({ records: ['duplicate key value violates unique constraint'], records_row: i })
      after[at] = cells.map((cell, position) => (cell === undefined ? (after[at]?.[position] ?? null) : cell))
    } else {
      if (method === 'update') throw invalid({ key: [`key "${key.map((name) => textOf(record[name])).join(', ')}" not found`] })
      if (key.length) places.set(keyOf(cells, fields, key), after.length)
      after.push(cells.map((cell) => cell ?? null))
    }
  }
  if (after.length > MOST_ROWS)
    throw invalid({ records: [`A table written by records holds at most ${MOST_ROWS} of them: publish a larger one as a file`] })
  return { fields, key, rows: after }
}

const keyOf = (row: ReadonlyArray<string | null | undefined>, fields: readonly Field[], key: readonly string[]): string =>
  JSON.stringify(key.map((name) => row[fields.findIndex((field) => field.name === name)] ?? null))

async function write(datastore: Datastore, dataset: string, distribution: string, { fields, key, rows }: Table): Promise<void> {
  await datastore.writeRows({ dataset, distribution, columns: fields, key, rows })
}
