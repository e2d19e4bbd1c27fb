import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { byCells, editDistance } from './edit-distance.ts'

test('letters added, left out, changed and swapped count one each', () => {
  const known: Array<[string, string, number]> = [
    ['', 'abc', 3],
    ['leeds', 'leeds', 0],
    ['leeds', 'leds', 1],
    ['leeds', 'lexds', 1],
    ['leeds', 'eleds', 1],
    ['kitten', 'sitting', 3],
    ['ca', 'abc', 3],
    ['a'.repeat(32), `${'a'.repeat(31)}b`, 1],
    ['x'.repeat(300), 'y'.repeat(300), 255],
  ]
  for (const [a, b, distance] of known) assert.deepEqual([editDistance(a, b, 300), editDistance(b, a, 300)], [distance, distance], a)
  assert.equal(editDistance('kitten', 'sitting', 2), 3)
})

test('a word of bits counts what cell by cell counts, to the limit', () => {
  const text = fc.oneof(
    fc.string({ unit: fc.constantFrom('a', 'b', 'c', ' '), maxLength: 34 }),
    fc.string({ unit: 'binary', maxLength: 33 }),
  )
  fc.assert(
    fc.property(text, text, fc.nat(40), (a, b, limit) => {
      assert.equal(editDistance(a, b, limit), a === b ? 0 : Math.min(byCells(a, b, 300), limit + 1))
    }),
    { numRuns: 5_000 },
  )
})

test('slips are counted as Damerau counts them, either way round', () => {
  const slips = (a: string, b: string, most: number) => {
    const distance = editDistance(a, b, most)
    return distance > most ? undefined : distance
  }
  for (const [a, b, count] of [
    ['road', 'road', 0],
    ['road', 'raod', 1],
    ['road', 'rad', 1],
    ['road', 'roads', 1],
    ['road', 'rood', 1],
    ['road', 'rail', undefined],
  ] as const)
    assert.equal(slips(a, b, 1), count, `${a} ${b}`)
  fc.assert(fc.property(fc.string({ maxLength: 12 }), fc.string({ maxLength: 12 }), (a, b) => slips(a, b, 3) === slips(b, a, 3)))
})
