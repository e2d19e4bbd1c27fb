import {
  formatOf,
  formatTitle,
  type SearchAnswer,
  type SearchFacet,
  type SearchHit,
  type SearchRequest,
  type SearchSort,
  searchFacets,
  searchSorts,
} from '../../../core/catalogue/index.ts'

const facetTitles: Record<SearchFacet, string> = {
  publisher: 'Publisher',
  theme: 'Theme',
  format: 'Format',
  licence: 'Licence',
  openness: 'Openness',
  frequency: 'How often',
  nii: 'National Information Infrastructure',
  spatial: 'Area',
  updated: 'Updated',
}
export const sortTitles: Record<SearchSort, string> = { relevance: 'Most relevant', modified: 'Newest update', title: 'Title, A to Z' }

/** The question that a finder's address holds; what it does not know is left out. */
export function readSearch(parameters: URLSearchParams): SearchRequest {
  const sort = parameters.get('sort') as SearchSort
  const q = (parameters.get('q') ?? '').trim().slice(0, 500)
  const cursor = parameters.get('cursor')
  const chosen = searchFacets.flatMap((name) => {
    const values = parameters.getAll(name).filter(Boolean)
    return values.length ? [[name, values] as const] : []
  })
  return {
    limit: 20,
    facets: 'all',
    ...Object.fromEntries(chosen),
    ...(q && { q }),
    ...(searchSorts.includes(sort) && { sort }),
    ...(cursor && { cursor }),
  }
}

/** The address of a question, with some of it changed; without a cursor in the change it begins at the first page. */
export function searchAddress(request: SearchRequest, change: Partial<SearchRequest> = {}): string {
  const next = { ...request, cursor: undefined, ...change }
  const parameters = new URLSearchParams()
  if (next.q) parameters.set('q', next.q)
  for (const name of searchFacets) for (const value of next[name] ?? []) parameters.append(name, value)
  if (next.sort) parameters.set('sort', next.sort)
  if (next.cursor) parameters.set('cursor', next.cursor)
  return parameters.size ? `/datasets?${parameters}` : '/datasets'
}

/** The facets as checkboxes, and each choice as a chip that takes it away. */
export function facetsOf(answer: SearchAnswer, request: SearchRequest) {
  const facets = searchFacets.map((name) => ({
    name,
    title: facetTitles[name],
    items: (answer.facets[name] ?? []).map((item) => ({ ...item, checked: request[name]?.includes(item.value) ?? false })),
  }))
  const chips = facets.flatMap((facet) =>
    facet.items
      .filter((item) => item.checked)
      .map((item) => ({
        text: `${facet.title}: ${item.title}`,
        href: searchAddress(request, { [facet.name]: request[facet.name]?.filter((value) => value !== item.value) }),
      })),
  )
  return { facets: facets.filter((facet) => facet.items.length), chips }
}

/** What was asked instead, or may have been meant, for the top of the results. */
export function suggestionView(suggestion: SearchAnswer['suggestion'], request: SearchRequest) {
  if (!suggestion) return undefined
  return { ...suggestion, href: suggestion.kind === 'spelling' ? searchAddress(request, { q: suggestion.text }) : undefined }
}

const matchedWords: Record<NonNullable<SearchHit['matched']>, string> = {
  title: 'Title',
  keyword: 'Keyword',
  publisher: 'Publisher',
  columns: 'Column',
  description: 'Description',
}

export interface Piece {
  text: string
  marked: boolean
}

/** A snippet's pieces, the matched words told apart. */
export function pieces(snippet: string): Piece[] {
  return snippet
    .split('**')
    .map((text, index) => ({ text, marked: index % 2 === 1 }))
    .filter((piece) => piece.text)
}

/** A dataset in a list: what it is, how fresh, in which formats, and why it was found. */
export function hitView(hit: SearchHit) {
  const told = hit.snippet && hit.matched && hit.matched !== 'title'
  return {
    name: hit.name,
    title: hit.title,
    publisher: hit.publisher,
    publisherTitle: hit.publisherTitle,
    modified: hit.modified,
    rows: hit.distributions.reduce((sum, table) => sum + table.rows, 0),
    formats: formatsOf(hit),
    ...(hit.licenceNeeded && { licenceNeeded: true }),
    ...(told
      ? { why: matchedWords[hit.matched as keyof typeof matchedWords], pieces: pieces(hit.snippet as string) }
      : { summary: shorten(hit.description ?? '') }),
  }
}

/** Formats a dataset can be had in: as published, and what the API writes. */
export function formatsOf(dataset: Pick<SearchHit, 'distributions'>): string[] {
  if (!dataset.distributions.length) return []
  const published = dataset.distributions.map((table) => formatTitle(formatOf(table.sourceName, table.sourceMediaType)))
  return [...new Set([...published, 'CSV', 'JSON', 'Parquet'])].filter((title) => title !== 'Other')
}

/** The first sentence, or as many whole words as fit in `max` characters. */
export function shorten(text: string, max = 200): string {
  const plain = text.replace(/\s+/g, ' ').trim()
  const sentence = /^.{20,}?[.!?](?= [A-Z]|$)/.exec(plain)?.[0]
  if (sentence && sentence.length <= max) return sentence
  return plain.length <= max ? plain : `${plain.slice(0, plain.lastIndexOf(' ', max))}…`
}
