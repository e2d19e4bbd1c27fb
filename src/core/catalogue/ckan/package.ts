import { formatOf, formatTitle } from '../formats.ts'
import { type Dataset, type DatasetInput, frequencies, type LinkedResource, licences, type Publisher } from '../model.ts'
import { licenceTerms, themeTitle } from '../vocabularies.ts'
import { invalid } from './errors.ts'
import { tableId, uuidOf } from './ids.ts'
import { ckanState, inventoryExtras, inventoryKeys, isPrivate, visibilityFrom } from './visibility.ts'

export type Dict = Record<string, unknown>

/** CKAN's names of the licences that have one there. */
export const licenceIds: Record<Dataset['licence'], string> = {
  'ogl-uk-3.0': 'uk-ogl',
  'cc-by-4.0': 'cc-by',
  'cc0-1.0': 'cc-zero',
  'odbl-1.0': 'odc-odbl',
  'end-user-licence': 'end-user-licence',
  'other-closed': 'other-closed',
  'not-stated': 'notspecified',
}

/** What publishers of other catalogues write for these licences. */
const licenceAliases: Record<string, Dataset['licence']> = {
  ...Object.fromEntries(Object.entries(licenceIds).map(([ours, theirs]) => [theirs, ours as Dataset['licence']])),
  ...Object.fromEntries(licences.map((licence) => [licence, licence])),
  'uk-ogl-2': 'ogl-uk-3.0',
  'ogl-uk-1.0': 'ogl-uk-3.0',
  'ogl-uk-2.0': 'ogl-uk-3.0',
  'cc-by-3.0': 'cc-by-4.0',
  'cc-zero': 'cc0-1.0',
}

/** A moment as CKAN writes it: microseconds, no zone. */
export const naive = (moment: string): string => {
  const date = new Date(moment)
  return Number.isNaN(date.getTime()) ? moment : date.toISOString().replace(/(\.\d{3})Z$/, '$1000')
}

export interface Shown {
  dataset: Dataset
  publisher: Publisher
  base: string
}

/** A dataset as CKAN's `package`. */
export function toPackage({ dataset, publisher, base }: Shown): Dict {
  const resources = resourcesOf(dataset, base)
  const terms = licenceTerms[dataset.licence]
  return {
    id: dataset.identifier,
    name: dataset.name,
    title: dataset.title,
    notes: dataset.description ?? '',
    url: dataset.landingPage ?? '',
    version: dataset.release ?? '',
    author: dataset.creator?.name ?? '',
    author_email: dataset.creator?.email ?? '',
    maintainer: dataset.contactPoint?.name ?? '',
    maintainer_email: dataset.contactPoint?.email ?? '',
    license_id: licenceIds[dataset.licence],
    license_title: terms.title,
    ...(terms.uri && { license_url: terms.uri }),
    isopen: terms.open,
    private: isPrivate(dataset),
    state: ckanState(dataset),
    type: 'dataset',
    owner_org: uuidOf('organization', publisher.name),
    creator_user_id: null,
    metadata_created: naive(dataset.issued),
    metadata_modified: naive(dataset.modified),
    num_resources: resources.length,
    num_tags: dataset.keyword.length,
    organization: organizationStub(publisher),
    groups: dataset.theme.map(groupStub),
    tags: dataset.keyword.map(tagOf),
    extras: extrasOf(dataset),
    resources,
    relationships_as_subject: [],
    relationships_as_object: [],
  }
}

export const tagOf = (name: string): Dict => ({
  id: uuidOf('tag', name),
  name,
  display_name: name,
  state: 'active',
  vocabulary_id: null,
})

export const groupStub = (name: string): Dict => ({
  id: uuidOf('group', name),
  name,
  title: themeTitle(name),
  display_name: themeTitle(name),
  description: '',
  image_display_url: '',
})

function organizationStub(publisher: Publisher): Dict {
  return {
    id: uuidOf('organization', publisher.name),
    name: publisher.name,
    title: publisher.title,
    type: 'organization',
    description: publisher.description ?? '',
    image_url: '',
    created: naive(publisher.modified),
    is_organization: true,
    approval_status: 'approved',
    state: 'active',
  }
}

/** A publisher as CKAN's `organization`. */
export function toOrganization(publisher: Publisher): Dict {
  return {
    ...organizationStub(publisher),
    display_name: publisher.title,
    image_display_url: '',
    num_followers: 0,
    package_count: publisher.datasetCount,
    extras: [
      { key: 'category', value: publisher.kind, state: 'active' },
      ...(publisher.homepage ? [{ key: 'homepage', value: publisher.homepage, state: 'active' }] : []),
      ...(publisher.abbreviation ? [{ key: 'abbreviation', value: publisher.abbreviation, state: 'active' }] : []),
    ],
    groups: publisher.parent ? [{ name: publisher.parent, capacity: 'public' }] : [],
    tags: [],
    users: [],
  }
}

/** Extras that are members of our own model, each with how it is read back. */
const ownExtras = [
  'update_frequency',
  'theme-primary',
  'geographic_coverage',
  'temporal_coverage-from',
  'temporal_coverage-to',
  'provenance',
  ...inventoryKeys,
]

function extrasOf(dataset: Dataset): Dict[] {
  const own: Record<string, string | undefined> = {
    update_frequency: dataset.accrualPeriodicity === 'unknown' ? undefined : dataset.accrualPeriodicity,
    'theme-primary': dataset.theme[0],
    geographic_coverage: dataset.spatial,
    'temporal_coverage-from': dataset.temporal?.start,
    'temporal_coverage-to': dataset.temporal?.end,
    provenance: dataset.provenance,
    ...inventoryExtras(dataset),
  }
  const given = Object.entries(dataset.extra ?? {})
  return [...Object.entries(own), ...given].flatMap(([key, value]) => (value === undefined ? [] : [{ key, value }]))
}

/** The resources of a package: tables of ours first, then what is kept elsewhere. */
export function resourcesOf(dataset: Dataset, base: string): Dict[] {
  const api = `${base}/v1/datasets/${dataset.name}`
  const several = dataset.distributions.length > 1
  const linkedIds = new Set(dataset.linked?.map(({ identifier }) => identifier))
  const written = new Set(dataset.distributions.map(({ name }) => name).filter((name) => linkedIds.has(name)))
  const own = dataset.distributions.filter(({ name }) => !written.has(name))
  const tables = own.map(
    (table): Dict => ({
      ...emptyResource,
      id: tableId(dataset.identifier, table.name),
      package_id: dataset.identifier,
      name: table.title ?? (several ? table.name : table.sourceName),
      url: `${api}/${dataset.partial ? 'records.csv' : `versions/${table.version}/source`}${several ? `?distribution=${encodeURIComponent(table.name)}` : ''}`,
      url_type: 'upload',
      format: dataset.partial ? 'CSV' : formatTitle(formatOf(table.sourceName, table.sourceMediaType)),
      mimetype: dataset.partial ? 'text/csv' : table.sourceMediaType,
      size: dataset.partial ? null : table.sourceBytes,
      created: naive(table.modified),
      last_modified: naive(table.modified),
      metadata_modified: naive(table.modified),
      datastore_active: true,
    }),
  )
  const linked = (dataset.linked ?? []).map(
    (resource): Dict => ({
      ...emptyResource,
      ...(resource.extra as Dict),
      id: resource.identifier,
      package_id: dataset.identifier,
      name: resource.title ?? null,
      description: resource.description ?? '',
      url: resource.accessURL,
      format: resource.format ?? '',
      mimetype: resource.mediaType ?? null,
      size: resource.byteSize ?? null,
      hash: resource.checksum ?? '',
      created: naive(resource.issued ?? dataset.issued),
      last_modified: resource.modified ? naive(resource.modified) : null,
      metadata_modified: naive(resource.modified ?? dataset.modified),
      ...(written.has(resource.identifier ?? '') && { url_type: 'datastore', datastore_active: true }),
    }),
  )
  return [...tables, ...linked].map((resource, position) => ({ ...resource, position }))
}

const emptyResource = {
  description: '',
  url_type: null,
  mimetype_inner: null,
  hash: '',
  state: 'active',
  resource_type: null,
  cache_url: null,
  cache_last_updated: null,
  datastore_active: false,
}

const known = new Set(
  'id name title notes url version author author_email maintainer maintainer_email license_id license_title license_url isopen private state type owner_org creator_user_id metadata_created metadata_modified num_resources num_tags organization groups tags tag_string extras resources relationships_as_subject relationships_as_object revision_id plugin_data'.split(
    ' ',
  ),
)

const text = (value: unknown): string => (value === null || value === undefined ? '' : String(value).trim())

/**
 * Our description from a CKAN package. What has no place in ours becomes an extra, so that nothing is lost.
 *
 * @throws {CkanError} Validation Error with the messages of each field.
 */
export function fromPackage(given: Dict, publisher: string, before?: Dataset): DatasetInput {
  refuseWrong(given)
  const extras = extraPairs(given)
  const seenBy = visibilityFrom(given, extras, before)
  const frequency = extras.get('update_frequency')?.toLowerCase()
  const own = frequencies.find((each) => each === frequency)
  const themes = themesOf(given, extras)
  const linked = list(given.resources, 'resources').filter((resource) => !isTable(resource))
  const start = day(extras.get('temporal_coverage-from'))
  const end = day(extras.get('temporal_coverage-to'))
  for (const key of ownExtras)
    if ((key !== 'update_frequency' || own) && (!inventoryKeys.includes(key) || extras.has('inventory-state'))) extras.delete(key)
  for (const [key, value] of Object.entries(given)) if (!known.has(key) && text(value)) extras.set(key, asText(value))
  const contact = contactOf(given.maintainer, given.maintainer_email)
  const creator = contactOf(given.author, given.author_email)
  const landingPage = text(given.url)
  if (landingPage && !URL.canParse(landingPage)) extras.set('url', landingPage)
  const licence = licenceAliases[text(given.license_id).toLowerCase()]
  if (text(given.license_id) && !licence) extras.set('license_id', text(given.license_id))
  return {
    name: text(given.name),
    ...(text(given.id) && { identifier: text(given.id) }),
    title: text(given.title) || text(given.name),
    publisher,
    ...seenBy,
    ...(text(given.notes) && { description: String(given.notes) }),
    ...(themes.length && { theme: themes }),
    ...(keywordsOf(given).length && { keyword: keywordsOf(given) }),
    ...(licence && { licence }),
    ...(own && { accrualPeriodicity: own }),
    ...(contact && { contactPoint: contact }),
    ...(creator && { creator }),
    ...(text(given.version) && { release: text(given.version).slice(0, 100) }),
    ...(landingPage && URL.canParse(landingPage) && { landingPage }),
    ...(text(extras.get('spatial_label')) && { spatial: text(extras.get('spatial_label')) }),
    ...((start || end) && { temporal: { ...(start && { start }), ...(end && { end }) } }),
    ...(linked.length && { linked: linked.map(fromResource) }),
    ...(extras.size && { extra: Object.fromEntries(extras) }),
  }
}

const day = (value: string | undefined): string | undefined => /^\d{4}-\d{2}-\d{2}/.exec(value ?? '')?.[0]

const asText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value))

/** A resource of our own, sent back by a client that changed something else. */
export const isTable = (resource: Dict): boolean =>
  resource.datastore_active === true && /\/v1\/datasets\/[^/]+\/versions\//.test(text(resource.url))

function refuseWrong(given: Dict): void {
  const wrong: Dict = {}
  const name = text(given.name)
  if (!name) wrong.name = ['Missing value']
  else if (name.length < 2) wrong.name = ['Must be at least 2 characters long']
  else if (name.length > 100) wrong.name = ['Name must be a maximum of 100 characters long']
  else if (!/^[a-z0-9_-]+$/.test(name)) wrong.name = ['Must be purely lowercase alphanumeric (ascii) characters and these symbols: -_']
  else if (name === 'new' || name === 'edit' || name === 'search') wrong.name = ['That name cannot be used']
  if (text(given.id) && !/^[A-Za-z0-9_-]{1,100}$/.test(text(given.id))) wrong.id = ['Invalid id provided']
  if (text(given.title).length > 300) wrong.title = ['Title must be a maximum of 300 characters long']
  if (text(given.notes).length > 20_000) wrong.notes = ['Description must be a maximum of 20,000 characters long']
  for (const email of ['author_email', 'maintainer_email'] as const)
    if (text(given[email]) && !/^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text(given[email])))
      wrong[email] = [`Email ${text(given[email])} is not a valid format`]
  const resources = list(given.resources, 'resources')
  const tags = list(given.tags, 'tags')
  for (const tag of tags)
    if (!/^[\p{L}\p{N}\s_.\-&'/,()]{2,100}$/u.test(text(tag.name)))
      wrong.tags = [`Tag "${text(tag.name)}" must be alphanumeric characters or symbols: -_. and at least 2 characters long`]
  if (resources.some((resource) => text(resource.url).length > 2_000))
    wrong.resources = [{ url: ['Must be a maximum of 2,000 characters long'] }]
  if (Object.keys(wrong).length) throw invalid(wrong)
}

/** @throws {CkanError} when a member that is to be a list of objects is something else. */
function list(value: unknown, field: string): Dict[] {
  if (value === undefined || value === null || value === '') return []
  if (!Array.isArray(value) || value.some((item) => typeof item !== 'object' || item === null))
    throw invalid({ [field]: ['Must be a list of objects'] })
  return value as Dict[]
}

function extraPairs(given: Dict): Map<string, string> {
  const pairs = new Map<string, string>()
  for (const { key, value, state } of list(given.extras, 'extras')) {
    if (!text(key) || state === 'deleted' || value === null || value === undefined || value === '') continue
    if (pairs.has(text(key))) throw invalid({ extras: ['There is a schema field with the same name'] })
    pairs.set(text(key), asText(value))
  }
  return pairs
}

const contactOf = (name: unknown, email: unknown) =>
  text(name) || text(email)
    ? { ...(text(name) && { name: text(name).slice(0, 200) }), ...(text(email) && { email: text(email) }) }
    : undefined

function keywordsOf(given: Dict): string[] {
  const tags = list(given.tags, 'tags')
    .filter((tag) => tag.state !== 'deleted')
    .map((tag) => text(tag.name))
  const typed = text(given.tag_string)
    .split(',')
    .map((tag) => tag.trim())
  return [...new Set([...tags, ...typed])].filter(Boolean)
}

function themesOf(given: Dict, extras: Map<string, string>): string[] {
  const groups = list(given.groups, 'groups').map((group) => text(group.name) || text(group.id))
  return [...new Set([extras.get('theme-primary') ?? '', ...groups])].filter((name) => /^[a-z0-9_-]+$/.test(name))
}

const resourceKnown = new Set([
  ...Object.keys(emptyResource),
  'id',
  'package_id',
  'name',
  'url',
  'format',
  'mimetype',
  'size',
  'created',
  'last_modified',
  'metadata_modified',
  'position',
  'revision_id',
])

/** A link to a file or page kept elsewhere, from CKAN's `resource`. */
export function fromResource(given: Dict): LinkedResource {
  const size = Number(given.size)
  const extra = Object.fromEntries(
    Object.entries(given).filter(([key, value]) => !resourceKnown.has(key) && value !== null && value !== ''),
  )
  return {
    ...(text(given.id) && { identifier: text(given.id) }),
    ...(text(given.name) && { title: text(given.name).slice(0, 300) }),
    ...(text(given.description) && { description: text(given.description) }),
    accessURL: text(given.url),
    ...(text(given.format) && { format: text(given.format).slice(0, 100) }),
    ...(text(given.mimetype) && { mediaType: text(given.mimetype) }),
    ...(Number.isInteger(size) && size >= 0 && text(given.size) && { byteSize: size }),
    ...(text(given.hash) && { checksum: text(given.hash) }),
    ...(text(given.created) && { issued: text(given.created) }),
    ...(text(given.last_modified) && { modified: text(given.last_modified) }),
    ...(Object.keys(extra).length && { extra }),
  }
}
