import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { readAmount, readDate } from '../../../../scripts/score/oracle.ts'
import { newSixteen, publishText } from '../../../../test/support/sixteen.ts'
import { Problem } from '../../../foundation/kernel/index.ts'

type Sixteen = Awaited<ReturnType<typeof newSixteen>>

/** More of them find more: RUNS=2000 node --test mutation.test.ts */
const RUNS = Number(process.env.RUNS ?? 30)

const rows = Array.from({ length: 30 }, (_, i) => ({
  Supplier: i % 4 ? `Acme ${i} Ltd` : `“Café” & Söhne, ${i}`,
  Paid: `${String((i % 28) + 1).padStart(2, '0')}/0${(i % 9) + 1}/2012`,
  Amount: i % 3 ? `${i},234.50` : `(${i}.25)`,
  Note: i % 5 ? '' : 'see "annex"',
}))
const cell = (text: string, delimiter: string) =>
  text.includes('"') || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text
const write = (delimiter = ',', newline = '\n') =>
  [Object.keys(rows[0] as object), ...rows.map((row) => Object.values(row))]
    .map((cells) => cells.map((text) => cell(text, delimiter)).join(delimiter))
    .join(newline) + newline
const expected = rows.map(({ Supplier, Paid, Amount, Note }) => ({
  Supplier,
  Paid: readDate(Paid),
  Amount: readAmount(Amount),
  Note: Note || null,
}))

test('a good file says the same in every encoding, delimiter, line end and wrapping', async (t) => {
  const sixteen = await newSixteen(t)
  const cp1252 = (text: string) => Buffer.from(text.replace(/“/g, '\x93').replace(/”/g, '\x94'), 'latin1')
  const encodings: Array<(text: string) => Buffer> = [
    (text) => Buffer.from(text),
    (text) => Buffer.from(`\ufeff${text}`),
    (text) => Buffer.from(`\ufeff${text}`, 'utf16le'),
    (text) => Buffer.from(`\ufeff${text}`, 'utf16le').swap16(),
    cp1252,
    (text) =>
      Buffer.from(
        cp1252(text)
          .toString('latin1')
          .replace(/[\x80-\xff]/g, (letter) => new TextDecoder('windows-1252').decode(Buffer.from(letter, 'latin1'))),
      ),
  ]
  let n = 0
  for (const [at, encode] of encodings.entries())
    for (const [delimiter, newline] of [
      [',', '\n'],
      [';', '\r\n'],
      ['\t', '\r'],
      ['|', '\n'],
    ] as const) {
      n += 1
      const bytes = encode(write(delimiter, newline))
      await publishText(sixteen, `same-${n}`, n % 2 ? bytes : gzipSync(bytes), { filename: n % 2 ? 'x.csv' : 'x.csv.gz' })
      const { records } = await sixteen.datastore.page(`same-${n}`, { sort: [] })
      assert.deepEqual(records, expected, `encoding ${at}, ${JSON.stringify(delimiter + newline)}`)
    }
})

/** Every value is what an independent reader makes of the text that the row is traced to. */
async function demandNothingInvented(sixteen: Sixteen, dataset: string, rowsToTry: readonly number[]): Promise<void> {
  const { records, manifest } = await sixteen.datastore.page(dataset, { sort: [], limit: 100 })
  assert.ok(manifest.rows <= rows.length + 1, `${manifest.rows} rows`)
  for (const row of rowsToTry.map((each) => (each % manifest.rows) + 1)) {
    const { cells } = await sixteen.datastore.provenance(dataset, manifest.version, row)
    for (const { column, text, value } of cells) {
      assert.equal(value, records[row - 1]?.[column] ?? null)
      if (value === null || value === undefined) continue
      if (typeof value === 'number') assert.equal(value, readAmount(text), text)
      else if (manifest.columns.find(({ name }) => name === column)?.type === 'date')
        assert.equal(value, readDate(text) ?? readDate(text, true), text)
      else assert.equal(typeof value, typeof value === 'boolean' ? 'boolean' : 'string')
    }
  }
}

async function tryIt(sixteen: Sixteen, dataset: string, bytes: Uint8Array, rowsToTry: readonly number[]): Promise<boolean> {
  try {
    await publishText(sixteen, dataset, bytes, { filename: 'x.csv' })
  } catch (error) {
    assert.ok(error instanceof Problem && error.code !== 'internal-error', String((error as Error).stack))
    return false
  }
  await demandNothingInvented(sixteen, dataset, rowsToTry)
  return true
}

test('a file cut anywhere loads the rows before the cut, or gives a problem', async (t) => {
  const sixteen = await newSixteen(t)
  const whole = Buffer.from(write())
  let n = 0
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: whole.length }),
      fc.array(fc.nat(100), { minLength: 2, maxLength: 2 }),
      async (length, some) => {
        n += 1
        if (!(await tryIt(sixteen, `cut-${n}`, whole.subarray(0, length), some))) return
        const { records, manifest } = await sixteen.datastore.page(`cut-${n}`, { sort: [] })
        if (length < whole.indexOf('\n', whole.indexOf('\n') + 1) + 1) return
        // With a row or two the cut amount may be no number, and then the column is text.
        const names = manifest.columns.some(({ name, type }) => name === 'Amount' && type === 'number')
          ? ['Supplier', 'Amount']
          : ['Supplier']
        const pick = (record: Record<string, unknown>) => names.map((name) => record[name])
        assert.deepEqual(records.slice(0, -1).map(pick), expected.slice(0, records.length - 1).map(pick))
      },
    ),
    { numRuns: RUNS },
  )
})

test('a file with bytes changed never makes a value that its text does not say', async (t) => {
  const sixteen = await newSixteen(t)
  const whole = Buffer.from(write())
  let n = 0
  let loaded = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.nat(whole.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }),
      fc.array(fc.nat(100), { minLength: 3, maxLength: 3 }),
      async (changes, some) => {
        n += 1
        const changed = Buffer.from(whole)
        for (const [at, value] of changes) changed[at] = value
        if (await tryIt(sixteen, `changed-${n}`, changed, some)) loaded += 1
      },
    ),
    { numRuns: RUNS },
  )
  assert.ok(loaded > RUNS / 3, `${loaded} of ${n} loaded`)
})
