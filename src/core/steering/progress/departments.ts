import { slugify } from '../../../foundation/kernel/index.ts'
import type { Slip } from './model.ts'
import type { PaperDepartment } from './paper.ts'

interface Named {
  name: string
  title: string
}

/** The publisher that a paper means, though it writes "of" for "for" or puts "The" before the name; and the slip, where it did. */
export function matchDepartment(department: PaperDepartment, publishers: readonly Named[]): { name: string; title: string; slips: Slip[] } {
  const key = keyOf(department.title)
  const found = publishers.find((publisher) => keyOf(publisher.title) === key || keyOf(publisher.name) === key)
  const where = { line: department.line, department: department.number, found: department.title }
  if (!found)
    return {
      name: slugify(department.title.replace(/^the /i, '')),
      title: department.title,
      slips: [{ code: 'department-unknown', ...where }],
    }
  const same = plain(found.title) === plain(department.title)
  return { ...found, slips: same ? [] : [{ code: 'department-name-differs', ...where, expected: found.title }] }
}

/** The words that tell bodies apart: without the small ones that writers mix up. */
function keyOf(title: string): string {
  return slugify(title, 200)
    .split('-')
    .filter((word) => !['the', 'of', 'for', 'and'].includes(word))
    .join('-')
}

const plain = (title: string): string => title.replace(/^the /i, '').replaceAll('’', "'")
