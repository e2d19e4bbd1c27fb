import { type Code, type CodeList, type Registers, recognise } from '../../registers/index.ts'
import { boundaries } from './boundaries.ts'

/** An area that goes by a name: its code, and the districts with boundaries that it is made of. */
export interface NamedArea {
  code: string
  name: string
  districts: readonly string[]
}

export const AREAS = 'statistical-geography-area'
const AUTHORITIES = 'local-authority'
const MAX_DEPTH = 6

/**
 * The area that a GSS code, a code of a local authority, or a name means, as far as boundaries of its districts are there; undefined when none or
 * several are meant, or a part that is an area today has no boundary.
 */
export function findArea(registers: Registers, text: string): NamedArea | undefined {
  const plain = text.trim().replace(/^(?:statistical-geography-area|local-authority):/, '')
  const known = registers.names().includes(AREAS) ? registers.codes.list(AREAS) : undefined
  const code = known && codeOf(registers, known, plain)
  if (!known || !code) return districtNamed(plain)
  const districts = districtsOf(known, code)
  return districts?.size ? { code: code.code, name: code.name, districts: [...districts].sort() } : undefined
}

function codeOf(registers: Registers, areas: CodeList, text: string): Code | undefined {
  const day = registers.codes.today()
  const named = recognise(areas, text, day)?.code
  if (named || !registers.names().includes(AUTHORITIES)) return named
  const gss = recognise(registers.codes.list(AUTHORITIES), text, day)?.code.item.gss
  return typeof gss === 'string' ? areas.codes.get(gss) : undefined
}

/** Areas of today that have a boundary, in the order of their codes. */
export function listAreas(registers: Registers): NamedArea[] {
  if (!registers.names().includes(AREAS)) return [...boundaries().districts].map(([code, { name }]) => ({ code, name, districts: [code] }))
  const list = registers.codes.list(AREAS)
  return [...list.codes.values()]
    .filter(({ end }) => !end)
    .flatMap((code) => {
      const districts = districtsOf(list, code)
      return districts ? [{ code: code.code, name: code.name, districts: [...districts].sort() }] : []
    })
    .sort((a, b) => (a.code < b.code ? -1 : 1))
}

/** Without registers, what the boundaries themselves are called. */
function districtNamed(text: string): NamedArea | undefined {
  const found = [...boundaries().districts].find(([code, { name }]) => code === text || name.toLowerCase() === text.toLowerCase())
  return found && { code: found[0], name: found[1].name, districts: [found[0]] }
}

/** The districts with boundaries that an area is made of: itself, what lies in it, or what it took the place of. */
function districtsOf(areas: CodeList, code: Code, depth = 0): Set<string> | undefined {
  if (boundaries().districts.has(code.code)) return new Set([code.code])
  if (depth > MAX_DEPTH) return undefined
  const key = `${AREAS}:${code.code}`
  // Who was split among several is no part of any one of them.
  const before = (areas.predecessors.get(key) ?? []).filter(({ successors }) => successors.length === 1)
  const former = union(before.map((one) => districtsOf(areas, one, depth + 1)))
  const parts = areas.children.get(key) ?? []
  const inside = parts.map((part) => ({ part, districts: districtsOf(areas, part, depth + 1) }))
  if (inside.some(({ part, districts }) => !part.end && !districts && isDistrict(part))) return undefined
  const all = union([former, ...inside.map(({ districts }) => districts)])
  return all?.size ? all : undefined
}

/** Districts and what is made of them; other kinds of area (registration districts) overlap them and need no boundary. */
const isDistrict = ({ code }: Code): boolean => /^(?:E0[6-9]|E12|E92|W06|W92|S12|S92|N09|N92)/.test(code)

const union = (sets: readonly (ReadonlySet<string> | undefined)[]): Set<string> | undefined => {
  const all = sets.flatMap((set) => [...(set ?? [])])
  return all.length ? new Set(all) : undefined
}
