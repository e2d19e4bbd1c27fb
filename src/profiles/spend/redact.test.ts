import assert from 'node:assert/strict'
import { test } from 'node:test'
import { rfc4180 } from '../../foundation/formats/csv.ts'
import { redactText } from './redact.ts'

const text = 'Spending\nDate,Supplier,Amount\n01/05/2012,ACME LTD,"1,000"\n02/05/2012,Mrs J Invented,30\n'

test('names of persons are taken out and everything else stays', () => {
  assert.deepEqual(redactText(text, { dialect: rfc4180, headerLine: 2, column: 1 }), {
    text: 'Spending\r\nDate,Supplier,Amount\r\n01/05/2012,ACME LTD,"1,000"\r\n02/05/2012,REDACTED,30\r\n',
    redacted: [{ row: 2, reason: 'it carries a personal title' }],
  })
})

test('rows can be named instead', () => {
  assert.deepEqual(redactText(text, { dialect: rfc4180, headerLine: 2, column: 1, rows: new Set([1]) }).redacted, [
    { row: 1, reason: 'asked for' },
  ])
})
