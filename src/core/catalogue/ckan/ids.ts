import { createHash } from 'node:crypto'

/** An identifier of UUID's form made from a kind and a name: the same name always has the same one. */
export function uuidOf(kind: string, name: string): string {
  const hex = createHash('sha256').update(`${kind}:${name}`).digest('hex')
  // Version 8 (RFC 9562): a form of our own.
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The identifier of a table of ours as a CKAN resource. */
export const tableId = (datasetIdentifier: string, distribution: string): string =>
  uuidOf('resource', `${datasetIdentifier}/${distribution}`)
