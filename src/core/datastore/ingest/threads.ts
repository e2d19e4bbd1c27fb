import { stat } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import type { Columns } from '../../../foundation/engines/duckdb/index.ts'
import { openTaskThread, Problem, type TaskThread } from '../../../foundation/kernel/index.ts'
import { readHead } from './container.ts'
import { type Ingested, type IngestInput, type IngestLimits, ingestFile, type WriteProgress } from './index.ts'
import type { IngestTask } from './worker.ts'

/** Reads files as tables, small ones beside each other. */
export interface Ingesting {
  /** As ingestFile. */
  ingest(input: IngestInput, limits: IngestLimits, progress: WriteProgress): Promise<Ingested>
  close(): Promise<void>
}

export interface IngestingOptions {
  columns: Columns
  /** The data folder. */
  data: string
}

/** Larger files keep all processors busy by themselves, and their judgement is a small part of the work. */
const SMALL_BYTES = 4_000_000
/** Memory of the column engine of a thread, in megabytes. */
const THREAD_MEMORY_MB = 64

// As TypeScript here, compiled in the published package.
const script = new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url)

/**
 * One file is read in the calling thread; small ones that come while it is under way go to threads of their own, each with a column engine
 * of one thread: half of reading a small file is judging its text, which one thread does for one file at a time.
 */
export function openIngesting({ columns, data }: IngestingOptions): Ingesting {
  const most = Math.max(1, availableParallelism() - 1)
  const threads: TaskThread<IngestTask, Ingested, Parameters<WriteProgress>>[] = []
  let here = 0

  const freeThread = () => {
    const free = threads.find(({ waiting }) => waiting === 0)
    if (free || threads.length >= most) return free
    const thread = openTaskThread<IngestTask, Ingested, Parameters<WriteProgress>>({ script, name: 'ingest' })
    threads.push(thread)
    return thread
  }

  const inThisThread: Ingesting['ingest'] = async (input, limits, progress) => {
    here += 1
    try {
      return await ingestFile(columns, input, limits, progress)
    } finally {
      here -= 1
    }
  }

  return {
    ingest: async (input, limits, progress) => {
      const small = await isSmall(input.path)
      const thread = here > 0 && small ? freeThread() : undefined
      if (!thread) return inThisThread(input, limits, progress)
      try {
        return await thread.run({ data, memoryMb: THREAD_MEMORY_MB, input, limits }, (note) => progress(...note))
      } catch (error) {
        // A very wide table wants more memory than the thread has.
        if (error instanceof Problem && error.code !== 'too-many-columns') throw error
        return inThisThread(input, limits, progress)
      }
    },
    close: async () => {
      await Promise.all(threads.map((thread) => thread.close()))
    },
  }
}

/** Small as a table too: what is compressed may be anything once it is not. */
async function isSmall(path: string): Promise<boolean> {
  if ((await stat(path)).size > SMALL_BYTES) return false
  const head = (await readHead(path, 2)).toString('latin1')
  return head !== 'PK' && head !== '\x1f\x8b'
}
