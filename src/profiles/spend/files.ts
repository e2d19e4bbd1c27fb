import type { Dataset, Manifest, ProfileServices } from '../../core/profile-kit.ts'
import { bestMapping, type ColumnEvidence, type Mapping, mapColumns } from './mapping.ts'
import { type Layout, layouts, over500, over25000 } from './model.ts'
import { coveredMonths, daysBetween, dueDay, periodText, statedMonth } from './period.ts'

/** A published file that was recognised as spending. */
export interface SpendFile {
  layout: string
  dataset: string
  distribution: string
  version: string
  publisher: string
  /** Months it covers: yyyy-mm, or yyyy-mm/yyyy-mm; empty when neither its dates nor its name tell. */
  period: string
  published: string
  /** The day by which it was to be published; empty without a period. */
  due: string
  /** Days after that day, negative when early; absent without a period. */
  daysLate?: number
  rows: number
  source: string
  mapping: Mapping
}

/** A file with what combining needs. */
export interface Recognised extends SpendFile {
  manifest: Manifest
  /** Alias of the column for each field. */
  aliases: Record<string, string>
}

/** How sure a mapping must be before a file counts as spending. */
const SURE_ENOUGH = 0.5

const spendWords = /spend|expenditure|payment|transparency|invoices|25[ ,]?k|25[, ]?000|£\s?500|over[ _-]*500/i
const over500Words = /(?:£|over[ _-]*£?|gbp)\s?500\b(?![,.]\d)/i

/**
 * The files of a dataset that are spending, newest version first and one for each period: a later version of the same month corrects it,
 * and the next month's file as the next version stands beside it.
 */
export async function recogniseFiles({ datastore, catalogue }: ProfileServices, dataset: Dataset): Promise<Recognised[]> {
  const { kind } = await catalogue.publisher(dataset.publisher)
  const found: Recognised[] = []
  for (const { name } of dataset.distributions) {
    const periods = new Set<string>()
    for (const manifest of await datastore.versions(dataset.name, name)) {
      const file = await recognise(datastore, dataset, kind, manifest)
      if (!file || periods.has(file.period)) continue
      periods.add(file.period)
      found.push(file)
    }
  }
  return found
}

async function recognise(
  datastore: ProfileServices['datastore'],
  dataset: Dataset,
  publisherKind: string,
  manifest: Manifest,
): Promise<Recognised | undefined> {
  const words = [dataset.title, dataset.name, manifest.source.name, dataset.keyword.join(' ')].join(' ')
  const columns = await evidenceOf(datastore, manifest)
  const mapping = chooseLayout(words, publisherKind, columns)
  if (!mapping || mapping.confidence < SURE_ENOUGH || !(spendWords.test(words) || mapping.fields.length >= 6)) return undefined
  const aliases = Object.fromEntries(mapping.fields.map(({ field, column }) => [field, manifest.columns[column]?.alias ?? '']))
  const period = await periodOf(datastore, manifest, aliases.date, `${manifest.source.name} ${dataset.title}`)
  const due = period && dueDay(period)
  return {
    layout: mapping.layout,
    dataset: dataset.name,
    distribution: manifest.distribution,
    version: manifest.version,
    publisher: dataset.publisher,
    period,
    published: manifest.created,
    due,
    ...(due && { daysLate: daysBetween(due, manifest.created) }),
    rows: manifest.rows,
    source: manifest.source.name,
    mapping,
    manifest,
    aliases,
  }
}

/** Councils follow the transparency code and departments the Treasury's layout, unless the file's own name says over £500. */
function chooseLayout(words: string, publisherKind: string, columns: readonly ColumnEvidence[]): Mapping | undefined {
  const known: Layout | undefined = publisherKind === 'council' || over500Words.test(words) ? over500 : undefined
  if (known) return mapColumns(known, columns)
  return publisherKind === 'department' ? mapColumns(over25000, columns) : bestMapping(layouts, columns)
}

const SAMPLE_ROWS = 50

/** Headers and types; texts too where the file names no column. */
async function evidenceOf(datastore: ProfileServices['datastore'], manifest: Manifest): Promise<ColumnEvidence[]> {
  const nameless = manifest.columns.every(({ name }) => /^column_\d+$/.test(name))
  const version = { version: manifest.id, distribution: manifest.distribution }
  const sample = nameless ? (await datastore.page(manifest.dataset, { sort: [], limit: SAMPLE_ROWS, ...version })).records : []
  return manifest.columns.map(({ name, type }) => ({
    name,
    type,
    ...(nameless && { values: sample.map((row) => String(row[name] ?? '')) }),
  }))
}

async function periodOf(
  datastore: ProfileServices['datastore'],
  manifest: Manifest,
  dateAlias: string | undefined,
  words: string,
): Promise<string> {
  const stated = statedMonth(words)
  const column = manifest.columns.find(({ alias }) => alias === dateAlias)
  if (column?.type !== 'date' && column?.type !== 'date-time') return stated ?? ''
  const { records } = await datastore.page(manifest.dataset, {
    group: [column.alias],
    measures: [{ measure: 'count', as: 'n', pointer: '' }],
    sort: [],
    limit: 10_000,
    version: manifest.id,
    distribution: manifest.distribution,
  })
  const months = new Map<string, number>()
  for (const row of records) {
    const month = String(row[column.name] ?? '').slice(0, 7)
    if (month) months.set(month, (months.get(month) ?? 0) + Number(row.n))
  }
  // What the file is named for counts where most of its dates agree.
  const dated = [...months.values()].reduce((sum, count) => sum + count, 0)
  if (stated && (months.get(stated) ?? 0) * 2 >= dated) return stated
  const covered = coveredMonths(months)
  return covered ? periodText(covered) : ''
}

/** A file as the API answers it, its columns by their published names. */
export function fileAnswer({ manifest, aliases: _aliases, mapping, ...file }: Recognised) {
  return {
    ...file,
    confidence: mapping.confidence,
    fields: mapping.fields.map((field) => ({ ...field, column: manifest.columns[field.column]?.name ?? '' })),
    missing: mapping.missing,
  }
}
