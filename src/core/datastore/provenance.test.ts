import assert from 'node:assert/strict'
import { test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { newSixteen, publishText } from '../../../test/support/sixteen.ts'
import { zip } from '../../../test/support/zip.ts'
import { Problem } from '../../foundation/kernel/index.ts'

const brief = (cells: { column: string; text: string; value: unknown; rule: string }[]) =>
  cells.map(({ column, text, value, rule }) => [column, text, value, rule])

test('a row is traced to its line, each cell as received with the rule that made its value', async (t) => {
  const sixteen = await newSixteen(t)
  const csv = [
    'Spend over £25,000,,,',
    ',,,',
    'Supplier,Paid,Amount,Note',
    'Acme,01/06/2012,"1,234.50",',
    '"Women\u00e2\u20ac\u2122s',
    'Aid",Jun-12,(12.00),N/A',
    'Total,,"1,222.50",',
    'Beta , 41062 ,£3,x',
    'Gamma,05/06/2012,about ten,y',
    ...Array.from({ length: 20 }, () => 'Acme,02/06/2012,5,z'),
  ].join('\n')
  for (const [dataset, content, filename] of [
    ['plain', csv, 'spend.csv'],
    ['packed', gzipSync(csv), 'spend.csv.gz'],
    ['zipped', zip({ 'note.txt': 'x', 'spend.csv': csv }), 'spend.zip'],
  ] as const) {
    const { manifest } = await publishText(sixteen, dataset, content, { filename })
    const trace = (row: number) => sixteen.datastore.provenance(dataset, manifest.version, row)
    const second = await trace(2)
    assert.deepEqual([second.source.line, second.source.file, second.source.sha256], [5, filename, manifest.source.sha256])
    assert.deepEqual(brief(second.cells), [
      ['Supplier', 'Women\u00e2\u20ac\u2122s\nAid', 'Women’s\nAid', 'letters-repaired'],
      ['Paid', 'Jun-12', '2012-06-01', 'month-as-first-day'],
      ['Amount', '(12.00)', -12, 'printed-number'],
      ['Note', 'N/A', 'N/A', 'as-received'],
    ])
    const third = await trace(3)
    assert.equal(third.source.line, 8)
    assert.deepEqual(brief(third.cells).slice(1, 3), [
      ['Paid', ' 41062 ', '2012-06-02', 'spreadsheet-serial'],
      ['Amount', '£3', 3, 'printed-number'],
    ])
    assert.deepEqual(brief((await trace(4)).cells)[2], ['Amount', 'about ten', null, 'misfit-set-aside'])
    await assert.rejects(trace(25), (error) => error instanceof Problem && error.fields.pointer === '/row')
  }
})

test('rows sorted by a key, and records of JSON, are traced too', async (t) => {
  const sixteen = await newSixteen(t)
  await publishText(sixteen, 'keyed', 'id,v\n3,c\n1,a\n2,b\n', { key: ['id'] })
  const traced = await sixteen.datastore.provenance('keyed', '1.0.0', 2)
  assert.deepEqual(
    [traced.source.line, brief(traced.cells)],
    [
      3,
      [
        ['id', '1', 1, 'number'],
        ['v', 'a', 'a', 'as-received'],
      ],
    ],
  )
  await publishText(sixteen, 'json', JSON.stringify([{ a: 1 }, { a: 2, b: 'x' }]), { filename: 'x.json' })
  const record = await sixteen.datastore.provenance('json', '1.0.0', 2)
  assert.deepEqual(
    [record.source.line, brief(record.cells)],
    [
      2,
      [
        ['a', '2', 2, 'number'],
        ['b', 'x', 'x', 'as-received'],
      ],
    ],
  )
})

test('every row of a file traces to the texts that it was made from', async (t) => {
  const sixteen = await newSixteen(t)
  const lines = Array.from({ length: 60 }, (_, i) =>
    i % 7 === 3 ? ',,' : i % 11 === 5 ? 'Name,Paid,Amount' : `n${i},0${(i % 9) + 1}/06/2012,${i}.50`,
  )
  const { manifest } = await publishText(sixteen, 'all', `Title,,\nName,Paid,Amount\n${lines.join('\n')}\n`)
  const { records } = await sixteen.datastore.page('all', { sort: [], limit: 100 })
  for (let row = 1; row <= manifest.rows; row += 1) {
    const { cells, source } = await sixteen.datastore.provenance('all', '1.0.0', row)
    assert.equal(lines[source.line - 3], cells.map(({ text }) => text).join(','))
    assert.equal(cells[0]?.text, records[row - 1]?.Name)
  }
})
