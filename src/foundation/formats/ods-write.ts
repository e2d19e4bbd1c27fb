import { SHEET_ROWS, type SheetToWrite, sheetsOf } from './sheet-rows.ts'
import { xmlText } from './xml-write.ts'
import { type ZipEntry, zipStream } from './zip-write.ts'

export const odsMediaType = 'application/vnd.oasis.opendocument.spreadsheet'

const namespaces = ['office', 'style', 'text', 'table', 'meta']
  .map((name) => ` xmlns:${name}="urn:oasis:names:tc:opendocument:xmlns:${name}:1.0"`)
  .join('')
const number = ' xmlns:number="urn:oasis:names:tc:opendocument:xmlns:datastyle:1.0"'
const fo = ' xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"'
const head = '<?xml version="1.0" encoding="UTF-8"?>\n'

/** Style of cells with a date, and with a date and time: without one they show as numbers. */
export const dateStyle = 'd'
export const timeStyle = 't'

const date =
  '<number:year number:style="long"/><number:text>-</number:text><number:month number:style="long"/><number:text>-</number:text><number:day number:style="long"/>'
const time =
  '<number:text> </number:text><number:hours number:style="long"/><number:text>:</number:text><number:minutes number:style="long"/><number:text>:</number:text><number:seconds number:style="long"/>'
const styles = `<office:automatic-styles><number:date-style style:name="nd">${date}</number:date-style><number:date-style style:name="nt">${date}${time}</number:date-style><style:style style:name="${dateStyle}" style:family="table-cell" style:data-style-name="nd"/><style:style style:name="${timeStyle}" style:family="table-cell" style:data-style-name="nt"/><style:style style:name="h" style:family="table-cell"><style:text-properties fo:font-weight="bold"/></style:style></office:automatic-styles>`

/**
 * An OpenDocument spreadsheet, written as its rows come: a sheet holds 1,048,576 rows, what is more goes into further sheets.
 *
 * @see OpenDocument 1.3 part 3, 3.1.3.2 (content) and part 2, 3.3 (mimetype first and stored).
 */
export function odsStream(sheet: SheetToWrite, options: { created: string; large: boolean }): AsyncGenerator<Uint8Array> {
  const entries: ZipEntry[] = [
    { name: 'mimetype', content: odsMediaType, stored: true },
    { name: 'META-INF/manifest.xml', content: manifest },
    { name: 'meta.xml', content: meta(sheet.title, options.created) },
    {
      name: 'styles.xml',
      content: `${head}<office:document-styles${namespaces} office:version="1.3"><office:styles/></office:document-styles>`,
    },
    { name: 'content.xml', content: contentOf(sheet), large: options.large },
  ]
  return zipStream(entries)
}

const manifest = `${head}<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0" manifest:version="1.3"><manifest:file-entry manifest:full-path="/" manifest:version="1.3" manifest:media-type="${odsMediaType}"/>${['content.xml', 'styles.xml', 'meta.xml'].map((name) => `<manifest:file-entry manifest:full-path="${name}" manifest:media-type="text/xml"/>`).join('')}</manifest:manifest>`

const meta = (title: string, created: string): string =>
  `${head}<office:document-meta${namespaces} xmlns:dc="http://purl.org/dc/elements/1.1/" office:version="1.3"><office:meta><meta:generator>Sixteen</meta:generator><dc:title>${xmlText(title)}</dc:title><meta:creation-date>${xmlText(created)}</meta:creation-date></office:meta></office:document-meta>`

async function* contentOf({ title, columns, rows }: SheetToWrite): AsyncGenerator<string | Uint8Array> {
  yield `${head}<office:document-content${namespaces}${number}${fo} office:version="1.3">${styles}<office:body><office:spreadsheet>`
  const header = `<table:table-header-rows><table:table-row>${columns.map((name) => `<table:table-cell table:style-name="h" office:value-type="string"><text:p>${xmlText(name)}</text:p></table:table-cell>`).join('')}</table:table-row></table:table-header-rows>`
  let at = 0
  for await (const part of sheetsOf(rows, SHEET_ROWS - 1)) {
    at += 1
    yield `<table:table table:name="${xmlText(sheetName(title, at))}"><table:table-column table:number-columns-repeated="${Math.max(1, columns.length)}"/>${header}`
    yield* part
    yield '</table:table>'
  }
  yield '</office:spreadsheet></office:body></office:document-content>'
}

/** A name that both programs accept: at most 31 letters, none of []*?:/\ */
export const sheetName = (title: string, at: number): string =>
  `${
    title
      .replace(/[[\]*?:/\\']/g, ' ')
      .slice(0, 25)
      .trim() || 'data'
  }${at > 1 ? ` ${at}` : ''}`
