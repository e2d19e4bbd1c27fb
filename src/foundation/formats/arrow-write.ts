import {
  Bool,
  type Data,
  type DataType,
  DateDay,
  Field,
  Float64,
  Int64,
  makeData,
  RecordBatch,
  RecordBatchStreamWriter,
  Schema,
  Struct,
  TimestampMicrosecond,
  Utf8,
} from 'apache-arrow'

export type ArrowKind = 'integer' | 'number' | 'boolean' | 'date' | 'date-time' | 'text'

const types: Record<ArrowKind, () => DataType> = {
  integer: () => new Int64(),
  number: () => new Float64(),
  boolean: () => new Bool(),
  date: () => new DateDay(),
  'date-time': () => new TimestampMicrosecond(),
  text: () => new Utf8(),
}

export interface ArrowField {
  name: string
  kind: ArrowKind
}

/**
 * An Arrow IPC stream of batches, each given column by column: whole numbers as bigint, dates as days and times as microseconds since
 * 1970 (bigint), the rest as they are.
 *
 * @see Arrow columnar format, IPC streaming format.
 */
export async function* arrowStream(fields: readonly ArrowField[], batches: AsyncIterable<unknown[][]>): AsyncGenerator<Uint8Array> {
  const schema = new Schema(fields.map(({ name, kind }) => new Field(name, types[kind](), true)))
  const empty = encoded(schema)
  const end = empty.subarray(-END_BYTES)
  const head = empty.subarray(0, -END_BYTES)
  yield head
  for await (const columns of batches) {
    const length = columns[0]?.length ?? 0
    // Each batch is encoded as a stream of its own, of which its message alone is passed on: the library's own streams know no back-pressure.
    if (length) yield encoded(schema, batchOf(schema, fields, columns, length)).subarray(head.byteLength, -END_BYTES)
  }
  yield end
}

/** The mark of the end: a continuation and a length of zero. */
const END_BYTES = 8

function encoded(schema: Schema, batch?: RecordBatch): Uint8Array {
  const writer = new RecordBatchStreamWriter()
  writer.reset(undefined, schema)
  if (batch) writer.write(batch)
  writer.finish()
  return writer.toUint8Array(true)
}

function batchOf(schema: Schema, fields: readonly ArrowField[], columns: unknown[][], length: number): RecordBatch {
  const children = fields.map(({ kind }, i) => columnData(kind, columns[i] as unknown[]))
  return new RecordBatch(schema, makeData({ type: new Struct(schema.fields), length, nullCount: 0, children }))
}

/** A column's buffers, laid out here: the library's builders take each value through several calls. */
function columnData(kind: ArrowKind, values: readonly unknown[]): Data {
  const { bitmap: nullBitmap, set } = bits(values, (value) => value !== null && value !== undefined)
  const shared = { length: values.length, nullCount: values.length - set, nullBitmap }
  switch (kind) {
    case 'integer':
      return makeData({ ...shared, type: new Int64(), data: BigInt64Array.from(values, (value) => (value ?? 0n) as bigint) })
    case 'number':
      return makeData({ ...shared, type: new Float64(), data: Float64Array.from(values, (value) => (value ?? 0) as number) })
    case 'boolean':
      return makeData({ ...shared, type: new Bool(), data: bits(values, (value) => value === true).bitmap })
    case 'date':
      return makeData({ ...shared, type: new DateDay(), data: Int32Array.from(values, (value) => (value ?? 0) as number) })
    case 'date-time':
      return makeData({ ...shared, type: new TimestampMicrosecond(), data: BigInt64Array.from(values, (value) => (value ?? 0n) as bigint) })
    case 'text':
      return makeData({ ...shared, type: new Utf8(), ...textBuffers(values) })
  }
}

function bits(values: readonly unknown[], holds: (value: unknown) => boolean): { bitmap: Uint8Array; set: number } {
  const bitmap = new Uint8Array(Math.ceil(values.length / 64) * 8)
  let set = 0
  for (let i = 0; i < values.length; i += 1)
    if (holds(values[i])) {
      bitmap[i >> 3] = (bitmap[i >> 3] as number) | (1 << (i & 7))
      set += 1
    }
  return { bitmap, set }
}

function textBuffers(values: readonly unknown[]): { valueOffsets: Int32Array; data: Uint8Array } {
  const valueOffsets = new Int32Array(values.length + 1)
  for (let i = 0, at = 0; i < values.length; i += 1) {
    at += values[i] ? Buffer.byteLength(values[i] as string) : 0
    valueOffsets[i + 1] = at
  }
  return { valueOffsets, data: Buffer.from(values.map((value) => value ?? '').join('')) }
}
