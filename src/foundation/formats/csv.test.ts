import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { CsvParser, csvLine, rfc4180 } from './csv.ts'

const parse = (text: string, pieces = [text], maxRecord?: number) => {
  const parser = new CsvParser(rfc4180, maxRecord)
  return [...pieces.flatMap((piece) => parser.push(piece)), ...parser.end()]
}
const cells = (text: string) => parse(text).map((record) => record.cells)

test('the parser reads what real files hold', () => {
  for (const [text, expected] of [
    [
      'a,b\n1,2\n',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    [
      'a,b\r\n1,2',
      [
        ['a', 'b'],
        ['1', '2'],
      ],
    ],
    ['"a ""x""",b\n', [['a "x"', 'b']]],
    ['"two\nlines",b\n', [['two\nlines', 'b']]],
    ['5" pipe,b\n', [['5" pipe', 'b']]],
    ['"x"y,b\n', [['xy', 'b']]],
    [',\n', [['', '']]],
    ['', []],
  ] as const)
    assert.deepEqual(cells(text), expected)
})

test('a quote that is never closed is a letter and the rows below it survive', () => {
  const records = parse('a,b\n"x,1\ny,2\n')
  assert.deepEqual(
    records.map((record) => record.cells),
    [
      ['a', 'b'],
      ['"x', '1'],
      ['y', '2'],
    ],
  )
  assert.equal(records[1]?.brokenQuote, true)
})

test('lines are counted across quoted line ends', () => {
  assert.deepEqual(
    parse('"a\nb",1\nc,2\n').map((record) => record.line),
    [1, 3],
  )
})

test('what csvLine writes, the parser reads back, however the text is cut', () => {
  const table = fc.array(
    fc.array(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r', ' ', 'é', '1') }), { minLength: 2, maxLength: 4 }),
    { maxLength: 8 },
  )
  fc.assert(
    fc.property(table, fc.integer({ min: 1, max: 7 }), (rows, size) => {
      const text = rows.map(csvLine).join('')
      const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size))
      assert.deepEqual(
        parse(text, pieces).map((record) => record.cells),
        rows,
      )
    }),
  )
})

test('lengths of records add up to the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom('a', '"', ',', '\n', '\r') }), (text) => {
      assert.equal(
        parse(text).reduce((sum, record) => sum + record.length, 0),
        text.length,
      )
    }),
  )
})
