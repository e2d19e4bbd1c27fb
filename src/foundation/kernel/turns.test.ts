import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Shared } from './turns.ts'

test('whoever asks while the work is under way gets its answer; afterwards it is done anew', async () => {
  let runs = 0
  const work = new Shared(async () => {
    runs += 1
    await Promise.resolve()
    return runs
  })
  assert.deepEqual(await Promise.all([work.run(), work.run()]), [1, 1])
  assert.equal(await work.run(), 2)
})

test('work that fails tells all who asked, and is waited for without its error', async () => {
  const work = new Shared(() => Promise.reject(new Error('no')))
  const asked = [work.run(), work.run()]
  await work.ended()
  for (const one of asked) await assert.rejects(one, /no/)
  await work.ended()
})
