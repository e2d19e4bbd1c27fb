import { csvLine } from '../../../../foundation/formats/csv.ts'
import { odsStream } from '../../../../foundation/formats/ods-write.ts'
import { xlsxStream } from '../../../../foundation/formats/xlsx-write.ts'
import { xmlDocument } from '../../../../foundation/formats/xml-write.ts'
import type { Manifest } from '../../model.ts'
import type { Format } from '../media.ts'
import type { Cell } from '../row-texts.ts'

/** The whole result of a question, on its way into a file. */
export interface FileSource {
  manifest: Manifest
  /** Names of the columns, in order. */
  names: readonly string[]
  /** Row texts as the format wants them. */
  texts: AsyncGenerator<string[]>
  /** For spreadsheets of other countries' Excel: a mark at the beginning that says UTF-8. */
  mark?: boolean
}

const BYTE_ORDER_MARK = '\ufeff'
const RECORD_SEPARATOR = '\x1e'

/** Row texts as the bytes of a file, in blocks as large as the engine's batches. */
export function fileOf(
  format: Exclude<Format, 'parquet' | 'geoparquet' | 'arrow'>,
  source: FileSource,
): AsyncGenerator<string | Uint8Array> {
  const { manifest, names, texts } = source
  const sheet = { title: manifest.dataset, columns: names, rows: texts }
  switch (format) {
    case 'csv':
      return lines(texts, '\r\n', `${source.mark ? BYTE_ORDER_MARK : ''}${csvLine(names)}`)
    case 'tsv':
      return lines(texts, '\n', `${names.map((name) => name.replace(/[\t\r\n]+/g, ' ')).join('\t')}\n`)
    case 'ndjson':
      return lines(texts, '\n')
    case 'geojsonseq':
      return sequence(texts)
    case 'json':
      return list(texts, '[', '\n]\n')
    case 'geojson':
      return list(texts, '{"type":"FeatureCollection","features":[', '\n]}\n')
    case 'xml':
      return xmlDocument('records', { dataset: manifest.dataset, version: manifest.version }, texts)
    case 'xlsx':
      return xlsxStream(sheet)
    case 'ods':
      return odsStream(sheet, { created: manifest.created, large: manifest.rows * Math.max(1, names.length) > LARGE_CELLS })
  }
}

/** Cells from which the content of a spreadsheet may pass 4 GB. */
const LARGE_CELLS = 20_000_000

async function* lines(texts: AsyncIterable<string[]>, end: string, head = ''): AsyncGenerator<string> {
  if (head) yield head
  for await (const batch of texts) yield `${batch.join(end)}${end}`
}

async function* sequence(texts: AsyncIterable<string[]>): AsyncGenerator<string> {
  for await (const batch of texts) yield `${RECORD_SEPARATOR}${batch.join(`\n${RECORD_SEPARATOR}`)}\n`
}

async function* list(texts: AsyncIterable<string[]>, head: string, end: string): AsyncGenerator<string> {
  yield head
  let first = true
  for await (const batch of texts) {
    yield `${first ? '\n' : ',\n'}${batch.join(',\n')}`
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
