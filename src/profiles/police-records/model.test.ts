import assert from 'node:assert/strict'
import { test } from 'node:test'
import { isCautionSpent, monthsLater, type Outcome, spentFrom } from './model.ts'

const outcome = (disposal: string, months: number | null = null, date = '2020-01-31'): Outcome => ({
  date,
  offence: 'Invented',
  court: null,
  disposal,
  months,
})

test('a conviction of an adult is spent when the Act says so', () => {
  for (const [disposal, months, from] of [
    ['imprisonment', 6, '2021-07-31'],
    ['imprisonment', 12, '2022-01-31'],
    ['imprisonment', 13, '2025-02-28'],
    ['imprisonment', 48, '2028-01-31'],
    ['imprisonment', 49, undefined],
    ['suspended sentence', 12, '2022-01-31'],
    ['community order', 18, '2021-07-31'],
    ['community order', null, '2022-01-31'],
    ['conditional discharge', 1, '2020-02-29'],
    ['fine', null, '2021-01-31'],
    ['absolute discharge', null, '2020-01-31'],
    ['something new', null, undefined],
  ] as const)
    assert.equal(spentFrom(outcome(disposal, months)), from, `${disposal} ${months}`)
})

test('cautions are spent at once, or after three months with conditions', () => {
  assert.equal(isCautionSpent(outcome('simple caution'), '2020-01-31'), true)
  assert.equal(isCautionSpent(outcome('conditional caution'), '2020-04-29'), false)
  assert.equal(isCautionSpent(outcome('conditional caution'), '2020-04-30'), true)
})

test('months end on the last day where the day is missing', () => {
  assert.deepEqual(
    [monthsLater('2024-01-31', 1), monthsLater('2023-12-15', 2), monthsLater('2020-02-29', 12)],
    ['2024-02-29', '2024-02-15', '2021-02-28'],
  )
})
