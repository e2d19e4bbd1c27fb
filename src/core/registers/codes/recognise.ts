import { matchText } from '../reconcile/match.ts'
import { fold } from '../reconcile/words.ts'
import { type Code, type LabelKind, statusOn } from './code.ts'
import { findCode, isActive } from './find.ts'
import type { CodeList } from './list.ts'

/** How a text of published data names a code. */
export interface Recognised {
  code: Code
  by: 'code' | 'spelling' | 'other-list' | 'name' | 'former-name'
}

const labelIndexes = new WeakMap<CodeList, Map<string, Array<{ code: Code; kind: LabelKind }>>>()

/** Codes by each of their names, without case, accents and punctuation. */
function labelIndex(list: CodeList): Map<string, Array<{ code: Code; kind: LabelKind }>> {
  const known = labelIndexes.get(list)
  if (known) return known
  const made = new Map<string, Array<{ code: Code; kind: LabelKind }>>()
  for (const code of list.codes.values())
    for (const { text, kind } of code.labels) {
      const key = fold(text)
      const there = made.get(key) ?? []
      if (!there.some((one) => one.code === code)) made.set(key, [...there, { code, kind }])
    }
  labelIndexes.set(list, made)
  return made
}

/** The code that a text names for certain: the code itself, another list's, or the very name; undefined when none or several do. */
export function recognise(list: CodeList, text: string, day: string): Recognised | undefined {
  const found = findCode(list, text, day)
  if (found) return found
  const named = labelIndex(list).get(fold(text)) ?? []
  const live = named.length > 1 ? named.filter(({ code }) => isActive(statusOn(code, day))) : named
  const [one, ...others] = live
  return one && others.length === 0 ? { code: one.code, by: one.kind === 'former' ? 'former-name' : 'name' } : undefined
}

/** What to tell a publisher of a text in a column of codes. */
export interface TextIssue {
  code: 'unknown' | 'retired' | 'renamed' | 'spelling'
  text: string
  /** Rows that hold it. */
  rows: number
  message: string
  /** What to write instead, where that is known. */
  instead?: string
}

/** What is wrong with a text, if anything. */
export function textIssue(list: CodeList, text: string, rows: number, found: Recognised | undefined, day: string): TextIssue | undefined {
  if (!found) {
    const [near] = matchText(list, { text, limit: 1, day })
    const instead = near && near.score >= 60 ? near.code.code : undefined
    return {
      code: 'unknown',
      text,
      rows,
      message: `${list.register} has no code or name ${JSON.stringify(text)}${instead ? `; ${near?.code.name} (${instead}) is near` : ''}.`,
      ...(instead && { instead }),
    }
  }
  const { code, by } = found
  const status = statusOn(code, day)
  if (!isActive(status)) {
    const next = code.successors.map((one) => one.code)
    return {
      code: 'retired',
      text,
      rows,
      message: `${code.name} (${code.code}) is ${status}${code.end ? `; its last day was ${code.end}` : ''}${next.length > 0 ? `; now ${next.join(', ')}` : ''}.`,
      ...(next.length === 1 && { instead: next[0]! }),
    }
  }
  if (by === 'former-name')
    return { code: 'renamed', text, rows, message: `${code.code} is now called ${JSON.stringify(code.name)}.`, instead: code.name }
  if (by === 'spelling') return { code: 'spelling', text, rows, message: `The code is written ${code.code}.`, instead: code.code }
  return undefined
}
