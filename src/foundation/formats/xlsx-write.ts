import { sheetName } from './ods-write.ts'
import { SHEET_ROWS, type SheetToWrite, sheetsOf } from './sheet-rows.ts'
import { xmlText } from './xml-write.ts'
import { type ZipEntry, zipStream } from './zip-write.ts'

export const xlsxMediaType = 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet'

const head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
const main = 'http://schemas.openxmlformats.org/spreadsheetml/2006/main'
const relations = 'http://schemas.openxmlformats.org/officeDocument/2006/relationships'
const packaged = 'http://schemas.openxmlformats.org/package/2006'
const part = 'application/vnd.openxmlformats-officedocument.spreadsheetml'

/** Cell formats of a date, a date and time, and a header, by their place in styles.xml. */
export const dateFormat = 1
export const timeFormat = 2
const headerFormat = 3

const styles = `${head}<styleSheet xmlns="${main}"><numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/><numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts><fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border><left/><right/><top/><bottom/><diagonal/></border></borders><cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs><cellXfs count="4"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`

/**
 * An Excel workbook, written as its rows come: texts stand in their cells, so that no table of texts is held; a sheet holds 1,048,576 rows.
 *
 * @see ECMA-376 part 1, 18.3 (worksheets) and part 2 (packages).
 */
export async function* xlsxStream(sheet: SheetToWrite): AsyncGenerator<Uint8Array> {
  yield* zipStream(partsOf(sheet))
}

async function* partsOf({ title, columns, rows }: SheetToWrite): AsyncGenerator<ZipEntry> {
  const header = `<row>${columns.map((name) => `<c s="${headerFormat}" t="inlineStr"><is><t xml:space="preserve">${xmlText(name)}</t></is></c>`).join('')}</row>`
  let sheets = 0
  for await (const some of sheetsOf(rows, SHEET_ROWS - 1)) {
    sheets += 1
    yield { name: `xl/worksheets/sheet${sheets}.xml`, content: worksheet(header, some) }
  }
  const numbers = Array.from({ length: sheets }, (_, i) => i + 1)
  yield { name: 'xl/styles.xml', content: styles }
  yield {
    name: 'xl/workbook.xml',
    content: `${head}<workbook xmlns="${main}" xmlns:r="${relations}"><sheets>${numbers.map((n) => `<sheet name="${xmlText(sheetName(title, n))}" sheetId="${n}" r:id="rId${n}"/>`).join('')}</sheets></workbook>`,
  }
  yield {
    name: 'xl/_rels/workbook.xml.rels',
    content: `${head}<Relationships xmlns="${packaged}/relationships">${numbers.map((n) => `<Relationship Id="rId${n}" Type="${relations}/worksheet" Target="worksheets/sheet${n}.xml"/>`).join('')}<Relationship Id="rId${sheets + 1}" Type="${relations}/styles" Target="styles.xml"/></Relationships>`,
  }
  yield {
    name: '_rels/.rels',
    content: `${head}<Relationships xmlns="${packaged}/relationships"><Relationship Id="rId1" Type="${relations}/officeDocument" Target="xl/workbook.xml"/></Relationships>`,
  }
  yield {
    name: '[Content_Types].xml',
    content: `${head}<Types xmlns="${packaged}/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="${part}.sheet.main+xml"/><Override PartName="/xl/styles.xml" ContentType="${part}.styles+xml"/>${numbers.map((n) => `<Override PartName="/xl/worksheets/sheet${n}.xml" ContentType="${part}.worksheet+xml"/>`).join('')}</Types>`,
  }
}

async function* worksheet(header: string, rows: AsyncIterable<Uint8Array>): AsyncGenerator<string | Uint8Array> {
  yield `${head}<worksheet xmlns="${main}"><sheetViews><sheetView workbookViewId="0"><pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/></sheetView></sheetViews><sheetData>${header}`
  yield* rows
  yield '</sheetData></worksheet>'
}
