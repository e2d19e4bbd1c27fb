import { quoteName, quoteText } from '../../../foundation/engines/duckdb/index.ts'
import { dateStyle, timeStyle } from '../../../foundation/formats/ods-write.ts'
import { dateFormat, timeFormat } from '../../../foundation/formats/xlsx-write.ts'
import { xmlName } from '../../../foundation/formats/xml-write.ts'

/** How a row can be written as one text. */
export type TextFormat = 'json' | 'csv' | 'tsv' | 'xml' | 'ods' | 'xlsx' | 'geojson'

/** A column of the result: its expression, and what it is called and of what type. */
export interface Cell {
  sql: string
  name: string
  type: string
}

/** Where a row is, for the formats that draw it. */
export interface PlaceCells {
  latitude: string
  longitude: string
  /** The row's identifier. */
  id: string
}

/** What stands before and after each row's text. */
export interface Around {
  before?: string
  after?: string
}

/** A row as one text: made in the engine, since turning its values into JavaScript and back costs four times as much. */
export function rowTextOf(cells: readonly Cell[], format: TextFormat, place?: PlaceCells, { before, after }: Around = {}): string {
  const parts = [...(before ? [literal(before)] : []), ...rowParts(cells, format, place), ...(after ? [literal(after)] : [])]
  return parts.length ? `concat(${parts.join(', ')})` : "''"
}

/** Line ends as letters of their own, so that a statement stays one line. */
const literal = (text: string): string =>
  text
    .split(/([\r\n\x1e])/)
    .filter(Boolean)
    .map((part) => (/^[\r\n\x1e]$/.test(part) ? `chr(${part.charCodeAt(0)})` : quoteText(part)))
    .join(', ')

function rowParts(cells: readonly Cell[], format: TextFormat, place?: PlaceCells): string[] {
  const between = (texts: readonly string[], mark: string) => texts.flatMap((text, i) => (i ? [quoteText(mark), text] : [text]))
  switch (format) {
    case 'csv':
      return between(
        cells.map(({ sql, type }) => csvText(sql, type)),
        ',',
      )
    case 'tsv':
      return between(
        cells.map(({ sql, type }) => tsvText(sql, type)),
        '\t',
      )
    case 'xml':
      return [`'<record>'`, ...cells.map(xmlElement), `'</record>'`]
    case 'ods':
      return [`'<table:table-row>'`, ...cells.map(odsCell), `'</table:table-row>'`]
    case 'xlsx':
      return [`'<row>'`, ...cells.map(xlsxCell), `'</row>'`]
    case 'geojson':
      return featureParts(cells, place as PlaceCells)
    default:
      return objectParts(cells)
  }
}

function objectParts(cells: readonly Cell[]): string[] {
  const members = cells.flatMap(({ sql, name, type }, i) => [
    quoteText(`${i ? ',' : '{'}${JSON.stringify(name)}:`),
    `coalesce(${jsonText(sql, type)}, 'null')`,
  ])
  return members.length ? [...members, `'}'`] : [`'{}'`]
}

/** @see RFC 7946, 3.2 */
function featureParts(cells: readonly Cell[], { latitude, longitude, id }: PlaceCells): string[] {
  const point = `case when ${latitude} is null or ${longitude} is null then 'null' else concat('{"type":"Point","coordinates":[', cast(${longitude} as varchar), ',', cast(${latitude} as varchar), ']}') end`
  return [`'{"type":"Feature","id":'`, id, `',"geometry":'`, point, `',"properties":'`, ...objectParts(cells), `'}'`]
}

function csvText(sql: string, type: string): string {
  if (type === 'text') {
    // Four searches for one letter each take two thirds of the time of one for a class of letters.
    const special = [`'"'`, `','`, 'chr(10)', 'chr(13)'].map((mark) => `contains(${sql}, ${mark})`).join(' or ')
    return `case when ${special} then concat('"', replace(${sql}, '"', '""'), '"') else ${sql} end`
  }
  return plainText(sql, type)
}

/** The format has no quotes: tabs and line ends in a cell become blanks. @see IANA text/tab-separated-values */
function tsvText(sql: string, type: string): string {
  return type === 'text' ? `regexp_replace(${sql}, '[\\t\\r\\n]+', ' ', 'g')` : plainText(sql, type)
}

function jsonText(sql: string, type: string): string {
  if (type === 'text') return `cast(to_json(${sql}) as varchar)`
  if (type === 'date' || type === 'date-time') return `'"' || ${plainText(sql, type)} || '"'`
  return plainText(sql, type)
}

function plainText(sql: string, type: string): string {
  if (type === 'date-time') return `replace(cast(${sql} as varchar), ' ', 'T')`
  return `cast(${sql} as varchar)`
}

/** Without the letters that XML cannot hold; the test before the replacement is what keeps it cheap. */
function xmlEscaped(sql: string): string {
  const plain = `case when regexp_matches(${sql}, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]') then regexp_replace(${sql}, '[\\x00-\\x08\\x0b\\x0c\\x0e-\\x1f]', '', 'g') else ${sql} end`
  return `replace(replace(replace(${plain}, '&', '&amp;'), '<', '&lt;'), '>', '&gt;')`
}

function xmlElement({ sql, name, type }: Cell): string {
  const element = xmlName(name.replaceAll(' ', '_'))
  const value = type === 'text' ? xmlEscaped(sql) : plainText(sql, type)
  return `coalesce(${quoteText(`<${element}>`)} || ${value} || ${quoteText(`</${element}>`)}, '')`
}

/** @see OpenDocument 1.3 part 3, 19.385 (office:value-type) and 6.1.2 (white space) */
function odsCell({ sql, type }: Cell): string {
  const cell = (attributes: string, shown: string) =>
    `coalesce('<table:table-cell ' || ${attributes} || '><text:p>' || ${shown} || '</text:p></table:table-cell>', '<table:table-cell/>')`
  const text = plainText(sql, type)
  if (type === 'text') return cell(`'office:value-type="string"'`, odsText(sql))
  if (type === 'boolean') return cell(`'office:value-type="boolean" office:boolean-value="' || ${text} || '"'`, text)
  if (type === 'date' || type === 'date-time') {
    const style = type === 'date' ? dateStyle : timeStyle
    return cell(
      `'table:style-name="${style}" office:value-type="date" office:date-value="' || ${text} || '"'`,
      `replace(${text}, 'T', ' ')`,
    )
  }
  return cell(`'office:value-type="float" office:value="' || ${text} || '"'`, text)
}

/** Blanks in a row and at the ends, and line ends, are elements: a reader drops them otherwise. */
function odsText(sql: string): string {
  const escaped = xmlEscaped(sql)
  return `case when regexp_matches(${sql}, '^ | $|  |[\\t\\r\\n]') then replace(replace(regexp_replace(regexp_replace(replace(${escaped}, '  ', ' <text:s/>'), '^ | $', '<text:s/>', 'g'), '\\r\\n?|\\n', '</text:p><text:p>', 'g'), chr(9), '<text:tab/>'), '<text:p> ', '<text:p><text:s/>') else ${escaped} end`
}

/** Excel counts days from 30 December 1899, rightly since 1 March 1900; earlier dates are texts. @see ECMA-376 part 1, 18.17.4 */
function xlsxCell({ sql, type }: Cell): string {
  const inline = (text: string) => `'<c t="inlineStr"><is><t xml:space="preserve">' || ${text} || '</t></is></c>'`
  const numeric = (attributes: string, text: string) => `'<c${attributes}><v>' || ${text} || '</v></c>'`
  if (type === 'text') return `coalesce(${inline(xmlEscaped(`left(${sql}, 32767)`))}, '<c/>')`
  if (type === 'boolean') return `coalesce(${numeric(' t="b"', `cast(cast(${sql} as integer) as varchar)`)}, '<c/>')`
  if (type === 'date' || type === 'date-time') {
    const days = `cast(date_diff('day', date '1899-12-30', cast(${sql} as date)) as varchar)`
    const exact = `cast(epoch_us(cast(${sql} as timestamp) - timestamp '1899-12-30') / 86400000000.0 as varchar)`
    const format = type === 'date' ? dateFormat : timeFormat
    const number = numeric(` s="${format}"`, type === 'date' ? days : exact)
    return `coalesce(case when ${sql} < date '1900-03-01' then ${inline(plainText(sql, type))} else ${number} end, '<c/>')`
  }
  return `coalesce(${numeric('', plainText(sql, type))}, '<c/>')`
}

/** Columns as the Arrow writer takes them: days, microseconds and doubles. */
export function arrowCell({ sql, name, type }: Cell): string {
  const value =
    type === 'integer'
      ? `cast(${sql} as bigint)`
      : type === 'number'
        ? `cast(${sql} as double)`
        : type === 'date'
          ? `cast(date_diff('day', date '1970-01-01', ${sql}) as integer)`
          : type === 'date-time'
            ? `epoch_us(${sql})`
            : sql
  return `${value} as ${quoteName(name)}`
}
