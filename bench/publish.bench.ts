/**
 * How fast does a large CSV become a version, against what the engine does by itself?
 *
 * Baseline in the same run: DuckDB's own `COPY (FROM read_csv(file)) TO file.parquet (zstd)`, with the same threads. Ours also receives
 * the bytes, hashes and keeps them, proves the encoding and every cell's type, and writes rejects, statistics and a manifest. Row files, which are
 * built afterwards in the background, and profiles are off: they would run into the next measurement.
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

/** Seconds by the clock and of processor time; the second tells what the work costs when the machine is busy with other things. */
interface Taken {
  clock: number
  processor: number
}

const measure = async (work: () => Promise<unknown>): Promise<Taken> => {
  const [began, used] = [performance.now(), process.cpuUsage()]
  await work()
  const { user, system } = process.cpuUsage(used)
  return { clock: (performance.now() - began) / 1000, processor: (user + system) / 1e6 }
}

async function baseline(bound: Record<string, string>): Promise<Taken> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2', ...bound })
  const connection = await instance.connect()
  const taken = await measure(() =>
    connection.run(`copy (from read_csv('${file}')) to '${join(folder, 'own.parquet')}' (format parquet, compression zstd)`),
  )
  connection.closeSync()
  instance.closeSync()
  return taken
}

const sixteen = await openSixteen(
  readConfig({}, { data: join(folder, 'data'), logLevel: 'silent', port: 0, profiles: 'none', rowsMaxMb: 0 }),
)
await sixteen.catalogue.createPublisher({ name: 'p', title: 'P' })
let rows = 0
async function ours(run: number): Promise<Taken> {
  // A virtual machine pays for each page of memory that it touches first; what the run before gave back spares the next one that.
  if (run > 0)
    await sixteen.catalogue.deleteDataset(`d${run - 1}`, (transaction) => sixteen.datastore.removeData(transaction, `d${run - 1}`))
  await sixteen.catalogue.createDataset({ name: `d${run}`, title: 'D', publisher: 'p' })
  return measure(async () => {
    rows = (
      await sixteen.datastore.publish({
        dataset: `d${run}`,
        source: createReadStream(file, { highWaterMark: 1 << 20 }),
        filename: 'large.csv',
      })
    ).manifest.rows
  })
}

const runs: Array<{ free: Taken; bounded: Taken; sixteen: Taken }> = []
for (let run = 0; run < RUNS; run += 1) {
  const [free, bounded] = [await baseline({}), await baseline({ memory_limit: `${sixteen.config.columnsMemoryMb}MB` })]
  runs.push({ free, bounded, sixteen: await ours(run) })
}
const median = (numbers: number[]) => (numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] as number).toFixed(2)
const said = ({ clock, processor }: Taken) => `${clock.toFixed(1)} s (${processor.toFixed(1)} s of processor time)`
const ratio = (by: 'free' | 'bounded', of: keyof Taken) => median(runs.map((run) => run[by][of] / run.sixteen[of]))
saveResult('publish', [
  `${MEGABYTES} MB, ${rows.toLocaleString('en-GB')} rows by 12 columns, ${RUNS} runs`,
  ...runs.map(
    ({ free, bounded, sixteen: ours }, i) =>
      `run ${i + 1}: DuckDB's own COPY ${said(free)} with all the memory it wants, ${said(bounded)} bounded as ours is; publish ${said(ours)}`,
  ),
  `median ratio of rates ${ratio('free', 'clock')} against the unbounded, ${ratio('bounded', 'clock')} against the bounded (target 0.5); of processor time ${ratio('free', 'processor')} and ${ratio('bounded', 'processor')}`,
  `best ${Math.round(rows / Math.min(...runs.map((run) => run.sixteen.clock))).toLocaleString('en-GB')} rows/s`,
])
await sixteen.close()
await rm(folder, { recursive: true, force: true })
