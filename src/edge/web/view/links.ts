import type { Dataset } from '../../../core/catalogue/index.ts'
import type { DatasetLink, LinkState } from '../../../core/links/index.ts'
import { safeAddress } from './format.ts'

const words: Record<LinkState, { text: string; tone?: 'good' | 'bad' }> = {
  ok: { text: 'Yes', tone: 'good' },
  moved: { text: 'Moved' },
  broken: { text: 'Broken', tone: 'bad' },
  'soft-404': { text: 'Not what it should be', tone: 'bad' },
  blocked: { text: 'Closed to checks' },
  unknown: { text: 'Not known' },
}

/** What a dataset links to, each with whether it answers. Links that are never asked, since they are no addresses of the web, are shown too. */
export function linksView(dataset: Dataset, links: readonly DatasetLink[]) {
  const known = new Map(links.map((link) => [link.address, link]))
  const resources = (dataset.linked ?? []).map((resource) => ({
    address: resource.accessURL,
    title: resource.title ?? fileOf(resource.accessURL),
    description: resource.description?.slice(0, 200),
    declared: resource.format ?? resource.mediaType,
  }))
  const page = dataset.landingPage
    ? [{ address: dataset.landingPage, title: 'Publisher’s own page', description: undefined, declared: undefined }]
    : []
  return [...resources, ...page].map(({ address, title, description, declared }) => {
    const link = known.get(address)
    return {
      href: safeAddress(address),
      title,
      description,
      format: (link?.content.format ?? declared ?? '').toUpperCase(),
      state: words[link?.state ?? 'unknown'],
      detail: link?.state === 'ok' ? undefined : link?.detail,
      movedTo: safeAddress(link?.movedTo),
      checked: link?.checked,
      history: (link?.history ?? []).map(({ at, state, status }) => ({ at, status, text: words[state].text })),
    }
  })
}

/** The last part of an address, as its link is called where it has no title. */
const fileOf = (address: string): string => URL.parse(address)?.pathname.split('/').at(-1) || address
