import { problemTypes } from '../../../foundation/kernel/index.ts'

/** A run of text, code, or a link, as far as the problem page's Markdown goes. */
export interface Run {
  text: string
  kind: 'text' | 'code' | 'link'
  href?: string
}

export interface ProblemEntry {
  code: string
  status: number
  title: string
  paragraphs: Run[][]
}

/** Every problem with what its documentation says, from the text of docs/reference/problems.md where that is present. */
export function problemGuide(markdown = ''): ProblemEntry[] {
  const told = new Map(
    markdown
      .split(/^## /m)
      .slice(1)
      .map((part) => {
        const at = part.indexOf('\n')
        return [
          part.slice(0, at).trim(),
          part
            .slice(at)
            .trim()
            .split(/\n\s*\n/)
            .slice(1),
        ] as const
      }),
  )
  return Object.entries(problemTypes).map(([code, { status, title }]) => ({
    code,
    status,
    title,
    paragraphs: (told.get(code) ?? []).map(runsOf),
  }))
}

/** The runs of one paragraph: `code` and [links](address) told apart from the rest. Anything else is text. */
export function runsOf(paragraph: string): Run[] {
  const runs: Run[] = []
  let at = 0
  for (const match of paragraph.matchAll(/`([^`]+)`|\[([^\]]+)\]\((https?:[^)\s]+|\/[^)\s]*)\)/g)) {
    if (match.index > at) runs.push({ kind: 'text', text: paragraph.slice(at, match.index) })
    const [whole, code, label, href] = match
    runs.push(code === undefined ? { kind: 'link', text: label as string, href } : { kind: 'code', text: code })
    at = match.index + whole.length
  }
  if (at < paragraph.length) runs.push({ kind: 'text', text: paragraph.slice(at) })
  return runs
}
