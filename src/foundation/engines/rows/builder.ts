import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Built } from './build.ts'
import type { BuildTask } from './model.ts'
import type { WorkerTask } from './worker.ts'

/** Builds row files one after another in a thread of its own, which ends when there is nothing to do. */
export interface RowBuilder {
  /**
   * Builds the texts and then one index after another, and before each waits for `ready`.
   *
   * @throws {Error} when the build failed; what it left is taken up by the next.
   */
  build(task: BuildTask, ready?: () => Promise<void>): Promise<Built>
  /** Stops where it is. */
  close(): Promise<void>
}

export interface BuilderOptions {
  /** The data folder: what the column engine of the thread may reach. */
  data: string
  threads: number
  memoryMb: number
}

interface Answer {
  built?: Built
  failed?: string
}

/** Its heap holds batches of row texts that live for a moment: a small young generation is emptied often instead of growing. */
const HEAP = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 256 }

const IDLE_MS = 3000

// As TypeScript here, compiled in the published package.
const script = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)

export function openRowBuilder(options: BuilderOptions): RowBuilder {
  let worker: Worker | undefined
  let settle: ((answer: Answer) => void) | undefined
  let last: Promise<unknown> = Promise.resolve()
  let idle: NodeJS.Timeout | undefined
  let closed = false

  const end = async () => {
    clearTimeout(idle)
    const ending = worker
    worker = undefined
    if (!ending) return
    const gone = once(ending, 'exit')
    ending.ref() // or the process ends before its thread does
    ending.postMessage('stop')
    await gone
  }

  const start = (): Worker => {
    const thread = new Worker(script, { name: 'rows', resourceLimits: HEAP })
    const answer = (given: Answer) => settle?.(given)
    const gone = (failed: string) => {
      if (worker === thread) worker = undefined
      answer({ failed })
    }
    thread.on('message', answer)
    thread.on('error', (error) => gone(error instanceof Error ? error.message : String(error)))
    thread.on('exit', () => gone('the thread was stopped'))
    return thread
  }

  const run = (task: BuildTask): Promise<Built> => {
    if (closed) return Promise.reject(new Error('closed'))
    clearTimeout(idle)
    worker ??= start()
    const thread = worker
    return new Promise<Built>((resolve, reject) => {
      settle = ({ built, failed }) => {
        settle = undefined
        if (worker === thread) {
          thread.unref() // an idle thread keeps nothing alive
          idle = setTimeout(() => void end(), IDLE_MS).unref()
        }
        if (built) resolve(built)
        else reject(new Error(failed))
      }
      thread.ref()
      thread.postMessage({ ...task, ...options } satisfies WorkerTask)
    })
  }

  return {
    build: (task, ready) => {
      const work = last.then(() => inSteps(task, ready, run))
      last = work.catch(() => {})
      return work
    },
    close: async () => {
      closed = true
      await end()
    },
  }
}

async function inSteps(
  task: BuildTask,
  ready: (() => Promise<void>) | undefined,
  run: (task: BuildTask) => Promise<Built>,
): Promise<Built> {
  // What is done is found done, so each step names all that goes before it.
  for (let done = 0; done <= task.indexes.length; done += 1) {
    await ready?.()
    if ((await run({ ...task, indexes: task.indexes.slice(0, done) })) === 'full') return 'full'
  }
  return 'done'
}
