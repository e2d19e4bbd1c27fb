import type { CodeService } from '../codes/service.ts'
import type { Registers } from '../index.ts'
import { FhirError } from './outcome.ts'

/** What the FHIR face is made from. */
export interface Fhir {
  registers: Registers
  codes: CodeService
  base: string
  now: () => Date
}

/** Addresses that others know the content of some registers by. */
const wellKnown: Record<string, string> = {
  'urn:iso:std:iso:3166': 'country',
  'urn:iso:std:iso:4217': 'currency',
  'urn:ietf:bcp:13': 'media-type',
  'urn:ietf:bcp:47': 'language',
}

export const systemUrl = ({ base }: Fhir, register: string): string => `${base}/registers/${register}`
export const valueSetUrl = ({ base }: Fhir, register: string): string => `${base}/fhir/ValueSet/${register}`
export const conceptMapUrl = ({ base }: Fhir, id: string): string => `${base}/fhir/ConceptMap/${id}`

/** A register at a version of its own, which is a size of its log. */
export interface System {
  register: string
  size?: number
}

/**
 * The register behind a canonical address, with or without `|version`, of a code system or of its value set.
 *
 * @throws {FhirError} not-found
 */
export function findSystem(fhir: Fhir, canonical: string, version?: string): System {
  const [url = '', inUrl] = canonical.split('|')
  const register = registerOf(fhir, url)
  if (!register)
    throw new FhirError(
      404,
      'not-found',
      `A definition for ${JSON.stringify(url)} could not be found, so its codes cannot be told.`,
      'not-found',
      'system',
    )
  const wanted = inUrl ?? version
  if (wanted === undefined || wanted === '') return { register }
  const { size } = fhir.registers.reader.row(register)
  if (!/^\d{1,12}$/.test(wanted) || Number(wanted) > size)
    throw new FhirError(
      404,
      'not-found',
      `${url} has no version ${wanted}; its versions are sizes of its log, up to ${size}.`,
      'not-found',
      'version',
    )
  return { register, size: Number(wanted) }
}

function registerOf(fhir: Fhir, url: string): string | undefined {
  const known = wellKnown[url]
  if (known) return known
  const [, name] =
    /^(?:.*\/(?:registers|fhir\/CodeSystem|fhir\/ValueSet)\/)?([a-z][a-z0-9-]*)$/.exec(
      url.startsWith(fhir.base) ? url : url.includes(':') ? '' : url,
    ) ?? []
  return name && fhir.registers.names().includes(name) ? name : undefined
}

/** The text of `at` for a size or a date. */
export function atOf(size: number | undefined, date: string | undefined): string | undefined {
  return size !== undefined ? `@${size}` : date?.slice(0, 10)
}
