import type { Dataset, Publisher } from './model.ts'
import { accessRightOf, accessWords } from './visibility/rights.ts'
import { licenceTerms } from './vocabularies.ts'

/**
 * The dataset in the words that search engines read, for the page's `application/ld+json`.
 *
 * @see https://schema.org/Dataset; Google's required members are name and description.
 */
export function toSchemaOrg(dataset: Dataset, publisher: Pick<Publisher, 'name' | 'title' | 'homepage'>, base: string): object {
  const page = `${base}/datasets/${dataset.name}`
  const organisation = {
    '@type': 'GovernmentOrganization',
    name: publisher.title,
    url: publisher.homepage ?? `${base}/publishers/${publisher.name}`,
  }
  return {
    '@context': 'https://schema.org/',
    '@type': 'Dataset',
    '@id': page,
    url: page,
    identifier: dataset.name,
    name: dataset.title,
    description: dataset.description ?? dataset.title,
    creator: organisation,
    publisher: organisation,
    license: licenceTerms[dataset.licence].uri,
    isAccessibleForFree: (licenceTerms[dataset.licence].open && accessRightOf(dataset) === 'PUBLIC') || undefined,
    ...(accessWords(dataset) && { conditionsOfAccess: accessWords(dataset) }),
    keywords: dataset.keyword.length > 0 ? dataset.keyword : undefined,
    datePublished: dataset.issued,
    dateModified: dataset.modified,
    spatialCoverage: dataset.spatial,
    temporalCoverage: dataset.temporal && `${dataset.temporal.start ?? '..'}/${dataset.temporal.end ?? '..'}`,
    distribution: dataset.distributions.flatMap((table) => downloadsOf(dataset, table.name, base)),
    includedInDataCatalog: { '@type': 'DataCatalog', url: `${base}/` },
  }
}

function downloadsOf(dataset: Dataset, table: string, base: string): object[] {
  const which = dataset.distributions.length > 1 ? `?distribution=${encodeURIComponent(table)}` : ''
  const formats = { csv: 'text/csv', ndjson: 'application/x-ndjson', parquet: 'application/vnd.apache.parquet' }
  return Object.entries(formats).map(([format, encodingFormat]) => ({
    '@type': 'DataDownload',
    encodingFormat,
    contentUrl: `${base}/v1/datasets/${dataset.name}/records.${format}${which}`,
  }))
}
