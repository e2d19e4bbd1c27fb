import assert from 'node:assert/strict'
import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import type { Columns } from '../duckdb/index.ts'
import { buildRows } from './build.ts'
import { openRowFile } from './reader.ts'

/** Gives the rows from a place on, and ends after `most` of them as if there were no more. */
function ending(most: number): Columns {
  async function* blocks({ values }: { values?: readonly unknown[] }) {
    const from = Number(values?.[0] ?? 0)
    const texts = Array.from({ length: Math.min(most, 10 - from) }, (_none, at) => `{"n":${from + at}}\n`)
    yield { bytes: Buffer.from(texts.join('')), rows: texts.length }
  }
  return { blocks } as unknown as Columns
}

test('rows that end too soon make no row file, and the next build goes on from them', async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-rows-'))
  t.after(() => rm(folder, { recursive: true, force: true }))
  const task = { folder: join(folder, 'rows'), rows: 10, texts: '', indexes: [], maxBytes: 1e9 }
  await assert.rejects(buildRows(ending(4), task), /4 of 10 rows came/)
  assert.equal(existsSync(join(task.folder, 'texts.sqlite')), false)
  assert.equal(openRowFile(task.folder, 10), undefined)
  assert.equal(await buildRows(ending(100), task), 'done')
  assert.equal(openRowFile(task.folder, 10)?.run(3, 2).toString(), '{"n":3},\n{"n":4}')
  assert.equal(openRowFile(task.folder, 11), undefined)
  assert.equal(existsSync(join(task.folder, 'texts.sqlite')), false)
})
