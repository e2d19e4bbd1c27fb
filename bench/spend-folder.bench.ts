/**
 * How fast does a folder of departments' spend files become typed tables, with every judgement, against the engine's own reader?
 *
 * Baseline in the same run: DuckDB sniffs each file and copies it to Parquet (`COPY (FROM read_csv(file)) TO file.parquet (zstd)`), with
 * the same two threads, two files at a time; files that it refuses are left out of the comparison and counted. Ours finds encoding, delimiter,
 * header, types, totals and notes, proves every cell, and writes rejects beside the table.
 */
import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { openIngesting } from '../src/core/datastore/ingest/threads.ts'
import { openColumns } from '../src/foundation/engines/duckdb/index.ts'
import { saveResult } from './result.ts'

const FOLDER = process.env.FOLDER ?? '../shared/data/spend-25k/fetched'
const RUNS = Number(process.env.RUNS ?? 3)
const AT_ONCE = 2
const limits = { maxInflatedBytes: 4e9, maxColumns: 4096, maxLineBytes: 16e6 }

const work = await mkdtemp(join(tmpdir(), 'sixteen-bench-'))
const files = (await readdir(FOLDER)).sort()

/** Seconds that the work on all items takes, some at once. */
async function seconds<T>(items: readonly T[], each: (item: T) => Promise<unknown>): Promise<number> {
  const queue = [...items]
  const began = performance.now()
  await Promise.all(
    Array.from({ length: AT_ONCE }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await each(item)
    }),
  )
  return (performance.now() - began) / 1000
}

async function baseline(): Promise<{ taken: number; rows: Map<string, number> }> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const connections = await Promise.all(Array.from({ length: AT_ONCE }, () => instance.connect()))
  const rows = new Map<string, number>()
  let lost = 0
  const taken = await seconds(files, async (file) => {
    const connection = connections.pop()
    const began = performance.now()
    try {
      const source = join(FOLDER, file).replaceAll("'", "''")
      const target = join(work, `own-${connections.length}.parquet`)
      const result = await connection?.run(`copy (from read_csv('${source}')) to '${target}' (format parquet, compression zstd)`)
      rows.set(file, result?.rowsChanged ?? 0)
    } catch {
      lost += performance.now() - began
    } finally {
      if (connection) connections.push(connection)
    }
  })
  instance.closeSync()
  return { taken: taken - lost / 1000 / AT_ONCE, rows }
}

async function ours(some: readonly string[]): Promise<{ taken: number; rows: number; refused: number; processor: number }> {
  const folder = await mkdtemp(join(work, 'ours-'))
  const columns = await openColumns({ folder, threads: 2, memoryMb: 512, maxWaiting: 100 })
  const ingesting = openIngesting({ columns, data: folder })
  for (const [i, file] of some.entries()) {
    await mkdir(join(folder, String(i)))
    await copyFile(join(FOLDER, file), join(folder, String(i), 'source.csv'))
  }
  let rows = 0
  let refused = 0
  const before = process.cpuUsage()
  const taken = await seconds([...some.keys()], async (i) => {
    const place = join(folder, String(i))
    try {
      const read = await ingesting.ingest({ path: join(place, 'source.csv'), folder: place, key: [], overrides: {} }, limits, () => {})
      rows += read.rows
    } catch {
      refused += 1
    }
  })
  const { user, system } = process.cpuUsage(before)
  await ingesting.close()
  columns.close()
  await rm(folder, { recursive: true, force: true })
  return { taken, rows, refused, processor: (user + system) / 1e6 }
}

const best = <T extends { taken: number }>(runs: T[]): T => runs.reduce((a, b) => (b.taken < a.taken ? b : a))
const own: Awaited<ReturnType<typeof baseline>>[] = []
const all: Awaited<ReturnType<typeof ours>>[] = []
const same: Awaited<ReturnType<typeof ours>>[] = []
for (let run = 0; run < RUNS; run += 1) {
  own.push(await baseline())
  all.push(await ours(files))
  same.push(await ours([...(own[0]?.rows.keys() ?? [])]))
}
await rm(work, { recursive: true, force: true })

const figure = (value: number) => Math.round(value).toLocaleString('en-GB')
const [engine, whole, shared] = [best(own), best(all), best(same)]
const engineRows = [...engine.rows.values()].reduce((sum, rows) => sum + rows, 0)
saveResult('spend-folder', [
  `Question: how fast does a folder of ${files.length} departmental spend files become typed tables? Best of ${RUNS} runs, ${AT_ONCE} files at a time.`,
  `Sixteen: ${files.length - whole.refused} of ${files.length} files, ${figure(whole.rows)} rows in ${whole.taken.toFixed(1)} s: ${figure(whole.rows / whole.taken)} rows/s, in ${whole.processor.toFixed(1)} processor seconds (${figure(whole.rows / whole.processor)} rows in each; other work ran beside).`,
  `DuckDB's own sniffing reader: ${engine.rows.size} of ${files.length} files, ${figure(engineRows)} rows in ${engine.taken.toFixed(1)} s: ${figure(engineRows / engine.taken)} rows/s.`,
  `On the files that both read: Sixteen at ${(engine.taken / shared.taken).toFixed(2)} of the speed of DuckDB's reader (target 0.5).`,
])
