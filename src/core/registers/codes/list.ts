import type { Definition } from '../definition.ts'
import type { Item } from '../log/canonical.ts'
import type { LogReader } from '../log/reader.ts'
import type { RegisterRow } from '../log/store.ts'
import { type Code, type Ref, readCode } from './code.ts'

const PAGE = 5000

/** The codes of a register at one size of its log. */
export interface CodeList {
  register: string
  definition: Definition
  size: number
  /** By code, in the order in which they were first entered. */
  codes: ReadonlyMap<string, Code>
  /** Codes by what other lists call them, letters and digits only. */
  byNotation: ReadonlyMap<string, Code[]>
  /** Codes of this register by the parent they name, as `register:code`. */
  children: ReadonlyMap<string, Code[]>
  /** Codes that name this one as their successor. */
  predecessors: ReadonlyMap<string, Code[]>
}

/** Reads the codes of a register as they were when its log had `size` entries. */
export function readCodeList(reader: LogReader, row: RegisterRow, definition: Definition, size = row.size): CodeList {
  const codes = new Map<string, Code>()
  for (let from = 1; from <= size; from += PAGE)
    for (const { key, number, timestamp, json } of reader.records(row, from, Math.min(size, from + PAGE - 1))) {
      const code = readCode(definition, key, { number, timestamp }, JSON.parse(json ?? '{}') as Item)
      codes.set(key, withFormerNames(code, codes.get(key)))
    }
  return index(row.name, definition, size, codes)
}

/** The code with the names that its earlier entry had and it has no longer. */
function withFormerNames(code: Code, before: Code | undefined): Code {
  if (!before) return code
  const known = new Set(code.labels.map(({ text }) => text.toLowerCase()))
  const former = before.labels.filter(({ text, kind }) => kind !== 'alias' && !known.has(text.toLowerCase()))
  return former.length > 0 ? { ...code, labels: [...code.labels, ...former.map((label) => ({ ...label, kind: 'former' as const }))] } : code
}

function index(register: string, definition: Definition, size: number, codes: Map<string, Code>): CodeList {
  const byNotation = new Map<string, Code[]>()
  const children = new Map<string, Code[]>()
  const predecessors = new Map<string, Code[]>()
  const add = (map: Map<string, Code[]>, key: string, code: Code) => {
    const known = map.get(key)
    if (!known) map.set(key, [code])
    else if (!known.includes(code)) known.push(code)
  }
  for (const code of codes.values()) {
    add(byNotation, notationKey(code.code), code)
    for (const { value } of code.notations) add(byNotation, notationKey(value), code)
    for (const parent of code.parents) add(children, refKey(parent), code)
    for (const successor of code.successors) add(predecessors, refKey(successor), code)
  }
  return { register, definition, size, codes, byNotation, children, predecessors }
}

/** How notations are compared: letters and digits only, whatever their case. */
export const notationKey = (text: string): string => text.replace(/[^\p{L}\p{N}]/gu, '').toUpperCase()

export const refKey = ({ register, code }: Ref): string => `${register}:${code}`
