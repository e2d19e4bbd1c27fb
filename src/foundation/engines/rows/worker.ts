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
let columns: Promise<Columns> | undefined

port?.on('message', async (task: WorkerTask) => {
  columns ??= openColumns({ folder: task.data, threads: task.threads, memoryMb: task.memoryMb, maxWaiting: 1, connections: 1 })
  try {
    port.postMessage({ built: await buildRows(await columns, task) })
  } catch (error) {
    port.postMessage({ failed: error instanceof Error ? error.message : String(error) })
  }
})
