import { type Dataset, licenceTerms, type Publisher } from '../../../core/catalogue/index.ts'

/**
 * The dataset as schema.org JSON-LD text, safe to stand inside a script element.
 *
 * @see https://schema.org/Dataset
 */
export function schemaOrg(dataset: Dataset, publisher: Publisher, base: string): string {
  const page = `${base}/datasets/${dataset.name}`
  const records = `${base}/v1/datasets/${dataset.name}/records`
  const licence = licenceTerms[dataset.licence].uri
  const files = [
    ['text/csv', 'csv'],
    ['application/json', 'json'],
    ['application/vnd.apache.parquet', 'parquet'],
  ] as const
  const document = {
    '@context': 'https://schema.org/',
    '@type': 'Dataset',
    '@id': page,
    url: page,
    name: dataset.title,
    description: dataset.description ?? dataset.title,
    datePublished: dataset.issued,
    dateModified: dataset.modified,
    creator: { '@type': 'GovernmentOrganization', name: publisher.title, url: `${base}/publishers/${publisher.name}` },
    isAccessibleForFree: true,
    ...(licence && { license: licence }),
    ...(dataset.keyword.length && { keywords: dataset.keyword }),
    ...(dataset.spatial && { spatialCoverage: dataset.spatial }),
    ...(dataset.distributions.length && {
      distribution: files.map(([type, extension]) => ({
        '@type': 'DataDownload',
        encodingFormat: type,
        contentUrl: `${records}.${extension}`,
      })),
    }),
  }
  return JSON.stringify(document).replaceAll('<', '\\u003c')
}
