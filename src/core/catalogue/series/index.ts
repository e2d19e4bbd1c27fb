import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import { type Clock, Problem } from '../../../foundation/kernel/index.ts'
import type { Publisher } from '../model.ts'
import type { SeriesBook } from './model.ts'
import { seriesStore } from './store.ts'

interface SeriesParts {
  store: Store
  clock: Clock
  publisher: (name: string) => Promise<Publisher>
  /** Whether a dataset is there for whoever looks. */
  isSeen: (dataset: string) => boolean
}

/** The series kept in this store. */
export function openSeries({ store: database, clock, publisher, isSeen }: SeriesParts): SeriesBook {
  const store = seriesStore(database)
  const counted = async (found: Awaited<ReturnType<typeof store.all>>) => {
    const members = (await store.memberships()).filter(({ dataset }) => isSeen(dataset))
    return found.map((series) => ({ ...series, datasets: members.filter(({ series: name }) => name === series.name).length }))
  }
  const one = async (name: string) => {
    const [found] = await counted(await store.some([name]))
    if (!found) throw new Problem('series-not-found', { detail: `There is no series named ${name}.`, hint: 'GET /v1/series lists them.' })
    return found
  }
  return {
    all: async () => counted(await store.all()),
    one,
    members: async (name) => {
      await one(name)
      return (await store.memberships()).flatMap(({ dataset, series }) => (series === name && isSeen(dataset) ? [dataset] : []))
    },
    of: async ({ inSeries = [] }) => (inSeries.length ? counted(await store.some(inSeries)) : []),
    put: async (name, input) => {
      await publisher(input.publisher)
      await store.put(name, input, clock.now().toISOString())
      return one(name)
    },
    remove: async (name) => {
      await one(name)
      await store.remove(name)
    },
  }
}
