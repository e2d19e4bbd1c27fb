import { Problem } from '../../../foundation/kernel/index.ts'
import { lastDay } from './code.ts'

/** When a question is about: the state of the log, the day in the world, or now. */
export interface At {
  /** Size of the log; its end when left out. */
  size?: number
  /** ISO 8601 day. */
  day?: string
}

/**
 * Reads `at`. A date (`2005`, `2005-04`, `2005-04-01`) is a day in the world, the last of a year or month; another whole number is a
 * size of the log, and `@2005` is one too where four digits would be taken for a year.
 *
 * @throws {Problem} parameter-invalid
 */
export function readAt(text: string | undefined): At {
  if (text === undefined || text === '') return {}
  const [, size] = /^@?(\d{1,12})$/.exec(text) ?? []
  if (size && (text.startsWith('@') || !isYear(text))) return { size: Number(size) }
  const [, date] = /^(\d{4}(?:-\d\d(?:-\d\d(?:T[\d:.]+(?:Z|[+-]\d\d:\d\d)?)?)?)?)$/.exec(text) ?? []
  const day = date && lastDay(date)
  if (!day || Number.isNaN(Date.parse(day)))
    throw new Problem('parameter-invalid', {
      detail: `${JSON.stringify(text)} is neither a date nor a size of the log.`,
      pointer: '/at',
      hint: 'Write 2005, 2005-04 or 2005-04-01 for a date, 1200 or @2005 for a size.',
    })
  return { day }
}

const isYear = (text: string): boolean => /^(1[5-9]|20|21)\d\d$/.test(text)
