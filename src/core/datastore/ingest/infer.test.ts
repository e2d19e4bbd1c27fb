import assert from 'node:assert/strict'
import { test } from 'node:test'
import { propose } from './infer.ts'
import { countTexts } from './texts.ts'

const typeOf = (name: string, texts: string[], allowedMisfits = 0) => propose(name, countTexts(texts), { allowedMisfits }).type

test('columns take the narrowest type that every text allows', () => {
  for (const [name, texts, type] of [
    ['Pupils', ['1', '20', ''], 'integer'],
    ['Amount', ['1,234.50', '(12.00)', '£3'], 'number'],
    ['Share', ['12.5%', '3%'], 'number'],
    ['Amount', ['1', '2.5'], 'number'],
    ['Date', ['31/05/2012', '01/06/2012'], 'date'],
    ['Date', ['12-Jun-12'], 'date'],
    ['Date', ['2012-06-01'], 'date'],
    ['Taken', ['2012-06-01T10:30:00Z'], 'date-time'],
    ['Date', ['01/06/2012 00:00'], 'date'],
    ['Open', ['Yes', 'no'], 'boolean'],
    ['Grade', ['Y'], 'text'],
    ['Name', ['Leeds', '12'], 'text'],
    ['URN', ['00123', '10456'], 'text'],
    ['URN', ['100123', '10456A'], 'text'],
    ['Telephone', ['2079460000'], 'text'],
    ['Ref', ['12345678901234567'], 'text'],
    ['Value', ['nan', '1'], 'text'],
    ['Code', ['1E5', '2E3', '7'], 'text'],
    ['Nothing', ['', ' '], 'text'],
  ] as const)
    assert.equal(typeOf(name, [...texts]), type, `${name}: ${texts.join(' | ')}`)
})

test('markers stand aside in measures and make an identifier text', () => {
  assert.equal(typeOf('Amount', ['1', '2', 'N/A', '..']), 'integer')
  assert.equal(typeOf('School code', ['1', '2', 'N/A']), 'text')
  assert.equal(typeOf('Amount', ['N/A', '-']), 'text')
})

test('one order of day and month serves the whole column, day first when both would do', () => {
  assert.deepEqual(propose('Date', countTexts(['03/04/2012', '05/06/2012']), { allowedMisfits: 0 }).reading, {
    patterns: ['%d/%m/%Y'],
    ambiguous: true,
  })
  assert.deepEqual(propose('Date', countTexts(['03/04/2012', '05/26/2012']), { allowedMisfits: 0 }).reading, { patterns: ['%m/%d/%Y'] })
  assert.match(propose('Date', countTexts(['03/04/2012']), { allowedMisfits: 0 }).reason, /no day above 12 proves the order/)
  assert.equal(typeOf('Date', ['13/04/2012', '05/26/2012']), 'text')
})
