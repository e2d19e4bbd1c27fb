import type { Code } from '../codes/code.ts'
import type { CodeList } from '../codes/list.ts'
import { likeness } from '../reconcile/likeness.ts'
import { fold } from '../reconcile/words.ts'

/** What a change does to a code. */
export const changeKinds = ['add', 'retire', 'replace', 'reopen', 'rename', 'change-meaning', 'move', 'edit', 'none'] as const
export type ChangeKind = (typeof changeKinds)[number]

/** `compatible` needs nothing; `needs-notice` breaks nobody who is told; `breaking` takes something away that somebody may use. */
export type ChangeClass = 'compatible' | 'needs-notice' | 'breaking'

export interface Finding {
  code: string
  kind: ChangeKind
  class: ChangeClass
  /** Whether readers of old data (backward) and users with a closed list (forward) can go on. @see Apicurio's compatibility levels */
  backward: boolean
  forward: boolean
  message: string
  /** Codes to use instead. */
  replacedBy: string[]
}

/** A new name that has less than this in common with the old one is taken for another meaning. */
const SAME_MEANING = 0.5

/** What entering `after` would do to the users of a list. `sameMeaning`: whoever proposes it says that a new name means the same. */
export function classify(list: CodeList, after: Code, sameMeaning = false): Finding {
  const before = list.codes.get(after.code)
  const replacedBy = after.successors.map(({ code }) => code)
  const finding = (
    kind: ChangeKind,
    changeClass: ChangeClass,
    message: string,
    levels: { backward: boolean; forward: boolean },
  ): Finding => ({
    code: after.code,
    kind,
    class: changeClass,
    ...levels,
    message,
    replacedBy,
  })
  const both = { backward: true, forward: true }
  if (!before)
    return finding('add', 'compatible', 'A new code: users with a closed list do not know it yet.', { backward: true, forward: false })
  if (!before.end && after.end)
    return replacedBy.length > 0
      ? finding('replace', 'needs-notice', `It ends on ${after.end} and is replaced by ${replacedBy.join(', ')}.`, {
          backward: false,
          forward: true,
        })
      : finding('retire', 'breaking', `It ends on ${after.end} and nothing replaces it.`, { backward: false, forward: true })
  if (before.end && !after.end) return finding('reopen', 'needs-notice', 'It was over and is in use again.', both)
  if (before.successors.length > 0 && String(before.successors.map(({ code }) => code)) !== String(replacedBy))
    return finding('replace', 'breaking', 'Other codes than before replace it: translations change.', { backward: false, forward: true })
  if (before.name !== after.name) {
    const alike = sameMeaning || sharesName(before, after)
    return alike
      ? finding('rename', 'needs-notice', `${JSON.stringify(before.name)} becomes ${JSON.stringify(after.name)}.`, both)
      : finding(
          'change-meaning',
          'breaking',
          `${JSON.stringify(before.name)} and ${JSON.stringify(after.name)} have nothing in common: another meaning needs another code.`,
          { backward: false, forward: false },
        )
  }
  if (String(before.parents.map(({ code }) => code)) !== String(after.parents.map(({ code }) => code)))
    return finding('move', 'needs-notice', 'It lies in other codes than before: sums by parent change.', both)
  return JSON.stringify(before.item) === JSON.stringify(after.item)
    ? finding('none', 'compatible', 'Nothing changes.', both)
    : finding('edit', 'compatible', 'Only what describes it changes.', both)
}

function sharesName(before: Code, after: Code): boolean {
  const names = (code: Code) => [code.name, ...code.labels.map(({ text }) => text)].map(fold)
  return names(before).some((old) =>
    names(after).some((name) => old.includes(name) || name.includes(old) || likeness(old, name) >= SAME_MEANING),
  )
}

/** The strictest class of several findings. */
export function strictest(findings: readonly Finding[]): ChangeClass {
  return (['breaking', 'needs-notice'] as const).find((one) => findings.some((finding) => finding.class === one)) ?? 'compatible'
}
