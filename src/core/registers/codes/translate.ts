import { type Code, curie, type Ref, statusOn } from './code.ts'
import { isActive } from './find.ts'
import { type CodeList, refKey } from './list.ts'
import type { Lists } from './relations.ts'

/** How the source stands to the target. @see FHIR R5, ConceptMap.group.element.target.relationship */
export type Relationship = 'equivalent' | 'source-is-narrower-than-target' | 'source-is-broader-than-target' | 'related-to'

/** One entry that says that one code leads to another. */
export interface Step {
  from: string
  to: string
  /** Register and entry that say so, and the field that does. */
  register: string
  entry: number
  field: string
  /** Part of the source that goes this way, 0 to 1. */
  weight: number
  /** `stated`: the register says the share. `whole`: there is one way. `equal`: nobody says, so each way has the same. */
  basis: 'stated' | 'whole' | 'equal'
  date?: string
}

export interface Match {
  register: string
  code: string
  display: string
  relationship: Relationship
  /** Part of the source that this match stands for, 0 to 1. */
  weight: number
  status: string
  path: Step[]
}

export interface Translation {
  result: boolean
  matches: Match[]
  message?: string
}

export interface TranslateOptions {
  /** The register to translate into; the code's own for a translation across time. */
  to: string
  /** The day as at which the answer is wanted. */
  day: string
}

interface Way {
  ref: Ref
  weight: number
  path: Step[]
}

const MAX_STEPS = 30

/** Translates a code into another register, or into the codes that stand for it as at another day. */
export function translateCode(lists: Lists, list: CodeList, code: Code, { to, day }: TranslateOptions): Translation {
  const start: Way = { ref: { register: list.register, code: code.code }, weight: 1, path: [] }
  const ways = to === list.register ? acrossTime(lists, [start], day) : acrossLists(lists, list, code, start, to, day)
  const matches = merged(ways).flatMap((way) => matchOf(lists, way, day))
  if (matches.length === 0)
    return {
      result: false,
      matches,
      message:
        to === list.register
          ? `Nothing stands for ${code.code} on ${day}: the register names no successor or predecessor of then.`
          : `No mapping leads from ${curie(start.ref)} into ${to}.`,
    }
  for (const match of matches) match.relationship = relationshipOf(lists, match, matches.length)
  return { result: true, matches: matches.sort((a, b) => b.weight - a.weight || (a.code < b.code ? -1 : 1)) }
}

/** Follows successors forwards and predecessors backwards until every way ends at a code that is valid on the day. */
function acrossTime(lists: Lists, starts: Way[], day: string): Way[] {
  const ended: Way[] = []
  let ways = starts
  for (let count = 0; ways.length > 0 && count < MAX_STEPS; count += 1) {
    const next: Way[] = []
    for (const way of ways) {
      const list = lists(way.ref.register)
      const code = list?.codes.get(way.ref.code)
      if (!list || !code || way.path.some((step) => step.from === curie(way.ref))) continue
      const status = statusOn(code, day)
      if (isActive(status)) ended.push(way)
      else if (status === 'reserved') next.push(...backwards(list, code, way))
      else next.push(...forwards(list, code, way))
    }
    ways = next
  }
  return ended
}

function forwards(list: CodeList, code: Code, way: Way): Way[] {
  const { successors } = code
  const field = list.definition.fields.find(({ role }) => role === 'successor')?.field ?? 'replaced-by'
  return successors.map(({ share, ...ref }) => {
    const weight = share ?? 1 / successors.length
    const basis = share !== undefined ? 'stated' : successors.length === 1 ? 'whole' : 'equal'
    return extended(way, ref, { register: list.register, entry: code.entry, field, weight, basis, ...(code.end && { date: code.end }) })
  })
}

/** A code that had not begun stands for all that went into it, each in the part that went this way. */
function backwards(list: CodeList, code: Code, way: Way): Way[] {
  const before = list.predecessors.get(refKey({ register: list.register, code: code.code })) ?? []
  const field = list.definition.fields.find(({ role }) => role === 'successor')?.field ?? 'replaced-by'
  return before.map((one) =>
    extended(
      way,
      { register: list.register, code: one.code },
      {
        register: list.register,
        entry: one.entry,
        field,
        weight: 1 / before.length,
        basis: before.length === 1 ? 'whole' : 'equal',
        ...(one.end && { date: one.end }),
      },
    ),
  )
}

function extended(way: Way, ref: Ref, step: Omit<Step, 'from' | 'to'>): Way {
  return { ref, weight: way.weight * step.weight, path: [...way.path, { from: curie(way.ref), to: curie(ref), ...step }] }
}

/** Ways into another register: straight, after moving in time, or from the narrower codes of one that no mapping names. */
function acrossLists(lists: Lists, list: CodeList, code: Code, start: Way, to: string, day: string): Way[] {
  const settle = (ways: Way[]) => {
    const today = acrossTime(lists, ways, day)
    return today.length > 0 ? today : ways
  }
  const straight = mapped(lists, list, code, start, to)
  if (straight.length > 0) return settle(straight)
  const later = acrossTime(lists, [start], day)
    .filter((way) => way.path.length > 0)
    .flatMap((way) => {
      const there = lists(way.ref.register)?.codes.get(way.ref.code)
      return there ? mapped(lists, list, there, way, to) : []
    })
  if (later.length > 0) return settle(later)
  const children = list.children.get(refKey(start.ref)) ?? []
  return children.flatMap((child) =>
    acrossLists(
      lists,
      list,
      child,
      extended(
        start,
        { register: list.register, code: child.code },
        {
          register: list.register,
          entry: child.entry,
          field: 'parent',
          weight: 1 / children.length,
          basis: children.length === 1 ? 'whole' : 'equal',
        },
      ),
      to,
      day,
    ),
  )
}

/** What fields of either register and correlations between the two say of a code. */
function mapped(lists: Lists, list: CodeList, code: Code, way: Way, to: string): Way[] {
  const target = lists(to)
  if (!target) return []
  const own = code.notations.filter(({ register, value }) => register === to && target.codes.has(value))
  const links = code.links.filter(({ register }) => register === to)
  const direct = [
    ...own.map(({ field, value }) => ({ field, code: value })),
    ...links.map(({ field, code: value }) => ({ field, code: value })),
  ]
  if (direct.length > 0)
    return direct.map(({ field, code: value }) =>
      extended(
        way,
        { register: to, code: value },
        {
          register: list.register,
          entry: code.entry,
          field,
          weight: 1 / direct.length,
          basis: direct.length === 1 ? 'whole' : 'equal',
        },
      ),
    )
  const pointing = backLinks(target, list.register).get(code.code) ?? []
  if (pointing.length > 0)
    return pointing.map(({ code: value, entry, field }) =>
      extended(
        way,
        { register: to, code: value },
        {
          register: to,
          entry,
          field,
          weight: 1 / pointing.length,
          basis: pointing.length === 1 ? 'whole' : 'equal',
        },
      ),
    )
  return correlated(lists, list.register, code, way, to)
}

function correlated(lists: Lists, from: string, code: Code, way: Way, to: string): Way[] {
  for (const correlation of correlationsOf(lists)) {
    const pairs = correlation.pairs.get(`${from}:${code.code} ${to}`)
    if (!pairs) continue
    return pairs.map(({ ref, entry, field }) =>
      extended(way, ref, {
        register: correlation.register,
        entry,
        field,
        weight: 1 / pairs.length,
        basis: pairs.length === 1 ? 'whole' : 'equal',
      }),
    )
  }
  return []
}

const backLinkCache = new WeakMap<CodeList, Map<string, Map<string, Array<{ code: string; entry: number; field: string }>>>>()

/** Codes of a list by the code of another register that they name. */
function backLinks(list: CodeList, register: string): Map<string, Array<{ code: string; entry: number; field: string }>> {
  const cached = backLinkCache.get(list) ?? new Map()
  backLinkCache.set(list, cached)
  const known = cached.get(register)
  if (known) return known
  const links = new Map<string, Array<{ code: string; entry: number; field: string }>>()
  for (const code of list.codes.values())
    for (const { field, value } of [
      ...code.notations.filter((notation) => notation.register === register),
      ...code.links.filter((link) => link.register === register).map(({ field, code: value }) => ({ field, value })),
    ])
      links.set(value, [...(links.get(value) ?? []), { code: code.code, entry: code.entry, field }])
  cached.set(register, links)
  return links
}

/** A register whose codes are pairs: each names a source and a target in other registers. */
export interface Correlation {
  register: string
  /** `register:code target-register` to where it leads. */
  pairs: Map<string, Array<{ ref: Ref; entry: number; field: string }>>
  registers: Array<{ source: string; target: string }>
}

const correlationCache = new WeakMap<CodeList, Correlation>()

/** Every register of pairs, read once for each state of it. */
export function correlationsOf(lists: Lists & { correlations?: () => CodeList[] }): Correlation[] {
  return (lists.correlations?.() ?? []).map((list) => {
    const known = correlationCache.get(list)
    if (known) return known
    const made = readCorrelation(list)
    correlationCache.set(list, made)
    return made
  })
}

function readCorrelation(list: CodeList): Correlation {
  const pairs: Correlation['pairs'] = new Map()
  const registers = new Map<string, { source: string; target: string }>()
  const add = (from: Ref, ref: Ref, entry: number, field: string) => {
    const key = `${curie(from)} ${ref.register}`
    const known = pairs.get(key) ?? []
    if (!known.some((one) => one.ref.code === ref.code)) pairs.set(key, [...known, { ref, entry, field }])
  }
  for (const code of list.codes.values()) {
    const source = code.links.find(({ field }) => field === 'source')
    const target = code.links.find(({ field }) => field === 'target')
    if (!source || !target) continue
    add(source, { register: target.register, code: target.code }, code.entry, 'target')
    add(target, { register: source.register, code: source.code }, code.entry, 'source')
    registers.set(`${source.register} ${target.register}`, { source: source.register, target: target.register })
  }
  return { register: list.register, pairs, registers: [...registers.values()] }
}

/** Ways that end at the same code are one, with the sum of their weights and the path of the heaviest. */
function merged(ways: Way[]): Way[] {
  const byEnd = new Map<string, Way>()
  for (const way of ways) {
    const known = byEnd.get(curie(way.ref))
    if (!known) byEnd.set(curie(way.ref), way)
    else
      byEnd.set(curie(way.ref), {
        ref: way.ref,
        weight: known.weight + way.weight,
        path: known.weight >= way.weight ? known.path : way.path,
      })
  }
  return [...byEnd.values()]
}

function matchOf(lists: Lists, { ref, weight, path }: Way, day: string): Match[] {
  const code = lists(ref.register)?.codes.get(ref.code)
  if (!code) return []
  return [
    {
      register: ref.register,
      code: ref.code,
      display: code.name,
      relationship: 'equivalent',
      weight: Math.round(weight * 1e6) / 1e6,
      status: statusOn(code, day),
      path,
    },
  ]
}

/** Of several matches the source is broader than each; of one that others lead to as well it is narrower. */
function relationshipOf(lists: Lists, { path }: Match, matches: number): Relationship {
  if (path.length === 0) return 'equivalent'
  if (matches > 1) return 'source-is-broader-than-target'
  return path.some((step) => sourcesOf(lists, step) > 1) ? 'source-is-narrower-than-target' : 'equivalent'
}

function sourcesOf(lists: Lists, { to, from, register, field }: Step): number {
  const [toRegister = '', toCode = ''] = split(to)
  const [fromRegister = ''] = split(from)
  const list = lists(toRegister)
  if (field === 'parent') return 1
  const correlation = correlationsOf(lists).find((one) => one.register === register)
  if (correlation) return correlation.pairs.get(`${toRegister}:${toCode} ${fromRegister}`)?.length ?? 1
  return fromRegister === toRegister ? (list?.predecessors.get(to)?.length ?? 1) : 1
}

const split = (text: string): string[] => {
  const at = text.indexOf(':')
  return [text.slice(0, at), text.slice(at + 1)]
}
