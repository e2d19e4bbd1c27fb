import type { SelectRequest } from '../catalogue.ts'
import type { Selection } from '../search/select.ts'
import { searchError, searchQueryError } from './errors.ts'
import { licenceIds } from './package.ts'
import { parseSolr, type SolrQuery, SolrSyntaxError } from './solr.ts'

type Words = Extract<Selection, { words: string }>['column']

/** Fields of CKAN's index that are columns of words in ours. */
const wordFields: Record<string, Words> = {
  text: undefined,
  title: 'title',
  title_ngram: 'title',
  notes: 'description',
  tags: 'keyword',
  res_name: 'columns',
  res_description: 'columns',
}

/** Members of the record that a field names. */
const memberFields: Record<string, string> = {
  id: 'identifier',
  name: 'name',
  title_string: 'title',
  author: 'creator.name',
  author_email: 'creator.email',
  maintainer: 'contactPoint.name',
  maintainer_email: 'contactPoint.email',
  url: 'landingPage',
  version: 'release',
  res_url: 'linked[*].accessURL',
}

/** Fields with one value for every dataset that is shown at all. */
const constantFields: Record<string, string> = {
  dataset_type: 'dataset',
  type: 'dataset',
  entity_type: 'package',
}

const facetFields = { organization: 'publisher', res_format: 'format', groups: 'theme', license_id: 'licence' } as const
const dateFields = { metadata_modified: 'modified', metadata_created: 'issued' } as const

const ourLicence = (id: string): string => Object.entries(licenceIds).find(([, theirs]) => theirs === id.toLowerCase())?.[0] ?? id

/**
 * The selection that a question in Solr's language names.
 *
 * @throws {CkanError} Search Error for a field that CKAN's index does not have.
 */
export function toSelection(query: SolrQuery): Selection {
  switch (query.kind) {
    case 'all':
      return { all: true }
    case 'and':
      return { and: query.parts.map(toSelection) }
    case 'or':
      return { or: query.parts.map(toSelection) }
    case 'not':
      return { not: toSelection(query.part) }
    case 'range':
      return rangeSelection(query)
    case 'term':
      return query.field === undefined ? { words: query.phrase ? `"${query.text}"` : query.text } : fieldSelection(query.field, query)
  }
}

function rangeSelection({ field, from, to, fromOpen, toOpen }: Extract<SolrQuery, { kind: 'range' }>): Selection {
  if (field in dateFields)
    return {
      date: dateFields[field as keyof typeof dateFields],
      ...(from !== undefined && { from: moment(from) }),
      ...(to !== undefined && { to: moment(to) }),
      fromOpen,
      toOpen,
    }
  // [* TO *] asks whether there is a value at all.
  if (from === undefined && to === undefined) return fieldSelection(field, { text: '*', phrase: false, prefix: false })
  throw searchError(`Ranges are supported for ${Object.keys(dateFields).join(' and ')}, not for ${field}`)
}

const unitMs: Record<string, number> = { YEAR: 31_557_600_000, MONTH: 2_629_800_000, DAY: 86_400_000, HOUR: 3_600_000, MINUTE: 60_000 }

/** A moment of Solr: ISO 8601, or NOW with steps such as NOW-7DAYS. */
function moment(text: string): string {
  if (text.startsWith('NOW')) {
    let at = Date.now()
    for (const [, sign, count, unit] of text.matchAll(/([+-])(\d+)(YEAR|MONTH|DAY|HOUR|MINUTE)S?/g))
      at += (sign === '-' ? -1 : 1) * Number(count) * (unitMs[unit ?? ''] ?? 0)
    return new Date(at).toISOString()
  }
  if (Number.isNaN(Date.parse(text))) throw searchError(`Invalid Date String:'${text}'`)
  return text
}

function fieldSelection(field: string, { text, phrase, prefix }: { text: string; phrase: boolean; prefix: boolean }): Selection {
  const any = text === '*' && !phrase
  if (field in constantFields)
    return any || text.toLowerCase() === constantFields[field] || (prefix && constantFields[field]?.startsWith(text))
      ? { all: true }
      : { none: true }
  const unlisted = unlistedSelection(field, text.toLowerCase(), any)
  if (unlisted) return unlisted
  if (field === 'owner_org') return { facet: 'publisher', value: any ? undefined : text }
  if (field in facetFields) {
    const facet = facetFields[field as keyof typeof facetFields]
    return { facet, value: any ? undefined : facet === 'licence' ? ourLicence(text) : text, ...(prefix && { prefix }) }
  }
  if (field === 'tags' && (phrase || !prefix)) return { member: 'keyword', value: any ? undefined : text }
  if (field in memberFields) return memberSelection(memberFields[field] as string, any ? undefined : text, prefix)
  if (field.startsWith('extras_')) return memberSelection(`extra."${field.slice(7).replaceAll('"', '')}"`, any ? undefined : text, prefix)
  if (field in wordFields) {
    const column = wordFields[field]
    return any ? { all: true } : { words: phrase ? `"${text}"` : text, ...(column && { column }) }
  }
  if (field in dateFields)
    return any ? { all: true } : { date: dateFields[field as keyof typeof dateFields], from: moment(text), to: moment(text) }
  if (/^(?:vocab_|res_extras_|res_)/.test(field)) return { none: true }
  throw searchError(`undefined field ${field}`)
}

/** What tells drafts and private datasets from the others; among what anybody sees all are active and public. */
function unlistedSelection(field: string, text: string, any: boolean): Selection | undefined {
  if (field !== 'state' && field !== 'private' && field !== 'capacity') return undefined
  if (any) return { all: true }
  if (field === 'state')
    return text === 'active' ? { state: 'published' } : text === 'draft' || text === 'deleted' ? { state: text } : { none: true }
  return { private: text === (field === 'private' ? 'true' : 'private') }
}

/** JSON paths with [*] reach into lists. */
const memberSelection = (member: string, value: string | undefined, prefix: boolean): Selection => ({
  member,
  value,
  ...(prefix && { prefix }),
})

const sortFields: Record<string, SelectRequest['sort']> = {
  score: 'relevance',
  metadata_modified: 'modified',
  metadata_created: 'issued',
  title: 'title',
  title_string: 'title',
  name: 'name',
  id: 'name',
  views_recent: 'modified',
  views_total: 'modified',
}

/**
 * The order that a sort text asks for; of several fields the first decides.
 *
 * @throws {CkanError} Search Query Error for a field without asc or desc.
 */
export function readSort(text: string): Pick<SelectRequest, 'sort' | 'descending'> {
  const parts = text.split(',').map((part) => /^\s*(\w+)\s+(asc|desc)\s*$/i.exec(part))
  if (parts.some((part) => !part)) throw searchQueryError(`Invalid "sort" parameter: ${text}`)
  const [, field = '', way = 'desc'] = parts[0] as RegExpExecArray
  const sort = sortFields[field]
  if (!sort) throw searchError(`sort param field can't be found: ${field}`)
  return { sort, descending: way.toLowerCase() === 'desc' }
}

/** Both questions of a package search as one selection, and the free words by which relevance is judged. */
export function readQuestion(q: string, filters: readonly string[]): Pick<SelectRequest, 'selection' | 'words'> {
  try {
    const question = parseSolr(q)
    const words = freeWords(question).join(' ')
    return { selection: { and: [question, ...filters.map(parseSolr)].map(toSelection) }, ...(words && { words }) }
  } catch (error) {
    if (error instanceof SolrSyntaxError) throw searchQueryError(error.message)
    throw error
  }
}

function freeWords(query: SolrQuery): string[] {
  if (query.kind === 'term') return query.field === undefined || query.field === 'title' || query.field === 'text' ? [query.text] : []
  return query.kind === 'and' || query.kind === 'or' ? query.parts.flatMap(freeWords) : []
}
