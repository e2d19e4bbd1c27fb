import { Problem } from '../../foundation/kernel/index.ts'
import { type Catalogue, type SearchRequest, searchFacets } from '../catalogue/index.ts'
import type { Subject } from './model.ts'

/** The search behind its parameters; those that mean nothing are left out. */
export function searchOf(value: string): SearchRequest {
  const given = new URLSearchParams(value)
  const q = given.get('q')?.trim()
  const facets = Object.fromEntries(
    searchFacets.flatMap((name) => {
      const values = [...new Set(given.getAll(name).filter(Boolean))].sort()
      return values.length ? [[name, values]] : []
    }),
  )
  return { ...(q && { q: q.slice(0, 500) }), ...facets }
}

/** A search as parameters in one order, so that two who follow the same follow one thing. */
export function searchText(request: SearchRequest): string {
  const text = new URLSearchParams()
  if (request.q) text.append('q', request.q)
  for (const name of searchFacets) for (const value of request[name] ?? []) text.append(name, value)
  return text.toString()
}

/** The subject in its one form. @throws {Problem} dataset-not-found, publisher-not-found, parameter-invalid, nii-entry-not-found */
export async function settleSubject(
  { kind, value }: Subject,
  { catalogue, demandEntry }: { catalogue: Catalogue; demandEntry: (id: string) => Promise<void> },
): Promise<Subject> {
  switch (kind) {
    case 'dataset':
      return { kind, value: (await catalogue.dataset(value)).name }
    case 'publisher':
      return { kind, value: (await catalogue.publisher(value)).name }
    case 'nii':
      await demandEntry(value)
      return { kind, value }
    default: {
      const text = searchText(searchOf(value))
      if (!text)
        throw new Problem('parameter-invalid', {
          detail: 'The search asks for nothing.',
          pointer: '/subject/value',
          hint: 'Such as q=spend.',
        })
      return { kind: 'search', value: text }
    }
  }
}

/** Where a subject is looked at. */
export function pageOf({ kind, value }: { kind: string; value: string }): string {
  if (kind === 'search') return `/datasets?${value}`
  return kind === 'nii' ? `/nii/${value}` : `/${kind}s/${value}`
}
