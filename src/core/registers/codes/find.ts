import { type Code, inactive, type Status, statusOn } from './code.ts'
import { type CodeList, notationKey } from './list.ts'

/** How a text led to a code. */
export interface Found {
  code: Code
  /** `code`: as it stands. `spelling`: but for case, spaces and points. `other-list`: what another list calls it. */
  by: 'code' | 'spelling' | 'other-list'
  /** The field that holds what the other list calls it. */
  field?: string
}

/** The code that a text means; undefined when it means none or several. Of several, the one that is valid on the day. */
export function findCode(list: CodeList, text: string, day: string): Found | undefined {
  const exact = list.codes.get(text)
  if (exact) return { code: exact, by: 'code' }
  const key = notationKey(text)
  const candidates = key === '' ? [] : (list.byNotation.get(key) ?? list.byNotation.get(key.replace(/^0+/, '')) ?? [])
  const spelled = candidates.filter(({ code }) => notationKey(code) === key)
  const live = (codes: Code[]) => (codes.length > 1 ? codes.filter((code) => !inactive.has(statusOn(code, day))) : codes)
  const [one, ...others] = live(spelled.length > 0 ? spelled : candidates)
  if (!one || others.length > 0) return undefined
  if (spelled.length > 0) return { code: one, by: 'spelling' }
  const field = one.notations.find(({ value }) => notationKey(value) === key)?.field
  return { code: one, by: 'other-list', ...(field && { field }) }
}

export const isActive = (status: Status): boolean => !inactive.has(status)
