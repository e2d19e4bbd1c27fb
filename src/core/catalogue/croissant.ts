import type { Dataset, Publisher } from './model.ts'
import { licenceTerms } from './vocabularies.ts'

/** A table as Croissant needs it. */
export interface CroissantTable {
  name: string
  title?: string
  /** Current version. */
  version: string
  columns: ReadonlyArray<{ name: string; type: string; description?: string }>
}

/** The context of the vocabulary, as the specification gives it. @see Croissant 1.0, appendix 1 */
const context = {
  '@language': 'en',
  '@vocab': 'https://schema.org/',
  citeAs: 'cr:citeAs',
  column: 'cr:column',
  conformsTo: 'dct:conformsTo',
  cr: 'http://mlcommons.org/croissant/',
  data: { '@id': 'cr:data', '@type': '@json' },
  dataType: { '@id': 'cr:dataType', '@type': '@vocab' },
  dct: 'http://purl.org/dc/terms/',
  examples: { '@id': 'cr:examples', '@type': '@json' },
  extract: 'cr:extract',
  field: 'cr:field',
  fileObject: 'cr:fileObject',
  fileProperty: 'cr:fileProperty',
  fileSet: 'cr:fileSet',
  format: 'cr:format',
  includes: 'cr:includes',
  isLiveDataset: 'cr:isLiveDataset',
  jsonPath: 'cr:jsonPath',
  key: 'cr:key',
  md5: 'cr:md5',
  parentField: 'cr:parentField',
  path: 'cr:path',
  rai: 'http://mlcommons.org/croissant/RAI/',
  recordSet: 'cr:recordSet',
  references: 'cr:references',
  regex: 'cr:regex',
  repeated: 'cr:repeated',
  replace: 'cr:replace',
  sc: 'https://schema.org/',
  separator: 'cr:separator',
  source: 'cr:source',
  subField: 'cr:subField',
  transform: 'cr:transform',
}

/** What a column holds, in the types that loaders know. */
const dataTypes: Record<string, string> = {
  integer: 'sc:Integer',
  number: 'sc:Float',
  decimal: 'sc:Float',
  boolean: 'sc:Boolean',
  date: 'sc:Date',
  'date-time': 'sc:DateTime',
}

/**
 * The dataset for those who train and test with it: files, tables and columns, as JSON-LD.
 *
 * Files are those of the current version and change with the next, so it is a live dataset, whose files carry no hash.
 *
 * @see Croissant Format Specification 1.0, https://docs.mlcommons.org/croissant/docs/croissant-spec.html
 */
export function toCroissant(
  dataset: Dataset,
  publisher: Pick<Publisher, 'name' | 'title' | 'homepage'>,
  base: string,
  tables: readonly CroissantTable[],
): object {
  const page = `${base}/datasets/${dataset.name}`
  const { uri, title } = licenceTerms[dataset.licence]
  return {
    '@context': context,
    '@type': 'sc:Dataset',
    conformsTo: 'http://mlcommons.org/croissant/1.0',
    name: dataset.title,
    description: dataset.description ?? dataset.title,
    url: page,
    license: uri ?? title,
    creator: { '@type': 'sc:Organization', name: publisher.title, url: publisher.homepage ?? `${base}/publishers/${publisher.name}` },
    datePublished: dataset.issued,
    dateModified: dataset.modified,
    ...(tables[0] && { version: tables[0].version }),
    citeAs: `${publisher.title}: ${dataset.title}. ${page}`,
    isLiveDataset: true,
    ...(dataset.keyword.length && { keywords: dataset.keyword }),
    distribution: tables.map((table) => fileOf(dataset, table, base, tables.length > 1)),
    recordSet: tables.map(recordSetOf),
  }
}

function fileOf({ name }: Dataset, table: CroissantTable, base: string, several: boolean): object {
  const which = several ? `?distribution=${encodeURIComponent(table.name)}` : ''
  return {
    '@type': 'cr:FileObject',
    '@id': `${table.name}.csv`,
    name: `${table.name}.csv`,
    contentUrl: `${base}/v1/datasets/${name}/records.csv${which}`,
    encodingFormat: 'text/csv',
  }
}

function recordSetOf(table: CroissantTable): object {
  return {
    '@type': 'cr:RecordSet',
    '@id': table.name,
    name: table.title ?? table.name,
    field: table.columns.map(({ name, type, description }) => ({
      '@type': 'cr:Field',
      '@id': `${table.name}/${name}`,
      name,
      ...(description && { description }),
      dataType: dataTypes[type] ?? 'sc:Text',
      source: { fileObject: { '@id': `${table.name}.csv` }, extract: { column: name } },
    })),
  }
}
