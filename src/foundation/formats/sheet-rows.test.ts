import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type RowBlock, rowBlock, sheetsOf } from './sheet-rows.ts'

const texts = async (sheets: AsyncIterable<AsyncIterable<Uint8Array>>): Promise<string[]> => {
  const found: string[] = []
  for await (const sheet of sheets) {
    let text = ''
    for await (const bytes of sheet) text += Buffer.from(bytes).toString()
    found.push(text)
  }
  return found
}

async function* blocksOf(sizes: readonly number[]): AsyncGenerator<RowBlock> {
  let row = 0
  for (const size of sizes) yield rowBlock(Array.from({ length: size }, () => `${row++} `))
}

test('blocks of rows fill sheets in order, none above its number of rows, and there is always one sheet', async () => {
  assert.deepEqual(await texts(sheetsOf(blocksOf([]), 10)), [''])
  assert.deepEqual(await texts(sheetsOf(blocksOf([4, 4, 4, 2]), 8)), ['0 1 2 3 4 5 6 7 ', '8 9 10 11 12 13 '])
  await fc.assert(
    fc.asyncProperty(fc.array(fc.integer({ min: 1, max: 20 }), { minLength: 1 }), fc.integer({ min: 20, max: 60 }), async (sizes, most) => {
      const sheets = await texts(sheetsOf(blocksOf(sizes), most))
      const rows = sizes.reduce((sum, size) => sum + size, 0)
      assert.equal(sheets.join(''), Array.from({ length: rows }, (_, i) => `${i} `).join(''))
      for (const sheet of sheets) assert.ok(sheet.split(' ').length - 1 <= most && sheet !== '')
    }),
  )
})

test('who leaves in the middle of a sheet lets the source go', async () => {
  let left = false
  async function* source(): AsyncGenerator<RowBlock> {
    try {
      yield* blocksOf([5, 5, 5])
    } finally {
      left = true
    }
  }
  for await (const sheet of sheetsOf(source(), 8)) {
    for await (const _ of sheet) break
    break
  }
  assert.equal(left, true)
})
