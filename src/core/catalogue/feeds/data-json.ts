import type { Dataset, Publisher } from '../model.ts'
import { accessRightOf, accessWords } from '../visibility/rights.ts'
import { licenceTerms, themeTitle } from '../vocabularies.ts'

const accessLevels = { PUBLIC: 'public', RESTRICTED: 'restricted public', NON_PUBLIC: 'non-public' } as const

/** ISO 8601 durations of how often a dataset is updated. */
const periods: Partial<Record<Dataset['accrualPeriodicity'], string>> = {
  continuous: 'R/PT1S',
  daily: 'R/P1D',
  weekly: 'R/P1W',
  monthly: 'R/P1M',
  quarterly: 'R/P3M',
  'twice-a-year': 'R/P6M',
  yearly: 'R/P1Y',
  irregular: 'irregular',
}

/**
 * The whole catalogue as one `data.json`, which harvesters of the United States' form read.
 *
 * @see Project Open Data Metadata Schema 1.1
 */
export function toDataJson(described: ReadonlyArray<{ dataset: Dataset; publisher: Publisher }>, base: string): object {
  return {
    '@context': 'https://project-open-data.cio.gov/v1.1/schema/catalog.jsonld',
    '@id': `${base}/data.json`,
    '@type': 'dcat:Catalog',
    conformsTo: 'https://project-open-data.cio.gov/v1.1/schema',
    describedBy: 'https://project-open-data.cio.gov/v1.1/schema/catalog.json',
    dataset: described.map(({ dataset, publisher }) => entryOf(dataset, publisher, base)),
  }
}

function entryOf(dataset: Dataset, publisher: Publisher, base: string): object {
  const page = `${base}/datasets/${dataset.name}`
  const licence = licenceTerms[dataset.licence]
  const period = periods[dataset.accrualPeriodicity]
  return {
    '@type': 'dcat:Dataset',
    identifier: dataset.identifier,
    title: dataset.title,
    description: dataset.description ?? dataset.title,
    keyword: dataset.keyword.length ? dataset.keyword : dataset.theme.map(themeTitle),
    issued: dataset.issued.slice(0, 10),
    modified: dataset.modified.slice(0, 10),
    publisher: { '@type': 'org:Organization', name: publisher.title },
    contactPoint: {
      '@type': 'vcard:Contact',
      fn: dataset.contactPoint?.name ?? publisher.title,
      ...(dataset.contactPoint?.email && { hasEmail: `mailto:${dataset.contactPoint.email}` }),
    },
    accessLevel: accessLevels[accessRightOf(dataset)],
    ...(accessWords(dataset) && { rights: accessWords(dataset) }),
    ...(licence.uri && { license: licence.uri }),
    ...(dataset.spatial && { spatial: dataset.spatial }),
    ...(dataset.temporal?.start && { temporal: `${dataset.temporal.start}/${dataset.temporal.end ?? '..'}` }),
    ...(period && { accrualPeriodicity: period }),
    ...(dataset.theme.length && { theme: dataset.theme.map(themeTitle) }),
    landingPage: dataset.landingPage ?? page,
    distribution: distributionsOf(dataset, base),
  }
}

function distributionsOf(dataset: Dataset, base: string): object[] {
  const several = dataset.distributions.length > 1
  const tables = dataset.distributions.map((table) => ({
    '@type': 'dcat:Distribution',
    title: table.title ?? table.name,
    downloadURL: `${base}/v1/datasets/${dataset.name}/records.csv${several ? `?distribution=${encodeURIComponent(table.name)}` : ''}`,
    mediaType: 'text/csv',
  }))
  const linked = (dataset.linked ?? []).map((resource) => ({
    '@type': 'dcat:Distribution',
    ...(resource.title && { title: resource.title }),
    ...(resource.description && { description: resource.description }),
    ...(resource.mediaType ? { downloadURL: resource.accessURL, mediaType: resource.mediaType } : { accessURL: resource.accessURL }),
    ...(resource.format && { format: resource.format }),
  }))
  return [...tables, ...linked]
}
