import assert from 'node:assert/strict'
import { test } from 'node:test'
import { fixedClock } from '../../src/foundation/kernel/index.ts'
import { newSixteen } from '../support/sixteen.ts'

test('the page of other catalogues says of each when it came, what was wrong and when it comes next', async (t) => {
  const clock = fixedClock('2026-05-10T12:00:00Z')
  const sixteen = await newSixteen(t, {}, { clock })
  const app = await sixteen.app()
  const page = async () => (await app.inject({ url: '/harvest', headers: { accept: 'text/html' } })).body
  assert.match(await page(), /No other catalogue is pulled in/)
  await sixteen.harvest.putSource('roads', { url: 'http://127.0.0.1:1/', kind: 'ckan', title: 'Roads agency', everyHours: 24 })
  await sixteen.harvest.ended((await sixteen.harvest.start('roads')).id)
  const body = await page()
  assert.match(body, /Roads agency/)
  assert.match(body, /status--bad">Failed/)
  assert.match(body, /127\.0\.0\.1 is a private address/)
  const { sources } = (await app.inject('/v1/harvest/sources')).json<{ sources: Array<{ next: string }> }>()
  assert.equal(sources[0]?.next, '2026-05-11T12:00:00.000Z')
})
