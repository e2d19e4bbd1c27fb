import { DataFactory, type Quad } from 'n3'
import { type Context, writeJsonLd } from '../../../foundation/formats/json-ld.ts'
import { writeRdfXml } from '../../../foundation/formats/rdf-xml.ts'
import { writeTurtle } from '../../../foundation/formats/turtle.ts'
import { type Code, type Ref, type Status, statusOn } from '../codes/code.ts'
import { isActive } from '../codes/find.ts'
import type { CodeList } from '../codes/list.ts'

/**
 * A register as a concept scheme and its codes as concepts.
 *
 * @see SKOS Reference, W3C Recommendation, 18 August 2009; the integrity conditions (S9 to S46) hold.
 */

const { namedNode, literal, quad } = DataFactory

const prefixes = {
  skos: 'http://www.w3.org/2004/02/skos/core#',
  dct: 'http://purl.org/dc/terms/',
  owl: 'http://www.w3.org/2002/07/owl#',
  dcat: 'http://www.w3.org/ns/dcat#',
  adms: 'http://www.w3.org/ns/adms#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
}
type Prefix = keyof typeof prefixes

const RDF_TYPE = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type'

/** Status words of the European authority for changes of concepts are not ours; those of the registry ontology are. */
const STATUS = 'http://purl.org/linked-data/registry#status'

const context: Context = {
  ...prefixes,
  prefLabel: { '@id': 'skos:prefLabel' },
  altLabel: { '@id': 'skos:altLabel' },
  notation: { '@id': 'skos:notation' },
  inScheme: { '@id': 'skos:inScheme', '@type': '@id' },
  broader: { '@id': 'skos:broader', '@type': '@id' },
  narrower: { '@id': 'skos:narrower', '@type': '@id' },
  topConceptOf: { '@id': 'skos:topConceptOf', '@type': '@id' },
  hasTopConcept: { '@id': 'skos:hasTopConcept', '@type': '@id' },
}

export interface SkosOptions {
  base: string
  day: string
}

export const schemeAddress = (base: string, register: string): string => `${base}/registers/${register}`
export const codeAddress = (base: string, { register, code }: Ref): string =>
  `${base}/registers/${register}/codes/${encodeURIComponent(code)}`

/** What is said of the scheme, then of each concept. */
export function skosQuads(list: CodeList, codes: Iterable<Code>, { base, day }: SkosOptions, withScheme = true): Quad[] {
  const all = [...codes]
  return [...(withScheme ? schemeQuads(list, all, base) : []), ...all.flatMap((code) => conceptQuads(list, code, base, day))]
}

const isTop = (list: CodeList, code: Code): boolean =>
  !code.parents.some((parent) => parent.register === list.register && list.codes.has(parent.code))

function schemeQuads(list: CodeList, codes: readonly Code[], base: string): Quad[] {
  const scheme = schemeAddress(base, list.register)
  const { definition } = list
  return [
    said(scheme, RDF_TYPE, named('skos', 'ConceptScheme')),
    said(scheme, iri('dct', 'title'), literal(definition.title, 'en')),
    ...(definition.description ? [said(scheme, iri('dct', 'description'), literal(definition.description, 'en'))] : []),
    said(scheme, iri('owl', 'versionInfo'), literal(String(list.size))),
    ...codes
      .filter((code) => isTop(list, code))
      .map((code) =>
        said(scheme, iri('skos', 'hasTopConcept'), namedNode(codeAddress(base, { register: list.register, code: code.code }))),
      ),
  ]
}

function conceptQuads(list: CodeList, code: Code, base: string, day: string): Quad[] {
  const subject = codeAddress(base, { register: list.register, code: code.code })
  const scheme = namedNode(schemeAddress(base, list.register))
  const status = statusOn(code, day)
  const link = (property: [Prefix, string], ref: Ref) => said(subject, iri(...property), namedNode(codeAddress(base, ref)))
  return [
    said(subject, RDF_TYPE, named('skos', 'Concept')),
    said(subject, iri('skos', 'inScheme'), scheme),
    ...(isTop(list, code) ? [said(subject, iri('skos', 'topConceptOf'), scheme)] : []),
    said(subject, iri('skos', 'notation'), literal(code.code)),
    ...labelQuads(subject, code),
    ...code.parents.map((parent) => link(parent.register === list.register ? ['skos', 'broader'] : ['skos', 'broadMatch'], parent)),
    ...(list.children.get(`${list.register}:${code.code}`) ?? []).map((child) =>
      link(['skos', 'narrower'], { register: list.register, code: child.code }),
    ),
    ...code.notations.flatMap(({ register, value }) =>
      register && register !== list.register ? [link(['skos', 'exactMatch'], { register, code: value })] : [],
    ),
    ...code.successors.map((next) => link(['dct', 'isReplacedBy'], next)),
    ...(list.predecessors.get(`${list.register}:${code.code}`) ?? []).map((before) =>
      link(['dct', 'replaces'], { register: list.register, code: before.code }),
    ),
    ...(code.start ? [said(subject, iri('dcat', 'startDate'), dateLiteral(code.start))] : []),
    ...(code.end ? [said(subject, iri('dcat', 'endDate'), dateLiteral(code.end))] : []),
    said(subject, iri('dct', 'modified'), literal(code.timestamp, named('xsd', 'dateTime'))),
    said(subject, iri('adms', 'status'), namedNode(statusAddress(status))),
    ...(isActive(status) ? [] : [said(subject, iri('owl', 'deprecated'), literal('true', named('xsd', 'boolean')))]),
    ...historyNote(subject, code, status),
  ]
}

const statusAddress = (status: Status): string => `${STATUS}${status[0]!.toUpperCase()}${status.slice(1)}`

/** One preferred label a language (S14); no label is both preferred and alternative (S13). */
function labelQuads(subject: string, code: Code): Quad[] {
  const preferred = new Map<string, string>()
  if (!code.labels.some(({ kind }) => kind === 'name')) preferred.set('en', code.name)
  for (const { text, language, kind } of code.labels) if (kind === 'name' && !preferred.has(language)) preferred.set(language, text)
  const known = new Set([...preferred].map(([language, text]) => `${language} ${text}`))
  const alternative = code.labels.filter(({ text, language }) => {
    const key = `${language} ${text}`
    return !known.has(key) && Boolean(known.add(key))
  })
  return [
    ...[...preferred].map(([language, text]) => said(subject, iri('skos', 'prefLabel'), literal(text, language))),
    ...alternative.map(({ text, language }) => said(subject, iri('skos', 'altLabel'), literal(text, language))),
  ]
}

function historyNote(subject: string, { end, successors }: Code, status: Status): Quad[] {
  if (isActive(status)) return []
  const next = successors.map(({ code }) => code).join(', ')
  return [
    said(
      subject,
      iri('skos', 'historyNote'),
      literal(`${status}${end ? `, last day ${end}` : ''}${next ? `, replaced by ${next}` : ''}`, 'en'),
    ),
  ]
}

function dateLiteral(date: string) {
  const type = date.length === 4 ? 'gYear' : date.length === 7 ? 'gYearMonth' : 'date'
  return literal(date.slice(0, 10), named('xsd', type))
}

const iri = (prefix: Prefix, name: string): string => prefixes[prefix] + name
const named = (prefix: Prefix, name: string) => namedNode(prefixes[prefix] + name)
type Object = ReturnType<typeof namedNode> | ReturnType<typeof literal>
const said = (subject: string, predicate: string, object: Object): Quad => quad(namedNode(subject), namedNode(predicate), object)

export const toTurtle = (quads: readonly Quad[]): string => writeTurtle(quads, prefixes)
export const toRdfXml = (quads: readonly Quad[]): string => writeRdfXml(quads, prefixes)
export const toJsonLd = (quads: readonly Quad[], root: string): object => writeJsonLd(quads, root, context)
