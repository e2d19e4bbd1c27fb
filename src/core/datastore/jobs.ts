import { EventEmitter, on } from 'node:events'
import { newId, Problem, type ProblemBody, toProblem } from '../../foundation/kernel/index.ts'
import type { Published, PublishedTable, PublishProgress } from './publish.ts'

export interface Job {
  id: string
  dataset: string
  state: 'running' | 'done' | 'failed'
  progress: PublishProgress
  version?: string
  rows?: number
  unchanged?: boolean
  /** Where all tables of a file were published: each of them. */
  tables?: PublishedTable[]
  problem?: ProblemBody
}

export const jobNotFound = (): Problem =>
  new Problem('job-not-found', { detail: 'No job has this id; jobs are forgotten when the server stops.' })

/** Publications that go on after their request was answered. Kept in memory: a job that dies with the process left nothing behind. */
export class Jobs {
  #jobs = new Map<string, { job: Job; changes: EventEmitter }>()

  /** Jobs kept for reading; the oldest finished go first. */
  static readonly KEPT = 1000

  start(dataset: string, work: (onProgress: (progress: PublishProgress) => void) => Promise<Published>): Job {
    const job: Job = { id: newId(), dataset, state: 'running', progress: { stage: 'checking', bytes: 0 } }
    const changes = new EventEmitter()
    changes.setMaxListeners(0)
    this.#jobs.set(job.id, { job, changes })
    this.#trim()
    const change = (fields: Partial<Job>) => changes.emit('change', Object.assign(job, fields))
    work((progress) => change({ progress })).then(
      ({ manifest, unchanged, tables }) =>
        change({ state: 'done', version: manifest.version, rows: manifest.rows, unchanged, ...(tables && { tables }) }),
      (error) => change({ state: 'failed', problem: toProblem(error).toBody() }),
    )
    return job
  }

  /** @throws {Problem} job-not-found */
  get(id: string): Job {
    const found = this.#jobs.get(id)
    if (!found) throw jobNotFound()
    return found.job
  }

  /** The job now, and after each change until it ends. */
  async *follow(id: string, signal: AbortSignal): AsyncGenerator<Job> {
    const job = this.get(id)
    const changes = this.#jobs.get(id)?.changes as EventEmitter
    const later = on(changes, 'change', { signal })
    yield job
    if (job.state !== 'running') return
    for await (const _ of later) {
      yield job
      if (job.state !== 'running') return
    }
  }

  #trim(): void {
    for (const [id, { job }] of this.#jobs) {
      if (this.#jobs.size <= Jobs.KEPT) return
      if (job.state !== 'running') this.#jobs.delete(id)
    }
  }
}
