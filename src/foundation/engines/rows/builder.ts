import { openTaskThread } from '../../kernel/index.ts'
import type { Built } from './build.ts'
import type { BuildTask } from './model.ts'
import type { WorkerTask } from './worker.ts'

/** Builds row files one after another in a thread of its own. */
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

/** Its heap holds batches of row texts that live for a moment: a small young generation is emptied often instead of growing. */
const limits = { maxYoungGenerationSizeMb: 4, maxOldGenerationSizeMb: 256 }

// As TypeScript here, compiled in the published package.
const script = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)

export function openRowBuilder(options: BuilderOptions): RowBuilder {
  const thread = openTaskThread<WorkerTask, Built>({ script, name: 'rows', limits })
  let last: Promise<unknown> = Promise.resolve()
  return {
    build: (task, ready) => {
      const work = last.then(() => inSteps(task, ready, (step) => thread.run({ ...step, ...options })))
      last = work.catch(() => {})
      return work
    },
    close: () => thread.close(),
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
