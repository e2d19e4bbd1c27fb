import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { displayCode, newCode, readCode } from './format.ts'

const letter = fc.constantFrom(...'ABCDEFGHJKMNPQRSTVWXYZ')
const code = letter.map(newCode)

test('a code reads back however it is typed', () => {
  for (const typed of ['W-0000-0000-000', 'W00000000000', 'not a code', '', 'W-7K3F-9QXM-2TBU']) assert.equal(readCode(typed), undefined)
  fc.assert(
    fc.property(code, fc.constantFrom('', ' ', '-', '–', ' - '), fc.boolean(), (made, between, lower) => {
      const spread = displayCode(made)
        .replaceAll('-', between)
        .replaceAll('0', lower ? 'o' : '0')
        .replaceAll('1', lower ? 'l' : 'I')
      assert.equal(readCode(lower ? spread.toLowerCase() : spread), made)
    }),
  )
})

test('a wrong symbol is noticed, and two neighbours exchanged, but for 0 and Z', () => {
  const symbols = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  fc.assert(
    fc.property(code, fc.nat(12), fc.constantFrom(...symbols), (made, at, symbol) => {
      const wrong = made.slice(0, at) + symbol + made.slice(at + 1)
      const blind = [made[at]!, symbol].every((one) => '0Z'.includes(one))
      assert.equal(readCode(wrong), wrong === made || (blind && at < 12) ? wrong : undefined)
    }),
  )
  fc.assert(
    fc.property(code, fc.nat(10), (made, at) => {
      const [a, b] = [made[at]!, made[at + 1]!]
      const exchanged = made.slice(0, at) + b + a + made.slice(at + 2)
      assert.equal(readCode(exchanged), a === b || [a, b].every((one) => '0Z'.includes(one)) ? exchanged : undefined)
    }),
  )
})

test('codes are spread over all symbols', () => {
  const seen = new Set(Array.from({ length: 400 }, () => newCode('H')).flatMap((made) => [...made.slice(1, 12)]))
  assert.equal(seen.size, 32)
})
