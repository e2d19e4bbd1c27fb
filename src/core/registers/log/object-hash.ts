import { sha256 } from '../../../foundation/merkle/index.ts'
import type { Item } from './canonical.ts'

/** What stands for a value that was taken out: this mark, then the hash of the value. */
export const REDACTED = '**REDACTED**'

/** A hash as the second version of the API writes it: sha2-256 (0x12), 32 bytes (0x20), then the digest. @see RFC 0013, Multihash */
export const multihash = (digest: Uint8Array): string => `1220${Buffer.from(digest).toString('hex')}`

/**
 * Hash of an item that stays the same when values are redacted: the objecthash of a dictionary of texts and sets of texts.
 *
 * @see Registers RFC 0010, Item hash with redaction.
 */
export function blobHash(item: Item): Buffer {
  const members = Object.entries(item).flatMap(([name, value]) => {
    const hash = isEmpty(value) ? undefined : valueHash(value)
    return hash ? [Buffer.concat([tagged('u', name.normalize('NFC')), hash])] : []
  })
  return tagged('d', Buffer.concat(members.sort(Buffer.compare)))
}

/**
 * Hash of an entry: the list of its number, key, timestamp and blob.
 *
 * The hash goes in as the 32 bytes it is. An old Java implementation took its hexadecimal text instead; the RFC is followed here.
 *
 * @see Registers RFC 0009, Entry hash.
 */
export function entryHash(entry: { number: number; key: string; timestamp: string; blob: Uint8Array }): Buffer {
  const set = tagged('s', tagged('r', entry.blob))
  return tagged('l', Buffer.concat([tagged('i', String(entry.number)), tagged('u', entry.key), tagged('t', entry.timestamp), set]))
}

/** The value with its text taken out and its hash left. */
export function redactValue(value: string | string[]): string | string[] {
  return Array.isArray(value) ? value.map(redactText) : redactText(value)
}

const redactText = (text: string): string => (text.startsWith(REDACTED) ? text : REDACTED + textHash(text).toString('hex'))

const isEmpty = (value: string | string[] | null | undefined): boolean => value === null || value === undefined || value.length === 0

function valueHash(value: string | string[]): Buffer {
  return Array.isArray(value) ? tagged('s', Buffer.concat(value.map(textHash).sort(Buffer.compare))) : textHash(value)
}

function textHash(text: string): Buffer {
  const hex = text.startsWith(REDACTED) ? text.slice(REDACTED.length) : ''
  return /^[0-9a-f]{64}$/i.test(hex) ? Buffer.from(hex, 'hex') : tagged('u', text.normalize('NFC'))
}

function tagged(tag: string, value: string | Uint8Array): Buffer {
  return sha256(typeof value === 'string' ? tag + value : Buffer.concat([Buffer.from(tag), value]))
}
