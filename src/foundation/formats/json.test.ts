import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { Problem } from '../kernel/problem.ts'
import { jsonRecords } from './json.ts'

async function* pieces(text: string, size = text.length || 1) {
  for (let at = 0; at < text.length; at += size) yield text.slice(at, at + size)
}
const read = async (text: string, shape: 'json' | 'ndjson', size?: number) =>
  (await Array.fromAsync(jsonRecords(pieces(text, size), shape, 1e6))).flat()

test('records are found in an array, inside an object, and line by line', async () => {
  assert.deepEqual(await read('[{"a":1},{"a":"x,]"}]', 'json'), [{ a: 1 }, { a: 'x,]' }])
  assert.deepEqual(await read('{"note":"[not here]","rows":[{"a":[1,{"b":2}]}]}', 'json'), [{ a: [1, { b: 2 }] }])
  assert.deepEqual(await read('{"a":1}\r\n\n{"a":2}', 'ndjson'), [{ a: 1 }, { a: 2 }])
})

test('a number too long for a double keeps its digits', async () => {
  assert.deepEqual(await read('[{"id":12345678901234567890}]', 'json'), [{ id: '12345678901234567890' }])
})

test('a text that is cut short or broken names the record', async () => {
  await assert.rejects(read('[{"a":1},{"a":', 'json'), (error) => error instanceof Problem && error.code === 'json-invalid')
  await assert.rejects(read('{"a":1}\n{oops}\n', 'ndjson'), (error) => error instanceof Problem && error.fields.row === 2)
})

test('what JSON writes, the splitter reads back, however it is cut', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.dictionary(fc.string({ maxLength: 3 }), fc.jsonValue({ maxDepth: 2 })), { maxLength: 5 }),
      fc.integer({ min: 1, max: 9 }),
      async (rows, size) => {
        const plain = JSON.parse(JSON.stringify(rows))
        assert.deepEqual(await read(JSON.stringify(plain), 'json', size), plain)
        assert.deepEqual(await read(plain.map((row: unknown) => JSON.stringify(row)).join('\n'), 'ndjson', size), plain)
      },
    ),
  )
})
