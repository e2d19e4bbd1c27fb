/**
 * How many look-ups and pages a second come out of the row file over HTTP, none of them kept?
 *
 * Baseline in the same run: a bare node:http server in a process of its own that sends a page's bytes. The load comes from this
 * process, so client and server share the cores. ROWS=30000000 for the size that the targets are set for.
 */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import autocannon from 'autocannon'
import { loadPricePaid, ROWS, startProcess } from './price-paid.ts'
import { postcodeOf } from './price-paid-lines.ts'
import { saveResult } from './result.ts'

const SECONDS = Number(process.env.SECONDS ?? 8)
const server = await loadPricePaid({ SIXTEEN_CACHE_MB: '0' })
const path = '/v1/datasets/d/records'
const number = (value: number) => Math.round(value).toLocaleString('en-GB')

async function load(name: string, url: string, requests?: { path: string }[]): Promise<{ rate: number; line: string }> {
  const result = await autocannon({ url, connections: 32, duration: SECONDS, ...(requests && { requests }) })
  if (result.non2xx || result.errors) throw new Error(`${name}: ${result.non2xx} refusals, ${result.errors} errors`)
  const { average } = result.requests
  const { p50, p97_5, p99 } = result.latency
  return { rate: average, line: `${name}: ${number(average)}/s, p50 ${p50} ms, p97.5 ${p97_5} ms, p99 ${p99} ms` }
}

/** Rows all over the table, and no cache for answers. */
let at = 1
const somewhere = () => (at = (at * 48_271) % 2_147_483_647) % (ROWS - 200)
const many = (make: (row: number) => string) => Array.from({ length: 1_500 }, () => ({ path: path + make(somewhere()) }))

const page = Buffer.from(await (await fetch(`${server.address}${path}?limit=100`)).arrayBuffer())
await writeFile(join(server.folder, 'page.json'), page)
await writeFile(
  join(server.folder, 'bare.mjs'),
  `import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
const body = readFileSync('${join(server.folder, 'page.json')}')
const server = createServer((_request, response) => response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length }).end(body))
server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port))
process.on('SIGTERM', () => process.exit(0))
`,
)
const bare = await startProcess([join(server.folder, 'bare.mjs')])
const { records } = (await (await fetch(`${server.address}${path}?Postcode__exact=${encodeURIComponent(postcodeOf(5, ROWS))}`)).json()) as {
  records: unknown[]
}

await load(
  'warm',
  server.address,
  many((row) => `?Postcode__exact=${encodeURIComponent(postcodeOf(row, ROWS))}&limit=99`),
)
const runs = [
  await load('a bare node:http server sending one page of 100 rows', bare.address),
  await load(
    `rows of a postcode (about ${records.length})`,
    server.address,
    many((row) => `?Postcode__exact=${encodeURIComponent(postcodeOf(row, ROWS))}`),
  ),
  await load(
    '100 rows by row range',
    server.address,
    many((row) => `?_row__gt=${row}&_row__lte=${row + 100}`),
  ),
  await load(
    'one row of three columns by its number',
    server.address,
    many((row) => `?_row__exact=${row + 1}&columns=Price,Town,Postcode`),
  ),
]
// Cursors from all over the table, in the order of the table and by price, taken first: each is then asked for once.
const cursors: { path: string }[] = []
for (const sort of ['', '&sort=-Price'])
  for (let i = 0; i < 150; i += 1) {
    const start = sort ? `&Price__lte=${30_000 + (somewhere() % 900_000)}` : `&_row__gt=${somewhere()}`
    const answer = (await (await fetch(`${server.address}${path}?limit=100${sort}${start}`)).json()) as { page: { next: string | null } }
    if (answer.page.next) cursors.push({ path: `${path}?limit=100${sort}${start}&cursor=${answer.page.next}` })
  }
const times: number[] = []
for (const { path: each } of cursors) {
  const began = performance.now()
  await (await fetch(server.address + each)).arrayBuffer()
  times.push(performance.now() - began)
}
times.sort((a, b) => a - b)
await bare.stop()
await server.stop()
saveResult(ROWS === 1_000_000 ? 'look-ups' : `look-ups-${ROWS}`, [
  `${number(ROWS)} rows by 16 columns; a page of 100 rows is ${number(page.byteLength)} bytes; 32 connections, ${SECONDS} s each, client on the same cores`,
  `publishing ${(server.publishMs / 1000).toFixed(1)} s; row texts and first indexes ${(server.rowsMs / 1000).toFixed(1)} s after it, ${number(ROWS / (server.rowsMs / 1000))} rows/s (target 150,000)`,
  ...runs.map((run) => run.line),
  `against the bare server: look-ups ${((runs[1]?.rate ?? 0) / (runs[0]?.rate ?? 1)).toFixed(2)}, pages ${((runs[2]?.rate ?? 0) / (runs[0]?.rate ?? 1)).toFixed(2)}`,
  `${cursors.length} keyset pages all over the table, half of them by price, one after another: p50 ${times[times.length >> 1]?.toFixed(1)} ms, p95 ${times[Math.floor(times.length * 0.95)]?.toFixed(1)} ms (target 20 ms)`,
])
