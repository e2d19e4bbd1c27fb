import type { Column, Manifest } from '../../model.ts'

const datatypes: Record<Column['type'], string | { base: string; format: string }> = {
  integer: 'integer',
  number: 'decimal',
  boolean: { base: 'boolean', format: 'true|false' },
  date: { base: 'date', format: 'yyyy-MM-dd' },
  'date-time': 'dateTime',
  text: 'string',
}

/**
 * What is to be known to read a table's CSV: dialect, columns, types, key.
 *
 * @see W3C Metadata Vocabulary for Tabular Data, 2015
 */
export function csvwMetadata(manifest: Manifest, about: { title: string; licence?: string | undefined; base: string; search: string }) {
  const { title, licence, base, search } = about
  const address = `${base}/v1/datasets/${manifest.dataset}/records.csv${search && `?${search}`}`
  const asked = new URLSearchParams(search).get('columns')?.split(',')
  const columns = asked
    ? asked.flatMap((name) => manifest.columns.filter((column) => column.name === name || column.alias === name))
    : manifest.columns
  return {
    '@context': ['http://www.w3.org/ns/csvw', { '@language': 'en' }],
    url: address,
    'dc:title': title,
    ...(licence && { 'dc:license': { '@id': licence } }),
    'dc:modified': { '@value': manifest.created.slice(0, 10), '@type': 'xsd:date' },
    dialect: {
      encoding: 'utf-8',
      delimiter: ',',
      header: true,
      headerRowCount: 1,
      lineTerminators: ['\r\n', '\n'],
      quoteChar: '"',
      doubleQuote: true,
    },
    tableSchema: {
      columns: columns.map((column) => ({
        name: column.alias,
        titles: column.name,
        datatype: column.type === 'number' && column.reading.scale === undefined ? 'double' : datatypes[column.type],
        required: manifest.key.includes(column.alias),
      })),
      ...(manifest.key.length &&
        manifest.key.every((alias) => columns.some((column) => column.alias === alias)) && { primaryKey: manifest.key }),
    },
  }
}
