import type { SelectRequest } from '../catalogue.ts'
import { formatTitle } from '../formats.ts'
import type { Dataset } from '../model.ts'
import type { State } from '../visibility/model.ts'
import { licenceTerms, themes, themeTitle } from '../vocabularies.ts'
import {
  type Action,
  type Actions,
  type CkanContext,
  datasetOf,
  listOf,
  publisherOf,
  resourceHome,
  textOf,
  truthOf,
  wholeOf,
} from './context.ts'
import { denied, invalid, notFound, searchQueryError } from './errors.ts'
import { tableId, uuidOf } from './ids.ts'
import { type Dict, groupStub, licenceIds, resourcesOf, tagOf, toOrganization, toPackage } from './package.ts'
import { readQuestion, readSort } from './search.ts'

const reads = (run: Action['run']): Action => ({ reads: true, run })

const VERSION = '2.11.0'

/** Actions that change nothing. */
export const readActions: Actions = {
  site_read: reads(async () => true),
  status_show: reads(async (_given, { base, siteTitle }) => ({
    ckan_version: VERSION,
    site_url: base(),
    site_title: siteTitle,
    site_description: '',
    locale_default: 'en_GB',
    error_emails_to: null,
    extensions: ['datastore'],
  })),
  package_list: reads(async ({ limit, offset }, context) => {
    const { items } = await context.catalogue.select({
      selection: { all: true },
      sort: 'name',
      start: wholeOf(offset, 0, 1e9),
      rows: wholeOf(limit, 1e6, 1e6),
      listedOnly: true,
    })
    return items.map(({ name }) => name)
  }),
  current_package_list_with_resources: reads(async ({ limit, offset, page }, context) => {
    const rows = wholeOf(limit, 1000, 1000)
    const start = page === undefined ? wholeOf(offset, 0, 1e9) : (wholeOf(page, 1, 1e6) - 1) * rows
    return packagesOf(context, (await context.catalogue.select({ selection: { all: true }, sort: 'modified', start, rows })).items)
  }),
  package_show: reads(async ({ id, name_or_id }, context) => packageOf(context, await datasetOf(context, textOf(id ?? name_or_id)))),
  package_search: reads(packageSearch),
  package_autocomplete: reads(async ({ q, limit }, context) => {
    const { items } = await context.catalogue.search({ q: textOf(q), limit: Math.max(1, wholeOf(limit, 10, 100)), sort: 'relevance' })
    return items.map(({ name, title }) => ({ name, title, match_field: 'title', match_displayed: title }))
  }),
  resource_show: reads(async ({ id }, context) => {
    const { dataset, table } = await resourceHome(context, textOf(id))
    return resourceOf(context, dataset, table && table !== id ? tableId(dataset.identifier, table) : textOf(id))
  }),
  resource_search: reads(resourceSearch),
  resource_view_list: reads(async () => []),
  resource_view_show: reads(async () => {
    throw notFound()
  }),
  organization_list: reads(organizationList),
  organization_list_for_user: reads(async (_given, { catalogue, actor }) =>
    (await catalogue.publishers())
      .filter(({ name }) => actor.kind === 'operator' || (actor.kind === 'publisher' && actor.publisher === name))
      .map((publisher) => ({ ...toOrganization(publisher), capacity: 'editor' })),
  ),
  organization_show: reads(async ({ id, include_datasets }, context) => {
    const publisher = await publisherOf(context, textOf(id))
    if (!truthOf(include_datasets)) return toOrganization(publisher)
    const { items } = await context.catalogue.select({
      selection: { facet: 'publisher', value: publisher.name },
      sort: 'modified',
      start: 0,
      rows: 1000,
    })
    return { ...toOrganization(publisher), packages: await packagesOf(context, items) }
  }),
  organization_autocomplete: reads(async ({ q, limit }, { catalogue }) => {
    const words = textOf(q).toLowerCase()
    return (await catalogue.publishers())
      .filter(({ name, title }) => name.includes(words) || title.toLowerCase().includes(words))
      .slice(0, wholeOf(limit, 20, 1000))
      .map(({ name, title }) => ({ id: uuidOf('organization', name), name, title }))
  }),
  group_list: reads(groupList),
  group_list_authz: reads(async () => []),
  group_show: reads(groupShow),
  group_autocomplete: reads(async ({ q }) =>
    Object.entries(themes)
      .filter(([name, { title }]) => name.includes(textOf(q).toLowerCase()) || title.toLowerCase().includes(textOf(q).toLowerCase()))
      .map(([name, { title }]) => ({ id: uuidOf('group', name), name, title })),
  ),
  group_package_show: reads(async ({ id, limit }, context) => {
    const { name } = await groupShow({ id }, context)
    return packagesOf(
      context,
      (
        await context.catalogue.select({
          selection: { facet: 'theme', value: textOf(name) },
          sort: 'modified',
          start: 0,
          rows: wholeOf(limit, 1000, 1000),
        })
      ).items,
    )
  }),
  tag_list: reads(async ({ query, all_fields }, context) => {
    const words = textOf(query).toLowerCase()
    const names = [...(await listedCounts(context, 'keyword')).keys()].filter((name) => name.toLowerCase().includes(words)).sort()
    return truthOf(all_fields) ? names.map(tagOf) : names
  }),
  tag_show: reads(async ({ id, include_datasets }, context) => {
    const wanted = textOf(id)
    const name = [...(await listedCounts(context, 'keyword')).keys()].find((each) => each === wanted || uuidOf('tag', each) === wanted)
    if (name === undefined) throw notFound('Tag was not found.')
    const { items } = await context.catalogue.select({
      selection: { member: 'keyword', value: name },
      sort: 'modified',
      start: 0,
      rows: 1000,
    })
    return { ...tagOf(name), ...(truthOf(include_datasets) && { packages: await packagesOf(context, items) }) }
  }),
  tag_search: reads(async ({ query, q, limit, offset }, context) => {
    const words = listOf(query ?? q).map((word) => word.toLowerCase())
    const found = [...(await listedCounts(context, 'keyword')).keys()]
      .filter((name) => words.some((word) => name.toLowerCase().includes(word)))
      .sort()
    const start = wholeOf(offset, 0, 1e9)
    return { count: found.length, results: found.slice(start, start + wholeOf(limit, 1000, 1000)).map(tagOf) }
  }),
  tag_autocomplete: reads(async ({ query, q, limit }, context) => {
    const words = listOf(query ?? q).map((word) => word.toLowerCase())
    const found = [...(await listedCounts(context, 'keyword')).keys()].filter((name) =>
      words.some((word) => name.toLowerCase().includes(word)),
    )
    return found.sort().slice(0, wholeOf(limit, 10, 1000))
  }),
  license_list: reads(async () =>
    Object.entries(licenceTerms).map(([id, { title, uri, open }]) => ({
      id: licenceIds[id as keyof typeof licenceIds],
      title,
      url: uri ?? '',
      status: 'active',
      maintainer: '',
      family: '',
      domain_content: open,
      domain_data: open,
      domain_software: false,
      is_generic: id === 'not-stated',
      is_okd_compliant: open,
      is_osi_compliant: false,
      od_conformance: open ? 'approved' : 'not reviewed',
      osd_conformance: 'not reviewed',
    })),
  ),
  format_autocomplete: reads(async ({ q, limit }, context) => {
    const { facets } = await context.catalogue.select({
      selection: { all: true },
      sort: 'name',
      start: 0,
      rows: 0,
      listedOnly: true,
      facets: ['format'],
    })
    const words = textOf(q).toLowerCase()
    return [...(facets.format?.keys() ?? [])]
      .filter((name) => name.includes(words))
      .sort()
      .slice(0, wholeOf(limit, 5, 100))
  }),
  vocabulary_list: reads(async () => []),
  vocabulary_show: reads(async () => {
    throw notFound('Vocabulary was not found.')
  }),
  user_list: reads(async () => []),
  user_autocomplete: reads(async () => []),
  user_show: reads(async (_given, { actor }) => {
    if (actor.kind !== 'operator' && actor.kind !== 'publisher') throw notFound('User was not found.')
    const name = actor.kind === 'operator' ? 'operator' : actor.publisher
    return {
      id: uuidOf('user', name),
      name,
      display_name: name,
      fullname: name,
      state: 'active',
      sysadmin: actor.kind === 'operator',
      number_created_packages: 0,
    }
  }),
  member_list: reads(async () => []),
  member_roles_list: reads(async () => [
    { text: 'Admin', value: 'admin' },
    { text: 'Editor', value: 'editor' },
    { text: 'Member', value: 'member' },
  ]),
  package_relationships_list: reads(async () => []),
  package_collaborator_list: reads(async () => []),
  term_translation_show: reads(async () => []),
  get_site_user: reads(async () => {
    throw denied('Only the server itself may ask this')
  }),
  config_option_list: reads(async (_given, { actor }) => {
    if (actor.kind !== 'operator') throw denied('Only the operator may ask this')
    return []
  }),
  ...Object.fromEntries(
    ['dataset', 'group', 'organization', 'user'].flatMap((what) => [
      [`${what}_follower_list`, reads(async () => [])],
      [`${what}_follower_count`, reads(async () => 0)],
      [`am_following_${what}`, reads(async () => false)],
      [`${what === 'dataset' ? 'package' : what}_activity_list`, reads(async () => [])],
    ]),
  ),
  recently_changed_packages_activity_list: reads(async () => []),
}

/** A dataset as a package, with its publisher read. */
export async function packageOf({ catalogue, base }: CkanContext, dataset: Dataset): Promise<Dict> {
  return toPackage({ dataset, publisher: await catalogue.publisher(dataset.publisher), base: base() })
}

export async function packagesOf({ catalogue, base }: CkanContext, datasets: readonly Dataset[]): Promise<Dict[]> {
  const publishers = new Map((await catalogue.publishers()).map((publisher) => [publisher.name, publisher]))
  return datasets.flatMap((dataset) => {
    const publisher = publishers.get(dataset.publisher)
    return publisher ? [toPackage({ dataset, publisher, base: base() })] : []
  })
}

export function resourceOf({ base }: Pick<CkanContext, 'base'>, dataset: Dataset, id: string): Dict {
  const found = resourcesOf(dataset, base()).find((resource) => resource.id === id)
  if (!found) throw notFound('Resource was not found.')
  return found
}

const MOST_ROWS = 1000

const searchParameters = new Set(
  'q fq fq_list sort rows start facet facet.mincount facet.limit facet.field fl include_drafts include_deleted include_private use_default_schema qf bf boost tie defType mm facet.sort wt df hl echoParams'.split(
    ' ',
  ),
)

const facetOf: Record<string, NonNullable<SelectRequest['facets']>[number]> = {
  organization: 'publisher',
  res_format: 'format',
  groups: 'theme',
  license_id: 'licence',
  tags: 'keyword',
}

async function packageSearch(given: Dict, context: CkanContext): Promise<Dict> {
  const unknown = Object.keys(given).find((name) => !searchParameters.has(name) && !name.startsWith('ext_') && name !== 'extras')
  if (unknown !== undefined) throw searchQueryError(`Invalid search parameters: ['${unknown}']`)
  const rows = wholeOf(given.rows, 10, MOST_ROWS)
  const fields = truthOf(given.facet ?? 'true') ? listOf(given['facet.field']).flatMap((field) => field.split(',')) : []
  const sort = textOf(given.sort).trim() || 'score desc, metadata_modified desc'
  const answer = await context.catalogue.select({
    ...readQuestion(textOf(given.q), [...listOf(given.fq), ...listOf(given.fq_list)]),
    ...readSort(sort),
    ...seenOf(given),
    start: wholeOf(given.start, 0, 1e9),
    rows,
    facets: [...new Set(fields.flatMap((field) => facetOf[field] ?? []))],
  })
  const packages = await packagesOf(context, answer.items)
  const only = listOf(given.fl)
    .flatMap((field) => field.split(/[\s,]+/))
    .filter((field) => field && field !== '*')
  const titles = await facetTitles(context)
  const facets = Object.fromEntries(
    fields.map((field) => [
      field,
      countsOf(answer.facets[facetOf[field] ?? ''], field, wholeOf(given['facet.mincount'], 1, 1e9), facetLimit(given['facet.limit'])),
    ]),
  )
  return {
    count: answer.total,
    sort,
    facets,
    results: only.length
      ? packages.map((each) => Object.fromEntries(only.flatMap((field) => (field in each ? [[field, each[field]]] : []))))
      : packages,
    search_facets: Object.fromEntries(
      Object.entries(facets).map(([field, counts]) => [
        field,
        {
          title: field,
          items: Object.entries(counts)
            .map(([name, count]) => ({ name, display_name: titles(field, name), count }))
            .sort((a, b) => (a.display_name < b.display_name ? 1 : a.display_name > b.display_name ? -1 : 0)),
        },
      ]),
    ),
  }
}

/** What a search holds beside what is described to all: only what is asked for, and of that what the asker may see. */
function seenOf(given: Dict): Pick<SelectRequest, 'states' | 'listedOnly'> {
  const states: State[] = [
    ...(truthOf(given.include_private) ? (['published'] as const) : []),
    ...(truthOf(given.include_drafts) ? (['draft'] as const) : []),
    ...(truthOf(given.include_deleted) ? (['deleted'] as const) : []),
  ]
  return states.length ? { states } : { listedOnly: true }
}

const facetLimit = (value: unknown): number =>
  Number(value) === -1 ? Number.MAX_SAFE_INTEGER : wholeOf(value, 50, Number.MAX_SAFE_INTEGER)

function countsOf(counts: Map<string, number> | undefined, field: string, least: number, most: number): Record<string, number> {
  const sorted = [...(counts ?? [])]
    .filter(([name, count]) => name && count >= least)
    .sort((a, b) => b[1] - a[1] || a[0].localeCompare(b[0]))
  const shown = (name: string) =>
    field === 'res_format' ? formatTitle(name) : field === 'license_id' ? ((licenceIds as Record<string, string>)[name] ?? name) : name
  return Object.fromEntries(sorted.slice(0, most).map(([name, count]) => [shown(name), count]))
}

async function facetTitles({ catalogue }: CkanContext): Promise<(field: string, name: string) => string> {
  const organizations = new Map((await catalogue.publishers()).map(({ name, title }) => [name, title]))
  const licences = new Map(
    Object.entries(licenceIds).map(([ours, theirs]) => [theirs, licenceTerms[ours as keyof typeof licenceTerms].title]),
  )
  return (field, name) =>
    (field === 'organization'
      ? organizations.get(name)
      : field === 'groups'
        ? themeTitle(name)
        : field === 'license_id'
          ? licences.get(name)
          : undefined) ?? name
}

/** How many datasets that all may find have each value. */
async function listedCounts({ catalogue }: CkanContext, facet: 'keyword' | 'theme'): Promise<Map<string, number>> {
  const { facets } = await catalogue.select({
    selection: { all: true },
    sort: 'name',
    start: 0,
    rows: 0,
    listedOnly: true,
    facets: [facet],
  })
  return facets[facet] ?? new Map()
}

async function organizationList(given: Dict, { catalogue }: CkanContext): Promise<unknown> {
  const wanted = listOf(given.organizations)
  const publishers = (await catalogue.publishers()).filter(({ name }) => !wanted.length || wanted.includes(name))
  const [field = 'title', way = 'asc'] = (textOf(given.sort) || textOf(given.order_by) || 'title asc').trim().split(/\s+/)
  if (!['name', 'title', 'package_count', 'packages'].includes(field)) throw invalid({ message: [`Cannot sort by field \`${field}\``] })
  const key = (publisher: (typeof publishers)[number]): string | number =>
    field === 'name' ? publisher.name : field === 'title' ? publisher.title : publisher.datasetCount
  const sorted = publishers.sort((a, b) => (key(a) < key(b) ? -1 : key(a) > key(b) ? 1 : 0) * (way === 'desc' ? -1 : 1))
  const start = wholeOf(given.offset, 0, 1e9)
  const page = sorted.slice(start, start + wholeOf(given.limit, 1000, 1000))
  return truthOf(given.all_fields) ? page.map(toOrganization) : page.map(({ name }) => name)
}

const toGroup = (name: string, count: number): Dict => ({
  ...groupStub(name),
  type: 'group',
  is_organization: false,
  state: 'active',
  approval_status: 'approved',
  image_url: '',
  num_followers: 0,
  package_count: count,
  extras: [],
  groups: [],
  tags: [],
  users: [],
})

async function groupList({ all_fields, groups, limit, offset }: Dict, context: CkanContext): Promise<unknown> {
  const counts = await listedCounts(context, 'theme')
  const wanted = listOf(groups)
  const names = [...new Set([...Object.keys(themes), ...counts.keys()])].filter((name) => !wanted.length || wanted.includes(name)).sort()
  const start = wholeOf(offset, 0, 1e9)
  const page = names.slice(start, start + wholeOf(limit, 1000, 1000))
  return truthOf(all_fields) ? page.map((name) => toGroup(name, counts.get(name) ?? 0)) : page
}

async function groupShow({ id, include_datasets }: Dict, context: CkanContext): Promise<Dict> {
  const counts = await listedCounts(context, 'theme')
  const wanted = textOf(id)
  const name = [...new Set([...Object.keys(themes), ...counts.keys()])].find((each) => each === wanted || uuidOf('group', each) === wanted)
  if (name === undefined) throw notFound('Group was not found.')
  if (!truthOf(include_datasets)) return toGroup(name, counts.get(name) ?? 0)
  const { items } = await context.catalogue.select({ selection: { facet: 'theme', value: name }, sort: 'modified', start: 0, rows: 1000 })
  return { ...toGroup(name, counts.get(name) ?? 0), packages: await packagesOf(context, items) }
}

/** Resources whose field holds a text: `query` is field:text, several of which must all hold. */
async function resourceSearch({ query, limit, offset }: Dict, context: CkanContext): Promise<Dict> {
  const terms = listOf(query).map((term) => /^([^:]+):(.*)$/s.exec(term))
  if (!terms.length || terms.some((term) => !term)) throw invalid({ query: ['Missing value, or not of the form field:text'] })
  const fields = new Set(['name', 'description', 'url', 'format', 'mimetype', 'hash', 'id', 'package_id', 'size', 'resource_type'])
  const foreign = terms.find((term) => !fields.has(term?.[1]?.toLowerCase() ?? ''))
  if (foreign) throw invalid({ query: [`Field "${foreign[1]}" not recognised in resource_search.`] })
  const results: Dict[] = []
  for (let cursor: string | undefined, more = true; more; ) {
    const page = await context.catalogue.datasets({ limit: 1000, ...(cursor && { cursor }) })
    for (const dataset of page.items)
      for (const resource of resourcesOf(dataset, context.base()))
        if (
          terms.every((term) =>
            textOf(resource[term?.[1]?.toLowerCase() ?? ''])
              .toLowerCase()
              .includes((term?.[2] ?? '').toLowerCase()),
          )
        )
          results.push(resource)
    cursor = page.next
    more = cursor !== undefined
  }
  const start = wholeOf(offset, 0, 1e9)
  return { count: results.length, results: results.slice(start, start + wholeOf(limit, 1000, 10_000)) }
}
