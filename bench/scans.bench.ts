/**
 * What do counts, groups and exports cost over HTTP, against the engine's own best?
 *
 * Baseline in the same run: the same questions to DuckDB in a process without a server, over the same Parquet file with the same threads and memory.
 * BENCH_DATA names a folder that another bench has filled.
 */
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { loadPricePaid, ROWS } from './price-paid.ts'
import { saveResult } from './result.ts'

/** Pairs of each question, ours after the engine's own: other work on the machine then slows both. */
const PAIRS = 15
const EXPORTS = 3
const server = await loadPricePaid({ SIXTEEN_CACHE_MB: '0' })
const [file] = globSync(join(server.folder, 'data/objects/versions/d/data/*/data.parquet'))
const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '256MB' })
const engine = await instance.connect()
const table = `read_parquet('${file}')`

async function taken(work: () => unknown): Promise<number> {
  const began = performance.now()
  await work()
  return performance.now() - began
}

const median = (numbers: readonly number[]) => numbers.toSorted((a, b) => a - b)[numbers.length >> 1] as number

/** Memory of the server in MB: now, and the most since it was last reset. */
const memoryMb = (name: 'VmRSS' | 'VmHWM') =>
  Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]) / 1024)
/** @see man 5 proc, clear_refs */
const resetPeak = () => writeFileSync(`/proc/${server.pid}/clear_refs`, '5')

/** A whole file over HTTP into a file; milliseconds. */
async function fetched(ending: string): Promise<number> {
  const ms = await taken(() => execFileSync('curl', ['-s', '-o', target, `${server.address}/v1/datasets/d/records.${ending}`]))
  rmSync(target, { force: true })
  return ms
}

const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`
const target = join(server.folder, 'out')
const lines: string[] = []
let price = 100_000
const ask = (body: object) =>
  fetch(`${server.address}/v1/datasets/d/query`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  }).then((answer) => answer.arrayBuffer())
for (const [name, body, sql] of [
  [
    'filtered count',
    () => ({ filter: { Price__gte: (price += 1), Town__exact: 'LEEDS' }, measures: ['count'] }),
    () => `select count(*) from ${table} where price >= ${(price += 1)} and town = 'LEEDS'`,
  ],
  [
    'group by town with mean price',
    () => ({ filter: { Price__gte: (price += 1) }, group: ['Town'], measures: ['count', 'avg:Price'] }),
    () => `select town, count(*), avg(price) from ${table} where price >= ${(price += 1)} group by town`,
  ],
] as const) {
  const pairs: Array<{ own: number; http: number }> = []
  for (let pair = 0; pair < PAIRS; pair += 1)
    pairs.push({ own: await taken(() => engine.runAndReadAll(sql())), http: await taken(() => ask(body())) })
  const ratio = median(pairs.map(({ own, http }) => http / own))
  lines.push(
    `${name}: DuckDB ${median(pairs.map(({ own }) => own)).toFixed(0)} ms, over HTTP ${median(pairs.map(({ http }) => http)).toFixed(0)} ms, median ratio of ${PAIRS} pairs ${ratio.toFixed(2)} (target 1.25)`,
  )
}

const idle = memoryMb('VmRSS')
lines.push(`server before the exports: ${idle} MB`)
for (const [name, ending, copy, goal] of [
  ['CSV', 'csv', '(format csv)', '0.7'],
  ['Parquet', 'parquet', '(format parquet, compression zstd, row_group_size 61440)', '0.8'],
] as const) {
  const pairs: Array<{ own: number; http: number }> = []
  resetPeak()
  for (let run = 0; run < EXPORTS; run += 1) {
    const own = await taken(() => engine.run(`copy (select * from ${table}) to '${target}' ${copy}`))
    rmSync(target, { force: true })
    pairs.push({ own, http: await fetched(ending) })
  }
  lines.push(
    `whole table as ${name}: COPY to a file ${seconds(median(pairs.map(({ own }) => own)))}, over HTTP into a file ${seconds(median(pairs.map(({ http }) => http)))}, ${median(pairs.map(({ own, http }) => own / http)).toFixed(2)} of COPY's speed in the median of ${EXPORTS} pairs (target ${goal}); server's peak memory ${memoryMb('VmHWM')} MB`,
  )
}
if (ROWS <= 2_000_000) {
  resetPeak()
  const before = memoryMb('VmRSS')
  const ms = await fetched('ods')
  lines.push(`whole table as ODS: ${seconds(ms)}; server ${before} MB before it, peak ${memoryMb('VmHWM')} MB (target: 150 MB more)`)
}
await server.stop()
saveResult(ROWS === 1_000_000 ? 'scans' : `scans-${ROWS}`, [
  `${ROWS.toLocaleString('en-GB')} rows by 16 columns; 2 threads, 256 MB for the engine`,
  ...lines,
])
