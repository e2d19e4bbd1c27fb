import assert from 'node:assert/strict'
import { test } from 'node:test'
import { personReason } from './person.ts'

test('names of private persons are told from names of bodies', () => {
  for (const name of ['Mr J Invented', 'SMITH, J.', 'Jane Invented', 'INVENTED JANE MARY', 'J A Invented', 'Invented Mrs', 'Dr Invented'])
    assert.ok(personReason(name), name)
  for (const name of [
    'HOLLIN ASSOCIATES LLP',
    'John Lewis plc',
    'St James Hospital',
    'Thomson Reuters',
    'A & H Comms Limited',
    'CAPITA',
    'REDACTED',
    'BAE Systems',
    'Harrow Borough Council',
    'George Abbot School',
    'James Hargreaves & Sons',
    '',
    'G4S',
  ])
    assert.equal(personReason(name), undefined, name)
})
