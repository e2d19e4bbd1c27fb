import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'

/** Size of the file; the promise is for 1,000 MB, which `MEMORY_MB=1000` runs. */
const SIZE_MB = Number(process.env.MEMORY_MB ?? 150)
const LIMIT_MB = 600

test(`publishing and exporting ${SIZE_MB} MB stays under ${LIMIT_MB} MB resident`, { timeout: 600_000 }, async (t) => {
  if (process.platform !== 'linux') return t.skip('resident memory is read from /proc')
  const data = await mkdtemp(join(tmpdir(), 'sixteen-memory-'))
  t.after(() => rm(data, { recursive: true, force: true }))
  const child = spawn(process.execPath, [join(import.meta.dirname, 'load.ts'), data, String(SIZE_MB)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const out = await Array.fromAsync(child.stdout as AsyncIterable<Buffer>)
  const { rows, exported, peakMb } = JSON.parse(Buffer.concat(out).toString()) as {
    rows: number
    exported: number[]
    peakMb: Record<string, number>
  }
  assert.deepEqual(exported, [rows, rows])
  t.diagnostic(`peak resident: ${JSON.stringify(peakMb)} MB for ${rows} rows`)
  for (const [step, mb] of Object.entries(peakMb)) assert.ok(mb < LIMIT_MB, `${step}: ${mb} MB`)
})
