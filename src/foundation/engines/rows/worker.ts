import { parentPort } from 'node:worker_threads'
import { type Columns, openColumns } from '../duckdb/index.ts'
import { buildRows } from './build.ts'
import type { BuildTask } from './model.ts'

/** A task and the bounds of the column engine that reads for it. */
export interface WorkerTask extends BuildTask {
  data: string
  threads: number
  memoryMb: number
}

const port = parentPort
const stopped = new AbortController()
let columns: Promise<Columns> | undefined
let current: Promise<void> = Promise.resolve()

port?.on('message', (message: WorkerTask | 'stop') => {
  if (message === 'stop') void stop()
  else current = work(message)
})

async function work(task: WorkerTask): Promise<void> {
  try {
    columns ??= openColumns({ folder: task.data, threads: task.threads, memoryMb: task.memoryMb, maxWaiting: 1, connections: 1 })
    port?.postMessage({ built: await buildRows(await columns, task, stopped.signal) })
  } catch (error) {
    port?.postMessage({ failed: error instanceof Error ? error.message : String(error) })
  }
}

/** Lets go of the column engine first: a thread that is torn down while the engine works takes the whole process with it. */
async function stop(): Promise<void> {
  stopped.abort()
  await current
  const opened = await columns?.catch(() => undefined)
  opened?.close()
  port?.close()
}
