/**
 * How fast does a large CSV become a version, against what the engine does by itself?
 *
 * Baseline in the same run: DuckDB's own `COPY (FROM read_csv(file)) TO file.parquet (zstd)`, with the same threads. Ours also receives
 * the bytes, hashes and keeps them, proves the encoding and every cell's type, and writes rejects, statistics and a manifest.
 */
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { DuckDBInstance } from '@duckdb/node-api'
import { openSixteen } from '../src/edge/compose.ts'
import { readConfig } from '../src/foundation/kernel/index.ts'
import { saveResult } from './result.ts'
import { spendLines } from './spend-lines.ts'

const MEGABYTES = Number(process.env.MEGABYTES ?? 1000)
const RUNS = Number(process.env.RUNS ?? 3)

const folder = await mkdtemp(join(tmpdir(), 'sixteen-bench-'))
const file = join(folder, 'large.csv')
await pipeline(Readable.from(spendLines(MEGABYTES * 1e6)), createWriteStream(file))

const seconds = async (work: () => Promise<unknown>) => {
  const began = performance.now()
  await work()
  return (performance.now() - began) / 1000
}

async function baseline(): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' })
  const connection = await instance.connect()
  const taken = await seconds(() =>
    connection.run(`copy (from read_csv('${file}')) to '${join(folder, 'own.parquet')}' (format parquet, compression zstd)`),
  )
  connection.closeSync()
  instance.closeSync()
  return taken
}

const sixteen = await openSixteen(readConfig({}, { data: join(folder, 'data'), logLevel: 'silent', port: 0 }))
await sixteen.catalogue.createPublisher({ name: 'p', title: 'P' })
let rows = 0
async function ours(run: number): Promise<number> {
  await sixteen.catalogue.createDataset({ name: `d${run}`, title: 'D', publisher: 'p' })
  return seconds(async () => {
    rows = (
      await sixteen.datastore.publish({
        dataset: `d${run}`,
        source: createReadStream(file, { highWaterMark: 1 << 20 }),
        filename: 'large.csv',
      })
    ).manifest.rows
  })
}

const pairs: Array<{ duckdb: number; sixteen: number }> = []
for (let run = 0; run < RUNS; run += 1) {
  const pair = { duckdb: await baseline(), sixteen: await ours(run) }
  pairs.push(pair)
  console.log(
    `run ${run + 1}: DuckDB ${pair.duckdb.toFixed(1)} s, Sixteen ${pair.sixteen.toFixed(1)} s, rate ratio ${(pair.duckdb / pair.sixteen).toFixed(2)}`,
  )
}
const ratios = pairs.map((pair) => pair.duckdb / pair.sixteen).sort((a, b) => a - b)
const median = ratios[Math.floor(ratios.length / 2)] as number
const rate = Math.round(rows / Math.min(...pairs.map((pair) => pair.sixteen)))
saveResult('publish', [
  `${MEGABYTES} MB, ${rows.toLocaleString('en-GB')} rows by 12 columns, ${RUNS} pairs`,
  ...pairs.map(
    (pair, i) =>
      `run ${i + 1}: DuckDB's own COPY ${pair.duckdb.toFixed(1)} s, publish ${pair.sixteen.toFixed(1)} s, ratio of rates ${(pair.duckdb / pair.sixteen).toFixed(2)}`,
  ),
  `median ratio ${median.toFixed(2)} (target 0.5); best ${rate.toLocaleString('en-GB')} rows/s`,
])
await sixteen.close()
await rm(folder, { recursive: true, force: true })
