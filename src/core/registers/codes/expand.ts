import type { Ref } from './code.ts'
import { type Code, curie, type Status, statusOn } from './code.ts'
import { isActive } from './find.ts'
import { type CodeList, refKey } from './list.ts'
import { type Lists, liesWithin } from './relations.ts'

export interface ExpandOptions {
  day: string
  filter?: string
  within?: Ref
  activeOnly?: boolean
  /** Whether codes stand inside their parents. */
  nested?: boolean
  offset: number
  limit: number
}

export interface ExpandedCode {
  code: string
  display: string
  status: Status
  inactive?: true
  parents?: string[]
  contains?: ExpandedCode[]
  source: Code
}

/** A page of the codes that fit, and how many do in all. Nested pages count the codes at the top. */
export function expandCodes(lists: Lists, list: CodeList, options: ExpandOptions): { total: number; codes: ExpandedCode[] } {
  const words = foldText(options.filter ?? '')
    .split(' ')
    .filter(Boolean)
  const fits = (code: Code): boolean => {
    if (options.activeOnly && !isActive(statusOn(code, options.day))) return false
    if (options.within && !liesWithin(lists, list.register, code, options.within)) return false
    return words.length === 0 || words.every((word) => searchText(code).includes(word))
  }
  const all = [...list.codes.values()].filter(fits)
  const kept = new Set(all)
  const childrenOf = (code: Code) =>
    (list.children.get(refKey({ register: list.register, code: code.code })) ?? []).filter((child) => kept.has(child))
  const tops = options.nested ? all.filter((code) => !code.parents.some((parent) => isKept(list, kept, parent))) : all
  const toExpanded = (code: Code, depth = 0): ExpandedCode => {
    const status = statusOn(code, options.day)
    const contains = options.nested && depth < 20 ? childrenOf(code).map((child) => toExpanded(child, depth + 1)) : []
    return {
      code: code.code,
      display: code.name,
      status,
      ...(!isActive(status) && { inactive: true as const }),
      ...(code.parents.length > 0 && {
        parents: code.parents.map((parent) => (parent.register === list.register ? parent.code : curie(parent))),
      }),
      ...(contains.length > 0 && { contains }),
      source: code,
    }
  }
  return { total: tops.length, codes: tops.slice(options.offset, options.offset + options.limit).map((code) => toExpanded(code)) }
}

function isKept(list: CodeList, kept: ReadonlySet<Code>, parent: Ref): boolean {
  const code = parent.register === list.register ? list.codes.get(parent.code) : undefined
  return code !== undefined && kept.has(code)
}

const searchTexts = new WeakMap<Code, string>()

function searchText(code: Code): string {
  let text = searchTexts.get(code)
  if (text === undefined) {
    text = foldText([code.code, ...code.labels.map((label) => label.text), ...code.notations.map(({ value }) => value)].join(' '))
    searchTexts.set(code, text)
  }
  return text
}

/** Text without accents and case, words apart by one space. */
export const foldText = (text: string): string =>
  text
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim()
