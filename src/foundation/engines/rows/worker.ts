import { serveTasks } from '../../kernel/index.ts'
import { type Columns, openColumns } from '../duckdb/index.ts'
import { type Built, buildRows } from './build.ts'
import type { BuildTask } from './model.ts'

/** A task and the bounds of the column engine that reads for it. */
export interface WorkerTask extends BuildTask {
  data: string
  threads: number
  memoryMb: number
}

let columns: Promise<Columns> | undefined

serveTasks<WorkerTask, Built>(
  async (task, signal) => {
    columns ??= openColumns({ folder: task.data, threads: task.threads, memoryMb: task.memoryMb, maxWaiting: 1, connections: 1 })
    return buildRows(await columns, task, signal)
  },
  async () => (await columns?.catch(() => undefined))?.close(),
)
