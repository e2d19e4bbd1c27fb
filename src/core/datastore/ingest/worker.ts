import { type Columns, openColumns } from '../../../foundation/engines/duckdb/index.ts'
import { serveTasks } from '../../../foundation/kernel/index.ts'
import { type Ingested, type IngestInput, type IngestLimits, ingestFile, type WriteProgress } from './index.ts'

/** A file to be read, and the bounds of the column engine that reads it. */
export interface IngestTask {
  data: string
  memoryMb: number
  input: IngestInput
  limits: IngestLimits
}

let columns: Promise<Columns> | undefined

serveTasks<IngestTask, Ingested, Parameters<WriteProgress>>(
  async ({ data, memoryMb, input, limits }, _signal, note) => {
    columns ??= openColumns({ folder: data, threads: 1, memoryMb, maxWaiting: 1, connections: 1 })
    return ingestFile(await columns, input, limits, (...progress) => note(progress))
  },
  async () => (await columns?.catch(() => undefined))?.close(),
)
