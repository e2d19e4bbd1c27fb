import { Problem } from '../../../foundation/kernel/index.ts'
import type { ProgressKind, Slip } from './model.ts'

export interface PaperSection {
  kind: ProgressKind
  year: number
  /** As printed; null when the heading has none. */
  number: string | null
  heading: string
  line: number
  paragraphs: string[]
}

export interface PaperDepartment {
  number: number
  /** As printed. */
  title: string
  line: number
  sections: PaperSection[]
}

export interface Paper {
  title: string
  /** yyyy-mm-dd, or null when the paper does not say. */
  updated: string | null
  action: number
  departments: PaperDepartment[]
  slips: Slip[]
}

interface Block {
  text: string
  line: number
}

/**
 * The departments of a progress paper with what each did and plans, a paragraph an entry, and the paper's slips.
 *
 * The form: "Action N: …" on top, then for each department "4. Title" with the sections "4.1 Progress during 2014" and "4.2 Planned
 * activities in 2015", blank lines between.
 *
 * @throws {Problem} paper-not-recognised when the text has no numbered department with such a section.
 */
export function readPaper(text: string): Paper {
  const slips: Slip[] = []
  const blocks = blocksOf(text)
  const first = blocks.findIndex((block, at) => startsDepartment(block, 0, blocks[at + 1]))
  if (first < 0)
    throw new Problem('paper-not-recognised', {
      detail: 'The text has no department such as “1. Cabinet Office” followed by “1.1 Progress during 2014”.',
    })
  const departments = readDepartments(blocks.slice(first), slips)
  slips.push(...numberSlips(departments), ...headingSlips(departments), ...missingSections(departments))
  noteUnfinished(blocks.at(-1), departments, slips)
  return { ...readPreface(blocks.slice(0, first)), departments, slips: slips.sort((a, b) => a.line - b.line) }
}

function blocksOf(text: string): Block[] {
  const blocks: Block[] = []
  let open: Block | undefined
  for (const [at, raw] of text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .entries()) {
    const line = raw.trim()
    if (!line) open = undefined
    else if (open) open.text += ` ${line}`
    else blocks.push((open = { text: line, line: at + 1 }))
  }
  return blocks
}

const departmentLine = /^(\d{1,3})\.\s+(\S.{0,150})$/
const sectionLine = /^(?:(\d{1,3}\.\d{1,3})\.?\s+)?((?:progress|planned)\b[^.]{0,60}\b((?:19|20)\d\d))$/i

/** Whether a block opens the next department: numbered one up, or numbered higher and followed at once by a section. */
function startsDepartment(block: Block, before: number, next: Block | undefined): boolean {
  const number = Number(departmentLine.exec(block.text)?.[1])
  return number > before && (sectionLine.test(next?.text ?? '') || (before > 0 && number === before + 1 && !/[.?!]$/.test(block.text)))
}

function readDepartments(blocks: Block[], slips: Slip[]): PaperDepartment[] {
  const departments: PaperDepartment[] = []
  for (const [at, block] of blocks.entries()) {
    const department = departments.at(-1)
    if (startsDepartment(block, department?.number ?? 0, blocks[at + 1])) departments.push(openDepartment(block))
    else if (department) readBlock(department, block, slips)
  }
  return departments
}

function openDepartment({ text, line }: Block): PaperDepartment {
  const [, number, title] = departmentLine.exec(text) as unknown as [string, string, string]
  return { number: Number(number), title, line, sections: [] }
}

function readBlock(department: PaperDepartment, { text, line }: Block, slips: Slip[]): void {
  const [, number, heading, year] = sectionLine.exec(text) ?? []
  const section = department.sections.at(-1)
  if (heading)
    department.sections.push({
      kind: /^progress/i.test(heading) ? 'progress' : 'planned',
      year: Number(year),
      number: number ?? null,
      heading,
      line,
      paragraphs: [],
    })
  else if (section) section.paragraphs.push(text)
  else slips.push({ code: 'text-unplaced', line, department: department.number, found: text.slice(0, 100) })
}

function numberSlips(departments: PaperDepartment[]): Slip[] {
  return departments.flatMap((department, at) => {
    const own: Slip[] =
      department.number === at + 1
        ? []
        : [
            {
              code: 'number-unexpected',
              line: department.line,
              department: department.number,
              found: `${department.number}`,
              expected: `${at + 1}`,
            },
          ]
    const sections = department.sections.flatMap(({ number, heading, line }, place): Slip[] => {
      const expected = `${department.number}.${place + 1}`
      if (number === expected) return []
      return [
        { code: number ? 'number-unexpected' : 'number-missing', line, department: department.number, found: number ?? heading, expected },
      ]
    })
    return [...own, ...sections]
  })
}

/** Headings that differ from the one most departments use for the same kind. */
function headingSlips(departments: PaperDepartment[]): Slip[] {
  const all = departments.flatMap((department) => department.sections.map((section) => ({ ...section, department: department.number })))
  return [...Map.groupBy(all, (section) => section.kind).values()].flatMap((sections) => {
    const expected = mostUsed(sections.map((section) => section.heading))
    return sections
      .filter((section) => section.heading !== expected)
      .map(({ line, department, heading }): Slip => ({ code: 'heading-differs', line, department, found: heading, expected }))
  })
}

function mostUsed(texts: string[]): string {
  const groups = [...Map.groupBy(texts, (text) => text).values()]
  return groups.reduce((most, group) => (group.length > most.length ? group : most))[0] as string
}

function missingSections(departments: PaperDepartment[]): Slip[] {
  return departments.flatMap(({ number, line, sections }) =>
    (['progress', 'planned'] as const)
      .filter((kind) => !sections.some((section) => section.kind === kind && section.paragraphs.length > 0))
      .map((kind): Slip => ({ code: 'section-missing', line, department: number, found: '', expected: kind })),
  )
}

/** A paper whose last paragraph does not end a sentence has probably been cut. */
function noteUnfinished(last: Block | undefined, departments: PaperDepartment[], slips: Slip[]): void {
  if (last && !/[.?!][)”"’']?$/.test(last.text))
    slips.push({ code: 'text-unfinished', line: last.line, department: departments.at(-1)?.number ?? 0, found: last.text.slice(-100) })
}

const monthNames = 'january february march april may june july august september october november december'.split(' ')

function readPreface(blocks: Block[]): Pick<Paper, 'title' | 'updated' | 'action'> {
  const title = blocks.find((block) => /^action \d+\b/i.test(block.text))?.text ?? blocks[0]?.text ?? ''
  const [, day = '', month = '', year = ''] =
    blocks.map((block) => /^(?:updated|published) (\d{1,2}) ([a-z]+) (\d{4})/i.exec(block.text)).find((found) => found) ?? []
  const at = monthNames.indexOf(month.toLowerCase()) + 1
  return {
    title,
    updated: at > 0 ? `${year}-${String(at).padStart(2, '0')}-${day.padStart(2, '0')}` : null,
    action: Number(/\baction (\d+)/i.exec(blocks.map((block) => block.text).join(' '))?.[1] ?? 16),
  }
}
