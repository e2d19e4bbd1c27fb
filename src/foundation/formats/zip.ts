import { stat } from 'node:fs/promises'
import type { Readable } from 'node:stream'
import { promisify } from 'node:util'
import { crc32 } from 'node:zlib'
import yauzl, { type Entry, type ZipFile } from 'yauzl'
import { Problem } from '../kernel/index.ts'

export type { Entry } from 'yauzl'

export interface InflateLimits {
  maxInflatedBytes: number
  /** Most times that an archive may grow; real tables of text stay well under 200. */
  maxRatio?: number
}

/**
 * Passes bytes on until they are too many for the archive they come from. One meter may be shared by the files of an archive.
 *
 * @throws {Problem} archive-bomb.
 */
export function bounded(packedBytes: number, { maxInflatedBytes, maxRatio = 400 }: InflateLimits, meter = { bytes: 0 }) {
  // A small file may inflate a lot by chance; under 16 MB it harms nobody.
  const most = Math.min(maxInflatedBytes, Math.max(packedBytes * maxRatio, 16e6))
  return async function* (source: AsyncIterable<Uint8Array>) {
    for await (const chunk of source) {
      meter.bytes += chunk.byteLength
      if (meter.bytes > most)
        throw new Problem('archive-bomb', {
          detail: `The archive of ${packedBytes} bytes inflates to more than ${most} bytes.`,
          hint: 'Publish the file without compression.',
        })
      yield chunk
    }
  }
}

const MAX_ENTRIES = 10_000

/** An open zip file: its entries, and their bytes one at a time. */
export class Archive {
  readonly entries: readonly Entry[]
  readonly #zip: ZipFile
  readonly #packedBytes: number
  readonly #meter = { bytes: 0 }

  private constructor(zip: ZipFile, entries: Entry[], packedBytes: number) {
    this.#zip = zip
    this.entries = entries
    this.#packedBytes = packedBytes
  }

  /** @throws {Problem} archive-bomb for too many entries; yauzl's own errors for a damaged file. */
  static async open(path: string): Promise<Archive> {
    const zip = await promisify<string, object, ZipFile>(yauzl.open as never)(path, { lazyEntries: true, autoClose: false })
    try {
      return new Archive(zip, await listEntries(zip), (await stat(path)).size)
    } catch (error) {
      zip.close()
      throw error
    }
  }

  /** An entry by its path, in any case of letters, as spreadsheet programs look for it. */
  find(name: string): Entry | undefined {
    const wanted = name.toLowerCase()
    return this.entries.find(({ fileName }) => fileName.toLowerCase() === wanted)
  }

  /** @throws {Problem} file-not-readable for an encrypted entry. */
  async stream(entry: Entry): Promise<Readable> {
    if (entry.generalPurposeBitFlag & 1)
      throw new Problem('file-not-readable', { detail: 'The zip file is encrypted.', hint: 'Publish it without a password.' })
    return promisify<Entry, Readable>(this.#zip.openReadStream.bind(this.#zip) as never)(entry)
  }

  /**
   * The text of a UTF-8 entry in pieces, bounded over everything read from this archive.
   *
   * @throws {Problem} archive-bomb, and archive-truncated at the end when the bytes are not those that were packed.
   */
  async *text(entry: Entry, limits: InflateLimits): AsyncGenerator<string> {
    const stream = await this.stream(entry)
    const decoder = new TextDecoder()
    try {
      let sum = 0
      for await (const chunk of bounded(this.#packedBytes, limits, this.#meter)(stream)) {
        sum = crc32(chunk, sum)
        yield decoder.decode(chunk, { stream: true })
      }
      if (sum !== entry.crc32)
        throw new Problem('archive-truncated', { detail: `The bytes of ${JSON.stringify(entry.fileName)} are not those that were packed.` })
      yield decoder.decode()
    } finally {
      stream.destroy()
    }
  }

  close(): void {
    this.#zip.close()
  }
}

async function listEntries(zip: ZipFile): Promise<Entry[]> {
  const entries: Entry[] = []
  return new Promise((resolve, reject) => {
    zip.on('entry', (entry: Entry) => {
      entries.push(entry)
      if (entries.length > MAX_ENTRIES)
        reject(new Problem('archive-bomb', { detail: `The zip file lists more than ${MAX_ENTRIES} files.` }))
      else zip.readEntry()
    })
    zip.on('end', () => resolve(entries)).on('error', reject)
    zip.readEntry()
  })
}
