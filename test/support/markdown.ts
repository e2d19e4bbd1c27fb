import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Section {
  /** The heading without marks: `## GET /v1/datasets` gives "GET /v1/datasets". */
  heading: string
  level: number
  text: string
}

/** A request and the answer that a page shows for it. */
export interface Example {
  page: string
  line: number
  request: Message
  answer: Message
}

export interface Message {
  start: string
  headers: Record<string, string>
  body: string
}

/** Every Markdown page under a folder, as paths from that folder. */
export function pagesUnder(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.md'))
    .sort()
}

/** The sections of a page in order; what a fence encloses is text, also where it looks like a heading. */
export function sectionsOf(page: string): Section[] {
  const sections: Section[] = []
  let fenced = false
  for (const line of page.split('\n')) {
    if (line.startsWith('```')) fenced = !fenced
    const [, marks, heading] = (!fenced && /^(#{1,6}) +(.+?)\s*$/.exec(line)) || []
    if (marks && heading) sections.push({ heading: heading.replaceAll('`', ''), level: marks.length, text: '' })
    else if (sections.length > 0) sections[sections.length - 1]!.text += `${line}\n`
  }
  return sections
}

/**
 * The HTTP examples of a page: each fenced block `http` with a request, and the next one with its answer.
 *
 * @throws {Error} when a request has no answer or an answer no request.
 */
export function examplesOf(page: string, text: string): Example[] {
  const blocks = [...text.matchAll(/^```http\n([\s\S]*?)^```$/gm)].map((match) => ({
    line: text.slice(0, match.index).split('\n').length,
    message: parseMessage(match[1] ?? ''),
  }))
  const examples: Example[] = []
  for (let i = 0; i < blocks.length; i += 2) {
    const [request, answer] = [blocks[i]!, blocks[i + 1]]
    const paired = /^[A-Z]+ \//.test(request.message.start) && answer?.message.start.startsWith('HTTP/')
    if (!paired) throw new Error(`${page}:${request.line}: an example is a request block followed by an answer block`)
    examples.push({ page, line: request.line, request: request.message, answer: answer!.message })
  }
  return examples
}

function parseMessage(block: string): Message {
  const [head = '', ...rest] = block.split(/\n\s*\n/)
  const [start = '', ...lines] = head.trim().split('\n')
  const headers = lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()])
  return { start, headers: Object.fromEntries(headers), body: rest.join('\n\n').trimEnd() }
}

/**
 * Where an answer departs from what a page shows, as a sentence; undefined where it does not.
 *
 * Members and trailing items that the page leaves out are not compared, and … in a text stands for any text.
 */
export function departure(shown: unknown, given: unknown, at = ''): string | undefined {
  if (typeof shown === 'string' && typeof given === 'string') return textMatches(shown, given) ? undefined : differs(shown, given, at)
  if (shown === '…') return undefined
  if (typeof shown !== 'object' || shown === null) return shown === given ? undefined : differs(shown, given, at)
  if (typeof given !== 'object' || given === null || Array.isArray(shown) !== Array.isArray(given)) return differs(shown, given, at)
  for (const [key, value] of Object.entries(shown)) {
    if (Array.isArray(shown) && value === '…') return undefined
    const found = departure(value, (given as Record<string, unknown>)[key], `${at}/${key}`)
    if (found) return found
  }
  return undefined
}

/** Whether a text is the one shown, where … stands for any text. */
export function textMatches(shown: string, given: string): boolean {
  const parts = shown.split('…').map((part) => part.replace(/[.*+?^${}()|[\]\\]/g, '\\$&'))
  return new RegExp(`^${parts.join('[\\s\\S]*')}$`).test(given)
}

function differs(shown: unknown, given: unknown, at: string): string {
  return `${at || 'the body'}: the page shows ${JSON.stringify(shown)}, the answer has ${JSON.stringify(given)}`
}

export function readPage(folder: string, page: string): string {
  return readFileSync(join(folder, page), 'utf8')
}
