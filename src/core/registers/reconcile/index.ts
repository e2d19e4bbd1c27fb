import type { Code, LabelKind } from '../codes/code.ts'
import type { CodeList } from '../codes/list.ts'
import { takeApart, type Words, waysToWrite } from './words.ts'

/** One name of a code, taken apart. */
export interface Name extends Words {
  code: Code
  kind: LabelKind
  text: string
  /** The words that say which one it is, in order. */
  coreText: string
  /** Whether the words are those of the name as it stands, not of a part of it. */
  whole: boolean
}

/** What a register's names are looked up in. */
export interface NameIndex {
  list: CodeList
  names: Name[]
  byFull: Map<string, Name[]>
  byCore: Map<string, Name[]>
  /** By the core words in alphabetical order. */
  bySorted: Map<string, Name[]>
  byNotation: ReadonlyMap<string, Code[]>
  /** Numbers of names by each three letters of their core. */
  byGram: Map<string, number[]>
  /** Room for counting names, zero between uses. */
  counts: Uint16Array
  /** How much a word tells, by how few names have it. */
  weightOf(word: string): number
  /** What kinds of body or place a code's names and its kind say that it is. */
  kindsOf: Map<Code, Set<string>>
}

const indexes = new WeakMap<CodeList, NameIndex>()

/** The index of a list, made when first asked for and kept as long as the list. */
export function nameIndex(list: CodeList): NameIndex {
  const known = indexes.get(list)
  if (known) return known
  const made = buildIndex(list)
  indexes.set(list, made)
  return made
}

function buildIndex(list: CodeList): NameIndex {
  const names = [...list.codes.values()].flatMap(namesOf)
  const counts = new Map<string, number>()
  const index = {
    byFull: new Map<string, Name[]>(),
    byCore: new Map<string, Name[]>(),
    bySorted: new Map<string, Name[]>(),
    byGram: new Map<string, number[]>(),
    kindsOf: new Map<Code, Set<string>>(),
  }
  for (const [number, name] of names.entries()) {
    push(index.byFull, name.full, name)
    push(index.byCore, name.coreText, name)
    push(index.bySorted, name.core.toSorted().join(' '), name)
    for (const gram of gramsOf(name.coreText)) push(index.byGram, gram, number)
    for (const word of new Set(name.core)) counts.set(word, (counts.get(word) ?? 0) + 1)
    const kinds = index.kindsOf.get(name.code) ?? kindsStated(name.code)
    for (const kind of name.kinds) kinds.add(kind)
    index.kindsOf.set(name.code, kinds)
  }
  const total = Math.max(names.length, 1)
  return {
    ...index,
    list,
    names,
    byNotation: list.byNotation,
    counts: new Uint16Array(names.length),
    // A word that no name has tells less than a rare one: it is an addition or an error.
    weightOf: (word) => Math.log(1 + total / (1 + (counts.get(word) ?? 0))) * (counts.has(word) ? 1 : 0.5),
  }
}

function namesOf(code: Code): Name[] {
  const labels = code.labels.length > 0 ? code.labels : [{ text: code.name, kind: 'name' as const, language: 'en' }]
  const seen = new Set<string>()
  return labels.flatMap(({ text, kind }) =>
    waysToWrite(text).flatMap(({ text: way, part }): Name[] => {
      const words = takeApart(way)
      if (words.full === '' || seen.has(words.full)) return []
      seen.add(words.full)
      return [{ ...words, code, kind, text, coreText: words.core.join(' '), whole: !part }]
    }),
  )
}

/** What a register says of the kind of a code in the fields that usually do. */
function kindsStated({ item }: Code): Set<string> {
  const stated = [item['kind'], item['type'], item['local-authority-type']].flat().join(' ')
  const kinds = new Set(takeApart(stated).kinds)
  for (const [code, kind] of typeCodes) if (item['local-authority-type'] === code) kinds.add(kind)
  return kinds
}

/** Codes of the local-authority-type register. */
const typeCodes = [
  ['CTY', 'county'],
  ['NMD', 'district'],
  ['LBO', 'london'],
  ['MD', 'metropolitan'],
  ['UA', 'unitary'],
] as const

/** Each three letters in a row, spaces at both ends. */
export function gramsOf(text: string): string[] {
  const padded = ` ${text} `
  const grams = new Set<string>()
  for (let at = 0; at + 3 <= padded.length; at += 1) grams.add(padded.slice(at, at + 3))
  return [...grams]
}

function push<Key, Value>(map: Map<Key, Value[]>, key: Key, value: Value): void {
  const known = map.get(key)
  if (known) known.push(value)
  else map.set(key, [value])
}
