import assert from 'node:assert/strict'
import { test } from 'node:test'
import { begun } from './streams.ts'

test('items that have begun come whole and in order, fail at their beginning, and are let go even where none was taken', async () => {
  let ended = 0
  async function* items(fail = false) {
    try {
      if (fail) throw new Error('too much to do')
      yield* [1, 2, 3]
    } finally {
      ended += 1
    }
  }
  const taken: number[] = []
  for await (const item of await begun(items())) taken.push(item)
  assert.deepEqual([taken, ended], [[1, 2, 3], 1])
  await assert.rejects(begun(items(true)), /too much to do/)
  const untouched = await begun(items())
  await untouched.return(undefined)
  assert.equal(ended, 3)
  for await (const item of await begun(items())) if (item === 1) break
  assert.equal(ended, 4)
})
