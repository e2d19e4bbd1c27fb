import { crc32 } from 'node:zlib'
import { shaName } from '../log/leaf.ts'
import type { ApiRequest } from './request.ts'

const PAGE = 2000

/** The whole register as a zip file: register.json, proof.json, and a file for each item and each entry. */
export function* archive({ register, reader }: ApiRequest, registerValue: unknown, proof: unknown): Generator<Uint8Array> {
  const zip = new ZipWriter()
  yield zip.file('register.json', JSON.stringify(registerValue))
  yield zip.file('proof.json', JSON.stringify(proof))
  for (let after = 0, more = true; more; ) {
    const items = reader.items(register, after, PAGE)
    for (const { hash, json } of items) yield zip.file(`item/${shaName(hash)}.json`, json)
    more = items.length === PAGE
    after = items.at(-1)?.position ?? 0
  }
  for (let from = 1; from <= register.size; from += PAGE)
    for (const { number, timestamp, key, items } of reader.entries(register, from, PAGE))
      yield zip.file(
        `entry/${number}.json`,
        JSON.stringify([
          {
            'index-entry-number': String(number),
            'entry-number': String(number),
            'entry-timestamp': timestamp,
            key,
            'item-hash': items.map(shaName),
          },
        ]),
      )
  yield zip.end()
}

const DOS_TIME = 0x0021_0000 // 1 January 1980: the archive of a log depends on the log alone

/** Writes a zip file of stored members; beyond 65,535 of them, with the larger directory. @see APPNOTE.TXT 6.3.10 */
class ZipWriter {
  #directory: Buffer[] = []
  #offset = 0

  file(name: string, text: string): Buffer {
    const body = Buffer.from(text)
    const nameBytes = Buffer.from(name)
    const fields = Buffer.alloc(26)
    fields.writeUInt16LE(20, 0)
    fields.writeUInt16LE(0x0800, 2) // names are UTF-8
    fields.writeUInt32LE(DOS_TIME, 6)
    fields.writeUInt32LE(crc32(body), 10)
    fields.writeUInt32LE(body.length, 14)
    fields.writeUInt32LE(body.length, 18)
    fields.writeUInt16LE(nameBytes.length, 22)
    const entry = Buffer.alloc(20)
    entry.writeUInt16LE(0, 0)
    entry.writeUInt32LE(this.#offset, 10)
    this.#directory.push(Buffer.concat([Buffer.from('PK\x01\x02\x14\x00', 'latin1'), fields, entry.subarray(0, 14), nameBytes]))
    const member = Buffer.concat([Buffer.from('PK\x03\x04', 'latin1'), fields, nameBytes, body])
    this.#offset += member.length
    return member
  }

  end(): Buffer {
    const directory = Buffer.concat(this.#directory)
    const count = this.#directory.length
    const large = Buffer.alloc(76)
    large.write('PK\x06\x06', 'latin1')
    large.writeBigUInt64LE(44n, 4)
    large.writeUInt16LE(45, 12)
    large.writeUInt16LE(45, 14)
    large.writeBigUInt64LE(BigInt(count), 24)
    large.writeBigUInt64LE(BigInt(count), 32)
    large.writeBigUInt64LE(BigInt(directory.length), 40)
    large.writeBigUInt64LE(BigInt(this.#offset), 48)
    large.write('PK\x06\x07', 56, 'latin1')
    large.writeBigUInt64LE(BigInt(this.#offset + directory.length), 64)
    large.writeUInt32LE(1, 72)
    const end = Buffer.alloc(22)
    end.write('PK\x05\x06', 'latin1')
    end.writeUInt16LE(Math.min(count, 0xffff), 8)
    end.writeUInt16LE(Math.min(count, 0xffff), 10)
    end.writeUInt32LE(directory.length, 12)
    end.writeUInt32LE(this.#offset, 16)
    return Buffer.concat(count > 0xffff - 1 ? [directory, large, end] : [directory, end])
  }
}
