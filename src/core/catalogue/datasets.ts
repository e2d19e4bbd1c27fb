import { randomUUID } from 'node:crypto'
import { type Clock, Problem, slugify } from '../../foundation/kernel/index.ts'
import type { DatasetPut, PutOutcome } from './catalogue.ts'
import { formatOf } from './formats.ts'
import type { Dataset, DatasetInput, Distribution } from './model.ts'
import { nameStays, publisherNotFound } from './publishers.ts'
import type { CatalogueStore } from './store.ts'
import type { DatasetRow, DistributionRow } from './tables.ts'
import { demandClearColumns, withVisibility } from './visibility/change.ts'
import type { VisibilityInput } from './visibility/model.ts'
import type { Restrictions } from './visibility/restrictions.ts'
import { everything, type Sight } from './visibility/sight.ts'

type On = Parameters<CatalogueStore['publisherRow']>[0]

/** Called in the transaction of every write of a dataset, so that the search index changes with it. */
export interface DatasetIndex {
  put(on: On, row: DatasetRow): Promise<void>
  remove(on: On, number: number): Promise<void>
}

/** Making, changing and taking away datasets and their tables. */
export function datasetRecords(store: CatalogueStore, clock: Clock, index: DatasetIndex, restrictions: Restrictions) {
  /** Takes a restriction over before it is committed, and notes what is to be read again after. */
  const tighten = (row: Omit<DatasetRow, 'number'>, touched: Set<string>) => {
    restrictions.tighten(row)
    if (restrictions.of(row.name)) touched.add(row.name)
  }
  const create = async (on: On, input: DatasetInput, touched: Set<string>): Promise<string> => {
    await demandPublisherOf(store, on, input)
    const now = clock.now().toISOString()
    await demandFreeIdentifier(store, on, input)
    const row = {
      ...toColumns(withVisibility({ ...input, identifier: input.identifier ?? randomUUID() })),
      name: await chooseName(store, on, input),
      issued: now,
      modified: now,
      change: await store.nextChange(on),
    }
    tighten(row, touched)
    await index.put(on, { ...row, number: await store.insertDataset(on, row) })
    return row.name
  }
  const update = async (on: On, name: string, input: DatasetInput, touched: Set<string>): Promise<void> => {
    if (input.name !== undefined && input.name !== name) throw nameStays('dataset', name, input.name)
    const before = await demandRow(store, on, name)
    await demandPublisherOf(store, on, input)
    const { identifier, ...rest } = JSON.parse(before.description) as DatasetInput & { identifier: string }
    const kept = { ...rest, state: before.state as Dataset['state'], visibility: before.visibility as Dataset['visibility'] }
    const row = {
      ...before,
      ...toColumns(withVisibility({ ...input, identifier }, kept)),
      modified: clock.now().toISOString(),
      change: await store.nextChange(on),
    }
    tighten(row, touched)
    await store.replaceDataset(on, row)
    await index.put(on, row)
  }
  /** A transaction after which the restrictions of what it touched are what the store says, however it ended. */
  const settled = async <T>(work: (on: On, touched: Set<string>) => Promise<T>): Promise<T> => {
    const touched = new Set<string>()
    try {
      return await store.transaction((on) => work(on, touched))
    } finally {
      await restrictions.settle(touched)
    }
  }
  return {
    create: (input: DatasetInput) => settled((on, touched) => create(on, input, touched)),
    update: (name: string, input: DatasetInput) => settled((on, touched) => update(on, name, input, touched)),
    /** Changes who sees a dataset, and nothing else of what is said of it. */
    setVisibility: (name: string, change: VisibilityInput) =>
      settled(async (on, touched) => {
        const row = await demandRow(store, on, name)
        const { title, publisher, licence } = row
        const rest = JSON.parse(row.description) as DatasetInput
        const described = { ...rest, title, publisher, licence: licence as Dataset['licence'], theme: JSON.parse(row.theme) as string[] }
        await update(on, name, { ...described, ...change }, touched)
      }),
    putAll: (puts: readonly DatasetPut[], within: (on: On, outcomes: readonly PutOutcome[]) => Promise<void>) =>
      settled(async (on, touched) => {
        const outcomes: PutOutcome[] = []
        for (const { name, input } of puts) {
          try {
            if (name !== undefined) await update(on, name, input, touched)
            outcomes.push({ name: name ?? (await create(on, input, touched)) })
          } catch (error) {
            // Problems are thrown before anything of a dataset is written, so the rest of the transaction stands.
            if (!(error instanceof Problem)) throw error
            outcomes.push({ problem: error })
          }
        }
        await within(on, outcomes)
        return outcomes
      }),
    remove: (name: string, within: (on: On) => Promise<void>) =>
      settled(async (on, touched) => {
        touched.add(name)
        const row = await demandRow(store, on, name)
        await within(on)
        await index.remove(on, row.number)
        await store.removeDataset(on, { number: row.number, name, change: await store.nextChange(on) })
        return { publisher: row.publisher }
      }),
    record: async (on: On, name: string, distribution: Distribution, columnNames: string[]) => {
      const row = await demandRow(store, on, name)
      const { columnVisibility } = JSON.parse(row.description) as DatasetInput
      if (columnVisibility) demandClearColumns(columnVisibility, columnNames, await store.columnNames(on, row.number, distribution.name))
      await store.putDistribution(on, toDistributionRow(row.number, distribution, columnNames))
      const changed = { ...row, modified: distribution.modified, change: await store.nextChange(on) }
      await store.replaceDataset(on, changed)
      await index.put(on, changed)
    },
    forget: async (on: On, name: string, distribution: string) => {
      const row = await demandRow(store, on, name)
      await store.removeDistribution(on, row.number, distribution)
      const changed = { ...row, modified: clock.now().toISOString(), change: await store.nextChange(on) }
      await store.replaceDataset(on, changed)
      await index.put(on, changed)
    },
  }
}

export function datasetNotFound(name: string): Problem {
  return new Problem('dataset-not-found', {
    detail: `There is no dataset named ${name}.`,
    hint: 'GET /v1/search?q= finds datasets by words.',
  })
}

async function demandRow(store: CatalogueStore, on: On, name: string): Promise<DatasetRow> {
  const row = await store.datasetRow(name, on)
  if (!row) throw datasetNotFound(name)
  return row
}

async function demandPublisherOf(store: CatalogueStore, on: On, input: DatasetInput): Promise<void> {
  if (!(await store.publisherRow(on, input.publisher))) throw publisherNotFound(input.publisher, '/publisher')
}

async function chooseName(store: CatalogueStore, on: On, input: DatasetInput): Promise<string> {
  if (input.name === undefined) return store.freeName(on, slugify(input.title) || 'dataset')
  if (await store.datasetRow(input.name, on))
    throw new Problem('dataset-exists', {
      detail: `There is already a dataset named ${input.name}.`,
      pointer: '/name',
      hint: 'Choose another name, or leave it out and the title gives one.',
    })
  return input.name
}

async function demandFreeIdentifier(store: CatalogueStore, on: On, { identifier }: DatasetInput): Promise<void> {
  if (identifier !== undefined && (await store.datasetRowByIdentifier(identifier, on)))
    throw new Problem('dataset-exists', { detail: `There is already a dataset with the identifier ${identifier}.`, pointer: '/identifier' })
}

/** Every linked resource gets an identifier of its own. */
const identified = <T extends DatasetInput>(input: T): T =>
  input.linked
    ? { ...input, linked: input.linked.map((resource) => ({ ...resource, identifier: resource.identifier ?? randomUUID() })) }
    : input

function toColumns(given: ReturnType<typeof withVisibility>) {
  const { name: _name, title, publisher, licence, theme, state, visibility, ...rest } = identified(given)
  return {
    title,
    publisher,
    state,
    visibility,
    licence: licence ?? 'not-stated',
    theme: JSON.stringify(theme ?? []),
    description: JSON.stringify(rest),
  }
}

function toDistributionRow(dataset: number, distribution: Distribution, columnNames: string[]): DistributionRow {
  return {
    dataset,
    name: distribution.name,
    format: formatOf(distribution.sourceName, distribution.sourceMediaType),
    row_count: distribution.rows,
    column_names: JSON.stringify(columnNames),
    record: JSON.stringify(distribution),
  }
}

/** Datasets as the public face answers them to whoever sees so much of them, from their rows and the rows of their tables. */
export function toDatasets(rows: DatasetRow[], distributions: DistributionRow[], sightOf: (name: string) => Sight): Dataset[] {
  const tables = Map.groupBy(distributions, (row) => row.dataset)
  return rows.flatMap((row) => toDataset(row, tables.get(row.number) ?? [], sightOf(row.name)) ?? [])
}

/** The dataset as far as it is seen; undefined where nothing is. */
export function toDataset(row: DatasetRow, tables: DistributionRow[], sight: Sight = everything): Dataset | undefined {
  if (sight.of === 'nothing') return undefined
  const { columnVisibility, linked, ...rest } = JSON.parse(row.description) as Described
  const hasData = sight.of === 'everything' || sight.of === 'part'
  return {
    name: row.name,
    title: row.title,
    publisher: row.publisher,
    ...rest,
    ...(hasData && linked && { linked }),
    ...(sight.of === 'everything' && columnVisibility && { columnVisibility }),
    licence: row.licence as Dataset['licence'],
    accrualPeriodicity: rest.accrualPeriodicity ?? 'unknown',
    theme: JSON.parse(row.theme) as string[],
    keyword: rest.keyword ?? [],
    state: row.state as Dataset['state'],
    visibility: row.visibility as Dataset['visibility'],
    ...(sight.of === 'part' && { partial: true }),
    ...(sight.of === 'description' && sight.for === 'licence' && { licenceNeeded: true }),
    issued: row.issued,
    modified: row.modified,
    distributions: hasData ? tables.map((table) => toDistribution(table, sight)) : [],
  }
}

type Described = Omit<DatasetInput, 'title' | 'publisher' | 'licence' | 'theme' | 'state' | 'visibility'> & { identifier: string }

function toDistribution({ record, column_names }: DistributionRow, sight: Sight): Distribution {
  const whole = JSON.parse(record) as Distribution
  if (sight.of !== 'part') return whole
  const hidden = (JSON.parse(column_names) as string[]).filter((name) => sight.hides({ name })).length
  return { ...whole, columns: whole.columns - hidden }
}
