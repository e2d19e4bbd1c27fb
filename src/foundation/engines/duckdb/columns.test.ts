import assert from 'node:assert/strict'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { Problem } from '../../kernel/problem.ts'
import { openColumns } from './index.ts'

async function engine(t: TestContext, maxWaiting = 10) {
  const folder = await mkdtemp(join(tmpdir(), 'sixteen-columns-'))
  const columns = await openColumns({ folder, threads: 1, memoryMb: 128, maxWaiting, connections: 1 })
  t.after(async () => {
    columns.close()
    await rm(folder, { recursive: true, force: true })
  })
  return { columns, folder }
}

const slow = { text: 'select sum(a.range * b.range) as total from range(100000) a, range(100000) b' }
const isProblem = (code: string) => (error: unknown) => error instanceof Problem && error.code === code

test('values come as JSON would carry them', async (t) => {
  const { columns } = await engine(t)
  const text =
    "select 1::bigint as whole, 9007199254740993::bigint as large, 1.50::decimal(18,2) as exact, date '2012-05-31' as day, timestamp '2012-05-31 10:30:00' as time, true as truth, null as nothing, [1, 2] as list"
  assert.deepEqual(await columns.rows({ text }), [
    {
      whole: 1,
      large: '9007199254740993',
      exact: 1.5,
      day: '2012-05-31',
      time: '2012-05-31T10:30:00',
      truth: true,
      nothing: null,
      list: [1, 2],
    },
  ])
})

test('a statement past its time or without its client is stopped with the reason', async (t) => {
  const { columns } = await engine(t)
  await assert.rejects(columns.rows(slow, { timeoutMs: 100 }), isProblem('query-too-complex'))
  await assert.rejects(columns.rows(slow, { signal: AbortSignal.timeout(100) }), isProblem('busy'))
  assert.deepEqual(await columns.rows({ text: 'select 1 as one' }), [{ one: 1 }])
})

test('a full queue refuses readers and never the patient', async (t) => {
  const { columns } = await engine(t, 1)
  const running = columns.rows(slow, { timeoutMs: 300 }).catch(() => 'stopped')
  const waiting = columns.rows({ text: 'select 1 as one' })
  await assert.rejects(columns.rows({ text: 'select 2 as two' }), isProblem('busy'))
  assert.deepEqual(await columns.patient.rows({ text: 'select 3 as three' }), [{ three: 3 }])
  assert.deepEqual([await running, await waiting], ['stopped', [{ one: 1 }]])
})

test('statements reach the folder and nothing else, and cannot change that', async (t) => {
  const { columns, folder } = await engine(t)
  await writeFile(join(folder, 'in.csv'), 'a\n1\n')
  assert.deepEqual(await columns.rows({ text: `select * from read_csv('${join(folder, 'in.csv')}')` }), [{ a: 1 }])
  for (const text of [
    "select * from read_csv('/etc/passwd')",
    "copy (select 1) to '/tmp/sixteen-out.csv'",
    'set enable_external_access = true',
    "select * from read_text('/etc/hostname')",
    "attach '/tmp/x.db'",
    'install spatial',
  ])
    await assert.rejects(columns.rows({ text }), /Permission|lock|disabled|not allowed|configuration/i, text)
})
