import { editDistance } from '../../../foundation/kernel/index.ts'
import { type Code, inactive, statusOn } from '../codes/code.ts'
import { type CodeList, notationKey } from '../codes/list.ts'
import { gramsOf, type Name, type NameIndex, nameIndex } from './index.ts'
import { likeness } from './likeness.ts'
import { takeApart, type Words, waysToWrite } from './words.ts'

/** Part of a score, as the reconciliation API calls it. */
export interface Feature {
  id: 'code' | 'name' | 'spelling' | 'words' | 'kind' | 'status' | 'property'
  name: string
  value: number | boolean
}

export interface Candidate {
  code: Code
  /** 0 to 100. */
  score: number
  /** Whether it is certain enough to be taken without a look. */
  match: boolean
  /** Why it was found, for people. */
  why: string
  features: Feature[]
}

export interface MatchQuery {
  text: string
  /** Values that the code should have, by field. */
  properties?: Array<{ field: string; values: string[] }>
  /** Codes that do not pass are left out. */
  accepts?: (code: Code) => boolean
  limit: number
  /** ISO 8601. */
  day: string
}

/** From this score a candidate is taken by itself, when no other comes near. */
export const AUTO_MATCH = 85
/** How far the next one must be behind. */
const AUTO_MARGIN = 6
/** A second candidate of this score shares every word that tells. */
const RIVAL = 88

const MAX_POSTINGS = 8_000
/** Names compared letter by letter; fewer where the very words were found already. */
const MAX_ALIKE = 40
const MAX_ALIKE_BESIDE = 10

interface Scored {
  score: number
  name: Name
  why: string
  features: Feature[]
}

/** The codes that a text may mean, the likeliest first, with a score that says why. */
export function matchText(list: CodeList, query: MatchQuery): Candidate[] {
  const index = nameIndex(list)
  const best = new Map<Code, Scored>()
  const keep = (code: Code, scored: Scored) => {
    if (query.accepts && !query.accepts(code)) return
    const known = best.get(code)
    if (!known || known.score < scored.score) best.set(code, scored)
  }
  byCode(index, query.text, keep)
  for (const { text, part } of waysToWrite(query.text.slice(0, 300))) {
    const words = takeApart(text)
    if (words.full !== '') byName(index, words, !part, keep)
  }
  const candidates = [...best].map(([code, scored]) => finish(index, query, code, scored)).sort((a, b) => b.score - a.score || order(a, b))
  return decide(candidates, takeApart(query.text).kinds.size > 0).slice(0, query.limit)
}

const order = (a: Candidate, b: Candidate): number => (a.code.code < b.code.code ? -1 : 1)

type Keep = (code: Code, scored: Scored) => void

function byCode(index: NameIndex, text: string, keep: Keep): void {
  const exact = index.list.codes.get(text.trim())
  const key = notationKey(text)
  const found = exact ? [exact] : key.length > 1 ? (index.byNotation.get(key) ?? []) : []
  for (const code of found) {
    const own = notationKey(code.code) === key
    const score = exact ? 100 : own ? 99 : 97
    const name = {
      code,
      text: code.name,
      kind: 'name',
      full: '',
      core: [],
      coreText: '',
      kinds: new Set<string>(),
      whole: true,
    } satisfies Name
    keep(code, {
      score,
      name,
      why: own || exact ? `is the code ${code.code}` : `is a code of another list for ${code.code}`,
      features: [{ id: 'code', name: 'The text is a code', value: true }],
    })
  }
}

const kindScores = { name: 0, alias: -1, former: -6 } as const

function byName(index: NameIndex, words: Words, whole: boolean, keep: Keep): void {
  const part = whole ? 0 : 6
  const coreText = words.core.join(' ')
  const give = (name: Name, score: number, why: string, likenessOf: number) =>
    keep(name.code, {
      score: score + kindScores[name.kind] - part - (name.whole ? 0 : 3),
      name,
      why,
      features: [
        { id: 'name', name: `Likeness with ${JSON.stringify(name.text)}`, value: Math.round(likenessOf * 100) },
        { id: 'kind', name: 'Words of kind', value: kindAgreement(index, words, name) },
      ],
    })
  for (const name of index.byFull.get(words.full) ?? [])
    give(name, 100, name.kind === 'former' ? `is the former name ${name.text}` : `is the name ${name.text}`, 1)
  for (const name of index.byCore.get(coreText) ?? [])
    give(name, 94 + kindAgreement(index, words, name), `has the words of ${name.text}`, 1)
  for (const name of index.bySorted.get(words.core.toSorted().join(' ')) ?? [])
    give(name, (name.core.length > 1 ? 95 : 93) + kindAgreement(index, words, name), `has the words of ${name.text} in another order`, 1)
  const sure = (index.byFull.get(words.full) ?? index.byCore.get(coreText)) !== undefined
  for (const name of alike(index, coreText, sure ? MAX_ALIKE_BESIDE : MAX_ALIKE)) {
    const { value, why } = resemblance(index, words, coreText, name)
    if (value > 0.45) give(name, Math.min(91, 92 * value) + Math.min(0, kindAgreement(index, words, name)), why, value)
  }
}

/** Names that share three letters in a row with the text most often; of frequent letters only as many as time allows. */
function alike(index: NameIndex, text: string, most: number): Name[] {
  const lists = gramsOf(text)
    .map((gram) => index.byGram.get(gram) ?? [])
    .filter((numbers) => numbers.length > 0)
    .sort((a, b) => a.length - b.length)
  const { counts } = index
  const touched: number[] = []
  let read = 0
  for (const numbers of lists) {
    if (read > 0 && read + numbers.length > MAX_POSTINGS) break
    const end = Math.min(numbers.length, MAX_POSTINGS)
    for (let at = 0; at < end; at += 1) {
      const number = numbers[at]!
      if (counts[number] === 0) touched.push(number)
      counts[number]! += 1
    }
    read += end
  }
  const found = mostCounted(counts, touched, most)
  for (const number of touched) counts[number] = 0
  return found.map((number) => index.names[number]!)
}

/** The numbers that were counted most, without sorting all of them. */
function mostCounted(counts: Uint16Array, touched: readonly number[], most: number): number[] {
  if (touched.length <= most) return touched.toSorted((a, b) => counts[b]! - counts[a]! || a - b)
  const byCount: number[][] = []
  for (const number of touched) (byCount[counts[number]!] ??= []).push(number)
  const found: number[] = []
  for (let count = byCount.length - 1; count > 0 && found.length < most; count -= 1)
    for (const number of byCount[count] ?? []) if (found.length < most) found.push(number)
  return found
}

/** How alike text and name are: by their letters, or word by word, where a word counts as much as it tells. */
function resemblance(index: NameIndex, words: Words, coreText: string, name: Name): { value: number; why: string } {
  const { value: byWords, share } = wordLikeness(index, words.core, name.core)
  const joined = likeness(coreText.replaceAll(' ', ''), name.coreText.replaceAll(' ', ''))
  // Letters that agree tell little where the words that tell are others: Niue Island is not Wake Island.
  const trust = words.core.length > 1 && joined < 0.9 ? 0.7 + 0.3 * share : 1
  const letters = (words.core.length === 1 && name.core.length === 1 ? joined : Math.max(likeness(coreText, name.coreText), joined)) * trust
  const full = words.full === coreText && name.full === name.coreText ? 0 : likeness(words.full, name.full) * 0.98 * trust
  if (letters >= byWords && letters >= full) return { value: letters, why: `is spelled almost as ${name.text}` }
  return byWords >= full
    ? { value: byWords, why: `shares words with ${name.text}` }
    : { value: full, why: `is spelled almost as ${name.text}` }
}

function wordLikeness(index: NameIndex, asked: readonly string[], has: readonly string[]): { value: number; share: number } {
  const left = [...has]
  let shared = 0
  let all = 0
  for (const word of asked) {
    const weight = index.weightOf(word)
    all += weight
    const at = left.findIndex((other) => sameWord(word, other))
    if (at < 0) continue
    shared += weight * (left[at] === word ? 1 : 0.9)
    left.splice(at, 1)
  }
  const unmatched = left.reduce((sum, word) => sum + index.weightOf(word), 0)
  // Words that only the text has weigh less than words of the name that it lacks: people add where a place is.
  const missing = all - shared
  return { value: shared === 0 ? 0 : (0.96 * shared) / (shared + unmatched + 0.7 * missing), share: all === 0 ? 0 : shared / all }
}

function sameWord(a: string, b: string): boolean {
  if (a === b) return true
  const shortest = Math.min(a.length, b.length)
  if (shortest < 4) return false
  return editDistance(a, b, shortest < 7 ? 1 : 2) <= (shortest < 7 ? 1 : 2)
}

/** Words of kind that agree add a little, those that contradict take much away. */
function kindAgreement(index: NameIndex, words: Words, name: Name): number {
  if (words.kinds.size === 0) return 0
  const known = index.kindsOf.get(name.code)
  if (!known || known.size === 0) return 0
  let agreement = 0
  for (const kind of words.kinds) {
    if (known.has(kind)) agreement += name.kinds.has(kind) ? 2 : 1
    else if (kind === 'county' || known.has('county')) agreement -= 7
    else if (kind === 'london' || kind === 'democratic' || kind === 'combined') agreement -= 6
    else agreement -= 1
  }
  return Math.max(-9, Math.min(4, agreement))
}

function finish(index: NameIndex, query: MatchQuery, code: Code, scored: Scored): Candidate {
  let { score } = scored
  const features = [...scored.features]
  const status = statusOn(code, query.day)
  if (inactive.has(status)) {
    score -= 1.5
    features.push({ id: 'status', name: `Not in use: ${status}`, value: false })
  }
  for (const { field, values } of query.properties ?? []) {
    const agrees = propertyAgrees(index, code, field, values)
    if (agrees === undefined) continue
    score += agrees ? 4 : -12
    features.push({ id: 'property', name: field, value: agrees })
  }
  return { code, score: Math.round(Math.max(0, Math.min(100, score)) * 10) / 10, match: false, why: scored.why, features }
}

/** Whether a code has one of the values in a field; undefined when it says nothing there. */
function propertyAgrees({ list }: NameIndex, code: Code, field: string, values: readonly string[]): boolean | undefined {
  const has = field === 'code' || field === list.register ? code.code : code.item[field]
  const own = (Array.isArray(has) ? has : [has]).filter((value) => value !== undefined)
  if (own.length === 0) return undefined
  const plain = (text: string) => takeApart(text).full
  return values.some((value) => own.some((one) => plain(String(one)) === plain(value) || notationKey(String(one)) === notationKey(value)))
}

/**
 * Marks the first when it is certain: good enough, and no other near. Of two that share the words that tell, the first must be the very
 * name, with a word of its kind: "Buckinghamshire" alone may be the council that was or the one that is.
 */
function decide(candidates: Candidate[], hasKinds: boolean): Candidate[] {
  const [first, second] = candidates
  if (!first || first.score < AUTO_MATCH) return candidates
  const margin = first.score - (second?.score ?? 0)
  const rival = second !== undefined && second.score >= RIVAL
  const certain = rival ? hasKinds && first.score >= 98 && margin >= AUTO_MARGIN - 1 : margin >= AUTO_MARGIN
  return certain ? [{ ...first, match: true }, ...candidates.slice(1)] : candidates
}
