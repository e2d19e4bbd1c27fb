import type { Literal, NamedNode, Quad, Term } from 'n3'
import { xmlText } from './xml-write.ts'

const RDF = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#'
const STRING = 'http://www.w3.org/2001/XMLSchema#string'
const LANG_STRING = `${RDF}langString`

/**
 * Quads as RDF/XML: one description a subject, in the order given. Every property must begin with one of the prefixes.
 *
 * @see RDF 1.1 XML Syntax, W3C Recommendation
 * @throws {RangeError} when a property has no prefix, or a subject is neither an address nor a blank node.
 */
export function writeRdfXml(quads: readonly Quad[], prefixes: Record<string, string>): string {
  const names = Object.entries({ rdf: RDF, ...prefixes })
  const shortName = (iri: string): string => {
    const prefix = names.find(([, start]) => iri.startsWith(start) && /^[A-Za-z_][\w.-]*$/.test(iri.slice(start.length)))
    if (!prefix) throw new RangeError(`No prefix for ${iri}`)
    return `${prefix[0]}:${iri.slice(prefix[1].length)}`
  }
  const descriptions = [...Map.groupBy(quads, ({ subject }) => identity(subject, 'about'))].map(
    ([about, said]) =>
      `<rdf:Description ${about}>\n${said.map(({ predicate, object }) => `  ${element(shortName(predicate.value), object)}\n`).join('')}</rdf:Description>\n`,
  )
  const spaces = names.map(([name, iri]) => ` xmlns:${name}="${xmlText(iri)}"`).join('')
  return `<?xml version="1.0" encoding="UTF-8"?>\n<rdf:RDF${spaces}>\n${descriptions.join('')}</rdf:RDF>\n`
}

function identity(term: Term, attribute: 'about' | 'resource'): string {
  if (term.termType === 'BlankNode') return `rdf:nodeID="${xmlText(term.value)}"`
  if (term.termType === 'NamedNode') return `rdf:${attribute}="${xmlText((term as NamedNode).value)}"`
  throw new RangeError(`A ${term.termType} cannot be described`)
}

function element(name: string, object: Term): string {
  if (object.termType !== 'Literal') return `<${name} ${identity(object, 'resource')}/>`
  const { value, language, datatype } = object as Literal
  const kind = language
    ? ` xml:lang="${xmlText(language)}"`
    : datatype.value === STRING || datatype.value === LANG_STRING
      ? ''
      : ` rdf:datatype="${xmlText(datatype.value)}"`
  return `<${name}${kind}>${xmlText(value)}</${name}>`
}
