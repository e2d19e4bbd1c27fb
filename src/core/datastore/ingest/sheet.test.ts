import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import { newSixteen, publishText } from '../../../../test/support/sixteen.ts'
import { zip } from '../../../../test/support/zip.ts'
import { Problem } from '../../../foundation/kernel/index.ts'

interface XlsxSheet {
  name: string
  rows: string
  state?: string
}

const prolog = '<?xml version="1.0" encoding="UTF-8"?>'
const styles =
  '<styleSheet><numFmts><numFmt numFmtId="170" formatCode="[$-809]dd mmm yyyy"/></numFmts><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs>' +
  '<cellXfs><xf numFmtId="0"/><xf numFmtId="14"/><xf numFmtId="22"/><xf numFmtId="170"/></cellXfs></styleSheet>'

function xlsx(sheets: XlsxSheet[], { strings = '', epoch1904 = false } = {}): Buffer {
  const relation = (id: string, type: string, target: string) =>
    `<Relationship Id="${id}" Type="http://example.org/${type}" Target="${target}"/>`
  return zip({
    'xl/workbook.xml': `${prolog}<workbook xmlns:r="urn:r"><workbookPr date1904="${epoch1904 ? 1 : 0}"/><sheets>${sheets
      .map(({ name, state = 'visible' }, i) => `<sheet name="${name}" sheetId="${i + 1}" state="${state}" r:id="r${i}"/>`)
      .join('')}</sheets></workbook>`,
    'xl/_rels/workbook.xml.rels': `${prolog}<Relationships>${sheets.map((_, i) => relation(`r${i}`, 'worksheet', i % 2 ? `/xl/worksheets/s${i}.xml` : `worksheets/s${i}.xml`)).join('')}${relation('a', 'sharedStrings', 'sharedStrings.xml')}${relation('b', 'styles', 'styles.xml')}</Relationships>`,
    'xl/sharedStrings.xml': `${prolog}<sst>${strings}</sst>`,
    'xl/styles.xml': prolog + styles,
    ...Object.fromEntries(
      sheets.map(({ rows }, i) => [`xl/worksheets/s${i}.xml`, `${prolog}<worksheet><sheetData>${rows}</sheetData></worksheet>`]),
    ),
  })
}

const inline = (...texts: string[]) => `<row>${texts.map((text) => `<c t="inlineStr"><is><t>${text}</t></is></c>`).join('')}</row>`

const odsType = 'application/vnd.oasis.opendocument.spreadsheet'

function ods(tables: string, manifest = '<manifest/>'): Buffer {
  const prefixes = ['office', 'table', 'text', 'style', 'calcext'].map((prefix) => `xmlns:${prefix}="urn:${prefix}"`).join(' ')
  return zip({
    mimetype: odsType,
    'META-INF/manifest.xml': manifest,
    'content.xml': `<office:document-content ${prefixes}><office:automatic-styles><style:style style:name="hidden"><style:table-properties table:display="false"/></style:style></office:automatic-styles><office:body><office:spreadsheet>${tables}</office:spreadsheet></office:body></office:document-content>`,
  })
}

const odsText = (...texts: string[]) =>
  texts.map((text) => `<table:table-cell office:value-type="string"><text:p>${text}</text:p></table:table-cell>`).join('')
const odsRow = (cells: string, attributes = '') => `<table:table-row ${attributes}>${cells}</table:table-row>`
const odsTable = (name: string, rows: string, attributes = '') => `<table:table table:name="${name}" ${attributes}>${rows}</table:table>`

async function records(t: TestContext, content: Uint8Array, filename: string) {
  const sixteen = await newSixteen(t)
  const { manifest } = await publishText(sixteen, 'sheet', content, { filename })
  return { manifest, records: (await sixteen.datastore.page('sheet', { sort: [] })).records }
}

const fails = (code: string) => (error: unknown) => error instanceof Problem && error.code === code

test('an XLSX sheet becomes a typed table, and the manifest says which sheet', async (t) => {
  const strings =
    '<si><t>Supplier</t></si><si><r><t>Smith </t></r><r><t>&amp; Sons</t></r><rPh sb="0" eb="1"><t>reading</t></rPh></si><si><t>line_x000A_two</t></si>'
  const rows =
    '<row r="1"><c r="A1" t="inlineStr"><is><t>Spend in May</t></is></c></row>' +
    '<row r="3"><c r="A3" t="s"><v>0</v></c><c r="B3" t="str"><v>Amount</v></c><c r="C3" t="str"><v>Paid</v></c><c r="D3" t="str"><v>Stamped</v></c><c r="E3" t="str"><v>Late</v></c><c r="F3" t="str"><v>Note</v></c></row>' +
    '<row r="4"><c r="A4" t="s"><v>1</v></c><c r="B4"><f>B9+1</f><v>0.10000000000000001</v></c><c r="C4" s="1"><v>41060</v></c><c r="D4" s="2"><v>41060.75</v></c><c r="E4" t="b"><v>1</v></c></row>' +
    '<row r="5"><c r="A5" t="s"><v>2</v></c><c r="B5" t="e"><v>#DIV/0!</v></c><c r="C5" s="3"><v>41061</v></c><c r="D5" s="2"><v>41061.5</v></c><c r="E5" t="b"><v>0</v></c><c r="F5" t="inlineStr"><is><t>late</t></is></c></row>'
  const workbook = xlsx(
    [
      { name: 'Secret', rows: inline('x', 'y'), state: 'hidden' },
      { name: 'Blank', rows: '<row r="1"><c r="A1" s="1"/></row>' },
      { name: 'Spend', rows },
      { name: 'Notes', rows: inline('n') },
    ],
    { strings },
  )
  const { manifest, records: found } = await records(t, workbook, 'spend.xlsx')
  assert.deepEqual(found, [
    { Supplier: 'Smith & Sons', Amount: 0.1, Paid: '2012-05-31', Stamped: '2012-05-31T18:00:00', Late: true, Note: null },
    { Supplier: 'line\ntwo', Amount: null, Paid: '2012-06-01', Stamped: '2012-06-01T12:00:00', Late: false, Note: 'late' },
  ])
  assert.deepEqual(manifest.decisions.slice(0, 2), [
    { what: 'container', value: 'xlsx', reason: 'the first bytes of the file', confidence: 1 },
    { what: 'sheet', value: 'Spend', reason: 'the first visible sheet of those that hold most; not read: Blank, Notes', confidence: 0.7 },
  ])
  assert.deepEqual([manifest.source.container, manifest.source.headerRow], ['xlsx', 3])
})

test('dates of the 1904 epoch fall on the same days, in a workbook inside an archive too', async (t) => {
  const rows = `${inline('Place', 'Paid')}<row><c t="str"><v>Leeds</v></c><c s="1"><v>39598</v></c></row><row><c t="str"><v>York</v></c><c s="1"><v>39599</v></c></row>`
  const workbook = xlsx([{ name: 'One', rows }], { epoch1904: true })
  const expected = [
    { Place: 'Leeds', Paid: '2012-05-31' },
    { Place: 'York', Paid: '2012-06-01' },
  ]
  assert.deepEqual((await records(t, workbook, 'a.xlsx')).records, expected)
  const packed = await records(t, gzipSync(workbook), 'a.xlsx.gz')
  assert.deepEqual([packed.records, packed.manifest.source.container], [expected, 'gzip+xlsx'])
})

test('an ODS sheet becomes a typed table, its repeats and covered cells spread out and its trailing repeats left out', async (t) => {
  const cell = (attributes: string, text = '') => `<table:table-cell ${attributes}><text:p>${text}</text:p></table:table-cell>`
  const filler = '<table:table-cell table:number-columns-repeated="16380"/>'
  const rows = [
    odsRow(odsText('Region', 'Amount', 'Share', 'Paid', 'Late') + filler),
    odsRow(
      `<table:table-cell office:value-type="string" table:number-rows-spanned="2"><office:annotation><text:p>a comment</text:p></office:annotation><text:p>North<text:s text:c="2"/><text:span>East</text:span></text:p><text:p>and</text:p></table:table-cell>` +
        cell('office:value-type="currency" office:value="1234.5"', '£1,234.50') +
        cell('office:value-type="percentage" office:value="0.125"', '12.5%') +
        cell('office:value-type="date" office:date-value="2012-05-31T00:00:00"', '31/05/12') +
        cell('office:value-type="boolean" office:boolean-value="true"', 'TRUE') +
        filler,
    ),
    odsRow(
      '<table:covered-table-cell><text:p>beneath</text:p></table:covered-table-cell>' +
        cell('office:value-type="string" calcext:value-type="error" office:string-value=""', '#N/A') +
        cell('office:value-type="float" office:value="2" table:formula="of:=1+1"', '2') +
        cell('office:value-type="date" office:date-value="2012-06-01"', '01/06/12') +
        cell('office:value-type="boolean" office:boolean-value="false"', 'FALSE'),
      'table:number-rows-repeated="2"',
    ),
    odsRow('<table:table-cell table:number-columns-repeated="16384"/>', 'table:number-rows-repeated="1048570"'),
  ].join('')
  const hidden = odsTable('Hidden', odsRow(odsText('a', 'b')), 'table:style-name="hidden"')
  const blank = odsTable('Blank', odsRow('<table:table-cell/>', 'table:number-rows-repeated="9"'))
  const { manifest, records: found } = await records(t, ods(`${hidden}${blank}${odsTable('May', rows)}${odsTable('June', '')}`), 'a.ods')
  const second = { Region: null, Amount: null, Share: 2, Paid: '2012-06-01', Late: false }
  assert.deepEqual(found, [{ Region: 'North  East\nand', Amount: 1234.5, Share: 0.125, Paid: '2012-05-31', Late: true }, second, second])
  assert.deepEqual(manifest.decisions[1], {
    what: 'sheet',
    value: 'May',
    reason: 'the first visible sheet of those that hold most; not read: Blank, June',
    confidence: 0.7,
  })
  assert.equal(manifest.source.headerRow, 1)
})

test('cells that do not fit are set aside from a sheet as from a text', async (t) => {
  const sixteen = await newSixteen(t)
  const rows = Array.from({ length: 2000 }, (_, i) => inline(`p${i}`, i === 500 ? 'about ten' : String(i))).join('')
  await publishText(sixteen, 'misfits', xlsx([{ name: 'One', rows: inline('Place', 'Count') + rows }]), { filename: 'a.xlsx' })
  const { rejects } = await sixteen.datastore.rejects('misfits', '1.0.0', { limit: 10, offset: 0 })
  assert.deepEqual(rejects, [{ row: 501, column: 'Count', text: 'about ten', rule: 'not-a-number' }])
})

test('bombs, encrypted, empty and broken workbooks are refused with what they are', async (t) => {
  const sixteen = await newSixteen(t)
  const compound = Buffer.alloc(1536)
  compound.writeUInt32BE(0xd0cf11e0, 0)
  compound.writeUInt16LE(9, 30)
  compound.writeUInt32LE(1, 48)
  compound.write('EncryptedPackage', 1024 + 128, 'utf16le')
  const header = odsRow(odsText('a', 'b'))
  const cases: [string, string, Buffer][] = [
    ['rows-bomb', 'archive-bomb', ods(odsTable('A', header + odsRow(odsText('x').repeat(100), 'table:number-rows-repeated="1048576"')))],
    ['cells-bomb', 'archive-bomb', ods(odsTable('A', odsRow(`<table:table-cell table:number-columns-repeated="16384"/>${odsText('x')}`)))],
    ['inflated-bomb', 'archive-bomb', ods(odsTable('A', header + '<table:table-row/>'.repeat(1_500_000)))],
    ['far-bomb', 'archive-bomb', xlsx([{ name: 'A', rows: `${inline('a')}<row r="999999999"><c t="str"><v>x</v></c></row>` }])],
    ['encrypted-ods', 'file-not-readable', ods('', '<manifest><file-entry><encryption-data/></file-entry></manifest>')],
    ['encrypted-xlsx', 'file-not-readable', compound],
    ['no-rows', 'file-empty', xlsx([{ name: 'A', rows: '' }])],
    ['bad-xml', 'file-not-readable', xlsx([{ name: 'A', rows: '<row><c></row>' }])],
    ['old-office', 'file-not-readable', Buffer.concat([compound.subarray(0, 1024), Buffer.alloc(512)])],
  ]
  for (const [name, code, content] of cases) await assert.rejects(publishText(sixteen, name, content), fails(code), name)
})

test('a workbook cut short or with a byte changed gives a problem or the same rows, never others', async (t) => {
  const sixteen = await newSixteen(t)
  const whole = xlsx([{ name: 'A', rows: inline('Place', 'Count') + inline('Leeds', '1') + inline('York', '2') }])
  const rows = [
    { Place: 'Leeds', Count: 1 },
    { Place: 'York', Count: 2 },
  ]
  let loaded = 0
  for (let i = 0; i < 40; i += 1) {
    const at = Math.floor((whole.length * i) / 40)
    const flipped = Buffer.from(whole)
    flipped[at] = (flipped[at] ?? 0) ^ 0x55
    for (const content of [whole.subarray(0, at), flipped])
      try {
        await publishText(sixteen, `cut-${i}`, content)
        assert.deepEqual((await sixteen.datastore.page(`cut-${i}`, { sort: [] })).records, rows)
        loaded += 1
      } catch (error) {
        if (!(error instanceof Problem)) throw error
      }
  }
  assert.ok(loaded > 0 && loaded < 40, `${loaded} loaded`)
})

test('real workbooks load', async (t) => {
  const folder = fileURLToPath(new URL('../../../../../shared/data/open-data', import.meta.url))
  if (!existsSync(folder)) return t.skip('the folder of real workbooks is not here')
  const sixteen = await newSixteen(t)
  const expected: [string, number, string[]][] = [
    ['frictionless/number-format-multicode.xlsx', 3, ['col1']],
    ['frictionless/table-with-ints-floats-dates.ods', 3, ['Int', 'Float', 'Date', 'Datetime']],
    ['messytables/blank_line.ods', 3, ['Name', 'Age', 'When']],
    ['messytables/large.ods', 23760, ['Financial Year', 'Financial Quarter', 'Force Name', 'Offence Code', 'Number of Offences']],
    ['messytables/loffice-4.4.1.2.ods', 3, ['Name', 'Age', 'When']],
    ['messytables/simple.ods', 3, ['Name', 'Age', 'When']],
    ['messytables/simple.xlsx', 6, ['date', 'temperature', 'place']],
  ]
  for (const [i, [name, rows, columns]] of expected.entries()) {
    const { manifest } = await publishText(sixteen, `real-${i}`, readFileSync(join(folder, name)), { filename: name })
    assert.deepEqual([manifest.rows, manifest.columns.map((column) => column.name)], [rows, columns], name)
  }
})
