import { setTimeout } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import {
  accessWords,
  type Dataset,
  formatOf,
  licenceTerms,
  type Publisher,
  themeTitle,
  toCroissant,
  toSchemaOrg,
} from '../../../core/catalogue/index.ts'
import type { ColumnProfile, Manifest, RejectedCell } from '../../../core/datastore/index.ts'
import { decisionView, versionView } from '../view/about.ts'
import { callsOf } from '../view/calls.ts'
import { changesView } from '../view/changes.ts'
import { chartOf, profileText } from '../view/chart.ts'
import { frequencyWords } from '../view/frequency.ts'
import { linksView } from '../view/links.ts'
import { qualityView } from '../view/quality.ts'
import { downloadsOf, tableView } from '../view/table.ts'
import { questionOf, readState, stateQuery, translateForm } from '../view/table-state.ts'
import { readMap } from './map.ts'
import { open, type Page, type Parts, servePage } from './page.ts'
import { type ReadTable, readTable } from './table.ts'

/** A dataset's page and the page of each version. */
export function datasetPages(app: FastifyInstance, parts: Parts): void {
  servePage(
    app,
    parts,
    '/datasets/:dataset',
    ({ params }, parameters) => {
      const { dataset } = params as { dataset: string }
      return datasetPage(parts, dataset, parameters)
    },
    { members: true },
  )
  servePage(
    app,
    parts,
    '/datasets/:dataset/versions/:version',
    ({ params }, parameters) => {
      const { dataset, version } = params as { dataset: string; version: string }
      return versionPage(parts, dataset, version, parameters.get('distribution') ?? undefined)
    },
    { members: true },
  )
  app.get('/datasets/:dataset/croissant.jsonld', open, async (request, reply) => {
    const dataset = await parts.catalogue.dataset((request.params as { dataset: string }).dataset)
    const publisher = await parts.catalogue.publisher(dataset.publisher)
    return reply
      .type('application/ld+json; charset=utf-8')
      .send(JSON.stringify(toCroissant(dataset, publisher, parts.base(), await croissantTables(parts, dataset))))
  })
}

const SHOWN_REJECTS = 20
const SHOWN_PROFILES = 60
const SHOWN_CHANGES = 20
const CHARTS_WAIT_MS = 1500

/** An entry of an inventory, and what is kept for others, has no data to be judged by. */
const hasData = ({ state, licenceNeeded }: Dataset): boolean => state === 'published' && !licenceNeeded

/** JSON that may stand inside a script element: nothing in it can end the element. */
const scriptText = (value: object): string => JSON.stringify(value).replaceAll('<', '\\u003c')

async function datasetPage(parts: Parts, name: string, parameters: URLSearchParams): Promise<Page | { redirect: string }> {
  const path = `/datasets/${name}`
  const meant = translateForm(parameters)
  if (meant !== undefined) return { redirect: `${path}${meant}` }
  const dataset = await parts.catalogue.dataset(name)
  const publisher = await parts.catalogue.publisher(dataset.publisher)
  const shell = { title: dataset.title, section: 'data' as const, trail: trailOf(publisher) }
  const links = (await parts.links?.ofDataset(name)) ?? []
  const summary = {
    ...summaryView(dataset, publisher),
    links: linksView(dataset, links),
    series: await parts.catalogue.series.of(dataset),
    // Only what all may see has a score.
    quality: hasData(dataset) ? await parts.quality?.dataset(name).then(qualityView, () => undefined) : undefined,
    seenBy: accessWords(dataset),
    schemaOrg: scriptText(toSchemaOrg(dataset, publisher, parts.base())),
    croissant: dataset.distributions.length
      ? scriptText(toCroissant(dataset, publisher, parts.base(), await croissantTables(parts, dataset)))
      : undefined,
  }
  if (!dataset.distributions.length)
    return { template: 'dataset-empty.njk', shell, view: summary, data: { ...dataset, links: linksOf(name, parts.base()) } }
  const read = await readTable(parts.datastore, name, readState(parameters))
  return {
    template: 'dataset.njk',
    shell: read.state.conditions.length ? { ...shell, title: `${dataset.title} (filtered)` } : shell,
    view: { ...summary, ...(await dataView(parts, dataset, read, path)) },
    status: read.refused ? 400 : 200,
    data: {
      ...dataset,
      version: read.manifest.version,
      schema: read.manifest.columns,
      records: read.records,
      page: read.page,
      links: linksOf(name, parts.base()),
      ...(read.refused && { problem: read.refused.problem.toBody(parts.base()) }),
    },
  }
}

/** The tables of a dataset with their columns, those that whoever looks may see. */
async function croissantTables({ datastore }: Parts, { name, distributions }: Dataset) {
  return Promise.all(
    distributions.map(async (table) => {
      const { columns } = await datastore.current(name, table.name)
      return {
        name: table.name,
        ...(table.title !== undefined && { title: table.title }),
        version: table.version,
        columns: columns.map((column) => ({ name: column.name, type: column.type })),
      }
    }),
  )
}

async function dataView({ datastore, base }: Parts, dataset: Dataset, read: ReadTable, path: string) {
  const { manifest } = read
  const [profiles, versions, rejected, map] = await Promise.all([
    soon(datastore.profile(manifest)),
    datastore.versions(dataset.name, manifest.distribution),
    rejectsOf(datastore, manifest),
    soon(readMap(datastore, read)),
  ])
  return {
    tables: tablesOf(dataset, manifest),
    table: tableView(read, path),
    map,
    refused: read.refused && refusedView(read.refused),
    chartHref: chartAddress(dataset.name, read),
    calls: callsOf(base(), dataset.name, questionOf(read.state)),
    downloads: downloadsOf(read),
    profiles: manifest.columns.slice(0, SHOWN_PROFILES).map((column) => profileView(column, profiles?.[column.alias] ?? column.profile)),
    chartsLater: profiles === undefined,
    versions: versions.slice(0, 10).map((version, index) => versionView(version, versions[index + 1])),
    versionCount: versions.length,
    rejected,
    rejectedCells: manifest.rejectedCells,
    manifest,
    decisions: manifest.decisions.map(decisionView),
  }
}

/** The chart of the rows that are shown. */
function chartAddress(name: string, { state: { conditions, distribution } }: ReadTable): string {
  const query = stateQuery({ conditions, sort: '', columns: [], after: 0, ...(distribution && { distribution }) })
  return `/datasets/${name}/chart${query}`
}

/** The refusal in a sentence or two; of a value that does not suit, the detail says already what would. */
function refusedView({ problem, condition }: NonNullable<ReadTable['refused']>) {
  const hint = problem.code === 'value-invalid' ? undefined : problem.fields.hint
  return { text: [problem.message, hint].filter(Boolean).join(' '), field: condition !== undefined }
}

/** What a promise gives within a moment; undefined when it takes longer or fails, because a page does not wait for its charts. */
async function soon<T>(work: Promise<T>): Promise<T | undefined> {
  const waiting = new AbortController()
  const late = setTimeout(CHARTS_WAIT_MS, undefined, { signal: waiting.signal }).catch(() => undefined)
  const given = await Promise.race([work.catch(() => undefined), late])
  waiting.abort()
  return given
}

async function rejectsOf(datastore: Parts['datastore'], manifest: Manifest): Promise<RejectedCell[]> {
  if (!manifest.rejectedCells) return []
  const { rejects } = await datastore.rejects(
    manifest.dataset,
    manifest.version,
    { limit: SHOWN_REJECTS, offset: 0 },
    manifest.distribution,
  )
  return rejects
}

function profileView(column: Manifest['columns'][number], profile: ColumnProfile | undefined) {
  return {
    name: column.name,
    alias: column.alias,
    type: column.type,
    reason: column.reason,
    rejected: column.rejected,
    ...(profile && { text: profileText(column, profile), chart: chartOf(column, profile) }),
  }
}

function tablesOf(dataset: Dataset, shown: Manifest) {
  return dataset.distributions.map((table) => ({
    text: table.title ?? table.name,
    rows: table.rows,
    href: `/datasets/${dataset.name}?distribution=${encodeURIComponent(table.name)}`,
    here: table.name === shown.distribution,
  }))
}

function summaryView(dataset: Dataset, publisher: Publisher) {
  return {
    dataset,
    publisher,
    licence: licenceTerms[dataset.licence],
    themes: dataset.theme.map((theme) => ({ text: themeTitle(theme), href: `/datasets?theme=${encodeURIComponent(theme)}` })),
    frequency: frequencyWords[dataset.accrualPeriodicity],
    format: dataset.distributions[0] && formatOf(dataset.distributions[0].sourceName, dataset.distributions[0].sourceMediaType),
  }
}

function linksOf(name: string, base: string) {
  const api = `${base}/v1/datasets/${name}`
  return { page: `${base}/datasets/${name}`, self: api, records: `${api}/records`, schema: `${api}/schema`, versions: `${api}/versions` }
}

const trailOf = (publisher: Publisher) => [
  { text: 'Data', href: '/datasets' },
  { text: publisher.title, href: `/publishers/${publisher.name}` },
]

async function versionPage(parts: Parts, name: string, wanted: string, distribution?: string): Promise<Page> {
  const dataset = await parts.catalogue.dataset(name)
  const manifest = await parts.datastore.version(name, wanted, distribution)
  const versions = await parts.datastore.versions(name, manifest.distribution)
  const index = versions.findIndex((version) => version.id === manifest.id)
  const { distribution: table } = manifest
  const changes =
    index + 1 < versions.length
      ? await soon(parts.datastore.changes(name, manifest.version, { distribution: table }, { from: 0, limit: SHOWN_CHANGES }))
      : undefined
  return {
    template: 'version.njk',
    shell: {
      title: `${dataset.title}, version ${manifest.version}`,
      section: 'data',
      trail: [
        { text: 'Data', href: '/datasets' },
        { text: dataset.title, href: `/datasets/${name}` },
      ],
    },
    view: {
      dataset,
      manifest,
      current: index === 0,
      version: versionView(manifest, versions[index + 1]),
      decisions: manifest.decisions.map(decisionView),
      rejected: await rejectsOf(parts.datastore, manifest),
      rejectedCells: manifest.rejectedCells,
      changes: changes && changesView(changes),
      changesAddress: `/v1/datasets/${name}/versions/${manifest.version}/changes?distribution=${encodeURIComponent(manifest.distribution)}`,
    },
    data: manifest,
  }
}
