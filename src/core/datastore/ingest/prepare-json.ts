import { join } from 'node:path'
import { decodeText } from './encoding.ts'
import { type FlatJson, normaliseJson } from './normalise.ts'
import { type Prepared, regularCsv, SAMPLE_ROWS, type TextInput } from './prepare.ts'
import { countTexts } from './texts.ts'

/** Flattens the records of a JSON text into a table. */
export async function prepareJson(shape: 'json' | 'ndjson', { path, scanned, folder, limits }: TextInput): Promise<Prepared> {
  const target = join(folder, 'regular.csv')
  const flat: FlatJson = await normaliseJson(() => decodeText(path, scanned), shape, target, {
    ...limits,
    maxRecord: limits.maxLineBytes,
    sampleRows: SAMPLE_ROWS,
  })
  return {
    table: regularCsv(target, flat.header.length),
    header: flat.header,
    issues: flat.issues,
    aside: [],
    sample: (position) => countTexts(flat.sample.map((row) => row[position] ?? '')),
    complete: flat.rows <= flat.sample.length,
    strings: (position) => flat.strings.has(flat.header[position] ?? ''),
    allowedMisfits: flat.rows / 1000,
    layout: {},
    decisions: [{ what: 'columns', value: flat.header.length, reason: 'the names met in the records, in that order', confidence: 1 }],
  }
}
