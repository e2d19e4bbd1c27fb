import { DataFactory, type Quad, Store } from 'n3'
import { Value } from 'typebox/value'
import { type Context, readJsonLd, writeJsonLd } from '../../foundation/formats/json-ld.ts'
import { writeRdfXml } from '../../foundation/formats/rdf-xml.ts'
import { readTurtle, writeTurtle } from '../../foundation/formats/turtle.ts'
import { slugify } from '../../foundation/kernel/index.ts'
import { type Dataset, type DatasetInput, type Distribution, type LinkedResource, Name, type Publisher } from './model.ts'
import type { Series } from './series/model.ts'
import { accessRightOf } from './visibility/rights.ts'
import { frequencyUris, licenceTerms, mediaTypeUri, themes, themeTitle } from './vocabularies.ts'

/**
 * The catalogue in the Data Catalog Vocabulary, both ways: what we say of a dataset as RDF, and what RDF says as our description.
 *
 * @see DCAT 3, W3C Recommendation, 22 August 2024; DCAT-AP 3.0.
 */

const { namedNode, literal, quad } = DataFactory

/** Prefixes that documents of ours are written with. */
export const prefixes = {
  dcat: 'http://www.w3.org/ns/dcat#',
  dct: 'http://purl.org/dc/terms/',
  foaf: 'http://xmlns.com/foaf/0.1/',
  rdfs: 'http://www.w3.org/2000/01/rdf-schema#',
  skos: 'http://www.w3.org/2004/02/skos/core#',
  vcard: 'http://www.w3.org/2006/vcard/ns#',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
}

const THEMES = 'http://publications.europa.eu/resource/authority/data-theme/'
const ACCESS_RIGHTS = 'http://publications.europa.eu/resource/authority/access-right/'
const GEOGRAPHIES = 'http://statistics.data.gov.uk/id/statistical-geography/'

const id = (name: string) => ({ '@id': name, '@type': '@id' })
const english = (name: string) => ({ '@id': name, '@language': 'en' })
const typed = (name: string, type: string) => ({ '@id': name, '@type': type })

const context: Context = {
  ...prefixes,
  title: english('dct:title'),
  description: english('dct:description'),
  keyword: english('dcat:keyword'),
  identifier: { '@id': 'dct:identifier' },
  publisher: id('dct:publisher'),
  theme: id('dcat:theme'),
  license: id('dct:license'),
  accessRights: id('dct:accessRights'),
  accrualPeriodicity: id('dct:accrualPeriodicity'),
  inSeries: id('dcat:inSeries'),
  landingPage: id('dcat:landingPage'),
  distribution: id('dcat:distribution'),
  accessURL: id('dcat:accessURL'),
  downloadURL: id('dcat:downloadURL'),
  mediaType: id('dcat:mediaType'),
  accessService: id('dcat:accessService'),
  servesDataset: id('dcat:servesDataset'),
  endpointURL: id('dcat:endpointURL'),
  endpointDescription: id('dcat:endpointDescription'),
  byteSize: typed('dcat:byteSize', 'xsd:nonNegativeInteger'),
  issued: typed('dct:issued', 'xsd:dateTime'),
  modified: typed('dct:modified', 'xsd:dateTime'),
}

/** A dataset of ours with its publisher: everything that DCAT is made from. */
export interface Described {
  dataset: Dataset
  publisher: Pick<Publisher, 'name' | 'title' | 'homepage'>
  /** Public address of the server. */
  base: string
  /** The series that it is in. */
  series?: readonly Series[]
}

export function toTurtle(described: Described): string {
  return writeTurtle(toQuads(described), prefixes)
}

export function toRdfXml(described: Described): string {
  return writeRdfXml(toQuads(described), prefixes)
}

/** A page of the catalogue: the datasets on it, and where it stands in the whole. */
export interface CatalogPage {
  title: string
  base: string
  /** Public address of this page without its number, which is added as `page=`. */
  address: string
  page: number
  pageSize: number
  total: number
  datasets: ReadonlyArray<Omit<Described, 'base'>>
}

export type CatalogFormat = 'ttl' | 'jsonld' | 'rdf'

/**
 * The catalogue as RDF, a page of it. Where the page stands is said in both vocabularies of hydra that harvesters follow.
 *
 * @see DCAT-AP 3.0, Catalogue; Hydra Core Vocabulary, PartialCollectionView, and PagedCollection before it.
 */
export function catalogText(page: CatalogPage, format: CatalogFormat): string {
  const quads = catalogQuads(page)
  if (format === 'ttl') return writeTurtle(quads, catalogPrefixes)
  if (format === 'rdf') return writeRdfXml(quads, catalogPrefixes)
  return JSON.stringify(writeJsonLd(quads, `${page.base}/`, { ...context, ...catalogPrefixes }), null, 1)
}

const HYDRA = 'http://www.w3.org/ns/hydra/core#'
const catalogPrefixes = { ...prefixes, hydra: HYDRA }

function catalogQuads({ title, base, address, page, pageSize, total, datasets }: CatalogPage): Quad[] {
  const { quads, say, type } = sayer('c')
  const catalog = namedNode(`${base}/`)
  type(catalog, 'dcat:Catalog')
  say(catalog, 'dct:title', text(title))
  say(catalog, 'dct:description', text(`Every dataset that is published on ${title}.`))
  say(catalog, 'foaf:homepage', namedNode(`${base}/datasets`))
  say(catalog, 'dct:publisher', namedNode(`${base}/publishers`))
  type(namedNode(`${base}/publishers`), 'foaf:Agent')
  say(namedNode(`${base}/publishers`), 'foaf:name', text(title))
  for (const { dataset } of datasets) say(catalog, 'dcat:dataset', namedNode(`${base}/datasets/${dataset.name}`))
  const last = Math.max(1, Math.ceil(total / pageSize))
  const pageAt = (number: number) => namedNode(`${address}${address.includes('?') ? '&' : '?'}page=${number}`)
  const view = pageAt(page)
  const hydra = (name: string, object: Object | undefined) => {
    if (object) quads.push(quad(view, namedNode(HYDRA + name), object))
  }
  quads.push(quad(view, namedNode(RDF_TYPE), namedNode(`${HYDRA}PagedCollection`)))
  quads.push(quad(view, namedNode(RDF_TYPE), namedNode(`${HYDRA}PartialCollectionView`)))
  hydra('totalItems', xsd(String(total), 'integer'))
  hydra('itemsPerPage', xsd(String(pageSize), 'integer'))
  for (const [one, other, number] of [
    ['first', 'firstPage', 1],
    ['last', 'lastPage', last],
    ['next', 'nextPage', page < last ? page + 1 : undefined],
    ['previous', 'previousPage', page > 1 ? page - 1 : undefined],
  ] as const)
    if (number !== undefined) for (const name of [one, other]) hydra(name, pageAt(number))
  return [...quads, ...datasets.flatMap((described, i) => toQuads({ ...described, base }, `d${i}b`))]
}

export function toJsonLd(described: Described): object {
  return writeJsonLd(toQuads(described), addressOf(described), context)
}

type Object = ReturnType<typeof namedNode> | ReturnType<typeof literal> | ReturnType<typeof DataFactory.blankNode>
type Subject = ReturnType<typeof namedNode> | ReturnType<typeof DataFactory.blankNode>

/** The address behind a prefixed name such as dct:title. */
function named(name: string): ReturnType<typeof namedNode> {
  const [prefix, rest] = name.split(':') as [keyof typeof prefixes, string]
  return namedNode(prefixes[prefix] + rest)
}

/**
 * What an address elsewhere stands for, said beside it: whoever checks a document against the shapes of DCAT-AP has nothing but the
 * document.
 *
 * @see DCAT-AP 3.0.1, range.ttl
 */
const ranges: Record<string, string> = {
  'dct:accessRights': 'dct:RightsStatement',
  'dct:accrualPeriodicity': 'dct:Frequency',
  'dct:license': 'dct:LicenseDocument',
  'dct:spatial': 'dct:Location',
  'dcat:landingPage': 'foaf:Document',
  'dcat:mediaType': 'dct:MediaType',
  'dcat:theme': 'skos:Concept',
  'foaf:homepage': 'foaf:Document',
}

/** Collects what is said; names of classes and properties are prefixed ones. */
function sayer(blankPrefix = 'b') {
  const quads: Quad[] = []
  const classed = new Set<string>()
  const say = (subject: Subject, property: string, object: Object | undefined) => {
    if (!object) return
    quads.push(quad(subject, named(property), object))
    const range = ranges[property]
    if (range && object.termType === 'NamedNode') type(object, range)
  }
  const type = (subject: Subject, name: string) => {
    if (classed.has(`${subject.value} ${name}`)) return
    classed.add(`${subject.value} ${name}`)
    quads.push(quad(subject, namedNode(RDF_TYPE), named(name)))
  }
  let blanks = 0
  return {
    quads,
    say,
    blank: () => DataFactory.blankNode(`${blankPrefix}${(blanks += 1)}`),
    type,
  }
}
type Sayer = ReturnType<typeof sayer>

const RDF_TYPE = 'http://www.w3.org/1999/02/22-rdf-syntax-ns#type'
const text = (value: string | undefined) => (value === undefined ? undefined : literal(value, 'en'))
const xsd = (value: string | undefined, type: string) => (value === undefined ? undefined : literal(value, namedNode(prefixes.xsd + type)))
const iri = (value: string | undefined) => (value === undefined ? undefined : namedNode(value))

const addressOf = ({ dataset, base }: Described) => `${base}/datasets/${dataset.name}`

/** Everything that is said of a dataset. `blankPrefix` keeps the nodes without a name of several datasets apart. */
export function toQuads(described: Described, blankPrefix?: string): Quad[] {
  const { dataset, base } = described
  const sayings = sayer(blankPrefix)
  const { say, type } = sayings
  const subject = namedNode(addressOf(described))
  type(subject, 'dcat:Dataset')
  say(subject, 'dct:identifier', literal(dataset.name))
  say(subject, 'dct:title', text(dataset.title))
  // DCAT-AP demands a description; where none was given the title is all that can be said.
  say(subject, 'dct:description', text(dataset.description ?? dataset.title))
  say(subject, 'dct:publisher', sayPublisher(sayings, described))
  for (const theme of dataset.theme) for (const node of sayTheme(sayings, theme, base)) say(subject, 'dcat:theme', node)
  for (const keyword of dataset.keyword) say(subject, 'dcat:keyword', text(keyword))
  say(subject, 'dct:license', sayLicence(sayings, dataset.licence))
  say(subject, 'dct:accessRights', namedNode(ACCESS_RIGHTS + accessRightOf(dataset)))
  say(subject, 'dct:accrualPeriodicity', namedNode(frequencyUris[dataset.accrualPeriodicity]))
  say(subject, 'dcat:contactPoint', sayContact(sayings, dataset))
  say(subject, 'dct:spatial', saySpatial(sayings, dataset.spatial))
  say(subject, 'dct:temporal', sayTemporal(sayings, dataset.temporal))
  say(subject, 'dcat:landingPage', iri(dataset.landingPage))
  for (const series of described.series ?? []) say(subject, 'dcat:inSeries', saySeries(sayings, series, described))
  say(subject, 'dct:provenance', sayProvenance(sayings, dataset.provenance))
  say(subject, 'dct:issued', xsd(dataset.issued, 'dateTime'))
  say(subject, 'dct:modified', xsd(dataset.modified, 'dateTime'))
  for (const distribution of dataset.distributions) sayDistributions(sayings, described, distribution)
  for (const resource of dataset.linked ?? []) sayLinked(sayings, described, resource)
  if (dataset.distributions.length > 0) sayService(sayings, described)
  return sayings.quads
}

/** @see DCAT 3, section 11, Dataset series; DCAT-AP 3.0, Dataset Series: title and description are mandatory. */
function saySeries(sayings: Sayer, series: Series, { base, publisher }: Described): Subject {
  const { say, type } = sayings
  const subject = namedNode(`${base}/series/${series.name}`)
  type(subject, 'dcat:DatasetSeries')
  say(subject, 'dct:identifier', literal(series.name))
  say(subject, 'dct:title', text(series.title))
  say(subject, 'dct:description', text(series.description))
  if (series.publisher === publisher.name) say(subject, 'dct:publisher', namedNode(`${base}/publishers/${publisher.name}`))
  say(subject, 'dct:accrualPeriodicity', series.accrualPeriodicity && namedNode(frequencyUris[series.accrualPeriodicity]))
  say(subject, 'dct:modified', xsd(series.modified, 'dateTime'))
  return subject
}

function sayPublisher({ say, type }: Sayer, { publisher, base }: Described): Subject {
  const subject = namedNode(`${base}/publishers/${publisher.name}`)
  type(subject, 'foaf:Agent')
  say(subject, 'dct:identifier', literal(publisher.name))
  say(subject, 'foaf:name', text(publisher.title))
  say(subject, 'foaf:homepage', iri(publisher.homepage))
  return subject
}

/** The theme as a concept of ours, and the European one beside it where there is one. */
function sayTheme({ say, type }: Sayer, theme: string, base: string): Subject[] {
  const subject = namedNode(`${base}/v1/search?theme=${theme}`)
  type(subject, 'skos:Concept')
  say(subject, 'skos:notation', literal(theme))
  say(subject, 'skos:prefLabel', text(themeTitle(theme)))
  const european = themes[theme]?.european
  if (!european) return [subject]
  say(namedNode(THEMES + european), 'skos:prefLabel', text(themeTitle(theme)))
  return [subject, namedNode(THEMES + european)]
}

function sayLicence({ say, type, blank }: Sayer, licence: Dataset['licence']): Object | undefined {
  const { uri, title } = licenceTerms[licence]
  if (licence === 'not-stated') return undefined
  if (uri) return namedNode(uri)
  const subject = blank()
  type(subject, 'dct:LicenseDocument')
  say(subject, 'dct:identifier', literal(licence))
  say(subject, 'dct:title', text(title))
  return subject
}

function sayContact({ say, type, blank }: Sayer, { contactPoint: contact }: Dataset): Subject | undefined {
  if (!contact) return undefined
  const subject = blank()
  type(subject, 'vcard:Kind')
  type(subject, 'vcard:Organization')
  say(subject, 'vcard:fn', text(contact.name))
  say(subject, 'vcard:hasEmail', iri(contact.email && `mailto:${contact.email}`))
  say(subject, 'vcard:hasURL', iri(contact.url))
  return subject
}

/** A code of a statistical geography leads to its own address; anything else is a name. */
function saySpatial({ say, type, blank }: Sayer, spatial: string | undefined): Object | undefined {
  if (spatial === undefined) return undefined
  if (/^[EKNSW]\d{8}$/.test(spatial)) return namedNode(GEOGRAPHIES + spatial)
  const subject = blank()
  type(subject, 'dct:Location')
  say(subject, 'skos:prefLabel', text(spatial))
  return subject
}

function sayTemporal({ say, type, blank }: Sayer, temporal: Dataset['temporal']): Subject | undefined {
  if (!temporal) return undefined
  const subject = blank()
  type(subject, 'dct:PeriodOfTime')
  say(subject, 'dcat:startDate', xsd(temporal.start, 'date'))
  say(subject, 'dcat:endDate', xsd(temporal.end, 'date'))
  return subject
}

function sayProvenance({ say, type, blank }: Sayer, label: string | undefined): Subject | undefined {
  if (label === undefined) return undefined
  const subject = blank()
  type(subject, 'dct:ProvenanceStatement')
  say(subject, 'rdfs:label', text(label))
  return subject
}

/** The table as received and as it can be downloaded. */
function sayDistributions(sayings: Sayer, described: Described, table: Distribution): void {
  const { dataset, base } = described
  const api = `${base}/v1/datasets/${dataset.name}`
  const which = dataset.distributions.length > 1 ? `?distribution=${encodeURIComponent(table.name)}` : ''
  const source = {
    format: 'source',
    url: `${api}/versions/${table.version}/source${which}`,
    title: table.sourceName,
    mediaType: table.sourceMediaType,
    bytes: table.sourceBytes,
  }
  const downloads = downloadFormats.map(({ format, title, mediaType }) => ({
    format,
    url: `${api}/records.${format}${which}`,
    title,
    mediaType,
    bytes: undefined,
  }))
  for (const file of dataset.partial ? downloads : [source, ...downloads]) {
    const subject = namedNode(`${addressOf(described)}#${encodeURIComponent(table.name)}-${file.format}`)
    sayings.type(subject, 'dcat:Distribution')
    sayings.say(subject, 'dct:title', text(`${table.title ?? table.name}: ${file.title}`))
    sayings.say(subject, 'dcat:accessURL', namedNode(addressOf(described)))
    sayings.say(subject, 'dcat:downloadURL', namedNode(file.url))
    sayMediaType(sayings, subject, file.mediaType)
    sayings.say(subject, 'dcat:byteSize', file.bytes === undefined ? undefined : xsd(String(file.bytes), 'nonNegativeInteger'))
    sayings.say(subject, 'dcat:version', literal(table.version))
    sayings.say(subject, 'dct:modified', xsd(table.modified, 'dateTime'))
    sayings.say(subject, 'dct:license', iri(licenceTerms[dataset.licence].uri))
    sayings.say(namedNode(addressOf(described)), 'dcat:distribution', subject)
  }
}

/** A file kept elsewhere. An address that is none stays out: RDF has no place for it. */
function sayLinked(sayings: Sayer, described: Described, resource: LinkedResource): void {
  if (!URL.canParse(resource.accessURL)) return
  const subject = namedNode(`${addressOf(described)}#${encodeURIComponent(resource.identifier ?? '')}`)
  sayings.type(subject, 'dcat:Distribution')
  sayings.say(subject, 'dct:title', text(resource.title))
  sayings.say(subject, 'dct:description', text(resource.description))
  sayings.say(subject, 'dcat:accessURL', namedNode(new URL(resource.accessURL).href))
  if (resource.mediaType ?? resource.format) sayMediaType(sayings, subject, resource.mediaType ?? resource.format ?? '')
  sayings.say(subject, 'dcat:byteSize', resource.byteSize === undefined ? undefined : xsd(String(resource.byteSize), 'nonNegativeInteger'))
  sayings.say(subject, 'dct:license', iri(licenceTerms[described.dataset.licence].uri))
  sayings.say(namedNode(addressOf(described)), 'dcat:distribution', subject)
}

const downloadFormats = [
  { format: 'csv', title: 'CSV', mediaType: 'text/csv' },
  { format: 'ndjson', title: 'NDJSON', mediaType: 'application/x-ndjson' },
  { format: 'parquet', title: 'Parquet', mediaType: 'application/vnd.apache.parquet' },
]

/** A registered media type leads to its entry at IANA; any other is only named. */
function sayMediaType(sayings: Sayer, subject: Subject, mediaType: string): void {
  const registered = mediaTypeUri(mediaType)
  sayings.say(subject, 'dcat:mediaType', iri(registered))
  if (registered) return
  const format = sayings.blank()
  sayings.type(format, 'dct:MediaTypeOrExtent')
  sayings.say(format, 'rdfs:label', literal(mediaType))
  sayings.say(subject, 'dct:format', format)
}

/** The API of the dataset: a service, and a distribution that is reached through it. */
function sayService({ say, type }: Sayer, described: Described): void {
  const dataset = namedNode(addressOf(described))
  const api = `${described.base}/v1/datasets/${described.dataset.name}`
  const service = namedNode(`${dataset.value}#service`)
  const distribution = namedNode(`${dataset.value}#api`)
  type(distribution, 'dcat:Distribution')
  say(distribution, 'dct:title', text('API'))
  say(distribution, 'dcat:accessURL', namedNode(`${api}/records`))
  say(distribution, 'dcat:mediaType', iri(mediaTypeUri('application/json')))
  say(distribution, 'dcat:accessService', service)
  type(service, 'dcat:DataService')
  say(service, 'dct:title', text(`${described.dataset.title}: API`))
  say(service, 'dcat:endpointURL', namedNode(`${api}/records`))
  say(service, 'dcat:endpointDescription', namedNode(`${api}/openapi.json`))
  say(service, 'dcat:servesDataset', dataset)
  say(dataset, 'dcat:distribution', distribution)
}

/** A dataset as another catalogue, or our own document, describes it. */
export interface ReadDataset {
  address: string
  input: DatasetInput
  publisherTitle?: string
  issued?: string
  modified?: string
  distributions: ReadDistribution[]
}

export interface ReadDistribution {
  title?: string
  accessUrl?: string
  downloadUrl?: string
  mediaType?: string
  bytes?: number
  version?: string
  modified?: string
}

/** @throws {Problem} file-not-readable */
export function fromTurtle(document: string, baseIri?: string): ReadDataset[] {
  return fromQuads(readTurtle(document, baseIri))
}

/** @throws {Problem} json-invalid */
export function fromJsonLd(document: unknown): ReadDataset[] {
  return fromQuads(readJsonLd(document))
}

type Term = ReturnType<Store['getObjects']>[number]

/** Asks a graph for the objects of a subject's property. */
function asker(quads: Quad[]) {
  const store = new Store(quads)
  const all = (subject: Term, property: string): Term[] => store.getObjects(subject, named(property), null)
  const first = (subject: Term | undefined, property: string): Term | undefined => subject && all(subject, property)[0]
  return {
    all,
    first,
    value: (subject: Term | undefined, property: string) => first(subject, property)?.value,
    ofType: (name: string) => store.getSubjects(namedNode(RDF_TYPE), named(name), null),
  }
}
type Asker = ReturnType<typeof asker>

function fromQuads(quads: Quad[]): ReadDataset[] {
  const ask = asker(quads)
  return ask.ofType('dcat:Dataset').map((subject) => readDataset(ask, subject))
}

function readDataset(ask: Asker, subject: Term): ReadDataset {
  const publisher = ask.first(subject, 'dct:publisher')
  const publisherTitle = ask.value(publisher, 'foaf:name')
  const distributions = ask.all(subject, 'dcat:distribution').filter((node) => !ask.first(node, 'dcat:accessService'))
  return given({
    address: subject.value,
    input: readInput(ask, subject, ask.value(publisher, 'dct:identifier') ?? slugify(publisherTitle ?? ''), distributions),
    publisherTitle,
    issued: ask.value(subject, 'dct:issued'),
    modified: ask.value(subject, 'dct:modified'),
    distributions: distributions.map((node) => readDistribution(ask, node)),
  })
}

function readInput(ask: Asker, subject: Term, publisher: string, distributions: Term[]): DatasetInput {
  const name = ask.value(subject, 'dct:identifier')
  const landingPage = ask.value(subject, 'dcat:landingPage')
  return given({
    name: name !== undefined && Value.Check(Name, name) ? name : undefined,
    title: ask.value(subject, 'dct:title') ?? subject.value,
    description: ask.value(subject, 'dct:description'),
    publisher,
    theme: readThemes(ask, ask.all(subject, 'dcat:theme')),
    keyword: ask.all(subject, 'dcat:keyword').map((term) => term.value),
    licence: readLicence(
      ask,
      [subject, ...distributions].flatMap((node) => ask.all(node, 'dct:license')),
    ),
    accrualPeriodicity: keyOf(frequencyUris, (uri) => uri === ask.value(subject, 'dct:accrualPeriodicity')),
    contactPoint: readContact(ask, ask.first(subject, 'dcat:contactPoint')),
    spatial: readSpatial(ask, ask.first(subject, 'dct:spatial')),
    temporal: readTemporal(ask, ask.first(subject, 'dct:temporal')),
    landingPage: landingPage === subject.value ? undefined : landingPage,
    provenance: ask.value(ask.first(subject, 'dct:provenance'), 'rdfs:label'),
  })
}

function readDistribution(ask: Asker, subject: Term): ReadDistribution {
  const bytes = ask.value(subject, 'dcat:byteSize')
  return given({
    title: ask.value(subject, 'dct:title'),
    accessUrl: ask.value(subject, 'dcat:accessURL'),
    downloadUrl: ask.value(subject, 'dcat:downloadURL'),
    mediaType:
      ask.value(subject, 'dcat:mediaType')?.replace(/^.*\/assignments\/media-types\//, '') ??
      ask.value(ask.first(subject, 'dct:format'), 'rdfs:label'),
    bytes: bytes === undefined ? undefined : Number(bytes),
    version: ask.value(subject, 'dcat:version'),
    modified: ask.value(subject, 'dct:modified'),
  })
}

/** Names of our themes where they are given; else the closest to the European ones. */
function readThemes(ask: Asker, nodes: Term[]): string[] {
  const ours = nodes.flatMap((node) => ask.value(node, 'skos:notation') ?? [])
  if (ours.length > 0) return ours
  return nodes.flatMap((node) => keyOf(themes, ({ european }) => node.value === THEMES + european) ?? [])
}

function readLicence(ask: Asker, nodes: Term[]): DatasetInput['licence'] {
  const plain = (uri: string) => uri.replace(/^https?:\/\/(www\.)?/, '').replace(/\/$/, '')
  const found = nodes.map((node) =>
    keyOf(licenceTerms, ({ uri }, name) => (uri ? plain(uri) === plain(node.value) : name === ask.value(node, 'dct:identifier'))),
  )
  return found.find((licence) => licence !== undefined)
}

function readContact(ask: Asker, subject: Term | undefined): DatasetInput['contactPoint'] {
  return (
    subject &&
    given({
      name: ask.value(subject, 'vcard:fn'),
      email: ask.value(subject, 'vcard:hasEmail')?.replace(/^mailto:/, ''),
      url: ask.value(subject, 'vcard:hasURL'),
    })
  )
}

function readSpatial(ask: Asker, subject: Term | undefined): string | undefined {
  return subject?.value.startsWith(GEOGRAPHIES) ? subject.value.slice(GEOGRAPHIES.length) : ask.value(subject, 'skos:prefLabel')
}

function readTemporal(ask: Asker, subject: Term | undefined): DatasetInput['temporal'] {
  return subject && given({ start: ask.value(subject, 'dcat:startDate'), end: ask.value(subject, 'dcat:endDate') })
}

function keyOf<Key extends string, Value>(table: Record<Key, Value>, test: (value: Value, key: Key) => boolean): Key | undefined {
  return (Object.keys(table) as Key[]).find((key) => test(table[key], key))
}

/** The members that were said. */
function given<T extends object>(members: T): T {
  return Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined)) as T
}
