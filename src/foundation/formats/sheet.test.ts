import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../kernel/index.ts'
import { clockText, decimalText, RowCollector } from './sheet.ts'
import { elapsedText, serialText, timeFormat } from './xlsx-dates.ts'

test('a number keeps its value in plain decimals', () => {
  fc.assert(
    fc.property(fc.double({ noNaN: true, noDefaultInfinity: true }), (value) => {
      const text = decimalText(String(value))
      assert.match(text, /^-?\d+(?:\.\d+)?$/)
      assert.equal(Number(text), value === 0 ? 0 : value)
    }),
  )
  assert.deepEqual(['0.10000000000000001', '1E+21', '-1.5e-7', '-0', 'n/a'].map(decimalText), [
    '0.1',
    '1000000000000000000000',
    '-0.00000015',
    '0',
    'n/a',
  ])
})

test('serial numbers become the days that both epochs mean', () => {
  assert.deepEqual(
    [0.5, 1, 59, 60, 61, 41060, 41060.75, -1, 3e6].map((serial) => serialText(serial, false)),
    ['12:00:00', '1900-01-01', '1900-02-28', '1900-02-29', '1900-03-01', '2012-05-31', '2012-05-31T18:00:00', undefined, undefined],
  )
  assert.deepEqual(
    [0, 0.25, 39598].map((serial) => serialText(serial, true)),
    ['1904-01-01', '06:00:00', '2012-05-31'],
  )
  assert.equal(elapsedText(1.5), '36:00:00')
  assert.equal(clockText(3661), '01:01:01')
})

test('a number format is one of time by its own letters, not by those in quotes, colours or currencies', () => {
  const codes = [
    'dd/mm/yyyy',
    '[$-809]d mmmm yyyy',
    'h:mm AM/PM',
    '[h]:mm',
    '0.00',
    '[Red]0.00',
    '"days" 0',
    '0.00E+00',
    '#,##0_d',
    'General',
  ]
  assert.deepEqual(
    codes.map((code) => timeFormat(200, code)),
    ['moment', 'moment', 'moment', 'elapsed', ...Array(6).fill(undefined)],
  )
  assert.deepEqual(
    [0, 14, 46, 49].map((id) => timeFormat(id)),
    [undefined, 'moment', 'elapsed', undefined],
  )
})

test('rows keep their number, lose their blank ends and stay within bounds', () => {
  const rows = new RowCollector({ maxInflatedBytes: 1, maxCells: 20 })
  rows.cell('a', 2)
  rows.cell('', 16_000)
  rows.endRow(1)
  rows.endRow(2)
  rows.seek(1)
  rows.cell('b')
  rows.endRow(2, 3)
  rows.endRow(1_000_000)
  assert.deepEqual([...rows.take()], [['a', 'a'], [], [], ['', 'b'], ['', 'b']])
  const bomb = (act: () => void) => assert.throws(act, (error) => error instanceof Problem && error.code === 'archive-bomb')
  bomb(() => rows.cell('c', 20_000))
  bomb(() => {
    rows.cell('c')
    rows.endRow(21)
  })
})
