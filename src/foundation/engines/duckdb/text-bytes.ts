import { type DuckDBDataChunk, DuckDBTypeId } from '@duckdb/node-api'
import duckdb from '@duckdb/node-bindings'

/** Texts one after another, as UTF-8. */
export interface TextBlock {
  bytes: Uint8Array
  /** How many texts. */
  rows: number
}

/** Bytes of an entry: length, then either the text or its first letters and where the whole of it is. */
const ENTRY = 16
const POINTER_AT = 8
/** Texts up to this long stand in their entry. */
const INLINE = 12

/**
 * The texts of a chunk's first column, one after another; none may be null.
 *
 * The engine writes the texts of a chunk side by side, so that a few reads get them all. A JavaScript string for each costs ten times as
 * much, and making bytes of it again as much as that.
 *
 * @see DuckDB, duckdb_string_t
 */
export function textBlock(chunk: DuckDBDataChunk): TextBlock {
  if (chunk.getColumnVector(0).type.typeId !== DuckDBTypeId.VARCHAR) throw new TypeError('the first column holds no texts')
  const rows = chunk.rowCount
  const entries = duckdb.vector_get_data(duckdb.data_chunk_get_vector(chunk.chunk, 0), rows * ENTRY)
  const view = new DataView(entries.buffer, entries.byteOffset, entries.byteLength)
  const parts: Uint8Array[] = []
  let from = 0n
  let bytes = 0
  const take = () => {
    if (bytes) parts.push(readAt(from, bytes))
    bytes = 0
  }
  for (let at = 0; at < entries.byteLength; at += ENTRY) {
    const length = view.getUint32(at, true)
    if (length <= INLINE) {
      take()
      parts.push(entries.subarray(at + 4, at + 4 + length))
      continue
    }
    const place = view.getBigUint64(at + POINTER_AT, true)
    if (!bytes || place !== from + BigInt(bytes)) {
      take()
      from = place
    }
    bytes += length
  }
  take()
  const [only] = parts
  // A short text alone still is the engine's memory.
  return { bytes: parts.length === 1 && only && only.buffer !== entries.buffer ? only : Buffer.concat(parts), rows }
}

const address = new DataView(new ArrayBuffer(8))

/** A copy of the bytes at a place in the engine's memory. */
function readAt(place: bigint, bytes: number): Uint8Array {
  address.setBigUint64(0, place, true)
  return duckdb.get_data_from_pointer(address.buffer, 0, bytes)
}
