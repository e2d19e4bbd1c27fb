import { type BlankNode, DataFactory, type Literal, type NamedNode, type Quad, type Term } from 'n3'
import { Problem } from '../kernel/index.ts'

/** How a term of the context is read: where it leads, and what a plain text under it means. */
export interface TermDefinition {
  '@id': string
  '@type'?: string
  '@language'?: string
}

/** An inline context: prefixes as texts, terms as definitions. */
export type Context = Record<string, string | TermDefinition>

type Json = string | number | boolean | null | Json[] | { [key: string]: Json }
type Node = { [key: string]: Json }
type Subject = NamedNode | BlankNode

const RDF_TYPE = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type'
/** The property that JSON-LD has a word of its own for. */
const TYPE = { name: '@type', definition: { '@id': RDF_TYPE, '@type': '@vocab' } }
const XSD = 'http://www.w3.org/2001/XMLSchema#'
const LANG_STRING = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#langString'

/**
 * Quads as a JSON-LD document with its context inside: `root` at the top, every other node where it is first referred to. Nodes that
 * cannot be reached from the root stand beside it.
 */
export function writeJsonLd(quads: readonly Quad[], root: string, context: Context): object {
  const bySubject = Map.groupBy(quads, (quad) => keyOf(quad.subject as Subject))
  const names = compactNames(context)
  const written = new Set<string>()
  const nodeOf = (key: string): Node => {
    written.add(key)
    const node: Node = { '@id': key }
    for (const { predicate, object } of bySubject.get(key) ?? []) {
      const { name, definition } = predicate.value === RDF_TYPE ? TYPE : names.term(predicate.value)
      append(node, name, toJson(object, definition))
    }
    return node
  }
  const toJson = (object: Term, definition: TermDefinition | undefined): Json => {
    if (object.termType === 'Literal') return literalValue(object as Literal, definition, names)
    if (definition === TYPE.definition) return names.iri(object.value)
    const key = keyOf(object as Subject)
    if (bySubject.has(key) && !written.has(key)) return nodeOf(key)
    return definition?.['@type'] === '@id' ? key : { '@id': key }
  }
  const top = nodeOf(root)
  const beside = [...bySubject.keys()].flatMap((key) => (written.has(key) ? [] : [nodeOf(key)]))
  return beside.length > 0 ? { '@context': context, '@graph': [top, ...beside] } : { '@context': context, ...top }
}

/**
 * The quads of a JSON-LD document whose contexts are inline: prefixes, terms, nested nodes, `@graph`. Contexts are never fetched.
 *
 * @throws {Problem} json-invalid when it refers to a context elsewhere or is no object.
 */
export function readJsonLd(document: unknown): Quad[] {
  const quads: Quad[] = []
  let blanks = 0
  const subjectOf = (node: Node): Subject => {
    const id = node['@id']
    if (typeof id !== 'string') return DataFactory.blankNode(`node${(blanks += 1)}`)
    return id.startsWith('_:') ? DataFactory.blankNode(id.slice(2)) : DataFactory.namedNode(id)
  }
  const readNode = (node: Node, outer: Context): Subject => {
    const context = { ...outer, ...inlineContext(node['@context'] ?? {}) }
    const subject = subjectOf(node)
    for (const type of listOf(node['@type'] ?? []))
      quads.push(DataFactory.quad(subject, DataFactory.namedNode(RDF_TYPE), DataFactory.namedNode(expand(String(type), context))))
    for (const inner of listOf(node['@graph'] ?? [])) readNode(inner as Node, context)
    for (const [name, values] of Object.entries(node)) {
      const predicate = name.startsWith('@') ? undefined : expand(name, context)
      if (!predicate?.includes(':')) continue
      for (const value of listOf(values))
        if (value !== null)
          quads.push(DataFactory.quad(subject, DataFactory.namedNode(predicate), readValue(value, context[name], context)))
    }
    return subject
  }
  const readValue = (value: Json, definition: Context[string] | undefined, context: Context): Subject | Literal => {
    if (typeof value !== 'object' || value === null) return plainValue(value, definition, context)
    const node = value as Node
    if ('@value' in node) return DataFactory.literal(String(node['@value']), annotationOf(node, context))
    return readNode(node, context)
  }
  if (typeof document !== 'object' || document === null || Array.isArray(document))
    throw new Problem('json-invalid', { detail: 'A JSON-LD document is a JSON object.' })
  readNode(document as Node, {})
  return quads
}

function keyOf(term: Subject): string {
  return term.termType === 'BlankNode' ? `_:${term.value}` : term.value
}

function append(node: Node, name: string, value: Json): void {
  const before = node[name]
  node[name] = before === undefined ? value : [...listOf(before), value]
}

function listOf(value: Json): Json[] {
  return Array.isArray(value) ? value : [value]
}

/** Short names for addresses: of whole terms, and of addresses that begin with a prefix. */
function compactNames(context: Context) {
  const prefixes = Object.entries(context).filter((entry): entry is [string, string] => typeof entry[1] === 'string')
  const iri = (address: string): string => {
    const prefix = prefixes.find(([, start]) => address.startsWith(start))
    return prefix ? `${prefix[0]}:${address.slice(prefix[1].length)}` : address
  }
  const terms = new Map(
    Object.entries(context).flatMap(([name, definition]) =>
      typeof definition === 'string' ? [] : [[expand(definition['@id'], context), { name, definition }] as const],
    ),
  )
  return { iri, term: (address: string): { name: string; definition?: TermDefinition } => terms.get(address) ?? { name: iri(address) } }
}

function literalValue(literal: Literal, definition: TermDefinition | undefined, names: ReturnType<typeof compactNames>): Json {
  const type = literal.datatype.value
  if (type === LANG_STRING)
    return definition?.['@language'] === literal.language ? literal.value : { '@value': literal.value, '@language': literal.language }
  if (type === `${XSD}string`) return definition?.['@type'] || definition?.['@language'] ? { '@value': literal.value } : literal.value
  return definition?.['@type'] === names.iri(type) ? literal.value : { '@value': literal.value, '@type': names.iri(type) }
}

function plainValue(value: string | number | boolean | null, definition: Context[string] | undefined, context: Context): Subject | Literal {
  if (typeof value === 'boolean') return DataFactory.literal(String(value), DataFactory.namedNode(`${XSD}boolean`))
  if (typeof value === 'number')
    return DataFactory.literal(String(value), DataFactory.namedNode(Number.isInteger(value) ? `${XSD}integer` : `${XSD}double`))
  const text = String(value)
  if (typeof definition !== 'object') return DataFactory.literal(text)
  if (definition['@type'] === '@id')
    return text.startsWith('_:') ? DataFactory.blankNode(text.slice(2)) : DataFactory.namedNode(expand(text, context))
  return DataFactory.literal(text, annotationOf(definition as unknown as Node, context))
}

/** What n3 takes for the kind of a literal: a language, a datatype, or neither. */
function annotationOf(node: Node, context: Context): string | NamedNode | undefined {
  if (typeof node['@language'] === 'string') return node['@language']
  return typeof node['@type'] === 'string' ? DataFactory.namedNode(expand(node['@type'], context)) : undefined
}

function expand(name: string, context: Context): string {
  const definition = context[name]
  if (typeof definition === 'object') return expand(definition['@id'], context)
  const [prefix = '', ...rest] = name.split(':')
  const start = context[prefix]
  return rest.length > 0 && typeof start === 'string' && !rest[0]?.startsWith('//') ? start + rest.join(':') : name
}

function inlineContext(context: Json): Context {
  if (Array.isArray(context)) return Object.assign({}, ...context.map(inlineContext))
  if (typeof context === 'object' && context !== null)
    return Object.fromEntries(
      Object.entries(context).map(([name, value]) => [
        name,
        typeof value === 'object' && value !== null ? { '@id': name, ...value } : String(value),
      ]),
    ) as Context
  throw new Problem('json-invalid', {
    detail: `The context ${JSON.stringify(context)} lies elsewhere; only contexts inside the document are read.`,
  })
}
