import { odsMediaType } from '../../../foundation/formats/ods-write.ts'
import { xlsxMediaType } from '../../../foundation/formats/xlsx-write.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { TextFormat } from './row-texts.ts'

interface FormatInfo {
  /** As sent. */
  mediaType: string
  /** What an Accept header may ask for. */
  accept: readonly string[]
  title: string
  /** How the engine writes a row; absent where the engine's own values are read or it writes the file itself. */
  rows?: TextFormat
  /** Only tables with positions have it. */
  placed?: boolean
}

const info = {
  csv: { mediaType: 'text/csv; charset=utf-8; header=present', accept: ['text/csv'], title: 'CSV (RFC 4180)', rows: 'csv' },
  tsv: { mediaType: 'text/tab-separated-values; charset=utf-8', accept: ['text/tab-separated-values'], title: 'TSV', rows: 'tsv' },
  ndjson: {
    mediaType: 'application/x-ndjson; charset=utf-8',
    accept: ['application/x-ndjson', 'application/ndjson', 'application/jsonl', 'application/x-jsonlines'],
    title: 'NDJSON, one object a line',
    rows: 'json',
  },
  json: { mediaType: 'application/json; charset=utf-8', accept: [], title: 'JSON, one array', rows: 'json' },
  parquet: {
    mediaType: 'application/vnd.apache.parquet',
    accept: ['application/vnd.apache.parquet', 'application/x-parquet', 'application/parquet'],
    title: 'Parquet with the types of the columns',
  },
  geoparquet: {
    mediaType: 'application/vnd.apache.parquet',
    accept: [],
    title: 'GeoParquet, with a column of points',
    placed: true,
  },
  arrow: { mediaType: 'application/vnd.apache.arrow.stream', accept: ['application/vnd.apache.arrow.stream'], title: 'Arrow IPC stream' },
  geojson: {
    mediaType: 'application/geo+json; charset=utf-8',
    accept: ['application/geo+json'],
    title: 'GeoJSON',
    rows: 'geojson',
    placed: true,
  },
  geojsonseq: {
    mediaType: 'application/geo+json-seq; charset=utf-8',
    accept: ['application/geo+json-seq'],
    title: 'GeoJSON text sequence (RFC 8142)',
    rows: 'geojson',
    placed: true,
  },
  xlsx: { mediaType: xlsxMediaType, accept: [xlsxMediaType], title: 'Excel workbook', rows: 'xlsx' },
  ods: { mediaType: odsMediaType, accept: [odsMediaType], title: 'OpenDocument spreadsheet', rows: 'ods' },
  xml: {
    mediaType: 'application/xml; charset=utf-8',
    accept: ['application/xml', 'text/xml'],
    title: 'XML, one element a record',
    rows: 'xml',
  },
} as const satisfies Record<string, FormatInfo>

/** A format that holds a whole result, by the ending of its address. */
export type Format = keyof typeof info

/** Every format that holds a whole result. */
export const formats: Readonly<Record<Format, FormatInfo>> = info

/**
 * The format that an Accept header asks for; undefined for a page of JSON, which any answer to `*` is.
 *
 * @throws {Problem} format-not-supported when none of those asked for is served.
 * @see RFC 9110, 12.5.1
 */
export function acceptedFormat(accept = ''): Format | undefined {
  if (!accept) return undefined
  for (const range of rangesOf(accept)) {
    if (/^(?:\*\/\*|application\/\*|application\/json|text\/html|application\/xhtml\+xml)$/.test(range)) return undefined
    const found = (Object.keys(formats) as Format[]).find((name) => formats[name].accept.includes(range))
    if (found) return found
    if (range === 'text/*') return 'csv'
  }
  throw new Problem('format-not-supported', {
    detail: `None of ${accept.slice(0, 200)} is served here.`,
    pointer: '/accept',
    hint: `Formats: application/json, ${Object.values(formats)
      .flatMap(({ accept: [first] }) => first ?? [])
      .join(', ')}.`,
  })
}

/** The media ranges of a header, the most wanted first. */
function rangesOf(accept: string): string[] {
  return accept
    .slice(0, 2000)
    .split(',')
    .map((part) => {
      const [range = '', ...parameters] = part.split(';').map((each) => each.trim().toLowerCase())
      const quality = Number(parameters.find((each) => each.startsWith('q='))?.slice(2) ?? 1)
      return { range, quality }
    })
    .filter(({ quality }) => quality > 0)
    .sort((a, b) => b.quality - a.quality)
    .map(({ range }) => range)
}
