import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import fc from 'fast-check'
import { newSixteen, publishText } from '../../../../test/support/sixteen.ts'
import { Problem } from '../../../foundation/kernel/index.ts'

const types = (manifest: { columns: { name: string; type: string }[] }) =>
  Object.fromEntries(manifest.columns.map((column) => [column.name, column.type]))

test('every form of the same table becomes the same rows', async (t) => {
  const sixteen = await newSixteen(t)
  const rows = [
    { Town: 'Café Ville', Amount: 1234.5, Paid: '2012-05-31' },
    { Town: 'Leeds; "North"', Amount: -12, Paid: '2012-06-01' },
  ]
  const csv = 'Town,Amount,Paid\nCafé Ville,"1,234.50",31/05/2012\n"Leeds; ""North""",(12.00),01/06/2012\n'
  const forms: Record<string, string | Uint8Array> = {
    'utf8.csv': csv,
    'bom.csv': `\ufeff${csv}`,
    'crlf.csv': csv.replaceAll('\n', '\r\n'),
    'mac.csv': csv.replaceAll('\n', '\r'),
    'cp1252.csv': Buffer.from(csv, 'latin1'),
    'utf16.csv': Buffer.from(`\ufeff${csv}`, 'utf16le'),
    'tabs.tsv': 'Town\tAmount\tPaid\nCafé Ville\t1,234.50\t31/05/2012\n"Leeds; ""North"""\t(12.00)\t01/06/2012\n',
    'semicolons.csv': 'Town;Amount;Paid\nCafé Ville;1,234.50;31/05/2012\n"Leeds; ""North""";(12.00);01/06/2012\n',
    'pipes.txt': 'Town|Amount|Paid\nCafé Ville|1,234.50|31/05/2012\n"Leeds; ""North"""|(12.00)|01/06/2012\n',
    'title.csv': `Spend in May,,\n,,\n${csv},,\n,,\n`,
    'packed.csv.gz': gzipSync(csv),
    'rows.json': JSON.stringify(rows),
    'rows.ndjson': rows.map((row) => JSON.stringify(row)).join('\n'),
  }
  for (const [filename, content] of Object.entries(forms)) {
    const dataset = `form-${filename.replaceAll('.', '-')}`
    const { manifest } = await publishText(sixteen, dataset, content, { filename })
    assert.deepEqual(types(manifest), { Town: 'text', Amount: 'number', Paid: 'date' }, filename)
    assert.deepEqual((await sixteen.datastore.page(dataset, { sort: [] })).records, rows, filename)
  }
})

test('rare misfits and markers are set aside with their text, many make the column text', async (t) => {
  const sixteen = await newSixteen(t)
  const lines = Array.from(
    { length: 3000 },
    (_, i) => `${i},${i % 7 === 0 ? 'N/A' : i},${i === 1500 ? 'about ten' : i},${i % 100 === 0 ? 'see note' : i}`,
  )
  const { manifest } = await publishText(sixteen, 'misfits', `Place,Marked,Rare,Many\n${lines.join('\n')}\n`)
  assert.deepEqual(types(manifest), { Place: 'integer', Marked: 'integer', Rare: 'integer', Many: 'text' })
  const { rejects, total } = await sixteen.datastore.rejects('misfits', '1.0.0', { limit: 1000, offset: 0 })
  assert.equal(total, 430)
  assert.deepEqual(
    rejects.filter((cell) => cell.column === 'Rare'),
    [{ row: 1501, column: 'Rare', text: 'about ten', rule: 'not-a-number' }],
  )
  assert.deepEqual(rejects[0], { row: 1, column: 'Marked', text: 'N/A', rule: 'marker' })
  assert.equal((await sixteen.datastore.page('misfits', { sort: [], limit: 1 })).records[0]?.Marked, null)
})

test('what only shows late in the file still decides the type', async (t) => {
  const sixteen = await newSixteen(t)
  const lines = Array.from(
    { length: 60_000 },
    (_, i) =>
      `${i},${i === 59_000 ? '12.345' : i},${i === 59_000 ? '007' : i},${i > 50_000 ? '31/12/2012' : ''},${i === 59_999 ? '5-Jun-12' : '01/06/2012'}`,
  )
  const { manifest } = await publishText(sixteen, 'late', `Row,Fraction late,Zero late,Empty first,Form late\n${lines.join('\n')}\n`)
  assert.deepEqual(types(manifest), {
    Row: 'integer',
    'Fraction late': 'number',
    'Zero late': 'text',
    'Empty first': 'date',
    'Form late': 'date',
  })
  assert.equal(manifest.rejectedCells, 0)
})

test('rows keep the order of the file over many row groups, with markers in them', async (t) => {
  const sixteen = await newSixteen(t, { threads: 2 })
  const lines = Array.from({ length: 400_000 }, (_, i) => `${i},${i % 1000 === 0 ? '..' : i / 4}`)
  await publishText(sixteen, 'ordered', `Row,Amount\n${lines.join('\n')}\n`)
  let expected = 0
  for await (const batch of (await sixteen.datastore.stream('ordered', { sort: [], columns: ['Row'] }, 'csv')).batches)
    for (const row of batch) assert.equal(row, String(expected++))
  assert.equal(expected, 400_000)
})

test('ragged and badly quoted rows are kept, and what stands outside the table is reported', async (t) => {
  const sixteen = await newSixteen(t)
  const { manifest } = await publishText(sixteen, 'ragged', 'a,b,c\n1,2,3\n4,5\n6,7,8,extra\n5" pipe,8,9\n"open,1,2\nx,3,4\n')
  assert.equal(manifest.rows, 6)
  const { rejects } = await sixteen.datastore.rejects('ragged', '1.0.0', { limit: 10, offset: 0 })
  assert.deepEqual(
    rejects.map(({ row, text, rule }) => ({ row, text, rule })),
    [
      { row: 2, text: '2 of 3 cells', rule: 'short-row' },
      { row: 3, text: 'extra', rule: 'extra-cell' },
      { row: 5, text: '"open', rule: 'broken-quote' },
    ],
  )
})

test('names stay as published, made distinct, each with a safe alias', async (t) => {
  const sixteen = await newSixteen(t)
  const { manifest } = await publishText(sixteen, 'names', 'Amount (£),Amount (£),a__b,#,x.y,,2012\n1,2,3,4,5,6,7\n')
  assert.deepEqual(
    manifest.columns.map(({ name, alias }) => [name, alias]),
    [
      ['Amount (£)', 'amount_gbp'],
      ['Amount (£)_2', 'amount_gbp_2'],
      ['a__b', 'a_b'],
      ['#', 'number'],
      ['x.y', 'x_y'],
      ['column_6', 'column_6'],
      ['2012', 'c_2012'],
    ],
  )
})

test('the publisher can override types, and names a column that is not there', async (t) => {
  const sixteen = await newSixteen(t)
  const { manifest } = await publishText(sixteen, 'forced', 'When,Code\n01/02/2012,12\nsoon,13\n', {
    overrides: { types: { When: 'date', Code: 'text' } },
  })
  assert.deepEqual(types(manifest), { When: 'date', Code: 'text' })
  assert.equal(manifest.rejectedCells, 1)
  await assert.rejects(publishText(sixteen, 'forced', 'a\n1\n', { overrides: { types: { nope: 'date' } } }), isProblem('column-not-found'))
})

const isProblem = (code: string) => (error: unknown) => error instanceof Problem && error.code === code

test('files that are no tables are refused with the reason', async (t) => {
  const sixteen = await newSixteen(t, { maxColumns: 2000, maxLineMb: 16 })
  const wide = Array.from({ length: 10_000 }, (_, i) => `c${i}`).join(',')
  const cases: Array<[string, string | Uint8Array, string]> = [
    ['empty.csv', '', 'file-empty'],
    ['blank.csv', ' \n\n', 'file-empty'],
    ['header.csv', 'a,b\n', 'file-header-only'],
    ['doc.csv', '%PDF-1.4 ...', 'file-binary'],
    ['page.csv', '<!DOCTYPE html><html>Not found</html>', 'file-binary'],
    ['nul.csv', 'a,b\n1,\0\n', 'file-binary'],
    ['wide.csv', `${wide}\n${wide}\n`, 'too-many-columns'],
    ['cut.csv.gz', gzipSync(Array.from({ length: 5000 }, (_, i) => `${i},${i * i}`).join('\n')).subarray(0, 9000), 'archive-truncated'],
    ['bomb.csv.gz', gzipSync(Buffer.alloc(40_000_000, 'a,b\n')), 'archive-bomb'],
    ['long.csv', `a,b\n${'x'.repeat(20_000_000)}\n`, 'line-too-long'],
    ['broken.json', '[{"a":1},', 'json-invalid'],
    ['none.json', '[]', 'file-header-only'],
  ]
  for (const [filename, content, code] of cases)
    await assert.rejects(publishText(sixteen, 'bad', content, { filename }), isProblem(code), filename)
  await assert.rejects(sixteen.datastore.current('bad'), isProblem('dataset-has-no-data'))
})

test('a wide table is written in little memory, and what memory does not hold is refused as too wide', async (t) => {
  const sixteen = await newSixteen(t, { columnsMemoryMb: 96 })
  const tableOf = (columns: number, rows: number, blank: number) => {
    const header = Array.from({ length: columns }, (_none, at) => `c${at}`)
    const row = (number: number) => header.map((_name, at) => `${number * at} words`)
    const lines = [header, ...Array.from({ length: rows }, (_none, at) => row(at))]
    return lines.map((cells) => `${cells.join(',')}${','.repeat(blank)}\n`).join('')
  }
  const { manifest } = await publishText(sixteen, 'wide', tableOf(200, 1_000, 0))
  assert.deepEqual([manifest.rows, manifest.columns.length], [1_000, 200])
  const spread = await publishText(sixteen, 'blank', tableOf(3, 1_000, 800))
  assert.deepEqual([spread.manifest.rows, spread.manifest.columns.length], [1_000, 3])
  await assert.rejects(publishText(sixteen, 'wider', tableOf(3_000, 20, 0)), isProblem('too-many-columns'))
})

test('a file name cannot leave its folder', async (t) => {
  const sixteen = await newSixteen(t)
  const { manifest } = await publishText(sixteen, 'escape', 'a\n1\n', { filename: '../../../etc/pass\nwd.csv' })
  assert.equal(manifest.source.name, 'pass_wd.csv')
})

test('a key sorts the rows, must be unique, and is kept for the next version', async (t) => {
  const sixteen = await newSixteen(t)
  const first = await publishText(sixteen, 'keyed', 'id,v\n3,c\n1,a\n2,b\n', { key: ['id'] })
  assert.deepEqual([first.manifest.key, first.manifest.version], [['id'], '1.0.0'])
  assert.deepEqual((await sixteen.datastore.page('keyed', { sort: [], columns: ['_row', 'id'] })).records, [
    { _row: 2, id: 1 },
    { _row: 3, id: 2 },
    { _row: 1, id: 3 },
  ])
  await assert.rejects(publishText(sixteen, 'keyed', 'id,v\n1,a\n1,b\n'), isProblem('key-not-unique'))
})

test('versions count by what changed, and the same bytes make none', async (t) => {
  const sixteen = await newSixteen(t)
  const versions: string[] = []
  for (const text of ['a,b\n1,x\n', 'a,b\n1,x\n', 'a,b\n2,x\n', 'a,b,c\n2,x,9\n', 'a,b\n2,x\n', 'a,b\nword,x\n'])
    versions.push((await publishText(sixteen, 'counted', text)).manifest.version)
  assert.deepEqual(versions, ['1.0.0', '1.0.0', '1.0.1', '1.1.0', '2.0.0', '3.0.0'])
  assert.equal((await sixteen.datastore.versions('counted')).length, 5)
})

test('any table of texts comes back as it was written', async (t) => {
  const sixteen = await newSixteen(t)
  const cell = fc
    .string({ unit: fc.constantFrom('a', 'é', '"', ',', ';', '\n', ' ', '£', '1', "'", '|'), minLength: 1, maxLength: 6 })
    .filter((text) => text.trim() === text && text !== '')
  let n = 0
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 6 }), async (rows) => {
      n += 1
      const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
      const csv = `first name,second name\n${rows.map((row) => row.map(quoted).join(',')).join('\n')}\n`
      await publishText(sixteen, `round-${n}`, csv, { overrides: { headerRow: 1, types: { 'first name': 'text', 'second name': 'text' } } })
      const { records } = await sixteen.datastore.page(`round-${n}`, { sort: [], limit: 100 })
      assert.deepEqual(
        records.map((record) => Object.values(record)),
        rows,
      )
    }),
    { numRuns: 25 },
  )
})

test('a table of many columns fits into the memory of a narrow one', async (t) => {
  const sixteen = await newSixteen(t)
  const header = Array.from({ length: 400 }, (_, i) => (i < 3 ? `name ${i}` : ''))
  const row = header.map((_, i) => (i < 3 ? String(i) : ''))
  const { manifest } = await publishText(
    sixteen,
    'wide',
    `${header.join(',')}\n${Array.from({ length: 50 }, () => row.join(',')).join('\n')}\n`,
  )
  assert.deepEqual([manifest.rows, manifest.columns.map((column) => column.name)], [50, ['name 0', 'name 1', 'name 2']])
})
