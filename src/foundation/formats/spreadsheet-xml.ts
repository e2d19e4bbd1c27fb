import { RowCollector, readXml, type SheetLimits, type Workbook } from './sheet.ts'

/**
 * A workbook of Excel 2003's XML, read once to list its sheets and once more for each that is asked for. Dates are ISO text.
 *
 * @throws {Problem} file-not-readable, archive-bomb; also while rows are read.
 */
export async function openSpreadsheetXml(pieces: () => AsyncIterable<string>, limits: SheetLimits): Promise<Workbook> {
  const sheets: Workbook['sheets'] = []
  for await (const _ of readXml(pieces(), {
    open(name, attributes) {
      if (name === 'Worksheet') sheets.push({ name: attributes['ss:Name'] ?? `Sheet ${sheets.length + 1}`, size: 0 })
      const last = sheets.at(-1)
      if (name === 'Data' && last) last.size += 1
    },
  }));
  return { sheets, rows: (index) => sheetRows(pieces(), index, limits) }
}

async function* sheetRows(pieces: AsyncIterable<string>, index: number, limits: SheetLimits): AsyncGenerator<string[]> {
  const rows = new RowCollector(limits)
  const at = (text: string | undefined) => (text && /^\d+$/.test(text) ? Number(text) - 1 : undefined)
  let sheet = -1
  let row: number | undefined
  let data: { type: string; text: string } | undefined
  const parsed = readXml(pieces, {
    open(name, attributes) {
      if (name === 'Worksheet') sheet += 1
      if (sheet !== index) return
      if (name === 'Row') row = at(attributes['ss:Index'])
      const column = at(attributes['ss:Index'])
      if (name === 'Cell' && column !== undefined) rows.seek(column)
      if (name === 'Cell') data = { type: '', text: '' }
      if (name === 'Data' && data) data.type = attributes['ss:Type'] ?? ''
    },
    text(text) {
      if (data?.type) data.text += text
    },
    close(name) {
      if (sheet !== index) return
      if (name === 'Data' && data) {
        const { type, text } = data
        data.text = type === 'Error' ? '' : type === 'DateTime' ? text.replace(/T00:00:00(?:\.0+)?$/, '') : text
        data.type = ''
      }
      if (name === 'Cell') {
        rows.cell(data?.text ?? '')
        data = undefined
      }
      if (name === 'Row') rows.endRow(1, row)
    },
  })
  for await (const _ of parsed) yield* rows.take()
}
