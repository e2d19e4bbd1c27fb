/**
 * What do counts, groups and exports cost over HTTP, against the engine's own best?
 *
 * Baseline in the same run: the same questions to DuckDB in a process without a server, over the same Parquet file with the same threads and memory.
 * BENCH_DATA names a folder that another bench has filled.
 */
import { execFileSync } from 'node:child_process'
import { globSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { DuckDBInstance } from '@duckdb/node-api'
import { loadPricePaid, ROWS } from './price-paid.ts'
import { saveResult } from './result.ts'

const RUNS = 3
const server = await loadPricePaid({ SIXTEEN_CACHE_MB: '0' })
const [file] = globSync(join(server.folder, 'data/objects/versions/d/data/*/data.parquet'))
const instance = await DuckDBInstance.create(':memory:', { threads: '2', memory_limit: '256MB' })
const engine = await instance.connect()
const table = `read_parquet('${file}')`

async function best(work: () => Promise<unknown>): Promise<number> {
  const times: number[] = []
  for (let run = 0; run < RUNS; run += 1) {
    const began = performance.now()
    await work()
    times.push(performance.now() - began)
  }
  return Math.min(...times)
}

/** Peak memory of the server so far, in MB. */
const peakMb = () => Math.round(Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${server.pid}/status`, 'utf8'))?.[1]) / 1024)

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
  const own = await best(() => engine.runAndReadAll(sql()))
  const http = await best(() => ask(body()))
  lines.push(`${name}: DuckDB ${own.toFixed(0)} ms, over HTTP ${http.toFixed(0)} ms, ratio ${(http / own).toFixed(2)} (target 1.25)`)
}

const target = join(server.folder, 'out')
for (const [name, ending, copy, goal] of [
  ['CSV', 'csv', '(format csv)', '0.7'],
  ['Parquet', 'parquet', '(format parquet, compression zstd, row_group_size 61440)', '0.8'],
] as const) {
  const began = performance.now()
  await engine.run(`copy (select * from ${table}) to '${target}' ${copy}`)
  const own = performance.now() - began
  rmSync(target, { force: true })
  const asked = performance.now()
  execFileSync('curl', ['-s', '-o', target, `${server.address}/v1/datasets/d/records.${ending}`])
  const http = performance.now() - asked
  rmSync(target, { force: true })
  lines.push(
    `whole table as ${name}: COPY to a file ${(own / 1000).toFixed(1)} s, over HTTP into a file ${(http / 1000).toFixed(1)} s, ${(own / http).toFixed(2)} of COPY's speed (target ${goal}); server's peak memory so far ${peakMb()} MB`,
  )
}
if (ROWS <= 2_000_000) {
  const asked = performance.now()
  execFileSync('curl', ['-s', '-o', target, `${server.address}/v1/datasets/d/records.ods`])
  lines.push(`whole table as ODS: ${((performance.now() - asked) / 1000).toFixed(1)} s; server's peak memory so far ${peakMb()} MB`)
  rmSync(target, { force: true })
}
await server.stop()
saveResult(ROWS === 1_000_000 ? 'scans' : `scans-${ROWS}`, [
  `${ROWS.toLocaleString('en-GB')} rows by 16 columns; best of ${RUNS} for questions, one run for exports; 2 threads, 256 MB for the engine`,
  ...lines,
])
