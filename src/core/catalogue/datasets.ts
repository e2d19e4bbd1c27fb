import { randomUUID } from 'node:crypto'
import { type Clock, Problem, slugify } from '../../foundation/kernel/index.ts'
import type { DatasetPut, PutOutcome } from './catalogue.ts'
import { formatOf } from './formats.ts'
import type { Dataset, DatasetInput, Distribution } from './model.ts'
import { nameStays, publisherNotFound } from './publishers.ts'
import type { CatalogueStore } from './store.ts'
import type { DatasetRow, DistributionRow } from './tables.ts'

type On = Parameters<CatalogueStore['publisherRow']>[0]

/** Called in the transaction of every write of a dataset, so that the search index changes with it. */
export interface DatasetIndex {
  put(on: On, row: DatasetRow): Promise<void>
  remove(on: On, number: number): Promise<void>
}

/** Making, changing and taking away datasets and their tables. */
export function datasetRecords(store: CatalogueStore, clock: Clock, index: DatasetIndex) {
  const create = async (on: On, input: DatasetInput): Promise<string> => {
    await demandPublisherOf(store, on, input)
    const now = clock.now().toISOString()
    await demandFreeIdentifier(store, on, input)
    const row = {
      ...toColumns({ ...input, identifier: input.identifier ?? randomUUID() }),
      name: await chooseName(store, on, input),
      issued: now,
      modified: now,
      change: await store.nextChange(on),
    }
    await index.put(on, { ...row, number: await store.insertDataset(on, row) })
    return row.name
  }
  const update = async (on: On, name: string, input: DatasetInput): Promise<void> => {
    if (input.name !== undefined && input.name !== name) throw nameStays('dataset', name, input.name)
    const before = await demandRow(store, on, name)
    await demandPublisherOf(store, on, input)
    const { identifier } = JSON.parse(before.description) as { identifier: string }
    const row = {
      ...before,
      ...toColumns({ ...input, identifier }),
      modified: clock.now().toISOString(),
      change: await store.nextChange(on),
    }
    await store.replaceDataset(on, row)
    await index.put(on, row)
  }
  return {
    create: (input: DatasetInput) => store.transaction((on) => create(on, input)),
    update: (name: string, input: DatasetInput) => store.transaction((on) => update(on, name, input)),
    putAll: (puts: readonly DatasetPut[], within: (on: On, outcomes: readonly PutOutcome[]) => Promise<void>) =>
      store.transaction(async (on) => {
        const outcomes: PutOutcome[] = []
        for (const { name, input } of puts) {
          try {
            if (name !== undefined) await update(on, name, input)
            outcomes.push({ name: name ?? (await create(on, input)) })
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
      store.transaction(async (on) => {
        const row = await demandRow(store, on, name)
        await within(on)
        await index.remove(on, row.number)
        await store.removeDataset(on, { number: row.number, name, change: await store.nextChange(on) })
        return { publisher: row.publisher }
      }),
    record: async (on: On, name: string, distribution: Distribution, columnNames: string[]) => {
      const row = await demandRow(store, on, name)
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
const identified = (input: DatasetInput): DatasetInput =>
  input.linked
    ? { ...input, linked: input.linked.map((resource) => ({ ...resource, identifier: resource.identifier ?? randomUUID() })) }
    : input

function toColumns(given: DatasetInput) {
  const { name: _name, title, publisher, licence, theme, ...rest } = identified(given)
  return { title, publisher, licence: licence ?? 'not-stated', theme: JSON.stringify(theme ?? []), description: JSON.stringify(rest) }
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

/** Datasets as the public face answers them, from their rows and the rows of their tables. */
export function toDatasets(rows: DatasetRow[], distributions: DistributionRow[]): Dataset[] {
  const tables = Map.groupBy(distributions, (row) => row.dataset)
  return rows.map((row) => toDataset(row, tables.get(row.number) ?? []))
}

function toDataset(row: DatasetRow, tables: DistributionRow[]): Dataset {
  const rest = JSON.parse(row.description) as Omit<DatasetInput, 'title' | 'publisher' | 'licence' | 'theme'> & { identifier: string }
  return {
    name: row.name,
    title: row.title,
    publisher: row.publisher,
    ...rest,
    licence: row.licence as Dataset['licence'],
    accrualPeriodicity: rest.accrualPeriodicity ?? 'unknown',
    theme: JSON.parse(row.theme) as string[],
    keyword: rest.keyword ?? [],
    issued: row.issued,
    modified: row.modified,
    distributions: tables.map((table) => JSON.parse(table.record) as Distribution),
  }
}
