import { type Code, curie, type Status, statusOn } from './code.ts'
import { type Found, findCode, isActive } from './find.ts'
import type { CodeList } from './list.ts'

/** What is to be said of a code. Codes are those that FHIR terminology knows as tx-issue-type where it has one. */
export interface CodeIssue {
  severity: 'error' | 'warning' | 'information'
  code: 'invalid-code' | 'not-in-vs' | 'invalid-display' | 'status-check' | 'code-spelling' | 'code-of-other-list' | 'code-renamed'
  message: string
  /** The parameter that it is about. */
  expression: 'code' | 'display'
}

export interface Validation {
  result: boolean
  code: string
  /** The register's own code, when the text was another spelling or another list's. */
  canonical?: string
  display?: string
  status?: Status
  inactive?: boolean
  start?: string
  end?: string
  replacedBy?: string[]
  entry?: number
  issues: CodeIssue[]
}

export interface ValidateOptions {
  day: string
  display?: string
  /** Whether a code that is not in use on the day fails. */
  activeOnly?: boolean
  /** Whether only the code as it stands is right, and no spelling of it or other list's code. */
  strict?: boolean
  /** Whether a code must be below this one; the answer tells the codes that are. */
  isWithin?: (code: Code) => boolean
  within?: string
}

/** Whether a text is a code of the list, and what a user of it should know. */
export function validateCode(list: CodeList, text: string, options: ValidateOptions): Validation {
  const found = findCode(list, text, options.day)
  if (!found || (options.strict && found.by !== 'code'))
    return {
      result: false,
      code: text,
      issues: [
        {
          severity: 'error',
          code: 'invalid-code',
          expression: 'code',
          message: `${list.register} has no code ${JSON.stringify(text)}${found ? `; ${found.code.code} is meant perhaps` : ''}.`,
        },
      ],
    }
  const { code } = found
  const status = statusOn(code, options.day)
  const issues = [
    ...spellingIssues(list, text, found),
    ...statusIssues(code, status, options),
    ...displayIssues(code, options.display),
    ...(options.isWithin && !options.isWithin(code)
      ? [issue('error', 'not-in-vs', 'code', `${code.code} is not within ${options.within}.`)]
      : []),
  ]
  return {
    result: issues.every(({ severity }) => severity !== 'error'),
    code: text,
    ...(found.by !== 'code' && { canonical: code.code }),
    display: code.name,
    status,
    inactive: !isActive(status),
    ...(code.start && { start: code.start }),
    ...(code.end && { end: code.end }),
    ...(code.successors.length > 0 && { replacedBy: code.successors.map((successor) => refText(successor, list.register)) }),
    entry: code.entry,
    issues,
  }
}

const refText = (ref: { register: string; code: string }, register: string): string => (ref.register === register ? ref.code : curie(ref))

function issue(severity: CodeIssue['severity'], code: CodeIssue['code'], expression: CodeIssue['expression'], message: string): CodeIssue {
  return { severity, code, expression, message }
}

function spellingIssues(list: CodeList, text: string, { code, by, field }: Found): CodeIssue[] {
  if (by === 'code') return []
  return by === 'spelling'
    ? [issue('warning', 'code-spelling', 'code', `The code is written ${code.code}, not ${text}.`)]
    : [
        issue(
          'warning',
          'code-of-other-list',
          'code',
          `${text} is a code of another list${field ? ` (${field})` : ''}; ${list.register} has ${code.code}.`,
        ),
      ]
}

function statusIssues(code: Code, status: Status, { day, activeOnly }: ValidateOptions): CodeIssue[] {
  if (isActive(status) && status !== 'deprecated') return []
  const successors = code.successors.map(({ code: next }) => next).join(', ')
  const message =
    status === 'reserved'
      ? `${code.code} begins on ${code.start}, after ${day}.`
      : `${code.code} is ${status}${code.end ? `; its last day was ${code.end}` : ''}${successors ? `; it was replaced by ${successors}` : ''}.`
  return [issue(activeOnly && !isActive(status) ? 'error' : 'warning', 'status-check', 'code', message)]
}

function displayIssues(code: Code, display: string | undefined): CodeIssue[] {
  if (!display) return []
  const same = (text: string) => text.localeCompare(display, 'en', { sensitivity: 'base', ignorePunctuation: true }) === 0
  const label = code.labels.find(({ text }) => same(text))
  if (label?.kind === 'former')
    return [
      issue(
        'warning',
        'code-renamed',
        'display',
        `${JSON.stringify(display)} was a name of ${code.code}; it is now ${JSON.stringify(code.name)}.`,
      ),
    ]
  if (label || same(code.name)) return []
  return [
    issue(
      'error',
      'invalid-display',
      'display',
      `${JSON.stringify(display)} is no name of ${code.code}, which is ${JSON.stringify(code.name)}.`,
    ),
  ]
}
