import type { Code } from '../codes/code.ts'
import type { CodeService } from '../codes/service.ts'
import type { Definition } from '../definition.ts'
import { many, one } from '../definition.ts'
import type { FieldDefinition } from '../model.ts'
import { type Candidate, matchText } from './match.ts'
import { fold } from './words.ts'

export interface TypeRef {
  id: string
  name: string
}

/** A query, whatever version of the API it came by. */
export interface ReconcileQuery {
  text: string
  types: string[]
  limit: number
  properties: Array<{ field: string; values: string[]; required?: boolean }>
}

export interface ReconcileOptions {
  codes: CodeService
  /** Address of the server, and of the register. */
  base: string
  address: string
  register: string
}

/** The field whose values are types beside the register itself. */
const KIND_FIELDS = ['kind', 'type', 'local-authority-type']

const kindField = (definition: Definition): string | undefined => definition.fields.find(({ field }) => KIND_FIELDS.includes(field))?.field

const kindId = (register: string, kind: string): string => `${register}/${fold(kind).replaceAll(' ', '-')}`

/** Types of a code: its register, and within it the kind that the register says. */
export function typesOf(definition: Definition, code: Code): TypeRef[] {
  const field = kindField(definition)
  const kind = field && one(code.item[field])
  return [...(kind ? [{ id: kindId(definition.register, kind), name: kind }] : []), { id: definition.register, name: definition.title }]
}

/** Every type of a register: itself first, then its kinds. */
export function allTypes({ codes, register }: ReconcileOptions): TypeRef[] {
  const { definition, codes: all } = codes.list(register)
  const kinds = new Map<string, TypeRef>()
  for (const code of all.values()) for (const type of typesOf(definition, code)) if (type.id !== register) kinds.set(type.id, type)
  return [{ id: register, name: definition.title }, ...kinds.values()]
}

/** The codes that a query may mean. Queries without words but with properties list the codes that have these. */
export function reconcile(options: ReconcileOptions, query: ReconcileQuery): Candidate[] {
  const { codes, register } = options
  const list = codes.list(register)
  const wantedKinds = query.types.filter((type) => type.startsWith(`${register}/`))
  const required = query.properties.filter((property) => property.required)
  const accepts = (code: Code): boolean =>
    (wantedKinds.length === 0 || typesOf(list.definition, code).some(({ id }) => wantedKinds.includes(id))) &&
    required.every(({ field, values }) => has(code, field, values))
  const restricted = wantedKinds.length > 0 || required.length > 0
  if (query.text.trim() === '') return byProperties(list.codes.values(), query).slice(0, query.limit)
  return matchText(list, {
    text: query.text,
    limit: query.limit,
    day: codes.today(),
    ...(query.properties.length > 0 && { properties: query.properties }),
    ...(restricted && { accepts }),
  })
}

function has(code: Code, field: string, values: readonly string[]): boolean {
  const own = many(code.item[field]).map(fold)
  return values.some((value) => own.includes(fold(value)))
}

function byProperties(all: Iterable<Code>, { properties, limit }: ReconcileQuery): Candidate[] {
  const found: Candidate[] = []
  for (const code of all) {
    if (properties.length === 0 || !properties.every(({ field, values }) => has(code, field, values))) continue
    found.push({ code, score: 60, match: false, why: 'has these properties', features: [] })
    if (found.length === limit) break
  }
  return found
}

/** A candidate in the words of version 0.2, which those of 0.1 are part of. */
export function candidateTwo(definition: Definition, { code, score, match, why, features }: Candidate) {
  return {
    id: code.code,
    name: code.name,
    description: describe(code, why),
    type: typesOf(definition, code),
    score,
    match,
    features: features.map(({ id, value }) => ({ id, value })),
  }
}

/** A candidate in the words of version 1.0. */
export function candidateOne(definition: Definition, { code, score, match, why, features }: Candidate) {
  return { id: code.code, name: code.name, description: describe(code, why), type: typesOf(definition, code), score, match, features }
}

function describe(code: Code, why?: string): string {
  const parts = [
    why && `the text ${why}`,
    code.end && `until ${code.end}`,
    code.successors.length > 0 && `then ${code.successors.map((next) => next.code).join(', ')}`,
  ]
  return parts.filter(Boolean).join('; ')
}

/** Codes whose names have a word that begins with the prefix, the closest first. */
export function suggestEntities({ codes, register }: ReconcileOptions, prefix: string, cursor: number, types: string[], limit = 20) {
  const list = codes.list(register)
  const words = fold(prefix).split(' ').filter(Boolean)
  const found: Array<{ code: Code; rank: number }> = []
  const kinds = types.filter((type) => type.startsWith(`${register}/`))
  for (const code of list.codes.values()) {
    if (kinds.length > 0 && !typesOf(list.definition, code).some(({ id }) => kinds.includes(id))) continue
    const rank = prefixRank(code, words, prefix)
    if (rank > 0) found.push({ code, rank })
  }
  found.sort((a, b) => b.rank - a.rank || a.code.name.length - b.code.name.length)
  return found.slice(cursor, cursor + limit).map(({ code }) => ({
    id: code.code,
    name: code.name,
    ...(describe(code) && { description: describe(code) }),
    notable: typesOf(list.definition, code),
  }))
}

function prefixRank(code: Code, words: readonly string[], prefix: string): number {
  if (code.code.toLowerCase() === prefix.trim().toLowerCase()) return 5
  if (words.length === 0) return 1
  let best = code.code.toLowerCase().startsWith(prefix.trim().toLowerCase()) ? 2 : 0
  for (const { text, kind } of code.labels.length > 0 ? code.labels : [{ text: code.name, kind: 'name' as const }]) {
    const folded = fold(text)
    if (folded.startsWith(words.join(' '))) best = Math.max(best, kind === 'name' ? 4 : 3)
    else if (words.every((word) => folded.split(' ').some((own) => own.startsWith(word)))) best = Math.max(best, 1)
  }
  return best
}

/** Fields of the register, and what is known of a code beside them. */
export function propertiesOf(definition: Definition): Array<{ id: string; name: string; description?: string; field?: FieldDefinition }> {
  return [
    ...definition.fields.map((field) => ({
      id: field.field,
      name: field.field.replaceAll('-', ' '),
      ...(field.text && { description: field.text }),
      field,
    })),
    { id: 'status', name: 'status', description: 'Whether it is in use today' },
  ].filter(({ id }, at, all) => all.findIndex((other) => other.id === id) === at)
}

export type ExtendValue = { str: string } | { id: string; name: string } | { int: number } | { float: number } | { date: string }

/** Values of a property of a code, in the words that the data extension protocol has for them. */
export function extend({ codes, register }: ReconcileOptions, id: string, property: string): ExtendValue[] {
  const list = codes.list(register)
  const code = list.codes.get(id)
  if (!code) return []
  if (property === 'status' && !list.definition.fields.some(({ field }) => field === 'status'))
    return [{ str: codes.lookup(register, id).status }]
  const field = list.definition.fields.find((one) => one.field === property)
  return many(property === register ? code.code : code.item[property]).map((value) => extendValue(codes, register, field, value))
}

function extendValue(codes: CodeService, own: string, field: FieldDefinition | undefined, value: string): ExtendValue {
  const register = field?.register ?? (field?.role === 'parent' || field?.role === 'successor' ? own : undefined)
  const linked = register === undefined || field?.field === own ? undefined : codes.lists(register)?.codes.get(value)
  if (linked) return { id: linked.code, name: linked.name }
  if (field?.datatype === 'integer' && /^-?\d{1,15}$/.test(value)) return { int: Number(value) }
  if (field?.datatype === 'datetime' && /^\d{4}-\d\d-\d\d$/.test(value)) return { date: `${value}T00:00:00Z` }
  return { str: value }
}

/** What the register's service says of itself in versions 0.1 and 0.2. */
export function manifestTwo({ codes, base, address, register }: ReconcileOptions) {
  const { definition } = codes.list(register)
  const service = `${address}/reconcile`
  const suggest = (what: string) => ({
    service_url: service,
    service_path: `/suggest/${what}`,
    flyout_service_url: service,
    flyout_service_path: `/flyout/${what}?id=\${id}`,
  })
  return {
    versions: ['0.1', '0.2'],
    name: definition.title,
    identifierSpace: `${address}/codes/`,
    schemaSpace: `${address}/fields/`,
    documentation: `${base}/docs/registers`,
    serviceVersion: '1',
    defaultTypes: [{ id: register, name: definition.title }],
    view: { url: `${address}/codes/{{id}}` },
    feature_view: { url: `${base}/docs/registers#feature-{{id}}` },
    preview: { url: `${service}/preview?id={{id}}`, width: 400, height: 200 },
    suggest: { entity: suggest('entity'), type: suggest('type'), property: suggest('property') },
    extend: { propose_properties: { service_url: service, service_path: '/properties' }, property_settings: [] },
    batchSize: 50,
  }
}

/** What the register's service says of itself in version 1.0. */
export function manifestOne({ codes, base, address, register }: ReconcileOptions) {
  const { definition } = codes.list(register)
  return {
    versions: ['1.0-draft'],
    name: definition.title,
    lang: 'en',
    documentation: `${base}/docs/registers`,
    serviceVersion: '1',
    identifierSpace: `${address}/codes/`,
    schemaSpace: `${address}/fields/`,
    defaultTypes: [{ id: register, name: definition.title }],
    view: { url: `${address}/codes/{{id}}` },
    featureView: { url: `${base}/docs/registers#feature-{{id}}` },
    preview: { width: 400, height: 200 },
    suggest: { entity: true, property: true, type: true },
    extend: { proposeProperties: true, propertySettings: [] },
    standardizedScore: true,
    batchSize: 50,
  }
}
