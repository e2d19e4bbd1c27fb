import { type Code, curie, type Ref } from './code.ts'
import type { CodeList } from './list.ts'

/** The list of a register as it is now; undefined when there is no such register. */
export type Lists = (register: string) => CodeList | undefined

const MAX_DEPTH = 20

/** Everything that a code lies in, nearest first, across registers. */
export function ancestorsOf(lists: Lists, code: Code): Ref[] {
  const found = new Map<string, Ref>()
  let edge = code.parents
  for (let depth = 0; edge.length > 0 && depth < MAX_DEPTH; depth += 1) {
    const next: Ref[] = []
    for (const parent of edge) {
      if (found.has(curie(parent))) continue
      found.set(curie(parent), parent)
      next.push(...(lists(parent.register)?.codes.get(parent.code)?.parents ?? []))
    }
    edge = next
  }
  return [...found.values()]
}

/** Whether a code is this one or lies in it. `ancestor` may be of any register that its parents lead to. */
export function liesWithin(lists: Lists, register: string, code: Code, ancestor: Ref): boolean {
  if (ancestor.code === code.code && ancestor.register === register) return true
  return ancestorsOf(lists, code).some((one) => one.register === ancestor.register && one.code === ancestor.code)
}

/** The register that an ancestor's code is of: this one, or one that parents of its codes lead to. */
export function findAncestor(lists: Lists, list: CodeList, text: string): Ref | undefined {
  const [, prefix, rest] = /^([a-z][a-z0-9-]*):(.+)$/.exec(text) ?? []
  if (prefix && rest && lists(prefix)?.codes.has(rest)) return { register: prefix, code: rest }
  if (list.codes.has(text)) return { register: list.register, code: text }
  const seen = new Set([list.register])
  let edge = [list]
  while (edge.length > 0) {
    const next = new Set(
      edge.flatMap(({ definition }) =>
        definition.fields.flatMap(({ role, register }) => (role === 'parent' && register ? [register] : [])),
      ),
    )
    edge = [...next].filter((name) => !seen.has(name)).flatMap((name) => lists(name) ?? [])
    for (const one of edge) {
      if (one.codes.has(text)) return { register: one.register, code: text }
      seen.add(one.register)
    }
  }
  return undefined
}

export type Subsumption = 'equivalent' | 'subsumes' | 'subsumed-by' | 'not-subsumed'

/** How two codes of a list stand to each other. */
export function subsumption(lists: Lists, list: CodeList, a: Code, b: Code): Subsumption {
  if (a.code === b.code) return 'equivalent'
  if (liesWithin(lists, list.register, b, { register: list.register, code: a.code })) return 'subsumes'
  if (liesWithin(lists, list.register, a, { register: list.register, code: b.code })) return 'subsumed-by'
  return 'not-subsumed'
}
