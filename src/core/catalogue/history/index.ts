import { decodeCursor, encodeCursor, Problem } from '../../../foundation/kernel/index.ts'
import { toDatasets } from '../datasets.ts'
import type { Dataset, Distribution, Publisher } from '../model.ts'
import type { CatalogueStore } from '../store.ts'
import type { DatasetRow, DistributionRow } from '../tables.ts'
import type { History, RecordChange } from './model.ts'
import { differences, type Past, stepBack } from './rewind.ts'
import type { DatasetImage, HistoryLine, historyStore, PublisherImage } from './store.ts'

/** Lines that are walked back over at most for one answer: more than anybody changes a record in its life. */
const MOST_STEPS = 10_000
const datasetKinds = ['dataset', 'table'] as const

/** The histories kept in this store. `current` reads a publisher as it is. */
export function openHistory({
  store,
  lines: kept,
  current,
}: {
  store: CatalogueStore
  lines: ReturnType<typeof historyStore>
  current: (publisher: string) => Promise<Publisher>
}): History {
  const present = async (name: string): Promise<Past> => {
    const row = await store.datasetRow(name)
    if (!row) return { tables: new Map() }
    const tables = await store.distributionRows([row.number])
    return { row, tables: new Map(tables.map((table) => [table.name, JSON.parse(table.record) as Distribution])) }
  }
  const missing = (name: string) => new Problem('dataset-not-found', { detail: `There is no dataset named ${name}, and was none.` })

  return {
    ofDataset: async (name, page = {}) => {
      const limit = page.limit ?? 20
      const from = page.cursor === undefined ? undefined : readSeq(page.cursor)
      const all = await kept.lines(datasetKinds, name, { limit: MOST_STEPS })
      let past = await present(name)
      if (!past.row && all.length === 0) throw missing(name)
      const items: RecordChange[] = []
      let next: string | undefined
      for (const line of all) {
        const before = stepBack(past, line)
        if (from === undefined || line.seq < from) {
          if (items.length === limit) {
            next = encodeCursor({ seq: items.at(-1)?.seq })
            break
          }
          items.push(toChange(line, before, past))
        }
        past = before
      }
      return { items, ...(next !== undefined && { next }) }
    },
    ofPublisher: async (name, page = {}) => {
      const limit = page.limit ?? 20
      let after: object = await current(name)
      const from = page.cursor === undefined ? undefined : readSeq(page.cursor)
      const items: RecordChange[] = []
      let next: string | undefined
      for (const line of await kept.lines(['publisher'], name, { limit: MOST_STEPS })) {
        const before = line.before === undefined ? {} : toPublisherPast(line.before as PublisherImage)
        if (from === undefined || line.seq < from) {
          if (items.length === limit) {
            next = encodeCursor({ seq: items.at(-1)?.seq })
            break
          }
          items.push({ ...headOf(line), what: line.what, changes: line.what === 'changed' ? differences(before, after) : [] })
        }
        after = before
      }
      return { items, ...(next !== undefined && { next }) }
    },
    datasetAt: async (name, at) => {
      const moment = momentOf(at)
      let past = await present(name)
      let modified: string | undefined
      for (const line of await kept.lines(datasetKinds, name, { limit: MOST_STEPS })) {
        if (line.at <= moment) {
          modified = line.at
          break
        }
        past = stepBack(past, line)
      }
      if (!past.row || past.row.issued > moment)
        throw new Problem('dataset-not-found', { detail: `There was no dataset named ${name} at ${moment}.` })
      return toDatasetPast({ ...past, row: { ...past.row, modified: modified ?? past.row.modified } })
    },
    publisherAt: async (name, at) => {
      const moment = momentOf(at)
      const { datasetCount: _count, ...now } = await current(name)
      let past: Omit<Publisher, 'datasetCount'> | undefined = now
      for (const line of await kept.lines(['publisher'], name, { limit: MOST_STEPS })) {
        if (line.at <= moment) break
        past = line.before === undefined ? undefined : toPublisherPast(line.before as PublisherImage)
      }
      if (!past) throw new Problem('publisher-not-found', { detail: `There was no publisher named ${name} at ${moment}.` })
      return past
    },
    after: async (seq, limit) => (await kept.after(seq, limit)).map(({ actor: _actor, before: _before, ...line }) => line),
    newest: () => kept.newest(),
  }
}

const headOf = ({ seq, at, actor }: HistoryLine) => ({ seq, at, actor })

function toChange(line: HistoryLine, before: Past, after: Past): RecordChange {
  if (line.kind === 'table')
    return {
      ...headOf(line),
      what: line.what === 'removed' ? 'table-removed' : 'version',
      ...(line.table !== undefined && { table: line.table }),
      ...(line.version !== undefined && { version: line.version }),
      changes: [],
    }
  const changes = line.what === 'changed' && before.row && after.row ? differences(toDatasetPast(before), toDatasetPast(after)) : []
  return { ...headOf(line), what: line.what, changes }
}

function toDatasetPast({ row, tables }: Past): Dataset {
  const rows = [...tables].map(([name, record]) => ({ dataset: 0, name, record: JSON.stringify(record) })) as DistributionRow[]
  const [dataset] = toDatasets([{ ...(row as DatasetImage), number: 0, change: 0 } as DatasetRow], rows)
  return dataset as Dataset
}

function toPublisherPast(image: PublisherImage): Omit<Publisher, 'datasetCount'> {
  return Object.fromEntries(Object.entries(image).filter(([, value]) => value !== null)) as Omit<Publisher, 'datasetCount'>
}

/** @throws {Problem} parameter-invalid */
function momentOf(at: string): string {
  const moment = new Date(/^\d{4}-\d{2}-\d{2}$/.test(at) ? `${at}T23:59:59.999Z` : at)
  if (Number.isNaN(moment.getTime()))
    throw new Problem('parameter-invalid', { detail: `${at} is no day or moment in ISO 8601.`, pointer: '/asOf' })
  return moment.toISOString()
}

function readSeq(cursor: string): number {
  const { seq } = (decodeCursor(cursor) ?? {}) as { seq?: unknown }
  if (typeof seq !== 'number') throw new Problem('cursor-invalid', { detail: 'The cursor belongs to another list.', pointer: '/cursor' })
  return seq
}
