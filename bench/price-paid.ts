import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { openSixteen } from '../src/edge/compose.ts'
import { readConfig } from '../src/foundation/kernel/index.ts'
import { pricePaidLines } from './price-paid-lines.ts'

/** Rows of the generated table: a million, or as many as ROWS says; the figures are for 30 million. */
export const ROWS = Number(process.env.ROWS ?? 1_000_000)

/** A server over a data folder with the generated table as dataset `d`. */
export interface Loaded {
  address: string
  pid: number
  folder: string
  publishMs: number
  /** What making the row files took after publishing. */
  rowsMs: number
  stop(): Promise<void>
}

/** Publishes the table, waits for its row files with the postcode indexed, and serves it in a process of its own. */
export async function loadPricePaid(env: Record<string, string> = {}): Promise<Loaded> {
  // A folder named by BENCH_DATA is kept, so that several benches ask the same table.
  const kept = process.env.BENCH_DATA
  const folder = kept ?? (await mkdtemp(join(tmpdir(), 'sixteen-bench-')))
  const data = join(folder, 'data')
  if (kept && existsSync(join(data, 'store.sqlite')))
    return serve(folder, data, env, { publishMs: Number.NaN, rowsMs: Number.NaN, keep: true })
  const loading = await openSixteen(readConfig(env, { data, logLevel: 'silent', port: 0 }))
  await loading.catalogue.createPublisher({ name: 'p', title: 'P' })
  await loading.catalogue.createDataset({ name: 'd', title: 'D', publisher: 'p' })
  const began = performance.now()
  await loading.datastore.publish({
    dataset: 'd',
    source: Readable.from(pricePaidLines(ROWS)).map((text) => Buffer.from(text)),
    filename: 'd.csv',
  })
  const published = performance.now()
  await loading.datastore.rowsReady('d')
  const rowsMs = performance.now() - published
  for (const question of ['Postcode', 'Price'])
    for (let i = 0; i < 5; i += 1)
      await loading.datastore.textPage('d', {
        sort: question === 'Price' ? [{ column: 'Price', descending: true }] : [],
        ...(question === 'Postcode' && { filter: { column: 'Postcode', op: 'exact', value: 'LS1 1AA', pointer: '' } }),
        limit: 1,
      })
  await loading.datastore.rowsReady('d')
  await loading.close()
  return serve(folder, data, env, { publishMs: published - began, rowsMs, keep: kept !== undefined })
}

async function serve(
  folder: string,
  data: string,
  env: Record<string, string>,
  { keep, ...times }: { publishMs: number; rowsMs: number; keep: boolean },
): Promise<Loaded> {
  const server = await startProcess(['bin/sixteen.js', 'serve', '--data', data, '--port', '0'], env)
  return {
    address: server.address,
    pid: server.pid,
    folder,
    ...times,
    stop: async () => {
      await server.stop()
      if (!keep) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Starts a Node process that prints its address. */
export async function startProcess(
  args: string[],
  env: Record<string, string> = {},
): Promise<{ address: string; pid: number; stop: () => Promise<unknown> }> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'ignore'], env: { ...process.env, ...env } })
  const [chunk] = (await once(child.stdout, 'data')) as [Buffer]
  const exit = once(child, 'exit')
  return {
    address: /http:\/\/\S+/.exec(chunk.toString())?.[0] ?? '',
    pid: child.pid as number,
    stop: () => {
      child.kill('SIGTERM')
      return exit
    },
  }
}
