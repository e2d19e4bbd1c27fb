import { type Code, statusOn } from '../codes/code.ts'
import { findCode, isActive } from '../codes/find.ts'
import type { CodeList } from '../codes/list.ts'
import { liesWithin } from '../codes/relations.ts'
import { many } from '../definition.ts'
import { FhirError } from './outcome.ts'
import type { Resource } from './parameters.ts'
import { atOf, type Fhir, findSystem } from './systems.ts'

/** A code that a value set holds. */
export interface Member {
  list: CodeList
  code: Code
}

interface Include {
  system?: string
  version?: string
  concept?: Array<{ code: string }>
  filter?: Array<{ property: string; op: string; value: string }>
  valueSet?: string[]
}

export interface Asked {
  date?: string
  /** Versions of systems, as `system|version`. */
  systemVersions?: string[]
}

/** The codes that a value set holds: of one of ours by its address, or of one that is sent along. */
export function membersOf(fhir: Fhir, from: { url?: string; resource?: Resource }, asked: Asked): Member[] {
  const { resource, url } = from
  if (!resource) {
    if (!url) throw new FhirError(400, 'required', 'Say which value set: url, or valueSet.')
    return systemMembers(fhir, url, undefined, asked)
  }
  const { compose } = resource as { compose?: { include?: Include[]; exclude?: Include[]; inactive?: boolean } }
  if (!compose?.include?.length) throw new FhirError(400, 'invalid', 'The value set has no compose.include.')
  const left = new Set((compose.exclude ?? []).flatMap((part) => included(fhir, part, asked)).map(key))
  const seen = new Set<string>()
  return compose.include
    .flatMap((part) => included(fhir, part, asked))
    .filter((member) => !left.has(key(member)) && !seen.has(key(member)) && seen.add(key(member)))
    .filter(({ code }) => compose.inactive !== false || isActive(statusOn(code, asked.date?.slice(0, 10) ?? fhir.codes.today())))
}

const key = ({ list, code }: Member): string => `${list.register} ${code.code}`

function systemMembers(fhir: Fhir, url: string, version: string | undefined, { date, systemVersions = [] }: Asked): Member[] {
  const given = systemVersions.map((text) => text.split('|')).find(([system]) => system === url)?.[1]
  const { register, size } = findSystem(fhir, url, version ?? given)
  const list = fhir.codes.list(register, atOf(size, size === undefined ? date : undefined))
  return [...list.codes.values()].map((code) => ({ list, code }))
}

function included(fhir: Fhir, { system, version, concept, filter = [], valueSet = [] }: Include, asked: Asked): Member[] {
  const imported = valueSet.map((url) => systemMembers(fhir, url, undefined, asked))
  if (!system) return imported[0]?.filter((member) => imported.every((set) => set.some((other) => key(other) === key(member)))) ?? []
  let members = systemMembers(fhir, system, version, asked)
  if (concept) {
    const [first] = members
    members = concept.flatMap(({ code }) => {
      const found = first && findCode(first.list, code, fhir.codes.today())
      return found ? [{ list: first.list, code: found.code }] : []
    })
  }
  for (const one of filter) members = members.filter((member) => passes(fhir, one, member))
  return imported.reduce((kept, set) => kept.filter((member) => set.some((other) => key(other) === key(member))), members)
}

function passes(fhir: Fhir, { property, op, value }: { property: string; op: string; value: string }, { list, code }: Member): boolean {
  if (op === 'is-a' || op === 'descendent-of' || op === 'is-not-a') {
    const inside = liesWithin(fhir.codes.lists, list.register, code, { register: list.register, code: value })
    if (op === 'is-not-a') return !inside
    return inside && (op === 'is-a' || code.code !== value)
  }
  const own =
    property === 'code' || property === 'concept'
      ? [code.code]
      : property === 'display'
        ? [code.name]
        : property === 'inactive'
          ? [String(!isActive(statusOn(code, fhir.codes.today())))]
          : property === 'status' && !code.item['status']
            ? [statusOn(code, fhir.codes.today())]
            : many(code.item[property])
  if (op === '=') return own.includes(value)
  if (op === 'in') return value.split(',').some((one) => own.includes(one.trim()))
  if (op === 'not-in') return !value.split(',').some((one) => own.includes(one.trim()))
  if (op === 'exists') return own.length > 0 === (value === 'true')
  if (op === 'regex') return own.some((text) => matches(text, value))
  throw new FhirError(422, 'not-supported', `The filter ${op} is not known here.`)
}

/** Whether a pattern covers the text. Only letters, digits, points, stars and sets pass: a stranger's pattern must not run for ever. */
function matches(text: string, pattern: string): boolean {
  if (!/^[\w\s.\-[\]^?*/]{1,60}$/.test(pattern) || (pattern.match(/[*?]/g) ?? []).length > 2)
    throw new FhirError(422, 'not-supported', 'Only simple regular expressions are taken.')
  return new RegExp(`^(?:${pattern})$`).test(text)
}
