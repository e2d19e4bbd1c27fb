import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { openSixteen, type Sixteen } from '../../src/edge/compose.ts'
import { readConfig } from '../../src/foundation/kernel/index.ts'

/** Kills while publishing and serving; each is at a random moment after the start. */
const KILLS = Number(process.env.KILLS ?? 100)
const CHECK_EVERY = 10

interface Ack {
  version: string
  rows: number
}

test(`${KILLS} kills at random moments lose no acknowledged version and leave no half one`, { timeout: 600_000 }, async (t) => {
  const data = await mkdtemp(join(tmpdir(), 'sixteen-kill-'))
  t.after(() => rm(data, { recursive: true, force: true }))
  const acks = new Map<number, Ack>()
  let next = 0
  for (let kill = 1; kill <= KILLS; kill += 1) {
    next = await runAndKill(data, next, acks)
    if (kill % CHECK_EVERY === 0) await checkFolder(data, acks)
  }
  await checkFolder(data, acks)
  t.diagnostic(`${KILLS} kills, ${acks.size} acknowledged versions, none lost`)
  assert.ok(acks.size >= KILLS / 4, `only ${acks.size} publications were acknowledged between kills`)
})

/** Starts the publisher, kills it up to 300 ms after it is ready, and notes what it acknowledged. Answers the next batch number. */
function runAndKill(data: string, first: number, acks: Map<number, Ack>): Promise<number> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [join(import.meta.dirname, 'publisher.ts'), data, String(first)], {
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let errors = ''
    let armed = false
    child.stderr.on('data', (chunk) => {
      errors += chunk
    })
    child.stdout.on('data', (chunk) => {
      out += chunk
      if (!armed && out.includes('ready')) {
        armed = true
        setTimeout(() => child.kill('SIGKILL'), Math.random() * 300)
      }
    })
    child.on('exit', (code, signal) => {
      if (signal !== 'SIGKILL') return reject(new Error(`the publisher ended by itself (${code}): ${errors}`))
      let last = first
      for (const [, n, version, rows] of out.matchAll(/^ack (\d+) (\S+) (\d+)\n/gm)) {
        acks.set(Number(n), { version: version as string, rows: Number(rows) })
        last = Number(n) + 1
      }
      // The batch that was under way may or may not have been made; its number is not used again.
      resolve(last + 1)
    })
  })
}

/** Every acknowledged version is whole and readable; nothing unfinished is left after a start. */
async function checkFolder(data: string, acks: Map<number, Ack>): Promise<void> {
  const sixteen = await openSixteen(readConfig({}, { data, logLevel: 'silent', port: 0 }))
  try {
    const known = new Map((await sixteen.datastore.versions('d').catch(() => [])).map((manifest) => [manifest.version, manifest]))
    for (const [n, { version, rows }] of acks) {
      const manifest = known.get(version)
      assert.ok(manifest, `version ${version} of batch ${n} was acknowledged and is lost`)
      assert.equal(manifest.rows, rows)
    }
    await readAll(sixteen, [...acks].slice(-3))
    assert.deepEqual(await readdir(join(data, 'objects', 'work')), [])
    assert.equal((await readdir(join(data, 'objects', 'versions', 'd', 'data')).catch(() => [])).length, known.size)
  } finally {
    await sixteen.close()
  }
}

async function readAll(sixteen: Sixteen, acks: [number, Ack][]): Promise<void> {
  for (const [n, { version, rows }] of acks) {
    const { records, page } = await sixteen.datastore.page('d', { sort: [], limit: 1000, version })
    assert.deepEqual(
      [page.total, records.length, new Set(records.map((record) => record.batch)).size, records[0]?.batch],
      [rows, rows, 1, n],
    )
  }
}
