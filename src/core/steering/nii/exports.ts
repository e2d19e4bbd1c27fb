import { DataFactory } from 'n3'
import { csvLine } from '../../../foundation/formats/csv.ts'
import { writeTurtle } from '../../../foundation/formats/turtle.ts'
import { type Dataset, datasetQuads, type Publisher, rdfPrefixes } from '../../catalogue/index.ts'
import { isOnList, type NiiEntry } from './model.ts'

const { namedNode, quad } = DataFactory

const columns = [
  'id',
  'title',
  'aliases',
  'publisher',
  'theme',
  'facet',
  'stage',
  'status',
  'stars',
  'score',
  'dataset',
  'api',
  'last done',
  'next due',
  'links',
] as const

/** The list as CSV (RFC 4180), with the two facets of data.gov.uk. */
export function listCsv(entries: readonly NiiEntry[]): string {
  const rows = entries.map((entry) => [
    entry.id,
    entry.title,
    entry.aliases.join('; '),
    entry.publisher ?? entry.publisherTitle ?? '',
    entry.theme ?? '',
    entry.facet ?? '',
    entry.stage,
    entry.status,
    String(entry.stars),
    entry.total === undefined ? '' : String(entry.total),
    entry.dataset ?? '',
    entry.api ?? '',
    entry.lastDone ?? '',
    entry.nextDue ?? '',
    entry.links.join(' '),
  ])
  return [[...columns], ...rows].map((row) => csvLine(row)).join('')
}

const esdaColumns = [
  'title',
  'alternative title',
  'summary',
  'description',
  'identifier',
  'keyword',
  'theme',
  'publisher',
  'creator',
  'contact point',
  'related resource',
  'security classification',
  'essential for',
] as const

/**
 * Listed and committed entries as a return of essential shared data assets.
 *
 * @see Essential Shared Data Assets policy, Central Digital and Data Office, April 2024
 */
export function esdaCsv(entries: ReadonlyArray<{ entry: NiiEntry; dataset?: Dataset }>): string {
  const rows = entries.map(({ entry, dataset }) => {
    const description = entry.description ?? dataset?.description ?? ''
    return [
      entry.title,
      entry.aliases.join('; '),
      (/^[^.]*\.?/.exec(description)?.[0] ?? '').slice(0, 250),
      description,
      dataset?.identifier ?? entry.id,
      dataset?.keyword.join('; ') ?? '',
      entry.theme ?? dataset?.theme.join('; ') ?? '',
      entry.publisher ?? entry.publisherTitle ?? dataset?.publisher ?? '',
      entry.owner ?? entry.publisherTitle ?? dataset?.publisher ?? '',
      entry.contact ?? dataset?.contactPoint?.email ?? dataset?.contactPoint?.url ?? '',
      [entry.api, entry.page, ...entry.links].filter(Boolean).join(' '),
      entry.securityClassification ?? 'OFFICIAL',
      entry.essentialFor?.join('; ') ?? '',
    ]
  })
  return [[...esdaColumns], ...rows].map((row) => csvLine(row)).join('')
}

const DCATAP = 'http://data.europa.eu/r5r/'
const HVD_REGULATION = 'http://data.europa.eu/eli/reg_impl/2023/138/oj'

/** Categories of high-value data for the themes of the list; where none is close, none is said. */
const categories: ReadonlyArray<[RegExp, string]> = [
  [/\b(?:location|geo|map|boundar|address)/i, 'c_ac64a52d'],
  [/energy|environment/i, 'c_dd313021'],
  [/transport|infrastructure/i, 'c_b79e35eb'],
  [/compan|business/i, 'c_a9135398'],
  [/statistic|social|health|education|crime|society/i, 'c_e1da4e07'],
]

/**
 * Listed entries that have a dataset here, as a report on high-value datasets.
 *
 * @see DCAT-AP HVD 3.0.0: applicableLegislation and hvdCategory on the dataset, its distributions and its service.
 */
export function hvdTurtle(
  entries: ReadonlyArray<{ entry: NiiEntry; dataset: Dataset; publisher: Pick<Publisher, 'name' | 'title' | 'homepage'> }>,
  base: string,
): string {
  const quads = entries.flatMap(({ entry, dataset, publisher }, i) => {
    const own = datasetQuads({ dataset, publisher, base }, `h${i}b`)
    const legislation = [HVD_REGULATION, ...(entry.legislation ?? [])]
    const category = categoryOf(entry)
    const extra = [...new Set(own.map(({ subject }) => subject.value))].flatMap((subject) => {
      const kind = own.find((each) => each.subject.value === subject && /(?:Dataset|Distribution|DataService)$/.test(each.object.value))
        ?.object.value
      if (!kind || !/^http:\/\/www\.w3\.org\/ns\/dcat#(?:Dataset|Distribution|DataService)$/.test(kind)) return []
      const node = namedNode(subject)
      return [
        ...legislation.map((law) => quad(node, namedNode(`${DCATAP}applicableLegislation`), namedNode(law))),
        ...(category && kind !== 'http://www.w3.org/ns/dcat#Distribution'
          ? [quad(node, namedNode(`${DCATAP}hvdCategory`), namedNode(category))]
          : []),
      ]
    })
    return [...own, ...extra]
  })
  return writeTurtle(quads, { ...rdfPrefixes, dcatap: DCATAP })
}

function categoryOf({ hvdCategory, facet = '', theme = '' }: NiiEntry): string | undefined {
  if (hvdCategory) return hvdCategory
  const code = categories.find(([pattern]) => pattern.test(facet) || pattern.test(theme))?.[1]
  return code && `http://data.europa.eu/bna/${code}`
}

/** What is missing, by theme: entries without a dataset, without a data API, or under three stars. */
export function gapsOf(entries: readonly NiiEntry[]) {
  const on = entries.filter(isOnList)
  return [...Map.groupBy(on, ({ theme }) => theme ?? 'No theme')]
    .map(([theme, of]) => ({
      theme,
      entries: of.length,
      publishers: new Set(of.map(({ publisher, publisherTitle }) => publisher ?? publisherTitle ?? '')).size,
      withoutDataset: of.filter(({ page }) => !page).length,
      withoutApi: of.filter(({ api }) => !api).length,
      underThreeStars: of.filter(({ stars }) => stars < 3).length,
      uncommitted: of.filter(({ stage }) => stage !== 'committed').length,
    }))
    .sort((a, b) => b.entries - a.entries || a.theme.localeCompare(b.theme))
}
