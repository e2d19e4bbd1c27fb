import { isUtf8 } from 'node:buffer'
import { readFile, stat } from 'node:fs/promises'
import { readChunks } from '../../../foundation/engines/files/index.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Decision } from '../model.ts'
import { readHead } from './container.ts'
import { decoderOf, isKnownEncoding, isOtherScript, type LegacyEncoding, legacyEncoding } from './legacy.ts'
import { firstMojibake, repairMojibake, repairPieces } from './mojibake.ts'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252' | LegacyEncoding | (string & {})

export interface Scanned {
  encoding: Encoding
  /** Bytes of a byte order mark at the start. */
  markBytes: number
  bytes: number
  decision: Decision
  /** Letters were spoilt on the file's way here and are put right: see mojibake.ts. */
  repair?: true
  /** The whole text, read and put right, of a file small enough to be held. */
  text?: string
}

/** Files up to this are read once and held; longer ones are read in pieces, several times. */
const HELD_BYTES = 2_000_000

/**
 * The encoding of a text file, decided on every byte: a byte order mark, else valid UTF-8 throughout, else Windows-1252,
 * which gives every byte a meaning and is what departments' spreadsheets write.
 *
 * @throws {Problem} file-binary for NUL bytes outside UTF-16, line-too-long past `maxLineBytes`.
 */
export async function scanEncoding(
  path: string,
  limits: { maxLineBytes: number },
  given?: string,
  onBytes: (bytes: number) => void = () => {},
): Promise<Scanned> {
  const { size: bytes } = await stat(path)
  const held = bytes <= HELD_BYTES ? await readFile(path) : undefined
  const read: Read = { path, bytes, held, head: held?.subarray(0, HEAD_BYTES) ?? (await readHead(path, HEAD_BYTES)) }
  const scanned = given ? givenEncoding(given, read) : await judgeEncoding(read, limits.maxLineBytes, onBytes)
  return held ? { ...scanned, text: wholeText(held, scanned) } : scanned
}

const HEAD_BYTES = 4096

interface Read {
  path: string
  bytes: number
  held: Buffer | undefined
  head: Buffer
}

function wholeText(held: Buffer, scanned: Scanned): string {
  const text = decoderOf(scanned.encoding).decode(held.subarray(scanned.markBytes))
  return scanned.repair ? repairMojibake(text) : text
}

async function judgeEncoding(read: Read, maxLineBytes: number, onBytes: (bytes: number) => void): Promise<Scanned> {
  const { head, bytes } = read
  const marked = byteOrderMark(head)
  if (marked) return { ...marked, bytes }
  const wide = wideByZeros(head)
  if (wide)
    return { encoding: wide, markBytes: 0, bytes, decision: decide(wide, 'every other byte is zero, as in UTF-16 without a mark', 0.9) }
  const { utf8, spoilt } = await scanBytes(read.held ? [read.held] : readChunks(read.path), maxLineBytes, onBytes)
  if (!utf8) return singleByte(read)
  const scanned = { encoding: 'utf-8', markBytes: utf8Mark(head), bytes, decision: decide('utf-8', 'every byte is valid UTF-8', 1) }
  return spoilt ? withRepairs(read, scanned) : scanned
}

const utf8Mark = (head: Buffer): number => (head.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0)

function givenEncoding(label: string, { head, bytes }: Read): Scanned {
  const encoding = label.toLowerCase()
  if (!isKnownEncoding(encoding))
    throw new Problem('parameter-invalid', {
      detail: `No encoding is called ${JSON.stringify(label)}.`,
      pointer: '/encoding',
      hint: 'Such as utf-8, windows-1252, utf-16le, iso-8859-15, macintosh or cp850.',
    })
  const markBytes = encoding.startsWith('utf-16') ? (byteOrderMark(head)?.markBytes ?? 0) : utf8Mark(head)
  return { encoding, markBytes, bytes, decision: decide(encoding, 'chosen by the publisher', 1) }
}

/** Which encoding of one byte a letter, and whether some of its letters came as UTF-8 all the same. */
async function singleByte(read: Read): Promise<Scanned> {
  const { bytes } = read
  const head = await beginning(read)
  if (isOtherScript(head.subarray(0, SCRIPT_SEARCH))) {
    const reason = 'some bytes are not valid UTF-8, and most of them stand side by side, as in other alphabets: choose the encoding'
    return { encoding: 'windows-1252', markBytes: 0, bytes, decision: decide('windows-1252', reason, 0.2) }
  }
  const legacy = legacyEncoding(head)
  const reason = legacy
    ? 'some bytes are not valid UTF-8, and the pound signs or apostrophes are those of this older encoding'
    : 'some bytes are not valid UTF-8'
  const encoding = legacy ?? 'windows-1252'
  return withRepairs(read, { encoding, markBytes: 0, bytes, decision: decide(encoding, reason, legacy ? 0.8 : 0.95) })
}

/** Bytes by which another alphabet is known. */
const SCRIPT_SEARCH = 100_000
/** Bytes within which spoilt letters are looked for, to be shown to the publisher. */
const SPOILT_SEARCH = 4_000_000

const beginning = async ({ path, held }: Read): Promise<Buffer> => held ?? (await readHead(path, SPOILT_SEARCH))

async function withRepairs(read: Read, scanned: Scanned): Promise<Scanned> {
  const { bytes, decision } = scanned
  const text = decoderOf(scanned.encoding).decode(await beginning(read))
  const example = firstMojibake(text)
  if (!example) return bytes > SPOILT_SEARCH ? { ...scanned, repair: true } : scanned
  const shown = `${JSON.stringify(example.before)} is read as ${JSON.stringify(example.after)}`
  return {
    ...scanned,
    repair: true,
    decision: { ...decision, reason: `${decision.reason}; some letters were UTF-8 read wrongly before and are put right: ${shown}` },
  }
}

const decide = (encoding: Encoding, reason: string, confidence: number): Decision => ({
  what: 'encoding',
  value: encoding,
  reason,
  confidence,
})

function byteOrderMark(head: Buffer): Omit<Scanned, 'bytes'> | undefined {
  const encoding = head[0] === 0xff && head[1] === 0xfe ? 'utf-16le' : head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : undefined
  return encoding && { encoding, markBytes: 2, decision: decide(encoding, 'the file starts with a byte order mark', 1) }
}

function wideByZeros(head: Buffer): Encoding | undefined {
  if (head.length < 16) return undefined
  const zeros = [0, 0]
  for (let i = 0; i < head.length; i += 1) if (head[i] === 0) zeros[i % 2] = (zeros[i % 2] ?? 0) + 1
  const half = head.length / 2
  if ((zeros[1] ?? 0) > half * 0.7 && zeros[0] === 0) return 'utf-16le'
  if ((zeros[0] ?? 0) > half * 0.7 && zeros[1] === 0) return 'utf-16be'
  return undefined
}

/** Whether the whole file is UTF-8; refuses NUL bytes and endless lines on the way. */
async function scanBytes(
  chunks: AsyncIterable<Buffer> | Iterable<Buffer>,
  maxLineBytes: number,
  onBytes: (bytes: number) => void,
): Promise<{ utf8: boolean; spoilt: boolean }> {
  let utf8 = true
  let spoilt = false
  let carry: Buffer = Buffer.alloc(0)
  let lineStart = 0
  let seen = 0
  for await (const chunk of chunks) {
    if (chunk.includes(0))
      throw new Problem('file-binary', { detail: `A NUL byte stands at byte ${seen + chunk.indexOf(0)}: this is not a text file.` })
    lineStart = lineAfter(chunk, seen, lineStart, maxLineBytes)
    seen += chunk.byteLength
    spoilt ||= doubleEncoded.some((bytes) => chunk.includes(bytes))
    if (utf8) {
      const text = carry.length ? Buffer.concat([carry, chunk]) : chunk
      const cut = text.length - incompleteTail(text)
      utf8 = isUtf8(text.subarray(0, cut))
      carry = Buffer.from(text.subarray(cut))
    }
    onBytes(seen)
  }
  return { utf8: utf8 && carry.length === 0, spoilt }
}

/** UTF-8 of Â, Ã and â€, with which most letters begin that were encoded twice, and of control characters that were punctuation. */
const doubleEncoded = [
  Buffer.from([0xc3, 0x82]),
  Buffer.from([0xc3, 0x83]),
  Buffer.from([0xc3, 0xa2, 0xe2, 0x82, 0xac]),
  ...[0x80, 0x85, 0x91, 0x92, 0x93, 0x94, 0x96, 0x97, 0x99].map((byte) => Buffer.from([0xc2, byte])),
]

/** Start of the last line so far; a line that a chunk does not end counts on. */
function lineAfter(chunk: Buffer, offset: number, lineStart: number, maxLineBytes: number): number {
  const first = firstBreak(chunk)
  const lineBytes = offset + (first < 0 ? chunk.length : first) - lineStart
  if (lineBytes > maxLineBytes)
    throw new Problem('line-too-long', {
      detail: `A line is longer than ${Math.floor(maxLineBytes / 1e6)} MB.`,
      hint: 'Check that the file has line ends, or raise SIXTEEN_MAX_LINE_MB.',
    })
  const last = Math.max(chunk.lastIndexOf(10), chunk.lastIndexOf(13))
  return last < 0 ? lineStart : offset + last + 1
}

function firstBreak(chunk: Buffer): number {
  const feed = chunk.indexOf(10)
  return feed >= 0 ? feed : chunk.indexOf(13)
}

/** Bytes at the end that begin a character the next chunk may finish: at most 3. */
function incompleteTail(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back += 1) {
    const byte = bytes[bytes.length - back] as number
    if ((byte & 0xc0) === 0x80) continue
    const needs = byte >= 0xf0 ? 4 : byte >= 0xe0 ? 3 : byte >= 0xc0 ? 2 : 1
    return needs > back ? back : 0
  }
  return 0
}

/** The text of a file in pieces, without its byte order mark. */
export function decodeText(path: string, scanned: Scanned): AsyncGenerator<string> {
  if (scanned.text !== undefined) return onePiece(scanned.text)
  return scanned.repair ? repairPieces(rawText(path, scanned)) : rawText(path, scanned)
}

async function* onePiece(text: string): AsyncGenerator<string> {
  yield text
}

/** The text as received, nothing put right. */
export async function* rawText(path: string, scanned: Scanned): AsyncGenerator<string> {
  const decoder = decoderOf(scanned.encoding)
  for await (const chunk of readChunks(path, scanned.markBytes)) yield decoder.decode(chunk, { stream: true })
  const rest = decoder.decode()
  if (rest) yield rest
}
