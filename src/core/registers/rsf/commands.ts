import { isAscii } from 'node:buffer'
import type { Issue } from '../../../foundation/kernel/index.ts'
import { readCanonical } from '../log/canonical.ts'

export type Log = 'user' | 'system'

/** One line of the Register Serialisation Format, `line` counted from 1. */
export type Command =
  | { command: 'assert-root-hash'; line: number; hash: Buffer }
  | { command: 'add-item'; line: number; json: string }
  | { command: 'append-entry'; line: number; log: Log; key: string; timestamp: string; items: Buffer[] }

/** What is wrong with a line, or with the file as a whole. */
export type RsfIssueCode =
  | 'rsf-unknown-command'
  | 'rsf-wrong-argument-count'
  | 'rsf-not-canonical-json'
  | 'rsf-bad-timestamp'
  | 'rsf-bad-entry-type'
  | 'rsf-bad-key'
  | 'rsf-bad-hash'
  | 'rsf-not-utf-8'
  | 'rsf-line-too-long'
  | 'rsf-orphan-entry'
  | 'rsf-orphan-item'
  | 'rsf-root-mismatch'

export interface RsfIssue extends Issue {
  code: RsfIssueCode
  /** From 1. */
  line: number
}

export class RsfError extends Error {
  readonly issue: RsfIssue

  constructor(code: RsfIssueCode, line: number, message: string) {
    super(message)
    this.issue = { code, line, message }
  }
}

const argumentCounts = { 'assert-root-hash': 1, 'add-item': 1, 'append-entry': 4 } as const

/**
 * The command that a line of RSF holds.
 *
 * @throws {RsfError} naming what is wrong with it.
 */
export function readCommand(text: string, line: number): Command {
  const [name = '', ...args] = text.split('\t')
  if (!Object.hasOwn(argumentCounts, name)) throw new RsfError('rsf-unknown-command', line, `Unknown command ${quote(name)} (line:${line})`)
  const wanted = argumentCounts[name as keyof typeof argumentCounts]
  if (args.length !== wanted)
    throw new RsfError(
      'rsf-wrong-argument-count',
      line,
      `${name} takes ${wanted} argument${wanted === 1 ? '' : 's'}, not ${args.length} (line:${line})`,
    )
  if (name === 'assert-root-hash') return { command: name, line, hash: readHash(args[0]!, line) }
  return name === 'add-item' ? readItem(args[0]!, line) : readEntry(args as [string, string, string, string], line)
}

function readItem(json: string, line: number): Command {
  if (!readCanonical(json)) throw new RsfError('rsf-not-canonical-json', line, `The item is not an object in canonical JSON (line:${line})`)
  return { command: 'add-item', line, json }
}

function readEntry([log, key, timestamp, hashes]: [string, string, string, string], line: number): Command {
  if (log !== 'user' && log !== 'system')
    throw new RsfError('rsf-bad-entry-type', line, `The entry type is ${quote(log)}, neither user nor system (line:${line})`)
  if (key === '' || hasControl(key)) throw new RsfError('rsf-bad-key', line, `The key ${quote(key)} cannot be one (line:${line})`)
  if (!isTimestamp(timestamp))
    throw new RsfError('rsf-bad-timestamp', line, `${quote(timestamp)} is not a time such as 2016-04-05T13:23:05Z (line:${line})`)
  return { command: 'append-entry', line, log, key, timestamp, items: hashes.split(';').map((hash) => readHash(hash, line)) }
}

const hashShape = /^sha-256:[0-9a-f]{64}$/i

function readHash(text: string, line: number): Buffer {
  if (!hashShape.test(text))
    throw new RsfError('rsf-bad-hash', line, `${quote(text)} is not sha-256: and 64 hexadecimal digits (line:${line})`)
  return Buffer.from(text.slice(8), 'hex')
}

const timestampShape = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)Z$/
let lastTimestamp = '' // entries of one load mostly share theirs

/** Whether the text is a time in UTC, to the second, of a day that exists. @see RFC 3339 */
export function isTimestamp(text: string): boolean {
  if (text === lastTimestamp) return true
  const parts = timestampShape.exec(text)?.slice(1).map(Number) as [number, number, number, number, number, number] | undefined
  if (!parts) return false
  const [year, month, day, hour, minute, second] = parts
  const date = new Date(Date.UTC(year, month - 1, day))
  const exists = date.getUTCMonth() === month - 1 && date.getUTCDate() === day && hour < 24 && minute < 60 && second <= 60
  if (exists) lastTimestamp = text
  return exists
}

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) < 32) return true
  return false
}

const quote = (text: string): string => JSON.stringify(text.length > 60 ? `${text.slice(0, 60)}…` : text)

const MAX_LINE_BYTES = 1 << 24

/** Whole lines of a file. */
export interface Piece {
  bytes: Buffer
  /** How many lines come before. */
  lines: number
}

/** About as many lines as one transaction of a load takes. */
const PIECE_BYTES = 1 << 22

/**
 * A file in pieces of whole lines, of about four megabytes.
 *
 * @throws {RsfError} when a line is longer than 16 MB.
 */
export async function* readPieces(source: AsyncIterable<Uint8Array>): AsyncGenerator<Piece> {
  let lines = 0
  let waiting: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of source) {
    waiting.push(chunk)
    bytes += chunk.byteLength
    if (bytes < PIECE_BYTES || (chunk.lastIndexOf(10) < 0 && bytes <= MAX_LINE_BYTES)) continue
    const all = Buffer.concat(waiting)
    const end = all.lastIndexOf(10) + 1
    const rest = all.subarray(end)
    if (rest.length > MAX_LINE_BYTES) throw new RsfError('rsf-line-too-long', lines + 1, `A line is longer than 16 MB (line:${lines + 1})`)
    if (end > 0) yield { bytes: all.subarray(0, end), lines }
    lines += countLines(all.subarray(0, end))
    waiting = [rest]
    bytes = rest.length
  }
  if (bytes > 0) yield { bytes: Buffer.concat(waiting), lines }
}

function countLines(bytes: Buffer): number {
  let count = 0
  for (let at = bytes.indexOf(10); at >= 0; at = bytes.indexOf(10, at + 1)) count += 1
  return count
}

/**
 * The commands of whole lines, in order.
 *
 * @throws {RsfError} at the first line that is none.
 */
export function* readPiece(bytes: Buffer, lines: number): Generator<Command> {
  const plain = isAscii(bytes)
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let line = lines
  for (let from = 0; from < bytes.length; ) {
    const next = bytes.indexOf(10, from)
    const end = next < 0 ? bytes.length : next
    line += 1
    yield readCommand(plain ? bytes.toString('latin1', from, end) : decode(decoder, bytes.subarray(from, end), line), line)
    from = end + 1
  }
}

function decode(decoder: InstanceType<typeof TextDecoder>, bytes: Buffer, line: number): string {
  try {
    return decoder.decode(bytes)
  } catch {
    throw new RsfError('rsf-not-utf-8', line, `The line is not UTF-8 (line:${line})`)
  }
}

/** The commands of an RSF file in order. @throws {RsfError} at the first line that is none. */
export async function* readCommands(source: AsyncIterable<Uint8Array>): AsyncGenerator<Command> {
  for await (const { bytes, lines } of readPieces(source)) yield* readPiece(bytes, lines)
}
