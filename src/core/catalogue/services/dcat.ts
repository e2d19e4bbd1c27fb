import { DataFactory, type Quad } from 'n3'
import { writeTurtle } from '../../../foundation/formats/turtle.ts'
import { licenceTerms } from '../vocabularies.ts'
import type { Service } from './model.ts'

const { namedNode, literal, quad } = DataFactory
const prefixes = {
  adms: 'http://www.w3.org/ns/adms#',
  dcat: 'http://www.w3.org/ns/dcat#',
  dct: 'http://purl.org/dc/terms/',
  foaf: 'http://xmlns.com/foaf/0.1/',
}
type Node = ReturnType<typeof namedNode>

const STATUS = 'http://purl.org/adms/status/'
const statuses: Record<Service['status'], string> = {
  alpha: 'UnderDevelopment',
  beta: 'UnderDevelopment',
  live: 'Completed',
  deprecated: 'Deprecated',
  retired: 'Withdrawn',
}

/**
 * APIs as Turtle.
 *
 * @see DCAT 3, Class: Data Service; DCAT-AP 3.0.1
 */
export function servicesTurtle(services: readonly Service[], publisherTitles: ReadonlyMap<string, string>, base: string): string {
  return writeTurtle(
    services.flatMap((service) => quadsOf(service, publisherTitles, base)),
    prefixes,
  )
}

function quadsOf(service: Service, publisherTitles: ReadonlyMap<string, string>, base: string): Quad[] {
  const subject: Node = namedNode(`${base}/v1/apis/${service.name}`)
  const publisher: Node = namedNode(`${base}/publishers/${service.publisher}`)
  const quads: Quad[] = []
  const term = (name: string) => {
    const [prefix, rest] = name.split(':') as [keyof typeof prefixes, string]
    return namedNode(prefixes[prefix] + rest)
  }
  const say = (of: Node, property: string, object: ReturnType<typeof namedNode> | ReturnType<typeof literal> | undefined) => {
    if (object)
      quads.push(quad(of, property === 'a' ? namedNode('http://www.w3.org/1999/02/22-rdf-syntax-ns#type') : term(property), object))
  }
  const iri = (value: string | undefined) => (value === undefined ? undefined : namedNode(new URL(value).href))
  say(subject, 'a', term('dcat:DataService'))
  say(subject, 'dct:identifier', literal(service.name))
  say(subject, 'dct:title', literal(service.title, 'en'))
  say(subject, 'dct:description', literal(service.description ?? service.title, 'en'))
  say(subject, 'dcat:endpointURL', iri(service.endpointURL))
  say(subject, 'dcat:endpointDescription', iri(service.endpointDescription))
  say(subject, 'foaf:page', iri(service.documentation))
  say(subject, 'adms:status', namedNode(STATUS + statuses[service.status]))
  say(subject, 'dct:publisher', publisher)
  say(publisher, 'a', term('foaf:Agent'))
  say(publisher, 'foaf:name', literal(publisherTitles.get(service.publisher) ?? service.publisher, 'en'))
  const licence = service.licence && licenceTerms[service.licence].uri
  say(subject, 'dct:license', iri(licence))
  if (licence) say(namedNode(licence), 'a', term('dct:LicenseDocument'))
  if (service.documentation) say(namedNode(new URL(service.documentation).href), 'a', term('foaf:Document'))
  for (const word of service.keyword ?? []) say(subject, 'dcat:keyword', literal(word, 'en'))
  for (const dataset of service.servesDataset ?? []) say(subject, 'dcat:servesDataset', namedNode(`${base}/datasets/${dataset}`))
  return quads
}
