import assert from 'node:assert/strict'
import { mkdtemp, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import fc from 'fast-check'
import { openColumns, quoteText } from './index.ts'

test('texts of every length come as the bytes they are, in order, whatever else is read meanwhile', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-blocks-'))
  const columns = await openColumns({ folder, threads: 2, memoryMb: 128, maxWaiting: 4 })
  t.after(async () => {
    columns.close()
    await rm(folder, { recursive: true })
  })
  const read = async (text: string) => {
    const parts: Uint8Array[] = []
    let rows = 0
    for await (const block of columns.blocks({ text })) {
      parts.push(block.bytes)
      rows += block.rows
    }
    return { text: Buffer.concat(parts).toString(), rows }
  }
  const numbers = Array.from({ length: 10_000 }, (_, i) => i)
  assert.deepEqual(await read(`select repeat('é', i % 40) || i || chr(10) as t from range(10000) r(i)`), {
    text: numbers.map((i) => `${'é'.repeat(i % 40)}${i}\n`).join(''),
    rows: 10_000,
  })
  assert.deepEqual(await read(`select 'x' as t where false`), { text: '', rows: 0 })
  assert.deepEqual(await read(`select 'short' as t`), { text: 'short', rows: 1 })
  await assert.rejects(read('select 1 as t'), /holds no texts/)
  await fc.assert(
    fc.asyncProperty(
      fc.array(
        fc.string({ unit: 'grapheme', maxLength: 60 }).map((text) => text.replaceAll('\0', '')),
        { minLength: 1, maxLength: 50 },
      ),
      async (texts) => {
        const found = await read(`select unnest([${texts.map(quoteText).join(', ')}]) as t`)
        assert.deepEqual(found, { text: texts.join(''), rows: texts.length })
      },
    ),
    { numRuns: 60 },
  )
})

test('the bindings are those that the engine’s API stands on: two of them would read each other’s memory', () => {
  const here = createRequire(import.meta.url)
  const api = createRequire(here.resolve('@duckdb/node-api'))
  assert.equal(here.resolve('@duckdb/node-bindings'), api.resolve('@duckdb/node-bindings'))
})
