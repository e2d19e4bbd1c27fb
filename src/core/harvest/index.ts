import { join } from 'node:path'
import type { Store } from '../../foundation/engines/sqlite/index.ts'
import { actingAs, type Clock, newId, Problem } from '../../foundation/kernel/index.ts'
import type { Catalogue } from '../catalogue/index.ts'
import { type JobParts, LEASE_MS, runJob } from './job.ts'
import { emptyReport, type HarvestJob, type HarvestSource, type HarvestSourceInput } from './model.ts'
import { harvestStore, type StoredJob } from './store.ts'

export * from './model.ts'

/** Other catalogues, pulled in. */
export interface Harvest {
  sources(): Promise<HarvestSource[]>
  /** @throws {Problem} harvest-source-not-found */
  source(id: string): Promise<HarvestSource>
  /** Makes a source, or changes what is said of it. @throws {Problem} publisher-not-found */
  putSource(id: string, input: HarvestSourceInput): Promise<HarvestSource>
  /** Forgets a source; its datasets stay. @throws {Problem} harvest-source-not-found */
  removeSource(id: string): Promise<void>
  /**
   * Starts a job, or goes on with one that nobody holds any more; it ends by itself.
   *
   * @throws {Problem} harvest-running when a job of the source is held
   */
  start(id: string, options?: { dryRun?: boolean; whole?: boolean }): Promise<HarvestJob>
  /** @throws {Problem} job-not-found */
  job(id: string): Promise<HarvestJob>
  /** Resolves with the job when it has ended in this process. */
  ended(job: string): Promise<HarvestJob>
  /** Starts what is due, and goes on with what was left. Answers the sources that were started. */
  tend(): Promise<string[]>
  /** Ends every job where it stands, to be gone on with later. */
  close(): Promise<void>
}

export interface HarvestOptions {
  store: Store
  catalogue: Catalogue
  clock: Clock
  patience?: JobParts['patience']
  /** Told of failures of our own. */
  failed?: (source: string, error: unknown) => void
}

/** Everything is read at least this often, in days, so that what has gone is found. */
const WHOLE_DAYS = 7

/** Opens the harvests kept in this store. */
export function openHarvest({ store: database, catalogue, clock, patience, failed = () => {} }: HarvestOptions): Harvest {
  database.migrate('harvest', join(import.meta.dirname, 'migrations'))
  const store = harvestStore(database)
  const now = () => clock.now()
  const running = new Map<string, Promise<unknown>>()
  const closing = new AbortController()

  const demand = async (id: string) => {
    const found = await store.source(id)
    if (!found)
      throw new Problem('harvest-source-not-found', { detail: `There is no source ${id}.`, hint: 'GET /v1/harvest/sources lists them.' })
    return found
  }
  const shown = async ({ id, input, state }: Awaited<ReturnType<typeof demand>>): Promise<HarvestSource> => {
    const job = await store.newestJob(id)
    return {
      id,
      ...input,
      records: await store.countRecords(id),
      lastComplete: state.lastComplete ?? null,
      next: nextOf(input.everyHours, job?.started ?? state.lastComplete, now()),
      job: job ? toPublic(job) : null,
    }
  }
  const jobOf = async (id: string): Promise<HarvestJob> => {
    const job = await store.job(id)
    if (!job) throw new Problem('job-not-found', { detail: `There is no job ${id}.` })
    return toPublic(job)
  }

  const start: Harvest['start'] = async (id, { dryRun = false, whole } = {}) => {
    const source = await demand(id)
    const job = (await takenOver(id)) ?? (await begun(id, dryRun, whole ?? isWholeDue(source.state.lastWhole)))
    const work = actingAs(`harvest ${id}`, () =>
      runJob({ store, catalogue, now, signal: closing.signal, ...(patience && { patience }) }, source, job),
    )
      .catch((error) => failed(id, error))
      .finally(() => running.delete(job.id))
    running.set(job.id, work)
    return jobOf(job.id)
  }

  const lease = () => new Date(now().getTime() + LEASE_MS).toISOString()
  const takenOver = async (source: string): Promise<StoredJob | undefined> => {
    const left = await store.runningJob(source)
    if (!left) return undefined
    if (running.has(left.id) || left.heldUntil > now().toISOString() || !(await store.takeJob(left.id, left.heldUntil, lease())))
      throw new Problem('harvest-running', { detail: `A job of ${source} is running, held until ${left.heldUntil}.`, job: left.id })
    return left
  }
  const begun = async (source: string, dryRun: boolean, whole: boolean): Promise<StoredJob> => {
    const id = newId(now().getTime())
    await store.addJob({
      id,
      source,
      state: 'running',
      dry: dryRun ? 1 : 0,
      whole: whole ? 1 : 0,
      started: now().toISOString(),
      lease: lease(),
      ended: null,
      cursor: null,
      report: JSON.stringify(emptyReport()),
    })
    return (await store.job(id)) as StoredJob
  }
  const isWholeDue = (last: string | undefined) => !last || now().getTime() - Date.parse(last) > WHOLE_DAYS * 86_400_000

  return {
    sources: async () => Promise.all((await store.sources()).map(shown)),
    source: async (id) => shown(await demand(id)),
    putSource: async (id, input) => {
      if (input.publisher !== undefined) await catalogue.publisher(input.publisher)
      await store.putSource(id, input)
      return shown(await demand(id))
    },
    removeSource: async (id) => {
      await demand(id)
      const job = await store.runningJob(id)
      if (job && running.has(job.id)) throw new Problem('harvest-running', { detail: `A job of ${id} is running.`, job: job.id })
      await store.removeSource(id)
    },
    start,
    job: jobOf,
    ended: async (id) => {
      await running.get(id)
      return jobOf(id)
    },
    tend: async () => {
      const started: string[] = []
      for (const { id, input, state } of await store.sources()) {
        const left = await store.runningJob(id)
        const isLeft = left !== undefined && !running.has(left.id) && left.heldUntil <= now().toISOString()
        const newest = await store.newestJob(id)
        const last = Date.parse(newest?.started ?? state.lastComplete ?? '')
        const isDue = input.everyHours !== undefined && !left && !(now().getTime() - last < input.everyHours * 3_600_000)
        if (!isLeft && !isDue) continue
        await start(id)
        started.push(id)
      }
      return started
    },
    close: async () => {
      closing.abort()
      await Promise.all(running.values())
    },
  }
}

/** When a source is due; at once where it never came. */
function nextOf(everyHours: number | undefined, last: string | undefined, now: Date): string | null {
  if (everyHours === undefined) return null
  return new Date(last === undefined ? now : Date.parse(last) + everyHours * 3_600_000).toISOString()
}

const toPublic = ({ cursor: _cursor, ...job }: StoredJob): HarvestJob => job
