import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { ByteCache, capped, decodeCursor, Events, encodeCursor, newId, Problem, readConfig, slugify, Turns, toProblem } from './index.ts'

const isProblem = (code: string) => (error: unknown) => error instanceof Problem && error.code === code

test('any position survives its cursor, and any other text is refused', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (position) => assert.deepEqual(decodeCursor(encodeCursor(position)), JSON.parse(JSON.stringify(position)))),
  )
  for (const text of ['', '!', 'abc', 'a'.repeat(9000)]) assert.throws(() => decodeCursor(text), isProblem('cursor-invalid'))
})

test('names for addresses are plain, short and keep large numbers together', () => {
  for (const [title, name] of [
    ['Spend over £25,000, May 2012', 'spend-over-25000-may-2012'],
    ['Café & Bar', 'cafe-and-bar'],
    ["Attorney General's Office", 'attorney-generals-office'],
    ['  —  ', ''],
    ['a'.repeat(100), 'a'.repeat(80)],
  ] as const)
    assert.equal(slugify(title), name)
})

test('identifiers sort by the time they were made', () => {
  assert.ok(newId(1_000) < newId(2_000))
  assert.match(newId(), /^[0-9a-z]{26}$/)
})

test('the cache never holds more than its bytes and drops the longest unused', () => {
  const cache = new ByteCache<number>(100)
  for (let i = 0; i < 5; i += 1) cache.set(`k${i}`, i, 25)
  assert.deepEqual([cache.get('k0'), cache.get('k1'), cache.get('k4'), cache.bytes], [undefined, 1, 4, 100])
  cache.set('k5', 5, 25)
  assert.deepEqual([cache.get('k2'), cache.get('k1')], [undefined, 1])
  cache.set('large', 9, 26)
  assert.equal(cache.get('large'), undefined)
})

test('a listener that fails is reported and stops nobody', () => {
  const errors: string[] = []
  const events = new Events<{ happened: number }>((error, name) => errors.push(`${name}: ${(error as Error).message}`))
  const seen: number[] = []
  events.on('happened', () => {
    throw new Error('broken')
  })
  const stop = events.on('happened', (n) => void seen.push(n))
  events.emit('happened', 1)
  stop()
  events.emit('happened', 2)
  assert.deepEqual([seen, errors], [[1], ['happened: broken', 'happened: broken']])
})

test('settings come from overrides, then the environment, then their defaults, and are checked', () => {
  const config = readConfig({ SIXTEEN_PORT: '1700', SIXTEEN_DATA: '/somewhere', SIXTEEN_HOST: '' }, { data: 'here' })
  assert.deepEqual([config.port, config.data, config.host], [1700, 'here', '127.0.0.1'])
  assert.throws(() => readConfig({ SIXTEEN_PORT: 'high' }), isProblem('configuration-invalid'))
  assert.throws(() => readConfig({}, { port: 70_000 }), isProblem('configuration-invalid'))
})

test('bytes past the limit are refused', async () => {
  async function* source() {
    yield new Uint8Array(6)
    yield new Uint8Array(6)
  }
  await assert.rejects(Array.fromAsync(capped(source(), 10)), isProblem('body-too-large'))
  assert.equal((await Array.fromAsync(capped(source(), 12))).length, 2)
})

test('an unknown failure becomes a problem without its details, a full disk its own', () => {
  assert.equal(JSON.stringify(toProblem(new Error('secret path')).toBody()).includes('secret'), false)
  assert.equal(toProblem(Object.assign(new Error('x'), { code: 'ENOSPC' })).code, 'storage-full')
})

test('work of one key goes on in turn, past what fails, and other keys do not wait', async () => {
  const turns = new Turns<string>()
  const order: string[] = []
  let go = () => {}
  const held = new Promise<void>((resolve) => (go = resolve))
  const first = turns.take('a', async () => {
    await held
    order.push('a1')
    throw new Error('a1')
  })
  const second = turns.take('a', () => void order.push('a2'))
  await turns.take('b', () => void order.push('b1'))
  go()
  await assert.rejects(first, /a1/)
  await second
  assert.deepEqual(order, ['b1', 'a1', 'a2'])
})
