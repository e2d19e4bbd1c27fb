import { type CodeList, type Registers, recognise, type TextIssue, textIssue, type Use } from '../../registers/index.ts'
import type { Column, Manifest } from '../model.ts'

/** A text of a column and the rows that hold it. */
export interface Counted {
  text: string
  rows: number
}

/** Texts looked at first; a register that does not know most of these is left. */
const SAMPLE = 40
/** Of the rows, how many must hold texts that the register knows. */
const COVERAGE = 0.8
const COVERAGE_WITH_HINT = 0.5
const MAX_ISSUES = 200

/**
 * The register whose codes a column holds, with how sure that is; undefined when none is likely.
 *
 * Numbers and very short texts are codes of many lists, so that these are taken only where the column's name says which list it is.
 */
export function bindColumn(registers: Registers, manifest: Manifest, column: Column, values: readonly Counted[]): Use | undefined {
  if (values.length === 0) return undefined
  const day = registers.codes.today()
  const telling = values.filter(({ text }) => text.length > 2 && !/^\d+$/.test(text)).length >= values.length / 2
  const candidates = registers.names().flatMap((name) => {
    const hint = hintOf(column, name, registers)
    if (!telling && !hint) return []
    const list = registers.codes.list(name)
    const sample = coverageOf(list, values.slice(0, SAMPLE), day)
    const enough = hint ? COVERAGE_WITH_HINT : COVERAGE
    if (sample < enough || (!hint && values.length < 3)) return []
    const coverage = values.length > SAMPLE ? coverageOf(list, values, day) : sample
    return coverage < enough
      ? []
      : [{ list, hint, coverage, score: coverage + (hint ? 0.2 : 0) + 0.25 * ownShare(list, values.slice(0, SAMPLE), day) }]
  })
  const best = candidates.sort((a, b) => b.score - a.score || a.list.codes.size - b.list.codes.size)[0]
  return best && useOf(manifest, column, values, best, day)
}

function coverageOf(list: CodeList, values: readonly Counted[], day: string): number {
  const all = values.reduce((sum, { rows }) => sum + rows, 0)
  const known = values.reduce((sum, { text, rows }) => sum + (recognise(list, text, day) ? rows : 0), 0)
  // Each text counts, and so do its rows: one frequent error must not decide, nor a hundred rare ones.
  const texts = values.filter(({ text }) => recognise(list, text, day)).length / values.length
  return (known / all + texts) / 2
}

/** Part of the texts that are codes of the list itself, not names or other lists' codes. */
function ownShare(list: CodeList, values: readonly Counted[], day: string): number {
  return values.filter(({ text }) => recognise(list, text, day)?.by === 'code').length / values.length
}

/** Whether the column is called as the register, its title, or one of its fields of codes. */
function hintOf({ name, alias }: Column, register: string, registers: Registers): boolean {
  const words = (text: string) =>
    text
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, ' ')
      .replace(/\b(code|codes|id|name|names|the|of)\b/g, ' ')
      .replace(/s\b/g, '')
      .replace(/\s+/g, ' ')
      .trim()
  const own = new Set([words(name), words(alias)].filter(Boolean))
  const { title, fields } = registers.definition(register)
  const called = [register, title, ...fields.filter(({ role }) => role === 'code').map(({ field }) => field)].map(words)
  const short = words(register).split(' ')
  return (
    called.some((text) => text !== '' && own.has(text)) ||
    (register === 'local-authority' && own.has('council')) ||
    (short.length === 1 && own.has(short[0]!))
  )
}

function useOf(
  { dataset, distribution, version, rows }: Manifest,
  column: Column,
  values: readonly Counted[],
  { list, hint, coverage }: { list: CodeList; hint: boolean; coverage: number },
  day: string,
): Use {
  const codes: Record<string, number> = {}
  const texts: Record<string, string> = {}
  const issues: TextIssue[] = []
  let matched = 0
  for (const { text, rows: count } of values) {
    const found = recognise(list, text, day)
    if (found) {
      texts[text] = found.code.code
      codes[found.code.code] = (codes[found.code.code] ?? 0) + count
      matched += count
    }
    const issue = issues.length < MAX_ISSUES ? textIssue(list, text, count, found, day) : undefined
    if (issue) issues.push(issue)
  }
  return {
    register: list.register,
    dataset,
    distribution,
    column: column.name,
    version,
    rows,
    matched,
    confidence: Math.round(Math.min(1, coverage * (hint ? 1 : 0.9)) * 1000) / 1000,
    codes,
    texts,
    issues: issues.sort((a, b) => b.rows - a.rows || (a.text < b.text ? -1 : 1)),
  }
}
