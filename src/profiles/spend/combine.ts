import type { DerivedColumn, DerivedMember, ProfileServices } from '../../core/profile-kit.ts'
import { Problem } from '../../foundation/kernel/index.ts'
import type { Recognised } from './files.ts'
import { type Field, type Layout, layouts } from './model.ts'

const snake = (name: string): string => name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)

const columnType = { date: 'date', amount: 'number', name: 'text', words: 'text', code: 'text' } as const

const fieldColumn = ({ name, title, kind, description }: Field): DerivedColumn => ({
  name: title,
  alias: snake(name),
  type: columnType[kind],
  reason: description,
})

const origin: DerivedColumn[] = [
  { name: 'Publisher', alias: 'publisher', type: 'text', reason: 'who published the file' },
  { name: 'Period', alias: 'period', type: 'text', reason: 'months that the file covers' },
  { name: 'Source dataset', alias: 'source_dataset', type: 'text', reason: 'the dataset that the row is from' },
  { name: 'Source version', alias: 'source_version', type: 'text', reason: 'the version that the row is from' },
  { name: 'Source file', alias: 'source_file', type: 'text', reason: 'name of the file as received' },
  { name: 'Source row', alias: 'source_row', type: 'integer', reason: 'row of the file, from 1, its header excluded' },
]

/** The columns of a combined table: the layout's, then where each row is from. */
export const combinedColumns = (layout: Layout): DerivedColumn[] => [...layout.fields.map(fieldColumn), ...origin]

/** A file as a part of a combined table. */
function memberOf(file: Recognised): DerivedMember {
  const fields = Object.entries(file.aliases).map(([field, alias]) => [snake(field), alias])
  return {
    manifest: file.manifest,
    from: {
      ...Object.fromEntries(fields),
      publisher: { constant: file.publisher },
      period: { constant: file.period },
      source_dataset: { constant: file.dataset },
      source_version: { constant: file.version },
      source_file: { constant: file.source },
      source_row: 'row',
    },
  }
}

/** Files in the order of the combined table: by period, then publisher and dataset. */
const inOrder = (a: Recognised, b: Recognised): number =>
  a.period.localeCompare(b.period) || a.publisher.localeCompare(b.publisher) || a.dataset.localeCompare(b.dataset)

/** Bodies that keep the combined tables, the first that is there. */
const keepers = ['hm-treasury', 'cabinet-office']

/** Brings the combined table of each layout up to date with the files; a layout without files has no table. */
export async function combineFiles(services: ProfileServices, files: readonly Recognised[]): Promise<void> {
  for (const layout of layouts) {
    const members = files.filter((file) => file.layout === layout.name).sort(inOrder)
    if (!members.length) continue
    await ensureDataset(services, layout, members[0] as Recognised)
    await services.datastore.derive({ dataset: layout.name, columns: combinedColumns(layout), members: members.map(memberOf) })
  }
}

async function ensureDataset({ catalogue, base }: ProfileServices, layout: Layout, first: Recognised): Promise<void> {
  try {
    await catalogue.dataset(layout.name)
  } catch (error) {
    if (!(error instanceof Problem) || error.code !== 'dataset-not-found') throw error
    const known = new Set((await catalogue.publishers()).map(({ name }) => name))
    const pounds = layout.thresholdPounds.toLocaleString('en-GB')
    await catalogue.createDataset({
      name: layout.name,
      title: `${layout.title}: all publishers and months`,
      description: `Payments over £${pounds} from every file that follows the layout of ${layout.source}, in one table that is made anew with each file. Every row names its publisher, file and row.`,
      publisher: keepers.find((name) => known.has(name)) ?? first.publisher,
      theme: ['government-spending'],
      keyword: ['spending', 'transparency', 'suppliers'],
      licence: 'ogl-uk-3.0',
      accrualPeriodicity: 'continuous',
      ...(base() && { landingPage: `${base()}/spend` }),
      provenance: 'Combined from the current files of each publisher; the source of a version lists them.',
    })
  }
}
