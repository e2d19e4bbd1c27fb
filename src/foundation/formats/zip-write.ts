import { once } from 'node:events'
import { crc32, createDeflateRaw, type DeflateRaw } from 'node:zlib'

/** Texts, or UTF-8 that is ready. */
export type Pieces = AsyncIterable<string | Uint8Array>

/** A file of an archive. Large content comes in pieces and is never held; small content may be stored as it is. */
export interface ZipEntry {
  name: string
  content: string | Pieces
  /** Not compressed, sizes first: what the first entry of an OpenDocument must be. Only for texts. */
  stored?: boolean
  /** May grow beyond 4 GB, so that its sizes need eight bytes. */
  large?: boolean
}

interface Written {
  name: Buffer
  flags: number
  method: number
  crc: number
  packed: number
  size: number
  offset: number
  large: boolean
}

const LOCAL = 0x04034b50
const DESCRIPTOR = 0x08074b50
const CENTRAL = 0x02014b50
const END = 0x06054b50
const END_64 = 0x06064b50
const LOCATOR_64 = 0x07064b50
const SIZES_FOLLOW = 0x0008
const UTF8 = 0x0800
const MAX_16 = 0xffff
const MAX_32 = 0xffff_ffff

/**
 * An archive as bytes, written as it is read: each entry's sizes stand after it.
 *
 * @see PKWARE APPNOTE 6.3.10, 4.3 and 4.4.4 (general purpose bit 3).
 */
export async function* zipStream(entries: AsyncIterable<ZipEntry> | Iterable<ZipEntry>): AsyncGenerator<Uint8Array> {
  const written: Written[] = []
  let offset = 0
  for await (const entry of entries) {
    const record: Written = {
      name: Buffer.from(entry.name),
      flags: UTF8,
      method: 0,
      crc: 0,
      packed: 0,
      size: 0,
      offset,
      large: entry.large ?? false,
    }
    for await (const bytes of entry.stored ? stored(entry, record) : deflated(entry, record)) {
      offset += bytes.byteLength
      yield bytes
    }
    written.push(record)
  }
  const directory = Buffer.concat(written.map(centralHeader))
  yield directory
  yield endOf(written.length, directory.byteLength, offset)
}

function* stored({ content }: ZipEntry, record: Written): Generator<Uint8Array> {
  const bytes = Buffer.from(content as string)
  record.crc = crc32(bytes)
  record.packed = record.size = bytes.byteLength
  yield localHeader(record)
  yield bytes
}

async function* deflated({ content }: ZipEntry, record: Written): AsyncGenerator<Uint8Array> {
  record.flags |= SIZES_FOLLOW
  record.method = 8
  yield localHeader(record)
  const deflate = createDeflateRaw({ level: 3, chunkSize: 1 << 16 })
  const filled = fill(deflate, typeof content === 'string' ? [content] : content, record)
  filled.catch((error) => deflate.destroy(error)) // which ends the loop
  for await (const bytes of deflate as AsyncIterable<Uint8Array>) {
    record.packed += bytes.byteLength
    yield bytes
  }
  await filled
  if (!record.large && Math.max(record.size, record.packed) > MAX_32) throw new RangeError(`${record.name} is larger than was said`)
  yield descriptor(record)
}

const BLOCK_BYTES = 1 << 18
/** A letter of a JavaScript text becomes at most so many bytes. */
const LETTER_BYTES = 3

/**
 * Writes texts through one block of memory, used again once its bytes are compressed. A buffer for each piece would be freed in the end,
 * but of memory outside its heap the collector lets much pile up first.
 */
async function fill(deflate: DeflateRaw, pieces: Pieces | string[], record: Written): Promise<void> {
  const block = Buffer.allocUnsafe(BLOCK_BYTES)
  const gone = once(deflate, 'close').then(() => {
    throw new Error('closed')
  })
  gone.catch(() => {})
  let at = 0
  const write = async (bytes: Uint8Array) => {
    record.crc = crc32(bytes, record.crc)
    record.size += bytes.byteLength
    // A stream that is destroyed while nobody reads does not call back.
    const taken = new Promise<void>((resolve, reject) => deflate.write(bytes, (error) => (error ? reject(error) : resolve())))
    await Promise.race([taken, gone])
  }
  const flush = async () => {
    if (at > 0) await write(block.subarray(0, at))
    at = 0
  }
  for await (const piece of pieces) {
    const most = typeof piece === 'string' ? piece.length * LETTER_BYTES : piece.byteLength
    if (most > BLOCK_BYTES - at) await flush()
    if (typeof piece === 'string') {
      if (most > BLOCK_BYTES) await write(Buffer.from(piece))
      else at += block.write(piece, at)
    } else if (most > BLOCK_BYTES / 4) await write(piece)
    else {
      block.set(piece, at)
      at += piece.byteLength
    }
  }
  await flush()
  deflate.end()
}

// 1 January 1980, the first day that the format knows: the same data gives the same bytes.
const DATE = 0x0021

function localHeader({ name, flags, method, crc, packed, size, large }: Written): Buffer {
  const extra = large ? Buffer.alloc(20) : Buffer.alloc(0)
  if (large) {
    extra.writeUInt16LE(1, 0)
    extra.writeUInt16LE(16, 2)
  }
  const head = Buffer.alloc(30)
  head.writeUInt32LE(LOCAL, 0)
  head.writeUInt16LE(large ? 45 : 20, 4)
  head.writeUInt16LE(flags, 6)
  head.writeUInt16LE(method, 8)
  head.writeUInt16LE(DATE, 12)
  head.writeUInt32LE(crc, 14)
  head.writeUInt32LE(large ? MAX_32 : packed, 18)
  head.writeUInt32LE(large ? MAX_32 : size, 22)
  head.writeUInt16LE(name.byteLength, 26)
  head.writeUInt16LE(extra.byteLength, 28)
  return Buffer.concat([head, name, extra])
}

function descriptor({ crc, packed, size, large }: Written): Buffer {
  const bytes = Buffer.alloc(large ? 24 : 16)
  bytes.writeUInt32LE(DESCRIPTOR, 0)
  bytes.writeUInt32LE(crc, 4)
  if (large) {
    bytes.writeBigUInt64LE(BigInt(packed), 8)
    bytes.writeBigUInt64LE(BigInt(size), 16)
  } else {
    bytes.writeUInt32LE(packed, 8)
    bytes.writeUInt32LE(size, 12)
  }
  return bytes
}

function centralHeader({ name, flags, method, crc, packed, size, offset, large }: Written): Buffer {
  const wide = large || offset > MAX_32
  const extra = Buffer.alloc(wide ? 28 : 0)
  if (wide) {
    extra.writeUInt16LE(1, 0)
    extra.writeUInt16LE(24, 2)
    extra.writeBigUInt64LE(BigInt(size), 4)
    extra.writeBigUInt64LE(BigInt(packed), 12)
    extra.writeBigUInt64LE(BigInt(offset), 20)
  }
  const head = Buffer.alloc(46)
  head.writeUInt32LE(CENTRAL, 0)
  head.writeUInt16LE(wide ? 45 : 20, 4)
  head.writeUInt16LE(wide ? 45 : 20, 6)
  head.writeUInt16LE(flags, 8)
  head.writeUInt16LE(method, 10)
  head.writeUInt16LE(DATE, 14)
  head.writeUInt32LE(crc, 16)
  head.writeUInt32LE(wide ? MAX_32 : packed, 20)
  head.writeUInt32LE(wide ? MAX_32 : size, 24)
  head.writeUInt16LE(name.byteLength, 28)
  head.writeUInt16LE(extra.byteLength, 30)
  head.writeUInt32LE(wide ? MAX_32 : offset, 42)
  return Buffer.concat([head, name, extra])
}

function endOf(entries: number, bytes: number, offset: number): Buffer {
  const end = Buffer.alloc(22)
  end.writeUInt32LE(END, 0)
  end.writeUInt16LE(Math.min(entries, MAX_16), 8)
  end.writeUInt16LE(Math.min(entries, MAX_16), 10)
  end.writeUInt32LE(bytes, 12)
  end.writeUInt32LE(Math.min(offset, MAX_32), 16)
  if (offset <= MAX_32 && entries < MAX_16) return end
  const wide = Buffer.alloc(76)
  wide.writeUInt32LE(END_64, 0)
  wide.writeBigUInt64LE(44n, 4)
  wide.writeUInt16LE(45, 12)
  wide.writeUInt16LE(45, 14)
  wide.writeBigUInt64LE(BigInt(entries), 24)
  wide.writeBigUInt64LE(BigInt(entries), 32)
  wide.writeBigUInt64LE(BigInt(bytes), 40)
  wide.writeBigUInt64LE(BigInt(offset), 48)
  wide.writeUInt32LE(LOCATOR_64, 56)
  wide.writeBigUInt64LE(BigInt(offset + bytes), 64)
  wide.writeUInt32LE(1, 72)
  return Buffer.concat([wide, end])
}
