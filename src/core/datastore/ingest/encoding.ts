import { isUtf8 } from 'node:buffer'
import { stat } from 'node:fs/promises'
import { readChunks } from '../../../foundation/engines/files/index.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Decision } from '../model.ts'
import { readHead } from './container.ts'

export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252'

export interface Scanned {
  encoding: Encoding
  /** Bytes of a byte order mark at the start. */
  markBytes: number
  bytes: number
  decision: Decision
}

/**
 * The encoding of a text file, decided on every byte: a byte order mark, else valid UTF-8 throughout, else Windows-1252,
 * which gives every byte a meaning and is what departments' spreadsheets write.
 *
 * @throws {Problem} file-binary for NUL bytes outside UTF-16, line-too-long past `maxLineBytes`.
 */
export async function scanEncoding(
  path: string,
  limits: { maxLineBytes: number },
  onBytes: (bytes: number) => void = () => {},
): Promise<Scanned> {
  const { size: bytes } = await stat(path)
  const head = await readHead(path, 4096)
  const marked = byteOrderMark(head)
  if (marked) return { ...marked, bytes }
  const wide = wideByZeros(head)
  if (wide)
    return { encoding: wide, markBytes: 0, bytes, decision: decide(wide, 'every other byte is zero, as in UTF-16 without a mark', 0.9) }
  const utf8 = await scanBytes(path, limits.maxLineBytes, onBytes)
  if (!utf8)
    return { encoding: 'windows-1252', markBytes: 0, bytes, decision: decide('windows-1252', 'some bytes are not valid UTF-8', 0.95) }
  const markBytes = head.subarray(0, 3).equals(Buffer.from([0xef, 0xbb, 0xbf])) ? 3 : 0
  return { encoding: 'utf-8', markBytes, bytes, decision: decide('utf-8', 'every byte is valid UTF-8', 1) }
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
async function scanBytes(path: string, maxLineBytes: number, onBytes: (bytes: number) => void): Promise<boolean> {
  let utf8 = true
  let carry: Buffer = Buffer.alloc(0)
  let lineStart = 0
  let seen = 0
  for await (const chunk of readChunks(path)) {
    if (chunk.includes(0))
      throw new Problem('file-binary', { detail: `A NUL byte stands at byte ${seen + chunk.indexOf(0)}: this is not a text file.` })
    lineStart = lineAfter(chunk, seen, lineStart, maxLineBytes)
    seen += chunk.byteLength
    if (utf8) {
      const text = carry.length ? Buffer.concat([carry, chunk]) : chunk
      const cut = text.length - incompleteTail(text)
      utf8 = isUtf8(text.subarray(0, cut))
      carry = Buffer.from(text.subarray(cut))
    }
    onBytes(seen)
  }
  return utf8 && carry.length === 0
}

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
export async function* decodeText(path: string, scanned: Scanned): AsyncGenerator<string> {
  const decoder = new TextDecoder(scanned.encoding, { ignoreBOM: true })
  for await (const chunk of readChunks(path, scanned.markBytes)) yield decoder.decode(chunk, { stream: true })
  const rest = decoder.decode()
  if (rest) yield rest
}
