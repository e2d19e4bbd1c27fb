import { editDistance } from '../../foundation/kernel/index.ts'
import { type Field, type Layout, layouts } from './model.ts'

/** What is known of a column of a file: its header, and what its cells turned out to be. */
export interface ColumnEvidence {
  name: string
  type: string
  /** Some of its texts, for columns whose header says nothing. */
  values?: readonly string[]
}

/** A field and the column that is taken for it. */
export interface MappedField {
  field: string
  /** Place in the columns given, from 0. */
  column: number
  /** 0 to 1. */
  confidence: number
  reason: string
}

export interface Mapping {
  layout: string
  fields: MappedField[]
  /** Mandatory fields for which no column was found. */
  missing: string[]
  /** 0 to 1: how well the file follows the layout as a whole. */
  confidence: number
}

/** Below this a column is not taken for a field. */
const ENOUGH = 0.45

/**
 * Which column is meant for each field of a layout, by header first and by content where the header leaves it open. No column serves two
 * fields; the surest pairs are taken first.
 */
export function mapColumns(layout: Layout, columns: readonly ColumnEvidence[]): Mapping {
  const headers = columns.map(({ name }) => wordsOf(name))
  const pairs = layout.fields.flatMap((field) =>
    columns.map((column, i) => ({ field, column: i, ...sureness(field, headers[i] as Header, column) })),
  )
  const taken = { fields: new Set<string>(), columns: new Set<number>() }
  const fields: MappedField[] = []
  for (const pair of pairs.toSorted((a, b) => b.confidence - a.confidence || a.column - b.column)) {
    if (pair.confidence < ENOUGH || taken.fields.has(pair.field.name) || taken.columns.has(pair.column)) continue
    taken.fields.add(pair.field.name)
    taken.columns.add(pair.column)
    fields.push({ field: pair.field.name, column: pair.column, confidence: round(pair.confidence), reason: pair.reason })
  }
  fields.push(...byContent(layout, columns, taken))
  const missing = layout.fields.filter(({ name, mandatory }) => mandatory && !taken.fields.has(name)).map(({ name }) => name)
  return { layout: layout.name, fields: inOrder(layout, fields), missing, confidence: round(overall(layout, fields)) }
}

/** Columns that departments print and councils do not. */
const departmental = ['departmentFamily', 'entity', 'expenseType', 'expenseArea']

/**
 * The layout that a file follows: that of the departments where it has three of the columns that only they print, otherwise the one that it
 * follows more closely.
 */
export function bestMapping(candidates: readonly Layout[], columns: readonly ColumnEvidence[]): Mapping | undefined {
  const mappings = candidates.map((layout) => mapColumns(layout, columns)).toSorted((a, b) => b.confidence - a.confidence)
  const own = mappings.find(({ fields }) => fields.filter(({ field }) => departmental.includes(field)).length >= 3)
  return own && own.confidence >= ENOUGH ? own : mappings[0]
}

/** The place of the column that names suppliers; undefined when none does. */
export function supplierColumn(columns: readonly ColumnEvidence[]): number | undefined {
  return bestMapping(layouts, columns)?.fields.find(({ field }) => field === 'supplier')?.column
}

interface Header {
  /** Words of the whole header. */
  all: string
  /** Without what stands in brackets. */
  plain: string
}

/** A header in plain words: "1 Department Family(T)" and "DepartmentFamily" both read "department family". */
export function wordsOf(name: string): Header {
  const labelled = /\(\s*t\s*\)\s*$/i.test(name)
  const spaced = name
    .normalize('NFKC')
    .replace(/\(\s*t\s*\)\s*$/i, '')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase()
  const words = (text: string) =>
    text
      .replace(/['’]/g, '')
      .replace(/£|�/g, ' ')
      .replace(/[^a-z0-9]+/g, ' ')
      .trim()
      .replace(/^\d+ (?=[a-z])/, '')
      .replace(/ \d+$/, '')
  // "Supplier ID(T)" is the text behind the number.
  const label = (text: string) => (labelled ? text.replace(/ (?:id|code|no|number)$/, '') : text)
  return { all: label(words(spaced)), plain: label(words(spaced.replace(/[([].*?[)\]]/g, ' ').replace(/[([].*$/, ' '))) }
}

function sureness(field: Field, header: Header, column: ColumnEvidence): { confidence: number; reason: string } {
  let best = { confidence: 0, reason: '' }
  for (const [words, sure] of field.said) {
    const alike = Math.max(likeness(header.all, words), header.plain ? likeness(header.plain, words) * 0.98 : 0)
    if (alike * sure > best.confidence) best = { confidence: alike * sure, reason: reasonOf(column.name, words, alike) }
  }
  if (saysOtherwise(field, header.plain || header.all, best.confidence)) return { confidence: 0, reason: '' }
  return { ...best, confidence: best.confidence * fits(field, column.type) }
}

const reasonOf = (name: string, words: string, alike: number): string =>
  alike >= 0.97 ? `the header says ${JSON.stringify(name)}` : `the header ${JSON.stringify(name)} is close to ${JSON.stringify(words)}`

/** A word that points elsewhere counts unless the header is one of the field's own ways to say it. */
function saysOtherwise(field: Field, header: string, confidence: number): boolean {
  if (field.said.some(([words]) => words === header)) return false
  const words = header.split(' ')
  return confidence < 1 && field.never.some((word) => words.includes(word) || (word.includes(' ') && header.includes(word)))
}

/** How far a column's type allows the field, as a factor. Text stays possible: a column with a few misfits may have become text. */
function fits(field: Field, type: string): number {
  if (field.kind === 'date') return type === 'date' || type === 'date-time' ? 1 : type === 'text' ? 0.75 : 0.5
  if (field.kind === 'amount') return type === 'number' || type === 'integer' ? 1 : type === 'text' ? 0.75 : 0.2
  if (field.kind === 'code') return type === 'date' || type === 'number' ? 0.8 : 1
  return type === 'text' ? 1 : type === 'date' || type === 'date-time' ? 0.3 : 0.7
}

/** A header that is longer or shorter by more says something else. */
const MOST_LETTERS_MORE = 4

/** 1 for the same words, less for a header that has more to say or is misspelt, 0 for no likeness. */
function likeness(header: string, words: string): number {
  if (header === words) return 1
  if (!header) return 0
  const [a, b] = [header.split(' '), words.split(' ')]
  if (header.replaceAll(' ', '') === words.replaceAll(' ', '')) return 0.99
  if (` ${header} `.includes(` ${words} `)) return 0.6 + 0.35 * (b.length / a.length)
  const longest = Math.max(header.length, words.length)
  if (longest < 5 || Math.abs(header.length - words.length) > MOST_LETTERS_MORE) return 0
  const most = Math.max(1, Math.floor(longest / 6))
  const edits = editDistance(header, words, most)
  return edits <= most ? 0.97 - edits / longest : 0
}

const companyWords = /\b(?:ltd|limited|plc|llp|inc|council|university|nhs|trust|services?|group|association|college|hospital|police)\b/i

/** Fields that no header names, where just one column can be meant: the only date, the only amount, the names of companies. */
function byContent(
  layout: Layout,
  columns: readonly ColumnEvidence[],
  taken: { fields: Set<string>; columns: Set<number> },
): MappedField[] {
  const found: MappedField[] = []
  const claim = (field: string, candidates: number[], reason: string) => {
    const [column] = candidates
    if (candidates.length !== 1 || column === undefined || taken.fields.has(field)) return
    taken.fields.add(field)
    taken.columns.add(column)
    found.push({ field, column, confidence: 0.5, reason })
  }
  const free = (test: (column: ColumnEvidence) => boolean) =>
    columns.flatMap((column, i) => (!taken.columns.has(i) && test(column) ? [i] : []))
  const has = (name: string) => layout.fields.some((field) => field.name === name)
  if (has('date'))
    claim(
      'date',
      free(({ type }) => type === 'date' || type === 'date-time'),
      'the only column of dates',
    )
  if (has('amount'))
    claim(
      'amount',
      free(({ type }) => type === 'number'),
      'the only column of amounts',
    )
  const companies = ({ type, values = [] }: ColumnEvidence) =>
    type === 'text' && values.length > 0 && values.filter((text) => companyWords.test(text)).length > values.length / 4
  if (has('supplier')) claim('supplier', free(companies), 'its cells are names of companies')
  return found
}

function overall(layout: Layout, fields: readonly MappedField[]): number {
  const sure = (name: string) => fields.find(({ field }) => field === name)?.confidence ?? 0
  const mandatory = layout.fields.filter((field) => field.mandatory)
  const core = Math.min(sure('date'), sure('amount'), sure('supplier'))
  return core * (0.4 + (0.6 * mandatory.reduce((sum, { name }) => sum + sure(name), 0)) / mandatory.length)
}

const inOrder = (layout: Layout, fields: MappedField[]): MappedField[] =>
  fields.toSorted(
    (a, b) => layout.fields.findIndex(({ name }) => name === a.field) - layout.fields.findIndex(({ name }) => name === b.field),
  )

const round = (value: number): number => Math.round(value * 1000) / 1000
