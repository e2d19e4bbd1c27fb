import type { TextBlock } from '../../../../foundation/engines/duckdb/index.ts'
import { csvLine } from '../../../../foundation/formats/csv.ts'
import { odsStream } from '../../../../foundation/formats/ods-write.ts'
import { xlsxStream } from '../../../../foundation/formats/xlsx-write.ts'
import { xmlDocument } from '../../../../foundation/formats/xml-write.ts'
import type { Manifest } from '../../model.ts'
import type { Format } from '../media.ts'
import type { Around, Cell } from '../row-texts.ts'

/** The whole result of a question, on its way into a file. */
export interface FileSource {
  manifest: Manifest
  /** Names of the columns, in order. */
  names: readonly string[]
  /** Rows as the format wants them, with what `aroundOf` says before and after each. */
  rows: AsyncGenerator<TextBlock>
  /** For spreadsheets of other countries' Excel: a mark at the beginning that says UTF-8. */
  mark?: boolean
}

const BYTE_ORDER_MARK = '\ufeff'

const around: Readonly<Partial<Record<Format, Around>>> = {
  csv: { after: '\r\n' },
  tsv: { after: '\n' },
  ndjson: { after: '\n' },
  geojsonseq: { before: '\x1e', after: '\n' },
  // The comma before the first row is taken away again.
  json: { before: ',\n' },
  geojson: { before: ',\n' },
  xml: { after: '\n' },
}

/** What stands before and after each row of a format. */
export const aroundOf = (format: Format): Around => around[format] ?? {}

/** Rows as the bytes of a file, in blocks as large as the engine's batches. */
export function fileOf(
  format: Exclude<Format, 'parquet' | 'geoparquet' | 'arrow'>,
  source: FileSource,
): AsyncGenerator<string | Uint8Array> {
  const { manifest, names, rows } = source
  const sheet = { title: manifest.dataset, columns: names, rows }
  switch (format) {
    case 'csv':
      return lines(rows, `${source.mark ? BYTE_ORDER_MARK : ''}${csvLine(names)}`)
    case 'tsv':
      return lines(rows, `${names.map((name) => name.replace(/[\t\r\n]+/g, ' ')).join('\t')}\n`)
    case 'ndjson':
    case 'geojsonseq':
      return lines(rows)
    case 'json':
      return list(rows, '[', '\n]\n')
    case 'geojson':
      return list(rows, '{"type":"FeatureCollection","features":[', '\n]}\n')
    case 'xml':
      return xmlDocument('records', { dataset: manifest.dataset, version: manifest.version }, rows)
    case 'xlsx':
      return xlsxStream(sheet)
    case 'ods':
      return odsStream(sheet, { created: manifest.created, large: manifest.rows * Math.max(1, names.length) > LARGE_CELLS })
  }
}

/** Cells from which the content of a spreadsheet may pass 4 GB. */
const LARGE_CELLS = 20_000_000

async function* lines(rows: AsyncIterable<TextBlock>, head = ''): AsyncGenerator<string | Uint8Array> {
  if (head) yield head
  for await (const { bytes } of rows) yield bytes
}

async function* list(rows: AsyncIterable<TextBlock>, head: string, end: string): AsyncGenerator<string | Uint8Array> {
  yield head
  let first = true
  for await (const { bytes } of rows) {
    yield first ? bytes.subarray(1) : bytes
    first = false
  }
  yield end
}

/** Columns as an Arrow stream. Its library, a tenth of a second to load, is loaded when somebody asks for one. */
export async function* arrowOf(cells: readonly Cell[], batches: AsyncIterable<unknown[][]>): AsyncGenerator<Uint8Array> {
  const { arrowStream } = await import('../../../../foundation/formats/arrow-write.ts')
  yield* arrowStream(
    cells.map(({ name, type }) => ({ name, kind: type as 'text' })),
    batches,
  )
}
