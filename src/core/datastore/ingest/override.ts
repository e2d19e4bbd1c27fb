import type { ColumnType, DateOrder } from '../model.ts'
import { dateForms } from './dates.ts'
import { type Candidate, textCandidate } from './infer.ts'
import type { Texts } from './texts.ts'

/** Patterns tried when the publisher says "date" and the sample gives no better: ISO, then day first. */
const usualDates = ['%Y-%m-%d', '%d/%m/%y', '%d/%m/%Y', '%d-%m-%Y', '%d-%b-%y', '%d-%b-%Y', '%d %b %Y', '%d %B %Y']

/** The candidate for a type that the publisher chose, reading as the texts ask. */
export function forcedCandidate(type: ColumnType, proposed: Candidate, texts: Texts, order?: DateOrder): Candidate {
  const reason = 'chosen by the publisher'
  const chosen = { reason, confidence: 1, tolerance: 1, filled: 1 }
  if (type === 'text') return textCandidate(reason, 1)
  if (proposed.type === type && !order) return { ...proposed, ...chosen, simple: false }
  if (type === 'integer' || type === 'number') return { type, reading: { decorated: true }, ...chosen }
  if (type === 'boolean') return { type, reading: { truth: truthOf(texts) }, ...chosen }
  const forms = dateForms(texts.counts, true, order)
  return {
    type,
    reading: {
      patterns: forms?.patterns.length ? forms.patterns : usualDates,
      ...(forms?.serials && { serials: forms.serials }),
      ...(forms?.ornate && { ornate: true }),
    },
    ...chosen,
  }
}

function truthOf(texts: Texts): [string, string] {
  const seen = new Set([...texts.counts.keys()].map((text) => text.toLowerCase()))
  const pairs: Array<[string, string]> = [
    ['yes', 'no'],
    ['y', 'n'],
    ['t', 'f'],
    ['1', '0'],
  ]
  return pairs.find((pair) => pair.some((word) => seen.has(word))) ?? ['true', 'false']
}
