import assert from 'node:assert/strict'
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { openColumns } from '../../../foundation/engines/duckdb/index.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import { ingestFile } from './index.ts'
import { openIngesting } from './threads.ts'

const limits = { maxInflatedBytes: 1e8, maxColumns: 4096, maxLineBytes: 1e6 }

async function engine(t: TestContext) {
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-ingest-'))
  const columns = await openColumns({ folder, threads: 1, memoryMb: 256, maxWaiting: 100 })
  const ingesting = openIngesting({ columns, data: folder })
  t.after(async () => {
    await ingesting.close()
    columns.close()
    await rm(folder, { recursive: true, force: true })
  })
  const file = async (name: string, text: string) => {
    const place = join(folder, name)
    await mkdir(place)
    await writeFile(join(place, 'source.csv'), text)
    return { path: join(place, 'source.csv'), folder: place, key: [], overrides: {} }
  }
  return { columns, ingesting, file }
}

const spending = (rows: number) =>
  `Spend over £25,000\n\nDate,Supplier,Amount\n${Array.from({ length: rows }, (_, i) => `${1 + (i % 28)}/05/2012,Firm ${i},"1,${100 + (i % 900)}.50"\n`).join('')}`

test('files read at once become the same tables as one after another', async (t) => {
  const { columns, ingesting, file } = await engine(t)
  const sizes = [5, 300, 40, 2000, 7, 900]
  const alone = []
  for (const [i, rows] of sizes.entries()) alone.push(await ingestFile(columns, await file(`alone-${i}`, spending(rows)), limits, () => {}))
  const stages = new Set<string>()
  const together = await Promise.all(
    sizes.map(async (rows, i) => ingesting.ingest(await file(`together-${i}`, spending(rows)), limits, (stage) => stages.add(stage))),
  )
  assert.deepEqual(together, alone)
  assert.deepEqual(
    together.map(({ rows }) => rows),
    sizes,
  )
  assert.ok(stages.has('profiling'))
})

test('what is refused in a thread is refused with the same problem, and the thread goes on', async (t) => {
  const { ingesting, file } = await engine(t)
  const good = await file('good', spending(2000))
  const bad = [await file('bad-0', 'a,b\n'), await file('bad-1', 'c,d\n')]
  const again = await file('again', spending(10))
  const refused = (error: unknown) => error instanceof Problem && error.code === 'file-header-only' && error.status === 422
  const [read, ...refusals] = await Promise.all([
    ingesting.ingest(good, limits, () => {}),
    ...bad.map((input) =>
      assert.rejects(
        ingesting.ingest(input, limits, () => {}),
        refused,
      ),
    ),
  ])
  assert.equal(read.rows, 2000)
  assert.equal(refusals.length, 2)
  const [first, second] = await Promise.all([good, again].map((input) => ingesting.ingest(input, limits, () => {})))
  assert.deepEqual([first?.rows, second?.rows], [2000, 10])
})
