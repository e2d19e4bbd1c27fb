const byExtension: Record<string, string> = {
  csv: 'csv',
  tsv: 'tsv',
  tab: 'tsv',
  psv: 'csv',
  json: 'json',
  ndjson: 'ndjson',
  jsonl: 'ndjson',
  geojson: 'geojson',
  parquet: 'parquet',
  xlsx: 'xlsx',
  xls: 'xls',
  ods: 'ods',
  xml: 'xml',
  txt: 'csv',
}

const byMediaType: Record<string, string> = {
  'text/csv': 'csv',
  'text/tab-separated-values': 'tsv',
  'text/plain': 'csv',
  'application/json': 'json',
  'application/x-ndjson': 'ndjson',
  'application/jsonl': 'ndjson',
  'application/geo+json': 'geojson',
  'application/vnd.apache.parquet': 'parquet',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet': 'xlsx',
  'application/vnd.ms-excel': 'xls',
  'application/vnd.oasis.opendocument.spreadsheet': 'ods',
  'application/xml': 'xml',
}

const titles: Record<string, string> = {
  csv: 'CSV',
  tsv: 'TSV',
  json: 'JSON',
  ndjson: 'NDJSON',
  geojson: 'GeoJSON',
  parquet: 'Parquet',
  xlsx: 'Excel',
  xls: 'Excel 97–2003',
  ods: 'OpenDocument',
  xml: 'XML',
  other: 'Other',
}

/** Short name of a source file's format, such as `csv`: of what is inside when it is compressed, by its name before its media type. */
export function formatOf(fileName: string, mediaType: string): string {
  const extension = /\.([a-z0-9]+)$/.exec(fileName.toLowerCase().replace(/\.(gz|zip|zst|bz2)$/, ''))?.[1]
  return byExtension[extension ?? ''] ?? byMediaType[(mediaType.split(';')[0] ?? '').trim().toLowerCase()] ?? 'other'
}

/** The format as people write it. */
export function formatTitle(format: string): string {
  return titles[format] ?? format.toUpperCase()
}
