import { join } from 'node:path'
import { jsonRecords } from '../../../foundation/formats/json.ts'
import { findRecordPath, xmlRecords } from '../../../foundation/formats/xml-records.ts'
import type { Decision } from '../model.ts'
import { decodeText } from './encoding.ts'
import { type FlatJson, normaliseBatches } from './normalise.ts'
import { type Prepared, regularCsv, SAMPLE_ROWS, type TextInput } from './prepare.ts'
import { countTexts } from './texts.ts'

export type RecordShape = 'json' | 'ndjson' | 'geojson' | 'xml'

/** Flattens the records of a JSON or XML text into a table. */
export async function prepareRecords(shape: RecordShape, input: TextInput): Promise<Prepared> {
  const target = join(input.folder, 'regular.csv')
  const limits = { ...input.limits, sampleRows: SAMPLE_ROWS }
  if (shape === 'xml') {
    const pieces = () => decodeText(input.path, input.scanned)
    const path = await findRecordPath(pieces())
    const flat = await normaliseBatches(() => xmlRecords(pieces(), path), target, limits)
    const decision = { what: 'record', value: path, reason: 'the element nearest to the root that repeats', confidence: 0.8 }
    // In XML everything is written as text, so that says nothing of what it is.
    return preparedOf({ ...flat, strings: new Set() }, target, [decision])
  }
  const read = () => jsonRecords(decodeText(input.path, input.scanned), shape, input.limits.maxLineBytes)
  return preparedOf(await normaliseBatches(read, target, limits), target, [])
}

function preparedOf(flat: FlatJson, target: string, decisions: Decision[]): Prepared {
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
    decisions: [
      ...decisions,
      { what: 'columns', value: flat.header.length, reason: 'the names met in the records, in that order', confidence: 1 },
    ],
  }
}
