import assert from 'node:assert/strict'
import { test } from 'node:test'
import { openStore } from '../../foundation/engines/sqlite/index.ts'
import { fixedClock } from '../../foundation/kernel/index.ts'
import { openRegisters } from './index.ts'

async function* bytes(text: string): AsyncGenerator<Uint8Array> {
  const all = Buffer.from(text)
  for (let at = 0; at < all.length; at += 7) yield all.subarray(at, at + 7)
}

test('a table of codes becomes a register, and a later one appends what is new or differs', async () => {
  const registers = openRegisters({ store: openStore(':memory:'), clock: fixedClock('2026-11-24T12:00:00Z') })
  const table = '\uFEFFCode;Name;Replaced by;End date\r\nA;"Ålpha; first";;\r\nB;Beta;A;2020-01-01\r\n\r\n'
  assert.equal(await registers.loadCsv('greek', bytes(table), { title: 'Letters' }), 2)
  assert.deepEqual(registers.codes.lookup('greek', 'A').properties, { greek: 'A', name: 'Ålpha; first' })
  assert.deepEqual(registers.codes.lookup('greek', 'B').replacedBy, [{ register: 'greek', code: 'A' }])
  assert.equal(await registers.loadCsv('greek', bytes(table)), 0)
  assert.equal(await registers.loadCsv('greek', bytes('greek,name\nC,Gamma\n')), 1)
  assert.deepEqual([registers.summary('greek').entries, registers.summary('greek').title], [3, 'Letters'])
  await assert.rejects(registers.loadCsv('greek', bytes('greek,name\nA,Something else altogether\n')), { code: 'register-change-refused' })
  await assert.rejects(registers.loadCsv('other', bytes('a,b\n1,2\n'), { key: 'c' }), { code: 'register-change-refused' })
  await assert.rejects(registers.loadCsv('other', bytes('a,b\n,2\n')), { code: 'register-change-refused' })
  assert.deepEqual(registers.names(), ['greek'])
})
