import { Problem, sha256Hex } from '../../foundation/kernel/index.ts'
import type { Catalogue, DatasetPut, PutOutcome } from '../catalogue/index.ts'
import type { HarvestReport, HarvestSourceInput, SourceState } from './model.ts'
import { type Ask, openAsker } from './politeness.ts'
import { readCkan } from './readers/ckan.ts'
import { readDataJson, readDcat, readInventory, readOgcRecords, readSixteen } from './readers/documents.ts'
import type { Reader, RemoteBody, RemotePage, RemoteRecord } from './readers/reader.ts'
import type { HarvestStore, StoredJob } from './store.ts'

const readers: Record<HarvestSourceInput['kind'], Reader> = {
  ckan: readCkan,
  dcat: readDcat,
  'data-json': readDataJson,
  'ogc-records': readOgcRecords,
  sixteen: readSixteen,
  inventory: readInventory,
}

/** A job is held so long without a sign of life, in milliseconds: longer than any request with its tries may take. */
export const LEASE_MS = 10 * 60_000
const MOST_ERRORS = 1_000
const MOST_PASSES = 3
const MOST_PAGES = 100_000
/** More of a source than this part gone at once is a fault of the source until somebody says otherwise. */
const MOST_GONE = 0.5
const FEW = 20

export interface JobParts {
  store: HarvestStore
  catalogue: Catalogue
  now: () => Date
  /** Ends the job where it stands; another process, or this one later, goes on from there. */
  signal: AbortSignal
  /** How patient requests are; the usual ones when left out. */
  patience?: { timeoutMs: number; tries: number; pauseMs: number }
}

type Source = { id: string; input: HarvestSourceInput; state: SourceState }

interface Run {
  parts: JobParts
  source: Source
  job: StoredJob
  report: HarvestReport
  ask: Ask
  bodies: Map<string, string>
}

/**
 * Runs a job from where it stands to its end. A source that gives fewer records than it says it has was changing while it was read, and is
 * read again.
 */
export async function runJob(parts: JobParts, source: Source, job: StoredJob): Promise<HarvestReport> {
  const { report } = job
  const lease = () => new Date(parts.now().getTime() + LEASE_MS).toISOString()
  const ask = openAsker({
    perSecond: source.input.perSecond ?? 2,
    allowPrivate: source.input.allowPrivate ?? false,
    ignoreRobots: source.input.ignoreRobots ?? false,
    ...(parts.patience ?? { timeoutMs: 60_000, tries: 6, pauseMs: 1_000 }),
    beat: async () => {
      report.requests += 1
      await parts.store.beat(job.id, lease())
    },
    signal: parts.signal,
    again: () => {
      report.retries += 1
    },
  })
  const run: Run = { parts, source, job, report, ask, bodies: new Map() }
  try {
    const { state, unchanged } = await readWhole(run, lease)
    if (job.whole && !unchanged && !job.dryRun) await removeMissed(run)
    if (!job.dryRun)
      await parts.store.setState(source.id, {
        ...source.state,
        ...state,
        lastComplete: job.started,
        ...(job.whole && { lastWhole: job.started }),
      })
    await parts.store.endJob(job.id, 'done', parts.now().toISOString(), report)
  } catch (error) {
    if (parts.signal.aborted) {
      await parts.store.beat(job.id, parts.now().toISOString())
      return report
    }
    if (!(error instanceof Problem)) {
      await parts.store.endJob(job.id, 'failed', parts.now().toISOString(), report)
      throw error
    }
    tell(report, '', error.message)
    await parts.store.endJob(job.id, 'failed', parts.now().toISOString(), report)
  }
  await parts.store.trimJobs(source.id)
  return report
}

async function readWhole(run: Run, lease: () => string): Promise<{ state: Partial<SourceState>; unchanged: boolean }> {
  const { parts, source, job, report } = run
  const reader = readers[source.input.kind]
  const since = job.whole ? undefined : sinceOf(source.state)
  let state: Partial<SourceState> = {}
  for (report.passes = Math.max(1, report.passes); ; report.passes += 1) {
    let cursor = job.cursor
    job.cursor = undefined
    let last = ''
    for (let pages = 0; pages < MOST_PAGES; pages += 1) {
      const page = await reader({
        source: source.input,
        ask: run.ask,
        cursor,
        state: job.whole && report.passes > 1 ? {} : source.state,
        ...(since && { since }),
      })
      if (page.unchanged) return { state, unchanged: true }
      if (page.expected !== undefined) report.expected = page.expected
      state = { ...state, ...page.state }
      const marks = JSON.stringify(page.cursor)
      await takePage(run, page)
      parts.signal.throwIfAborted()
      if (page.cursor === undefined || marks === last) break
      last = marks
      cursor = page.cursor
      await parts.store.saveJob(job.id, { lease: lease(), cursor, report })
    }
    const seen = job.dryRun ? (report.expected ?? 0) : await parts.store.countSeen(source.id, job.id)
    if (!job.whole || report.expected === null || seen >= report.expected || report.passes >= MOST_PASSES)
      return { state, unchanged: false }
  }
}

/** An hour is left for clocks that differ and indexes that lag. */
const sinceOf = ({ lastComplete }: SourceState): string | undefined =>
  lastComplete && new Date(Date.parse(lastComplete) - 3_600_000).toISOString()

function tell(report: HarvestReport, record: string, message: string): void {
  if (report.errors.length < MOST_ERRORS) report.errors.push({ record: record.slice(0, 300), message: message.slice(0, 500) })
}

interface Work {
  record: Extract<RemoteRecord, { input: unknown }>
  hash: string
  /** The dataset that the record has here. */
  known?: string
  put: DatasetPut
}

/** Takes the records of a page in, in one transaction with what is remembered of them. */
async function takePage(run: Run, page: RemotePage): Promise<void> {
  const { parts, source, job, report } = run
  const unique = new Map(page.records.map((record) => [record.id, record]))
  report.repeated += page.records.length - unique.size
  const before = await parts.store.records(source.id, [...unique.keys()])
  const works: Work[] = []
  const still: Array<{ remote: string; dataset: string | null; hash: string }> = []
  for (const [id, record] of unique) {
    const known = before.get(id)
    if (known?.seen === job.id) {
      report.repeated += 1
      continue
    }
    if ('skip' in record) {
      still.push({ remote: id, dataset: null, hash: '' })
      if (known?.dataset && !job.dryRun) await takeAway(run, known.dataset)
      continue
    }
    report.seen += 1
    if ('problem' in record) {
      report.refused += 1
      tell(report, id, record.problem)
      still.push({ remote: id, dataset: known?.dataset ?? null, hash: known?.hash ?? '' })
      continue
    }
    const work = await workOf(run, record)
    if (known?.dataset && known.hash === work.hash) {
      report.unchanged += 1
      still.push({ remote: id, dataset: known.dataset, hash: work.hash })
    } else works.push(known?.dataset ? { ...work, known: known.dataset, put: { ...work.put, name: known.dataset } } : work)
  }
  const fresh = await withoutDuplicates(run, works, still)
  if (job.dryRun) {
    for (const { known } of fresh) report[known ? 'updated' : 'created'] += 1
    return
  }
  await parts.catalogue.putDatasets(
    fresh.map(({ put }) => put),
    async (transaction, outcomes) => {
      count(report, fresh, outcomes)
      const rows = [
        ...still,
        ...fresh.map(({ record, hash, known }, i) => {
          const outcome = outcomes[i] as PutOutcome
          return {
            remote: record.id,
            dataset: 'name' in outcome ? outcome.name : outcome.problem.code === 'dataset-not-found' ? null : (known ?? null),
            hash: 'name' in outcome ? hash : '',
          }
        }),
      ].map((row) => ({ ...row, source: source.id, seen: job.id, gone: null }))
      await parts.store.putRecords(transaction as never, rows)
    },
  )
}

function count(report: HarvestReport, works: readonly Work[], outcomes: readonly PutOutcome[]): void {
  for (const [i, outcome] of outcomes.entries()) {
    const work = works[i] as Work
    if ('name' in outcome) report[work.known ? 'updated' : 'created'] += 1
    else {
      report.refused += 1
      tell(report, work.record.id, outcome.problem.message)
    }
  }
}

async function workOf(run: Run, record: Work['record']): Promise<Work> {
  const publisher = await publisherOf(run, record.body)
  const { name: _name, ...input } = record.input
  const put = { ...input, publisher, extra: { ...input.extra, harvest_source: run.source.id } }
  return { record, hash: sha256Hex(JSON.stringify(put)), put: { input: put } }
}

/** The publisher of a record: the one that the source is filed under, or the body that the record names, which is made when it is not here. */
async function publisherOf(run: Run, body: RemoteBody): Promise<string> {
  const { parts, source, bodies, job } = run
  if (source.input.publisher) return source.input.publisher
  if (bodies.size === 0) for (const { name } of await parts.catalogue.publishers()) bodies.set(name, name)
  const known = bodies.get(body.name)
  if (known) return known
  if (!job.dryRun) await parts.catalogue.createPublisher({ name: body.name, title: body.title })
  bodies.set(body.name, body.name)
  return body.name
}

/** Leaves out what is here already from elsewhere, by its identifier, and finds a free name for the rest. */
async function withoutDuplicates(
  run: Run,
  works: readonly Work[],
  still: Array<{ remote: string; dataset: string | null; hash: string }>,
): Promise<Work[]> {
  const { parts, report } = run
  const fresh: Work[] = []
  const names = new Set<string>()
  for (const work of works) {
    if (work.known) {
      fresh.push(work)
      continue
    }
    const { identifier } = work.put.input
    if (identifier && (await parts.catalogue.nameOf(identifier))) {
      report.duplicates += 1
      still.push({ remote: work.record.id, dataset: null, hash: '' })
      continue
    }
    const wanted = work.record.input.name
    const free = wanted !== undefined && !names.has(wanted) && !(await parts.catalogue.nameOf(wanted))
    if (free) names.add(wanted)
    fresh.push({ ...work, put: { input: { ...work.put.input, ...(free && { name: wanted }) } } })
  }
  return fresh
}

async function takeAway({ parts, report }: Run, dataset: string): Promise<void> {
  if (await parts.catalogue.nameOf(dataset)) await parts.catalogue.deleteDataset(dataset)
  report.removed += 1
}

/** Takes away what the source has no more. */
async function removeMissed(run: Run): Promise<void> {
  const { parts, source, job, report } = run
  const missed = await parts.store.missed(source.id, job.id)
  const all = await parts.store.countRecords(source.id)
  if (report.expected !== null && (await parts.store.countSeen(source.id, job.id)) < report.expected) {
    tell(report, '', `The source says that it has ${report.expected} records and gave fewer: nothing is taken away`)
    return
  }
  if (missed.length > FEW && missed.length > all * MOST_GONE) {
    tell(report, '', `${missed.length} of ${all} records are gone at once: nothing is taken away`)
    return
  }
  for (const { remote, dataset } of missed) {
    await takeAway(run, dataset ?? '')
    await parts.store.markGone(source.id, remote, parts.now().toISOString())
    if (report.removed % 500 === 0) await parts.store.beat(job.id, new Date(parts.now().getTime() + LEASE_MS).toISOString())
  }
}
