import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { openStore } from '../../../foundation/engines/sqlite/index.ts'
import { fixedClock, type Problem } from '../../../foundation/kernel/index.ts'
import { sha256 } from '../../../foundation/merkle/index.ts'
import { openRegisters } from '../index.ts'
import { shaName } from '../log/leaf.ts'
import type { HashedCommand } from './hashed.ts'
import { pack, unpack } from './packed.ts'
import { verifyRsf } from './verify.ts'

const newRegisters = () => openRegisters({ store: openStore(':memory:'), clock: fixedClock('2026-11-24T12:00:00Z') })

/** Two lines for each entry, each name with a letter that takes two bytes. */
function entries(count: number): string[] {
  return Array.from({ length: count }, (_none, at) => {
    const json = `{"name":"Thing ${at} é ${'x'.repeat(2_400)}","thing":"${at}"}`
    return `add-item\t${json}\nappend-entry\tuser\t${at}\t2016-04-05T13:23:05Z\t${shaName(sha256(json))}\n`
  })
}

/** The text in chunks that end anywhere, in the middle of letters too. */
async function* chunks(text: string, bytes: number): AsyncGenerator<Uint8Array> {
  const all = Buffer.from(text)
  for (let at = 0; at < all.length; at += bytes) yield all.subarray(at, at + bytes)
}

test('a long file is read in a thread beside the one that writes, and has the root that the verifier finds', async () => {
  const text = entries(4_000).join('')
  const { root } = await verifyRsf(chunks(text, 70_001))
  const registers = newRegisters()
  const loaded = await registers.load('thing', chunks(`${text}assert-root-hash\t${root}\n`, 70_001))
  assert.deepEqual([loaded.size, loaded.lines, shaName(loaded.root)], [4_000, 8_001, root])
  // What follows counts on from there.
  const more = entries(8_000).slice(4_000).join('')
  const whole = await verifyRsf(chunks(text + more, 300_000))
  assert.equal(shaName((await registers.load('thing', chunks(more, 50_000))).root), whole.root)
})

test('what is wrong far into a long file is told with its line, and nothing is left behind', async () => {
  const lines = entries(4_000)
  lines[3_500] = 'add-item\t{"b": 1}\n'
  const registers = newRegisters()
  await assert.rejects(registers.load('thing', chunks(lines.join(''), 65_536)), (error: Problem) => {
    assert.deepEqual([error.fields['issue'], error.fields['line']], ['rsf-not-canonical-json', 7_001])
    return true
  })
  assert.deepEqual(registers.names(), [])
})

test('a line that never ends is refused after 16 megabytes', async () => {
  async function* endless(): AsyncGenerator<Uint8Array> {
    for (;;) yield Buffer.alloc(1 << 20, 'a')
  }
  await assert.rejects(newRegisters().load('thing', endless()), (error: Problem) => {
    assert.deepEqual([error.fields['issue'], error.fields['line']], ['rsf-line-too-long', 1])
    return true
  })
})

test('commands come out of the thread as they went in', () => {
  const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => Buffer.from(bytes))
  const command = fc.oneof(
    fc.record({ command: fc.constant('assert-root-hash' as const), hash }),
    fc.record({ command: fc.constant('add-item' as const), json: fc.string(), hash }),
    fc
      .record({
        command: fc.constant('append-entry' as const),
        log: fc.constantFrom('user' as const, 'system' as const),
        key: fc.string(),
        timestamp: fc.string(),
        items: fc.array(hash, { maxLength: 3 }),
        leaf: hash,
      })
      .map(({ leaf, ...entry }) => (entry.log === 'user' ? { ...entry, leaf } : entry)),
  )
  fc.assert(
    fc.property(fc.array(command), (commands) => {
      const lined = commands.map((one, at) => ({ ...one, line: 7 + at })) as HashedCommand[]
      assert.deepEqual(unpack(structuredClone(pack(lined))), lined)
    }),
  )
})
