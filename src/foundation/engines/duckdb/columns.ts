import { join, resolve } from 'node:path'
import { type DuckDBConnection, type DuckDBDataChunk, DuckDBInstance, type DuckDBValue } from '@duckdb/node-api'
import { Problem } from '../../kernel/problem.ts'
import { type TextBlock, textBlock } from './text-bytes.ts'
import { plainValue, quoteText } from './values.ts'

export interface Statement {
  text: string
  values?: readonly unknown[]
}

export interface RunOptions {
  signal?: AbortSignal
  timeoutMs?: number
}

interface ProgressOption {
  onProgress?: (percent: number) => void
}

/**
 * The column engine: scans, aggregates and exports over Parquet files. A fixed number of connections stand in a pool; what does not
 * get one waits, and past `maxWaiting` is refused, so that overload is an answer and not a pile.
 */
export interface Columns {
  /** All rows of a small result, as objects with plain values (see plainValue). */
  rows(statement: Statement, options?: RunOptions & ProgressOption): Promise<Record<string, unknown>[]>
  /** Rows in batches of at most 2,048, each value of the first column as text, read only as fast as they are taken. */
  texts(statement: Statement, options?: RunOptions): AsyncGenerator<string[]>
  /** Rows in batches of at most 2,048, the values of the first column one after another as UTF-8: for texts on their way out. */
  blocks(statement: Statement, options?: RunOptions): AsyncGenerator<TextBlock>
  /** Rows in batches of at most 2,048, column by column, as the engine's own values. */
  vectors(statement: Statement, options?: RunOptions): AsyncGenerator<unknown[][]>
  /** For statements that answer nothing but the number of rows they wrote. */
  run(statement: Statement, options?: RunOptions & ProgressOption): Promise<number>
  /** The same engine for work that waits however long the queue is: publishing is never refused because people are reading. */
  patient: Columns
  close(): void
}

export interface ColumnsOptions {
  /** The only folder that statements may read and write. */
  folder: string
  threads: number
  memoryMb: number
  maxWaiting: number
  connections?: number
}

export async function openColumns(options: ColumnsOptions): Promise<Columns> {
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads),
    memory_limit: `${options.memoryMb}MB`,
    preserve_insertion_order: 'true',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  })
  const connections = await Promise.all(Array.from({ length: options.connections ?? 8 }, () => openConnection(instance)))
  await confine(connections[0] as DuckDBConnection, options.folder)
  const pool = new Pool(connections, options.maxWaiting)
  return facade(instance, pool, false)
}

function facade(instance: DuckDBInstance, pool: Pool, patient: boolean): Columns {
  return {
    rows: (statement, options) =>
      pool.use({ ...options, patient }, (connection) => reporting(connection, options, () => readRows(connection, statement))),
    texts: (statement, options) => streamChunks(pool, statement, { ...options, patient }, textColumn),
    blocks: (statement, options) => streamChunks(pool, statement, { ...options, patient }, textBlock),
    vectors: (statement, options) => streamChunks(pool, statement, { ...options, patient }, (chunk) => chunk.getColumns()),
    run: (statement, options) =>
      pool.use({ ...options, patient }, (connection) => reporting(connection, options, () => execute(connection, statement))),
    get patient() {
      return facade(instance, pool, true)
    },
    close: () => {
      pool.close()
      instance.closeSync()
    },
  }
}

/** Progress is counted only where a progress bar is on, which each connection must be told before the settings are locked; nothing is printed. */
async function openConnection(instance: DuckDBInstance): Promise<DuckDBConnection> {
  const connection = await instance.connect()
  await connection.run('set enable_progress_bar = true; set enable_progress_bar_print = false')
  return connection
}

/** From here on statements of every connection reach the data folder only, and none can change that. */
async function confine(connection: DuckDBConnection, folder: string): Promise<void> {
  const path = resolve(folder)
  await connection.run(
    `set temp_directory = ${quoteText(join(path, 'spill'))}; set allowed_directories = [${quoteText(path)}]; set enable_external_access = false; set lock_configuration = true`,
  )
}

async function readRows(connection: DuckDBConnection, statement: Statement): Promise<Record<string, unknown>[]> {
  const reader = await connection.runAndReadAll(statement.text, bind(statement))
  const names = reader.deduplicatedColumnNames()
  return reader.getRows().map((row) => Object.fromEntries(names.map((name, i) => [name, plainValue(row[i] as DuckDBValue)])))
}

async function execute(connection: DuckDBConnection, statement: Statement): Promise<number> {
  return (await connection.run(statement.text, bind(statement))).rowsChanged
}

async function reporting<T>(connection: DuckDBConnection, options: ProgressOption | undefined, work: () => Promise<T>): Promise<T> {
  const onProgress = options?.onProgress
  const timer = onProgress && setInterval(() => report(connection, onProgress), 200)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}

function report(connection: DuckDBConnection, onProgress: (percent: number) => void): void {
  const { percentage } = connection.progress
  if (percentage >= 0) onProgress(percentage)
}

async function* streamChunks<T>(
  pool: Pool,
  statement: Statement,
  options: RunOptions & { patient: boolean },
  read: (chunk: DuckDBDataChunk) => T,
): AsyncGenerator<T> {
  const lease = await pool.take(options)
  try {
    const result = await lease.guard(lease.connection.stream(statement.text, bind(statement)))
    for (let chunk = await lease.guard(result.fetchChunk()); chunk && chunk.rowCount > 0; chunk = await lease.guard(result.fetchChunk())) {
      yield read(chunk)
      // The texts in it are the engine's memory, of which the collector knows nothing: left to it, a hundred chunks pile up.
      chunk.reset()
    }
    // The engine may end the rows of a statement that was stopped as if they were all.
    lease.demandWhole()
  } finally {
    lease.release()
  }
}

function textColumn(chunk: DuckDBDataChunk): string[] {
  return chunk.getColumnValues(0) as string[]
}

function bind(statement: Statement): DuckDBValue[] | undefined {
  return statement.values?.length ? (statement.values as DuckDBValue[]) : undefined
}

interface Lease {
  connection: DuckDBConnection
  /** Passes a result on, or the reason why the statement was stopped. */
  guard<T>(work: Promise<T>): Promise<T>
  /** @throws {Problem} the reason why the statement was stopped, if it was */
  demandWhole(): void
  release(): void
}

class Pool {
  #idle: DuckDBConnection[]
  #waiting: Array<(connection: DuckDBConnection) => void> = []
  #maxWaiting: number

  constructor(connections: DuckDBConnection[], maxWaiting: number) {
    this.#idle = connections
    this.#maxWaiting = maxWaiting
  }

  async use<T>(options: RunOptions & { patient: boolean }, work: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
    const lease = await this.take(options)
    try {
      return await lease.guard(work(lease.connection))
    } finally {
      lease.release()
    }
  }

  async take(options: RunOptions & { patient?: boolean } = {}): Promise<Lease> {
    const connection = await this.#connection(options.patient ?? false)
    let why: Problem | undefined
    const stop = (reason: Problem) => {
      why = reason
      connection.interrupt()
    }
    const timer = options.timeoutMs ? setTimeout(() => stop(tooLong(options.timeoutMs as number)), options.timeoutMs) : undefined
    const onAbort = () => stop(new Problem('busy', { detail: 'The client went away.' }))
    options.signal?.addEventListener('abort', onAbort, { once: true })
    if (options.signal?.aborted) onAbort()
    return {
      connection,
      guard: (work) =>
        work.catch((error) => {
          throw why ?? toEngineProblem(error)
        }),
      demandWhole: () => {
        if (why) throw why
      },
      release: () => {
        clearTimeout(timer)
        options.signal?.removeEventListener('abort', onAbort)
        this.#giveBack(connection)
      },
    }
  }

  async #connection(patient: boolean): Promise<DuckDBConnection> {
    const idle = this.#idle.pop()
    if (idle) return idle
    if (!patient && this.#waiting.length >= this.#maxWaiting)
      throw new Problem('busy', { detail: 'Too many queries are waiting.', retryAfter: 2, hint: 'Try again in a few seconds.' })
    return new Promise((resolve) => this.#waiting.push(resolve))
  }

  #giveBack(connection: DuckDBConnection): void {
    const next = this.#waiting.shift()
    if (next) next(connection)
    else this.#idle.push(connection)
  }

  close(): void {
    for (const connection of this.#idle) connection.closeSync()
  }
}

function tooLong(timeoutMs: number): Problem {
  return new Problem('query-too-complex', {
    detail: `The query ran longer than ${timeoutMs / 1000} seconds and was stopped.`,
    hint: 'Narrow the filter, or take the whole file and query it at home.',
  })
}

/** What the engine says of a full disk, in our words; everything else is passed on as it is. */
function toEngineProblem(error: unknown): unknown {
  const message = error instanceof Error ? error.message : ''
  if (/No space left|File too large|Disk quota|failed to write|could not write/i.test(message))
    return new Problem('storage-full', { detail: 'Nothing was changed. Free some space and try again.' }, { cause: error })
  if (/^Out of Memory/i.test(message))
    return new Problem(
      'query-too-complex',
      {
        detail: 'It needs more memory than the server gives to one question.',
        hint: 'Ask for fewer columns or groups, or narrow the filter.',
      },
      { cause: error },
    )
  return error
}
