import assert from 'node:assert/strict'
import { test } from 'node:test'
import { newSixteen, publishText } from '../../../../test/support/sixteen.ts'
import { detectLayout } from './dialect.ts'
import { propose } from './infer.ts'
import { firstMojibake, repairMojibake } from './mojibake.ts'
import { countTexts } from './texts.ts'

const layout = (text: string) => detectLayout(text, true, { maxColumns: 100 })

test('the header is found under titles, beside blanks and over short tables', () => {
  const rows = 'Defra,01/06/2012,12.50\nDefra,02/06/2012,13.00\n'
  for (const [name, text, headerRow, dataLine, header] of [
    ['a title', `Spend over £25k,,\n,,\nEntity,Date,Amount\n${rows}`, 3, 4, ['Entity', 'Date', 'Amount']],
    [
      'more preamble than rows',
      'Title,,\nBody -,Trust,\nSent by -,A. Person,\nMonth -,May,\nEntity,Date,Amount\nDefra,01/06/2012,2\n',
      5,
      6,
      ['Entity', 'Date', 'Amount'],
    ],
    [
      'a small table above',
      `Kind,Example,,\n,hire,,\nHotels,nights,,\n,,,\nRef,Entity,Date,Amount\n${'1,Defra,01/06/2012,12.50\n'.repeat(9)}`,
      5,
      6,
      ['Ref', 'Entity', 'Date', 'Amount'],
    ],
    ['blank rows under it', `Entity,Date,Amount\n,,\n${rows}`, 1, 3, ['Entity', 'Date', 'Amount']],
    ['trailing empty columns', `Entity,Date,Amount,,\n${rows.replaceAll('\n', ',,\n')}`, 1, 2, ['Entity', 'Date', 'Amount']],
    ['two lines', `,Date,Amount\nEntity,of pay,paid\n${rows}${rows}`, 1, 3, ['Entity', 'Date of pay', 'Amount paid']],
    [
      'merged cells above',
      `,2011,,2012,\nArea,Men,Women,Men,Women\n${'Leeds,1,2,3,4\n'.repeat(5)}`,
      1,
      3,
      ['Area', '2011 Men', '2011 Women', '2012 Men', '2012 Women'],
    ],
    ['none', rows, 0, 1, []],
    ['a month over its column', `SUMMARY,\n,\n,Dec-14\nHotels,"1,200.00"\nRail,"90.00"\n`, 3, 4, ['', 'Dec-14']],
  ] as const) {
    const found = layout(text)
    assert.deepEqual([found.headerRow, found.dataLine, found.header.slice(0, found.width)], [headerRow, dataLine, header], name)
  }
})

test('a delimiter is not lured by the commas of words', () => {
  for (const [text, delimiter] of [
    ['Name;Address;Paid\nA;1, High St, Leeds;3\nB;2, Low St, York;4\n', ';'],
    ['Name\tAddress\nA\t1, High St\nB\t2, Low St\n', '\t'],
    ['Name|Address|x\nA|1, High St|1\nB|2, Low St|2\n', '|'],
    ['Name,Note\nA,"one; two; three"\nB,"four; five; six"\n', ','],
  ] as const)
    assert.equal(layout(text).dialect.delimiter, delimiter)
})

test('amounts are read as people print them', async (t) => {
  const sixteen = await newSixteen(t)
  const printed: Array<[string, number | null]> = [
    ['£1,234.50', 1234.5],
    ['(1,234.50)', -1234.5],
    ['£(12.00)', null],
    ['(£12.00)', -12],
    ['1,234.50-', -1234.5],
    ['-£3', -3],
    ['£-3', -3],
    ['\u22124.25', -4.25],
    ['12.30CR', -12.3],
    ['12.30 DR', 12.3],
    ['?99.10', 99.1],
    ['1 234 567.89', 1234567.89],
    [' 5.00 ', 5],
    ['-', null],
    ['34,551,00', null],
  ]
  const filler = Array.from({ length: 40 }, () => '"1.25"')
  const csv = `Amount,Ref\n${[...printed.map(([text]) => `"${text}"`), ...filler].map((cell, i) => `${cell},r${i}`).join('\n')}\n`
  const { manifest } = await publishText(sixteen, 'printed', csv)
  assert.equal(manifest.columns[0]?.type, 'number')
  const { records } = await sixteen.datastore.page('printed', { sort: [], limit: 100 })
  assert.deepEqual(
    records.slice(0, printed.length).map(({ Amount }) => Amount),
    printed.map(([, value]) => value),
  )
  const { rejects } = await sixteen.datastore.rejects('printed', '1.0.0', { limit: 10, offset: 0 })
  assert.deepEqual(
    rejects.map(({ row, text, rule }) => [row, text, rule]),
    [
      [3, '£(12.00)', 'not-a-number'],
      [14, '-', 'marker'],
      [15, '34,551,00', 'not-a-number'],
    ],
  )
})

test('decimal commas are read where some value can be nothing else', async (t) => {
  const sixteen = await newSixteen(t)
  await publishText(sixteen, 'commas', 'Ort;Betrag\nA;1.234,56\nB;-7,5\nC;12\n')
  const { records } = await sixteen.datastore.page('commas', { sort: [] })
  assert.deepEqual(
    records.map(({ Betrag }) => Betrag),
    [1234.56, -7.5, 12],
  )
})

test('dates of every style become dates, one order to a column', async (t) => {
  const sixteen = await newSixteen(t)
  const styles = [
    '12-Jun-12',
    '12/06/12',
    '2012-06-12',
    '12 June 2012',
    'Tuesday, June 12, 2012',
    '12th June 2012',
    '12.06.2012',
    '12 Sept 2012',
    '12/06/2012 00:00',
  ]
  for (const [i, style] of styles.entries()) {
    await publishText(sixteen, `style-${i}`, `Paid date,Ref\n"${style}",a\n"${style}",b\n`)
    const { records, manifest } = await sixteen.datastore.page(`style-${i}`, { sort: [] })
    assert.deepEqual(
      [manifest.columns[0]?.type, records[0]?.['Paid date']],
      ['date', style.includes('Sept') ? '2012-09-12' : '2012-06-12'],
      style,
    )
  }
})

test('serial numbers and months among dates are read and said, and other numbers are not', async (t) => {
  const sixteen = await newSixteen(t)
  const rows = [
    '02/01/2014',
    '03/01/2014',
    '41647',
    '14/01/2014',
    'Jan-14',
    '99999',
    '05/01/2014',
    '06/01/2014',
    '07/01/2014',
    '08/01/2014',
    '09/01/2014',
  ]
  const { manifest } = await publishText(sixteen, 'serials', `Date,Ref\n${rows.map((cell, i) => `${cell},r${i}`).join('\n')}\n`)
  const { records } = await sixteen.datastore.page('serials', { sort: [] })
  assert.deepEqual(
    records.slice(0, 6).map((record) => record.Date),
    ['2014-01-02', '2014-01-03', '2014-01-08', '2014-01-14', '2014-01-01', null],
  )
  assert.match(manifest.columns[0]?.reason ?? '', /10 of 11 values are a date .*days counted from 1900; 1 name a month alone/)
  assert.equal(manifest.rejectedCells, 1)
})

test('a measure keeps its type with a slip in it, a column of codes does not', () => {
  const type = (name: string, texts: string[]) => propose(name, countTexts(texts), { allowedMisfits: 0 }).type
  const amounts = Array.from({ length: 20 }, (_, i) => String(i + 1))
  assert.equal(type('Net Amount', [...amounts, 'see note']), 'integer')
  assert.equal(type('Ward', [...amounts, 'see note']), 'text')
  assert.equal(type('Invoice number', [...amounts, 'see note']), 'text')
  assert.equal(type('Invoice Date', ['01/06/2012', '02/06/2012', '13/06/2012', '06/03/201', '04/06/2012']), 'date')
  assert.equal(type('Pay date', ['13/06/2012', 'unknown', 'soon', 'later']), 'text')
})

test('repeated headers, totals and notes are set aside with their line, and other rows never', async (t) => {
  const sixteen = await newSixteen(t)
  const csv = [
    'Entity,Date,Supplier,Amount',
    'Defra,01/06/2012,Acme,10',
    'Defra,02/06/2012,Total Gas,20',
    'Total,,,30',
    'A second page,,,',
    'Entity,Date,Supplier,Amount',
    'Defra,03/06/2012,Acme,40',
    'Defra,,,50',
    'Grand total,,,120',
    ',,,',
    'Source: ledger,,,',
  ].join('\n')
  const { manifest } = await publishText(sixteen, 'aside', csv)
  const { records } = await sixteen.datastore.page('aside', { sort: [] })
  assert.deepEqual(
    records.map(({ Amount }) => Amount),
    [10, 20, 40, 50],
  )
  const { rejects } = await sixteen.datastore.rejects('aside', manifest.version, { limit: 10, offset: 0 })
  assert.deepEqual(
    rejects.map(({ row, text, rule }) => [row, text, rule]),
    [
      [0, 'line 4: Total | 30', 'total-row'],
      [0, 'line 5: A second page', 'note-row'],
      [0, 'line 6: Entity | Date | Supplier | Amount', 'repeated-header'],
      [0, 'line 9: Grand total | 120', 'total-row'],
      [0, 'line 11: Source: ledger', 'note-row'],
    ],
  )
  assert.equal(manifest.decisions.find(({ what }) => what === 'rows set aside')?.value, 5)
})

test('letters spoilt on the way are repaired where that is certain, and left alone elsewhere', () => {
  for (const [spoilt, repaired] of [
    ['Under Â£3000', 'Under £3000'],
    ['Women\u00e2\u20ac\u2122s', 'Women’s'],
    ['CafÃ©', 'Café'],
    ['CafÃƒÂ©', 'Café'],
    ['Four \u00c2\u0096 DRM', 'Four – DRM'],
    ['Four \u0096 DRM', 'Four – DRM'],
    ['Ã¯»¿Name', 'Name'],
    ['Café £3 – “quoted” 50€', 'Café £3 – “quoted” 50€'],
    ['Â', 'Â'],
  ] as const)
    assert.equal(repairMojibake(spoilt), repaired, spoilt)
  assert.deepEqual(firstMojibake('plain\nUnder Â£3000\n'), { before: 'Under Â£3000', after: 'Under £3000' })
})

test('mixed and older encodings are read letter by letter', async (t) => {
  const sixteen = await newSixteen(t)
  const mixed = Buffer.concat([Buffer.from('Name,Amount\nCaf\xe9 \xa33,1\n', 'latin1'), Buffer.from('Café £3,2\n')])
  const dos = Buffer.from('Name,Amount \x28\x9c\x29\nCaf\x82,\x9c1.00\nB,\x9c2.00\n', 'latin1')
  for (const [name, bytes, cells] of [
    ['mixed', mixed, ['Café £3', 'Café £3']],
    ['dos', dos, ['Café', 'B']],
  ] as const) {
    await publishText(sixteen, name, bytes)
    assert.deepEqual(
      (await sixteen.datastore.page(name, { sort: [] })).records.map(({ Name }) => Name),
      cells,
      name,
    )
  }
})
