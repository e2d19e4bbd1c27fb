import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { newSixteen, publishText } from '../../../../test/support/sixteen.ts'
import { zip } from '../../../../test/support/zip.ts'
import { openXls } from '../../../foundation/formats/xls.ts'
import { Problem } from '../../../foundation/kernel/index.ts'

const isProblem = (code: string, words: RegExp) => (error: unknown) =>
  error instanceof Problem && error.code === code && words.test(`${error.message} ${error.fields.hint ?? ''}`)

const le = (value: number, bytes: number) => {
  const out = Buffer.alloc(bytes)
  out.writeUIntLE(value, 0, bytes)
  return out
}
const record = (type: number, ...body: Buffer[]) => {
  const bytes = Buffer.concat(body)
  return Buffer.concat([le(type, 2), le(bytes.length, 2), bytes])
}
const double = (value: number) => {
  const out = Buffer.alloc(8)
  out.writeDoubleLE(value)
  return out
}
const cell = (row: number, column: number, style = 0) => Buffer.concat([le(row, 2), le(column, 2), le(style, 2)])
const wide = (text: string) => Buffer.concat([le(text.length, 2), le(1, 1), Buffer.from(text, 'utf16le')])

/** A workbook of Excel 97 with one sheet, written by hand. */
function xlsStream(more: Buffer[] = []): Buffer {
  const strings = ['Town', 'Paid', 'Amount', 'Café £']
  const sheet = Buffer.concat([
    record(0x809, le(0x600, 2), le(0x10, 2)),
    ...[0, 1, 2].map((column) => record(0xfd, cell(0, column), le(column, 4))),
    record(0xfd, cell(1, 0), le(3, 4)),
    record(0x203, cell(1, 1, 1), double(41061)),
    record(0x27e, cell(1, 2), le((123450 << 2) | 3, 4)),
    record(0x06, cell(2, 0), Buffer.from([0, 0, 0, 0, 0, 0, 0xff, 0xff]), le(0, 6)),
    record(0x207, wide('Leeds')),
    record(0xbd, le(2, 2), le(1, 2), le(1, 2), le((41062 << 2) | 2, 4), le(0, 2), le(((-12 << 2) | 2) >>> 0, 4), le(2, 2)),
    record(0x0a),
  ])
  const globals = (at: number) =>
    Buffer.concat([
      record(0x809, le(0x600, 2), le(5, 2)),
      ...more,
      record(0xe0, le(0, 2), le(0, 2), Buffer.alloc(16)),
      record(0xe0, le(0, 2), le(14, 2), Buffer.alloc(16)),
      record(0x85, le(at, 4), le(0, 2), le(5, 1), le(0, 1), Buffer.from('Spend')),
      record(0xfc, le(4, 4), le(4, 4), ...strings.slice(0, 3).map(wide), wide('Café £').subarray(0, 9)),
      record(0x3c, le(1, 1), wide('Café £').subarray(9)),
      record(0x0a),
    ])
  return Buffer.concat([globals(globals(0).length), sheet])
}

function compoundFile(stream: Buffer, name = 'Workbook'): Buffer {
  const sectors = Math.max(8, Math.ceil(stream.length / 512))
  const header = Buffer.alloc(512, 0)
  Buffer.from('d0cf11e0a1b11ae1', 'hex').copy(header)
  header.writeUInt16LE(9, 30)
  header.writeUInt16LE(6, 32)
  header.writeUInt32LE(1, 48)
  header.writeUInt32LE(4096, 56)
  header.writeUInt32LE(0xfffffffe, 60)
  header.writeUInt32LE(0xfffffffe, 68)
  header.fill(0xff, 76)
  header.writeUInt32LE(0, 76)
  const fat = Buffer.alloc(512, 0xff)
  fat.writeUInt32LE(0xfffffffd, 0)
  fat.writeUInt32LE(0xfffffffe, 4)
  for (let i = 0; i < sectors; i += 1) fat.writeUInt32LE(i === sectors - 1 ? 0xfffffffe : i + 3, 8 + i * 4)
  const directory = Buffer.alloc(512, 0)
  for (const [i, [entry, start, size]] of (
    [
      ['Root Entry', 0xfffffffe, 0],
      [name, 2, Math.max(4096, stream.length)],
    ] as const
  ).entries()) {
    directory.write(entry, i * 128, 'utf16le')
    directory.writeUInt16LE(entry.length * 2 + 2, i * 128 + 64)
    directory.writeUInt32LE(start, i * 128 + 116)
    directory.writeUInt32LE(size, i * 128 + 120)
  }
  return Buffer.concat([header, fat, directory, stream, Buffer.alloc(sectors * 512 - stream.length)])
}

const rows = [
  { Town: 'Café £', Paid: '2012-06-01', Amount: 1234.5 },
  { Town: 'Leeds', Paid: '2012-06-02', Amount: -12 },
]

test('workbooks of before 2007, pages, XML, GeoJSON and Parquet become the same typed table', async (t) => {
  const sixteen = await newSixteen(t)
  const html = `<html><body><h1>Spend</h1><table><tr><td>menu</td></tr></table>
    <table border=1><tr><th>Town<th>Paid<th>Amount</tr><tr><td>Caf&eacute; &pound;<td>01/06/2012<td align=right>1,234.50</tr>
    <tr><td><b>Leeds</b></td><td>02/06/2012</td><td>(12.00)</td></tr></table></body></html>`
  const xml = `<?xml version="1.0"?><spend year="2012"><row><Town>Café £</Town><Paid>01/06/2012</Paid><Amount>1234.50</Amount></row><row><Town>Leeds</Town><Paid>02/06/2012</Paid><Amount>-12</Amount></row></spend>`
  const office = `<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="S"><Table>
    <Row><Cell><Data ss:Type="String">Town</Data></Cell><Cell><Data ss:Type="String">Paid</Data></Cell><Cell><Data ss:Type="String">Amount</Data></Cell></Row>
    <Row><Cell><Data ss:Type="String">Café £</Data></Cell><Cell><Data ss:Type="DateTime">2012-06-01T00:00:00.000</Data></Cell><Cell><Data ss:Type="Number">1234.5</Data></Cell></Row>
    <Row><Cell><Data ss:Type="String">Leeds</Data></Cell><Cell><Data ss:Type="DateTime">2012-06-02T00:00:00.000</Data></Cell><Cell><Data ss:Type="Number">-12</Data></Cell></Row></Table></Worksheet></Workbook>`
  const geojson = JSON.stringify({
    type: 'FeatureCollection',
    bbox: [1, 2, 3, 4],
    features: rows.map((properties) => ({ type: 'Feature', properties, geometry: null })),
  })
  const forms: Record<string, string | Uint8Array> = {
    'book.xls': compoundFile(xlsStream()),
    'page.xls': html,
    'page.csv': Buffer.from(`\ufeff${html}`, 'utf16le'),
    'rows.xml': xml,
    'office.xls': office,
    'map.geojson': geojson,
  }
  for (const [filename, content] of Object.entries(forms)) {
    const dataset = `form-${filename.replaceAll('.', '-')}`
    const { manifest } = await publishText(sixteen, dataset, content, { filename })
    assert.deepEqual((await sixteen.datastore.page(dataset, { sort: [] })).records, rows, filename)
    assert.deepEqual(
      manifest.columns.map(({ type }) => type),
      ['text', 'date', 'number'],
      filename,
    )
  }
  const { path, release } = await sixteen.datastore.parquet('form-rows-xml', { sort: [] })
  const { readFile } = await import('node:fs/promises')
  await publishText(sixteen, 'parquet', await readFile(path), { filename: 'rows.parquet' })
  await release()
  assert.deepEqual((await sixteen.datastore.page('parquet', { sort: [] })).records, rows)
})

test('points of GeoJSON become longitude and latitude', async (t) => {
  const sixteen = await newSixteen(t)
  const features = [0, 1].map((i) => ({
    type: 'Feature',
    properties: { name: `n${i}` },
    geometry: { type: 'Point', coordinates: [-1.5 + i, 53.8] },
  }))
  await publishText(sixteen, 'points', JSON.stringify({ type: 'FeatureCollection', features }), { filename: 'x.geojson' })
  assert.deepEqual((await sixteen.datastore.page('points', { sort: [] })).records, [
    { name: 'n0', longitude: -1.5, latitude: 53.8 },
    { name: 'n1', longitude: -0.5, latitude: 53.8 },
  ])
})

test('a file of an archive, and a sheet of a workbook, can be chosen by name or number', async (t) => {
  const sixteen = await newSixteen(t)
  const archive = zip({ 'a/senior.csv': 'Post,Grade\nx,1\ny,2\n', 'a/junior.csv': 'Post,Grade\nz,3\n', 'README.txt': 'words '.repeat(100) })
  const posts = async (dataset: string) => (await sixteen.datastore.page(dataset, { sort: [] })).records.map(({ Post }) => Post)
  const { manifest } = await publishText(sixteen, 'posts', archive, { filename: 'posts.zip' })
  assert.deepEqual([await posts('posts'), manifest.source.sheet], [['x', 'y'], 'senior.csv'])
  for (const sheet of ['junior.csv', '2']) {
    await publishText(sixteen, `posts-${sheet[0]}`, archive, { filename: 'posts.zip', overrides: { sheet } })
    assert.deepEqual(await posts(`posts-${sheet[0]}`), ['z'])
  }
  await assert.rejects(
    publishText(sixteen, 'posts', archive, { filename: 'posts.zip', overrides: { sheet: 'nobody' } }),
    isProblem('parameter-invalid', /no table "nobody".*senior\.csv, junior\.csv/),
  )
})

test('all files of an archive become tables of the dataset, and those without rows are told', async (t) => {
  const sixteen = await newSixteen(t)
  const archive = zip({ 'senior.csv': 'Post,Grade\nx,1\ny,2\n', 'junior.csv': 'Post,Grade\nz,3\n', 'empty.csv': 'Post,Grade\n' })
  const { tables } = await publishText(sixteen, 'posts', archive, { filename: 'posts.zip', overrides: { sheet: 'all' } })
  assert.deepEqual(tables, [
    { table: 'senior.csv', distribution: 'senior', version: '1.0.0', rows: 2 },
    { table: 'junior.csv', distribution: 'junior', version: '1.0.0', rows: 1 },
    { table: 'empty.csv', distribution: 'empty', problem: 'file-header-only: The file has a header and no rows under it.' },
  ])
  const { records } = await sixteen.datastore.page('posts', { sort: [], distribution: 'junior' })
  assert.deepEqual(records, [{ Post: 'z', Grade: 3 }])
})

test('what is no table is refused with what it is', async (t) => {
  const sixteen = await newSixteen(t)
  const cases: Array<[string, string | Uint8Array, string, RegExp]> = [
    [
      'gone.csv',
      '<!DOCTYPE html><html><head><title>Page not found</title></head><body><p>Sorry</p></body></html>',
      'file-binary',
      /web page called "Page not found".*browser/,
    ],
    ['letter.doc', compoundFile(Buffer.alloc(600), 'WordDocument'), 'file-binary', /Word document/],
    ['letter.docx', zip({ 'word/document.xml': '<x/>' }), 'file-binary', /Word document/],
    ['letter.odt', zip({ mimetype: 'application/vnd.oasis.opendocument.text' }), 'file-binary', /OpenDocument text/],
    ['locked.xls', compoundFile(xlsStream([record(0x2f, le(0, 6))])), 'file-not-readable', /encrypted.*password/],
    ['cut.xls', compoundFile(xlsStream()).subarray(0, 1400), 'file-not-readable', /damaged/],
    ['scan.tif', Buffer.from('II*\0abcdefgh', 'latin1'), 'file-binary', /TIFF/],
    ['note.xml', '<?xml version="1.0"?><note><to>A</to><from>B</from></note>', 'file-binary', /no element repeats/],
    ['cut.parquet', Buffer.from('PAR1abcdefgh'), 'file-not-readable', /Parquet/],
  ]
  for (const [filename, content, code, words] of cases)
    await assert.rejects(publishText(sixteen, 'refused', content, { filename }), isProblem(code, words), filename)
})

test('an old workbook with a byte changed or its end cut gives rows or a problem, and nothing else', () => {
  const book = compoundFile(xlsStream())
  fc.assert(
    fc.property(fc.nat(book.length - 1), fc.nat(255), fc.integer({ min: 1, max: book.length }), (at, value, length) => {
      const changed = Buffer.from(book.subarray(0, length))
      if (at < length) changed[at] = value
      try {
        openXls(changed)
      } catch (error) {
        assert.ok(error instanceof Problem || error instanceof RangeError, String(error))
      }
    }),
    { numRuns: 500 },
  )
})
