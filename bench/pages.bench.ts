/**
 * How many pages a second does the data API serve over HTTP, kept ready and not?
 *
 * Baseline in the same run: a bare node:http server in a process of its own that sends the same bytes. The load comes from this
 * process, so client and server share the cores, in both.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import autocannon from 'autocannon'
import { openSixteen } from '../src/edge/compose.ts'
import { readConfig } from '../src/foundation/kernel/index.ts'
import { saveResult } from './result.ts'
import { spendLines } from './spend-lines.ts'

const SECONDS = Number(process.env.SECONDS ?? 5)
const folder = await mkdtemp(join(tmpdir(), 'sixteen-bench-'))
const data = join(folder, 'data')

const loading = await openSixteen(readConfig({}, { data, logLevel: 'silent', port: 0 }))
await loading.catalogue.createPublisher({ name: 'p', title: 'P' })
await loading.catalogue.createDataset({ name: 'd', title: 'D', publisher: 'p' })
const { manifest } = await loading.datastore.publish({
  dataset: 'd',
  source: Readable.from(spendLines(160e6)).map((text) => Buffer.from(text)),
  filename: 'd.csv',
})
await loading.close()

async function start(args: string[]): Promise<{ address: string; stop: () => Promise<unknown> }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'] })
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
  const exit = once(child, 'exit')
  return {
    address: /http:\/\/\S+/.exec(chunk.toString())?.[0] ?? '',
    stop: () => {
      child.kill('SIGTERM')
      return exit
    },
  }
}

async function load(url: string, more: object = {}): Promise<{ rate: number; p99: number }> {
  const result = await autocannon({ url, connections: 16, duration: SECONDS, ...more })
  if (result.non2xx || result.errors)
    throw new Error(`${url}: ${result.non2xx} refusals (${Object.keys(result.statusCodeStats ?? {})}), ${result.errors} errors`)
  return { rate: result.requests.average, p99: result.latency.p99 }
}

const server = await start(['bin/sixteen.js', 'serve', '--data', data, '--port', '0'])
const path = '/v1/datasets/d/records?limit=100'
const body = Buffer.from(await (await fetch(server.address + path)).arrayBuffer())
await writeFile(join(folder, 'body.json'), body)
await writeFile(
  join(folder, 'bare.mjs'),
  `import { createServer } from 'node:http'
import { readFileSync } from 'node:fs'
const body = readFileSync('${join(folder, 'body.json')}')
const server = createServer((_request, response) => response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length }).end(body))
server.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + server.address().port))
process.on('SIGTERM', () => process.exit(0))
`,
)
const bare = await start([join(folder, 'bare.mjs')])

await load(server.address + path)
const pairs: Array<{ bare: number; cached: number }> = []
for (let run = 0; run < 3; run += 1)
  pairs.push({ bare: (await load(`${bare.address}/`)).rate, cached: (await load(server.address + path)).rate })
const ratio = pairs.map((pair) => pair.cached / pair.bare).sort((a, b) => a - b)[1] as number

/** Until the rows are beside the columns: before, sixteen such pages at a time are more than one asker may have under way. */
async function rowsBuilt(): Promise<void> {
  for (let tries = 0; tries < 600; tries += 1) {
    const explained = await fetch(
      `${server.address}/v1/datasets/d/records?limit=100&_row__gt=${tries}&_row__lte=${tries + 100}&explain=true`,
    )
    if (((await explained.json()) as { engine?: string }).engine === 'rows') return
    await new Promise((resolve) => setTimeout(resolve, 500))
  }
  throw new Error('the rows were not built in five minutes')
}

await rowsBuilt()
// Pages all over the table, each asked for once: nothing kept can answer them.
let n = 0
const requests = Array.from({ length: 5000 }, () => ({
  path: `/v1/datasets/d/records?limit=100&_row__gt=${(n = (n + 7919) % (manifest.rows - 200))}&_row__lte=${n + 100}`,
}))
const uncached = await load(server.address, { requests })

saveResult('pages', [
  `${manifest.rows.toLocaleString('en-GB')} rows by 12 columns; a page of 100 rows is ${body.length.toLocaleString('en-GB')} bytes; 16 connections, ${SECONDS} s each, client on the same cores`,
  ...pairs.map(
    (pair, i) =>
      `run ${i + 1}: bare node:http ${Math.round(pair.bare).toLocaleString('en-GB')} pages/s, cached page ${Math.round(pair.cached).toLocaleString('en-GB')} pages/s, ratio ${(pair.cached / pair.bare).toFixed(2)}`,
  ),
  `median ratio ${ratio.toFixed(2)} (target 0.7)`,
  `the first page without filter, as anyone asks for it: ${Math.round(pairs[1]?.cached ?? 0).toLocaleString('en-GB')} pages/s (target 2,000)`,
  `pages by row range all over the table, none kept: ${Math.round(uncached.rate).toLocaleString('en-GB')} pages/s, p99 ${uncached.p99} ms`,
])
await Promise.all([server.stop(), bare.stop()])
await rm(folder, { recursive: true, force: true })
