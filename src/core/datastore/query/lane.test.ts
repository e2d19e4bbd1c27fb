import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../../../foundation/kernel/index.ts'
import { Lane } from './lane.ts'

const isBusy = (error: unknown) => error instanceof Problem && error.code === 'busy'

test('only so many are on a lane at once, the rest wait in order, and too many are told to come back', async () => {
  const lane = new Lane(2, 1)
  const order: string[] = []
  const leave = [await lane.enter(), await lane.enter()]
  const third = lane.run(async () => void order.push('third'))
  await assert.rejects(lane.enter(), (error) => isBusy(error) && (error as Problem).fields.retryAfter === 5)
  assert.equal(order.length, 0)
  leave[0]?.()
  leave[0]?.() // once is once
  await third
  assert.deepEqual(order, ['third'])
  await lane.run(async () => void order.push('fourth'))
  assert.deepEqual(order, ['third', 'fourth'])
})

test('who goes away while waiting takes no place', async () => {
  const lane = new Lane(1, 5)
  const leave = await lane.enter()
  const gone = new AbortController()
  const waiting = lane.enter(gone.signal)
  gone.abort()
  await assert.rejects(waiting, isBusy)
  leave()
  assert.equal(await lane.run(async () => 'free'), 'free')
})

test('a stream holds its place until it is read or left, whatever happens to it', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.record({ items: fc.nat({ max: 4 }), taken: fc.nat({ max: 5 }), fails: fc.boolean() }), { maxLength: 8 }),
      async (streams) => {
        const lane = new Lane(2, 100)
        await Promise.all(
          streams.map(async ({ items, taken, fails }) => {
            let seen = 0
            const source = async function* () {
              for (let i = 0; i < items; i += 1) yield i
              if (fails) throw new Error('broken')
            }
            try {
              for await (const _ of lane.stream(source)) if (++seen >= taken) break
            } catch (error) {
              assert.equal((error as Error).message, 'broken')
            }
          }),
        )
        const both = [await lane.enter(), await lane.enter()]
        for (const leave of both) leave()
      },
    ),
  )
})

test('work in the background waits until a lane is quiet, and not for ever', async () => {
  const lane = new Lane(2, 5)
  await lane.quiet(60_000) // nobody was ever there
  const leave = await lane.enter()
  let quiet = false
  const waiting = lane.quiet(60_000).then(() => (quiet = true))
  await lane.quiet(10)
  assert.equal(quiet, false)
  leave()
  await lane.quiet(1)
  assert.equal(quiet, false)
  await waiting
})
