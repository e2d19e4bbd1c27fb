import { decodeCursor, encodeCursor, Problem } from '../../../foundation/kernel/index.ts'
import { currentViewer } from '../../access/index.ts'
import { toDataset } from '../datasets.ts'
import type { Dataset, Distribution, Publisher } from '../model.ts'
import type { CatalogueStore } from '../store.ts'
import type { DatasetRow, DistributionRow } from '../tables.ts'
import { type Restrictions, restrictionOf } from '../visibility/restrictions.ts'
import { everything, judge, type Sight } from '../visibility/sight.ts'
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
  restrictions,
}: {
  store: CatalogueStore
  lines: ReturnType<typeof historyStore>
  current: (publisher: string) => Promise<Publisher>
  restrictions: Restrictions
}): History {
  const present = async (name: string): Promise<Past> => {
    const row = await store.datasetRow(name)
    if (!row) return { tables: new Map() }
    const tables = await store.distributionRows([row.number])
    return { row, tables: new Map(tables.map((table) => [table.name, JSON.parse(table.record) as Distribution])) }
  }
  /** What whoever looks sees of a dataset as it was: nothing of what is not for them now, and nothing of what was not for them then. */
  const sightOf = ({ row }: Past): Sight => {
    const then = row && restrictionOf(row)
    return then ? judge(currentViewer(), row.name, then, restrictions.isGovernment) : everything
  }
  /** Lines of a dataset, as far as whoever looks may know of them. */
  const linesOf = async (name: string, past: Past): Promise<{ lines: HistoryLine[]; seen: (line: HistoryLine) => boolean }> => {
    const lines = await kept.lines(datasetKinds, name, { limit: MOST_STEPS })
    const viewer = currentViewer()
    const owner = viewer.everything || (past.row !== undefined && viewer.publishers.includes(past.row.publisher))
    if (owner) return { lines, seen: () => true }
    if (restrictions.sight(name).of === 'nothing' || (!past.row && lines[0]?.hidden)) throw missing(name)
    return { lines, seen: ({ hidden }) => !hidden }
  }
  const missing = (name: string) => new Problem('dataset-not-found', { detail: `There is no dataset named ${name}, and was none.` })

  return {
    ofDataset: async (name, page = {}) => {
      const limit = page.limit ?? 20
      const from = page.cursor === undefined ? undefined : readSeq(page.cursor)
      let past = await present(name)
      const { lines: all, seen } = await linesOf(name, past)
      if (!past.row && all.length === 0) throw missing(name)
      const items: RecordChange[] = []
      let next: string | undefined
      for (const line of all) {
        const before = stepBack(past, line)
        if (seen(line) && (from === undefined || line.seq < from)) {
          if (items.length === limit) {
            next = encodeCursor({ seq: items.at(-1)?.seq })
            break
          }
          items.push(toChange(line, before, past, sightOf))
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
      for (const line of (await linesOf(name, past)).lines) {
        if (line.at <= moment) {
          modified = line.at
          break
        }
        past = stepBack(past, line)
      }
      const then =
        past.row && past.row.issued <= moment ? { ...past, row: { ...past.row, modified: modified ?? past.row.modified } } : undefined
      const found = then && toDatasetPast(then, narrower(sightOf(then), restrictions.sight(name)))
      if (!found) throw new Problem('dataset-not-found', { detail: `There was no dataset named ${name} at ${moment}.` })
      return found
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
    after: async (seq, limit) =>
      (await kept.after(seq, limit))
        .filter(({ kind, name, hidden }) => kind === 'publisher' || (!hidden && restrictions.sight(name).of !== 'nothing'))
        .map(({ actor: _actor, before: _before, hidden: _hidden, ...line }) => line),
    newest: () => kept.newest(),
  }
}

const headOf = ({ seq, at, actor }: HistoryLine) => ({ seq, at, actor })

function toChange(line: HistoryLine, before: Past, after: Past, sightOf: (past: Past) => Sight): RecordChange {
  if (line.kind === 'table')
    return {
      ...headOf(line),
      what: line.what === 'removed' ? 'table-removed' : 'version',
      ...(line.table !== undefined && { table: line.table }),
      ...(line.version !== undefined && { version: line.version }),
      changes: [],
    }
  const [old, now] = [before, after].map((past) => toDatasetPast(past, sightOf(past)))
  const changes = line.what === 'changed' && old && now ? differences(old, now) : []
  return { ...headOf(line), what: line.what, changes }
}

/** A dataset as it was, as far as it is seen; undefined where there was none, or nothing is seen of it. */
function toDatasetPast({ row, tables }: Past, sight: Sight): Dataset | undefined {
  if (!row) return undefined
  const rows = [...tables].map(([name, record]) => ({ dataset: 0, name, record: JSON.stringify(record), column_names: '[]' }))
  // An old image may lack what was not kept then.
  const { state = 'published', visibility = 'public', ...rest } = row as Partial<DatasetImage>
  const image = { ...rest, state, visibility, number: 0, change: 0 }
  return toDataset(image as DatasetRow, rows as DistributionRow[], sight)
}

/** Less of both: what was for all once need not be for all now. */
function narrower(then: Sight, now: Sight): Sight {
  const order = ['nothing', 'description', 'part', 'everything']
  if (then.of === 'part' && now.of === 'part') return { of: 'part', hides: (column) => then.hides(column) || now.hides(column) }
  return order.indexOf(then.of) < order.indexOf(now.of) ? then : now
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
