import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../foundation/kernel/index.ts'
import { fromJsonLd, fromTurtle, toJsonLd, toTurtle } from './dcat.ts'
import { type Dataset, frequencies, licences } from './model.ts'
import { toSchemaOrg } from './schema-org.ts'

const base = 'https://data.example'
const publisher = { name: 'department-for-transport', title: 'Department for Transport', homepage: 'https://transport.example/' }

const roads: Dataset = {
  name: 'road-lengths',
  identifier: 'road-lengths-1',
  title: 'Road lengths',
  description: 'Lengths of "all" roads\nby class.',
  publisher: publisher.name,
  theme: ['transport', 'winter-service'],
  keyword: ['roads', 'lengths'],
  licence: 'ogl-uk-3.0',
  accrualPeriodicity: 'twice-a-year',
  contactPoint: { name: 'Roads team', email: 'roads@transport.example' },
  spatial: 'E92000001',
  temporal: { start: '2014-01-01', end: '2014-12-31' },
  provenance: 'Counted from maps.',
  state: 'published',
  visibility: 'public',
  issued: '2026-11-23T09:00:00.000Z',
  modified: '2026-11-24T09:00:00.000Z',
  distributions: [
    {
      name: 'data',
      version: '1.1.0',
      versionId: '01jd',
      rows: 12,
      columns: 3,
      rejectedCells: 0,
      sourceName: 'roads.csv',
      sourceMediaType: 'text/csv',
      sourceBytes: 345,
      modified: '2026-11-24T09:00:00.000Z',
    },
  ],
}

/** What DCAT can say of our dataset. */
function told(dataset: Dataset) {
  const {
    identifier: _identifier,
    issued: _issued,
    modified: _modified,
    distributions: _distributions,
    state: _state,
    visibility: _visibility,
    licence,
    ...input
  } = dataset
  // DCAT-AP demands a description, so a dataset without one is described by its title.
  return { ...input, description: input.description ?? input.title, ...(licence === 'not-stated' ? {} : { licence }) }
}

test('a dataset reads as Turtle that other catalogues know', () => {
  const turtle = toTurtle({ dataset: roads, publisher, base })
  for (const part of [
    '<https://data.example/datasets/road-lengths> a dcat:Dataset;',
    'dct:title "Road lengths"@en',
    'dct:license <https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/>',
    'dct:accrualPeriodicity <http://publications.europa.eu/resource/authority/frequency/ANNUAL_2>',
    '<http://publications.europa.eu/resource/authority/data-theme/TRAN>',
    'dct:spatial <http://statistics.data.gov.uk/id/statistical-geography/E92000001>',
    'dcat:downloadURL <https://data.example/v1/datasets/road-lengths/versions/1.1.0/source>',
    'dcat:downloadURL <https://data.example/v1/datasets/road-lengths/records.parquet>',
    'dcat:mediaType <https://www.iana.org/assignments/media-types/text/csv>',
    '<https://data.example/datasets/road-lengths#service> a dcat:DataService;',
    'dcat:endpointDescription <https://data.example/v1/datasets/road-lengths/openapi.json>',
    'vcard:hasEmail <mailto:roads@transport.example>',
  ])
    assert.ok(turtle.includes(part), `${part}\n${turtle}`)
  assert.equal(turtle, toTurtle({ dataset: roads, publisher, base }))
})

test('what a document says can be read back from both forms', () => {
  const read = [...fromTurtle(toTurtle({ dataset: roads, publisher, base })), ...fromJsonLd(toJsonLd({ dataset: roads, publisher, base }))]
  const file = { accessUrl: `${base}/datasets/road-lengths`, version: '1.1.0', modified: roads.modified }
  const api = `${base}/v1/datasets/road-lengths`
  const expected = {
    address: `${base}/datasets/road-lengths`,
    input: told(roads),
    publisherTitle: 'Department for Transport',
    issued: roads.issued,
    modified: roads.modified,
    distributions: [
      { ...file, title: 'data: roads.csv', downloadUrl: `${api}/versions/1.1.0/source`, mediaType: 'text/csv', bytes: 345 },
      { ...file, title: 'data: CSV', downloadUrl: `${api}/records.csv`, mediaType: 'text/csv' },
      { ...file, title: 'data: NDJSON', downloadUrl: `${api}/records.ndjson`, mediaType: 'application/x-ndjson' },
      { ...file, title: 'data: Parquet', downloadUrl: `${api}/records.parquet`, mediaType: 'application/vnd.apache.parquet' },
    ],
  }
  assert.deepEqual(read, [expected, expected])
})

test('the JSON-LD holds its context and stands as one tree under the dataset', () => {
  const document = toJsonLd({ dataset: { ...roads, distributions: [] }, publisher, base }) as Record<string, unknown>
  const { '@context': context, ...rest } = document
  assert.equal((context as Record<string, unknown>)['dcat'], 'http://www.w3.org/ns/dcat#')
  assert.deepEqual(rest, {
    '@id': `${base}/datasets/road-lengths`,
    '@type': 'dcat:Dataset',
    identifier: 'road-lengths',
    title: 'Road lengths',
    description: 'Lengths of "all" roads\nby class.',
    publisher: {
      '@id': `${base}/publishers/department-for-transport`,
      '@type': 'foaf:Agent',
      identifier: 'department-for-transport',
      'foaf:name': { '@value': 'Department for Transport', '@language': 'en' },
      'foaf:homepage': { '@id': 'https://transport.example/', '@type': 'foaf:Document' },
    },
    theme: [
      {
        '@id': `${base}/v1/search?theme=transport`,
        '@type': 'skos:Concept',
        'skos:notation': 'transport',
        'skos:prefLabel': { '@value': 'Transport', '@language': 'en' },
      },
      {
        '@id': 'http://publications.europa.eu/resource/authority/data-theme/TRAN',
        '@type': 'skos:Concept',
        'skos:prefLabel': { '@value': 'Transport', '@language': 'en' },
      },
      {
        '@id': `${base}/v1/search?theme=winter-service`,
        '@type': 'skos:Concept',
        'skos:notation': 'winter-service',
        'skos:prefLabel': { '@value': 'Winter service', '@language': 'en' },
      },
    ],
    keyword: ['roads', 'lengths'],
    license: { '@id': 'https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/', '@type': 'dct:LicenseDocument' },
    accessRights: { '@id': 'http://publications.europa.eu/resource/authority/access-right/PUBLIC', '@type': 'dct:RightsStatement' },
    accrualPeriodicity: { '@id': 'http://publications.europa.eu/resource/authority/frequency/ANNUAL_2', '@type': 'dct:Frequency' },
    'dcat:contactPoint': {
      '@id': '_:b1',
      '@type': ['vcard:Kind', 'vcard:Organization'],
      'vcard:fn': { '@value': 'Roads team', '@language': 'en' },
      'vcard:hasEmail': { '@id': 'mailto:roads@transport.example' },
    },
    'dct:spatial': { '@id': 'http://statistics.data.gov.uk/id/statistical-geography/E92000001', '@type': 'dct:Location' },
    'dct:temporal': {
      '@id': '_:b2',
      '@type': 'dct:PeriodOfTime',
      'dcat:startDate': { '@value': '2014-01-01', '@type': 'xsd:date' },
      'dcat:endDate': { '@value': '2014-12-31', '@type': 'xsd:date' },
    },
    'dct:provenance': {
      '@id': '_:b3',
      '@type': 'dct:ProvenanceStatement',
      'rdfs:label': { '@value': 'Counted from maps.', '@language': 'en' },
    },
    issued: roads.issued,
    modified: roads.modified,
  })
})

const words = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 60 })
const name = fc.stringMatching(/^[a-z0-9]{1,8}(-[a-z0-9]{1,8}){0,3}$/)
const day = fc
  .date({ min: new Date('1900-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10))
const optional = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined })
const description = fc.record(
  {
    description: words,
    contactPoint: fc.record({ name: words, email: fc.constant('team@body.example'), url: fc.webUrl() }, { requiredKeys: ['name'] }),
    spatial: fc.oneof(words, fc.constant('W06000023')),
    temporal: fc.record({ start: day, end: day }, { requiredKeys: ['start'] }),
    landingPage: fc.webUrl(),
    provenance: words,
  },
  { requiredKeys: [] },
)
const anyDataset = fc
  .record({
    name,
    title: words,
    licence: fc.constantFrom(...licences),
    accrualPeriodicity: fc.constantFrom(...frequencies),
    theme: fc.uniqueArray(name, { maxLength: 4 }),
    keyword: fc.uniqueArray(words, { maxLength: 4 }),
    rest: description,
    table: optional(name),
  })
  .map(
    ({ rest, table, ...given }): Dataset => ({
      ...roads,
      ...cleared,
      ...given,
      ...rest,
      distributions: table ? [{ ...(roads.distributions[0] as Dataset['distributions'][0]), name: table }] : [],
    }),
  )
const cleared = {
  description: undefined,
  contactPoint: undefined,
  spatial: undefined,
  temporal: undefined,
  landingPage: undefined,
  provenance: undefined,
}

test('any description comes back from Turtle and from JSON-LD as it was given', () => {
  fc.assert(
    fc.property(anyDataset, (dataset) => {
      // Values of one property are a set in RDF: they come back in any order.
      const asSets = <T extends { keyword?: string[]; theme?: string[] }>(input: T) => ({
        ...input,
        keyword: input.keyword?.toSorted(),
        theme: input.theme?.toSorted(),
      })
      const expected = asSets(JSON.parse(JSON.stringify(told(dataset))))
      assert.deepEqual(
        fromTurtle(toTurtle({ dataset, publisher, base })).map((read) => asSets(read.input)),
        [expected],
      )
      assert.deepEqual(
        fromJsonLd(JSON.parse(JSON.stringify(toJsonLd({ dataset, publisher, base })))).map((read) => asSets(read.input)),
        [expected],
      )
    }),
    { numRuns: 200 },
  )
})

test('a dataset of another catalogue is read with what can be understood of it', () => {
  const [read] = fromTurtle(`
    @prefix dcat: <http://www.w3.org/ns/dcat#> . @prefix dct: <http://purl.org/dc/terms/> . @prefix foaf: <http://xmlns.com/foaf/0.1/> .
    <https://other.example/d/1> a dcat:Dataset ;
      dct:title "Air quality" ; dct:identifier "https://other.example/d/1" ;
      dct:publisher [ foaf:name "Environment Agency" ] ;
      dcat:theme <http://publications.europa.eu/resource/authority/data-theme/ENVI> ;
      dcat:distribution [ dcat:downloadURL <https://other.example/air.csv> ; dct:license <http://creativecommons.org/licenses/by/4.0> ] .`)
  assert.deepEqual(read, {
    address: 'https://other.example/d/1',
    input: { title: 'Air quality', publisher: 'environment-agency', theme: ['environment'], keyword: [], licence: 'cc-by-4.0' },
    publisherTitle: 'Environment Agency',
    distributions: [{ downloadUrl: 'https://other.example/air.csv' }],
  })
})

test('documents that cannot be read are refused with the place', () => {
  const refused = (code: string, words: RegExp) => (error: unknown) =>
    error instanceof Problem && error.code === code && words.test(error.message)
  assert.throws(() => fromTurtle('<a> <b> "open'), refused('file-not-readable', /line 1/))
  assert.throws(() => fromJsonLd([]), refused('json-invalid', /JSON object/))
  assert.throws(() => fromJsonLd({ '@context': 'https://elsewhere.example/context.jsonld' }), refused('json-invalid', /elsewhere\.example/))
})

test('search engines read the same dataset in the words of schema.org', () => {
  const download = (format: string, encodingFormat: string) => ({
    '@type': 'DataDownload',
    encodingFormat,
    contentUrl: `${base}/v1/datasets/road-lengths/records.${format}`,
  })
  const organisation = { '@type': 'GovernmentOrganization', name: 'Department for Transport', url: 'https://transport.example/' }
  assert.deepEqual(toSchemaOrg(roads, publisher, base), {
    '@context': 'https://schema.org/',
    '@type': 'Dataset',
    '@id': `${base}/datasets/road-lengths`,
    url: `${base}/datasets/road-lengths`,
    identifier: 'road-lengths',
    name: 'Road lengths',
    description: roads.description,
    creator: organisation,
    publisher: organisation,
    license: 'https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/',
    isAccessibleForFree: true,
    keywords: ['roads', 'lengths'],
    datePublished: roads.issued,
    dateModified: roads.modified,
    spatialCoverage: 'E92000001',
    temporalCoverage: '2014-01-01/2014-12-31',
    distribution: [
      download('csv', 'text/csv'),
      download('ndjson', 'application/x-ndjson'),
      download('parquet', 'application/vnd.apache.parquet'),
    ],
    includedInDataCatalog: { '@type': 'DataCatalog', url: `${base}/` },
  })
})
