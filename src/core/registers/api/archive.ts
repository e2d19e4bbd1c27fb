import { type ZipEntry, zipStream } from '../../../foundation/formats/zip-write.ts'
import { shaName } from '../log/leaf.ts'
import type { ApiRequest } from './request.ts'

const PAGE = 2000

/** The whole register as a zip file: register.json, proof.json, and a file for each item and each entry. */
export const archive = (request: ApiRequest, registerValue: unknown, proof: unknown): AsyncGenerator<Uint8Array> =>
  zipStream(files(request, registerValue, proof))

const file = (name: string, content: string): ZipEntry => ({ name, content, stored: true })

function* files({ register, reader }: ApiRequest, registerValue: unknown, proof: unknown): Generator<ZipEntry> {
  yield file('register.json', JSON.stringify(registerValue))
  yield file('proof.json', JSON.stringify(proof))
  for (let after = 0, more = true; more; ) {
    const items = reader.items(register, after, PAGE)
    for (const { hash, json } of items) yield file(`item/${shaName(hash)}.json`, json)
    more = items.length === PAGE
    after = items.at(-1)?.position ?? 0
  }
  for (let from = 1; from <= register.size; from += PAGE)
    for (const { number, timestamp, key, items } of reader.entries(register, from, PAGE))
      yield file(
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
}
