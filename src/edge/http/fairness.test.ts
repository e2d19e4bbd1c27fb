import assert from 'node:assert/strict'
import { test } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { newSixteen, publishText } from '../../../test/support/sixteen.ts'

test('who asks more in a second than their share is told when to come back; the operator is not', async (t) => {
  const sixteen = await newSixteen(t, { actorPerSecond: 2, cacheMb: 0 })
  await publishText(sixteen, 'towns', 'a\n1\n')
  const app = await sixteen.app()
  const { secret } = await sixteen.access.createToken('cabinet-office', 'test')
  const get = (headers: Record<string, string> = {}) => app.inject({ url: '/v1/datasets/towns/records', headers })
  const statuses: number[] = []
  for (let i = 0; i < 6; i += 1) statuses.push((await get()).statusCode)
  assert.deepEqual(statuses.slice(0, 4), [200, 200, 200, 200])
  const refused = await get()
  assert.deepEqual([refused.statusCode, refused.headers['retry-after'], refused.json<{ code: string }>().code], [429, '1', 'rate-limited'])
  assert.equal((await get({ authorization: `Bearer ${secret}` })).statusCode, 200)
})

test('requests of one actor beyond those answered at once are refused, and places come back', async (t) => {
  const sixteen = await newSixteen(t, { actorAtOnce: 2, cacheMb: 0 })
  await publishText(sixteen, 'towns', 'a\n1\n')
  const app = await sixteen.app()
  for (let round = 0; round < 2; round += 1) {
    const answers = await Promise.all(Array.from({ length: 5 }, () => app.inject('/v1/datasets/towns/records')))
    assert.deepEqual(answers.map((answer) => answer.statusCode).sort(), [200, 200, 429, 429, 429])
    await setTimeout(10)
  }
})
