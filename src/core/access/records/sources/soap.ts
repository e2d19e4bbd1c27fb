import { elementsAt, readXmlTree, type XmlElement } from '../../../../foundation/formats/xml-tree.ts'
import { xmlName, xmlText } from '../../../../foundation/formats/xml-write.ts'
import type { RecordSource } from '../model.ts'
import { cut, versionOf } from './json.ts'
import type { FieldMap, Reach } from './model.ts'
import { reach } from './reach.ts'

/** An operation of a SOAP service: its element, and what stands in it by name. */
export interface SoapCall {
  operation: string
  values: Readonly<Record<string, string | readonly string[]>>
}

export interface SoapSource extends Reach {
  address: string
  /** Namespace of the operations. */
  namespace: string
  version?: '1.1' | '1.2'
  record: (key: string, fields: readonly string[]) => SoapCall
  /** Where the record stands below `Body`, as local names with slashes. */
  at: string
  fields: FieldMap<XmlElement>
  /** The call that tells which record these claims are of, and where its key stands below `Body`. */
  match: { call: (claims: Readonly<Record<string, string>>) => SoapCall; key: string }
}

const ENVELOPE = { '1.1': 'http://schemas.xmlsoap.org/soap/envelope/', '1.2': 'http://www.w3.org/2003/05/soap-envelope' } as const

/** The text of the first element that a path leads to; undefined where there is none. */
export const textAt = (element: XmlElement, path: string): string | undefined => elementsAt(element, path)[0]?.text.trim()

/** The envelope of a call. */
export function envelopeOf({ operation, values }: SoapCall, namespace: string, version: '1.1' | '1.2'): string {
  const element = ([name, value]: [string, string | readonly string[]]): string =>
    [value]
      .flat()
      .map((text) => `<${xmlName(name)}>${xmlText(text)}</${xmlName(name)}>`)
      .join('')
  const inside = Object.entries(values).map(element).join('')
  const name = xmlName(operation)
  return `<?xml version="1.0" encoding="UTF-8"?><s:Envelope xmlns:s="${ENVELOPE[version]}"><s:Body><${name} xmlns="${xmlText(namespace)}">${inside}</${name}></s:Body></s:Envelope>`
}

/**
 * Records of a SOAP service. A fault is a failure, and so is whatever is no envelope; an answer without the record is "no such record".
 *
 * @see SOAP 1.1, section 6; SOAP 1.2 part 2, section 7
 */
export function soapSource(declared: SoapSource): RecordSource {
  const version = declared.version ?? '1.1'
  const ask = async (call: SoapCall): Promise<XmlElement> => {
    const action = `${declared.namespace.replace(/\/?$/, '/')}${call.operation}`
    const type: Record<string, string> =
      version === '1.1'
        ? { 'content-type': 'text/xml; charset=utf-8', soapaction: `"${action}"` }
        : { 'content-type': `application/soap+xml; charset=utf-8; action="${action}"` }
    const request = { method: 'POST', headers: type, body: envelopeOf(call, declared.namespace, version) }
    const { status, text } = await reach(declared.address, request, declared)
    const tree = status === 200 ? readXmlTree(text) : undefined
    const body = tree?.name === 'Envelope' ? elementsAt(tree, 'Body')[0] : undefined
    if (!body || body.children.some(({ name }) => name === 'Fault'))
      throw new Error(`the source answered ${status} with a fault or no envelope`)
    return body
  }
  const record = async (key: string, fields: readonly string[]) => {
    const row = elementsAt(await ask(declared.record(key, fields)), declared.at)[0]
    return row && cut(declared.fields, row, fields, textAt)
  }
  return {
    fetch: record,
    match: async (claims) => textAt(await ask(declared.match.call(claims)), declared.match.key) || undefined,
    version: async (key) => versionOf(await record(key, Object.keys(declared.fields))),
  }
}
