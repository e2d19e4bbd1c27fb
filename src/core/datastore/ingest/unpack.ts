import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { promisify } from 'node:util'
import { createGunzip } from 'node:zlib'
import yauzl, { type Entry, type ZipFile } from 'yauzl'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Container } from './container.ts'

/** A file taken out of its archive. `name` is the inner name where the archive tells one. */
export interface Unpacked {
  path: string
  name?: string
}

export interface UnpackLimits {
  maxInflatedBytes: number
  /** Most times that an archive may grow; real tables of text stay well under 200. */
  maxRatio?: number
}

/**
 * Inflates a gzip or zip file beside it, bounded in size and in ratio.
 *
 * @throws {Problem} archive-bomb, archive-truncated, archive-empty.
 */
export async function unpack(
  path: string,
  container: Container & ('gzip' | 'zip'),
  folder: string,
  limits: UnpackLimits,
): Promise<Unpacked> {
  const target = join(folder, `inflated-${container}`)
  const packedBytes = (await stat(path)).size
  try {
    if (container === 'gzip') {
      await pipeline(createReadStream(path), createGunzip(), bounded(packedBytes, limits), createWriteStream(target))
      return { path: target }
    }
    const { name, stream } = await openEntry(path)
    await pipeline(stream, bounded(packedBytes, limits), createWriteStream(target))
    return { path: target, name }
  } catch (error) {
    throw asProblem(error)
  }
}

function bounded(packedBytes: number, { maxInflatedBytes, maxRatio = 400 }: UnpackLimits) {
  // A small file may inflate a lot by chance; under 16 MB it harms nobody.
  const most = Math.min(maxInflatedBytes, Math.max(packedBytes * maxRatio, 16e6))
  return async function* (source: AsyncIterable<Uint8Array>) {
    let bytes = 0
    for await (const chunk of source) {
      bytes += chunk.byteLength
      if (bytes > most)
        throw new Problem('archive-bomb', {
          detail: `The archive of ${packedBytes} bytes inflates to more than ${most} bytes.`,
          hint: 'Publish the file without compression.',
        })
      yield chunk
    }
  }
}

/** The one data file of a zip: the largest entry that looks like one. Folders and resource forks are passed over. */
async function openEntry(path: string): Promise<{ name: string; stream: Readable }> {
  const zip = await promisify<string, { lazyEntries: boolean; autoClose: boolean }, ZipFile>(yauzl.open as never)(path, {
    lazyEntries: true,
    autoClose: true,
  })
  const entries = await listEntries(path)
  const [chosen] = entries
    .filter((entry) => !/(?:\/|^)(?:\._|__MACOSX)|\/$/.test(entry.fileName))
    .sort((a, b) => b.uncompressedSize - a.uncompressedSize)
  if (!chosen) throw new Problem('archive-empty', { detail: 'The zip file holds no file.' })
  if (chosen.generalPurposeBitFlag & 1)
    throw new Problem('file-not-readable', { detail: 'The zip file is encrypted.', hint: 'Publish it without a password.' })
  const stream = await promisify<Entry, Readable>(zip.openReadStream.bind(zip) as never)(chosen)
  return { name: chosen.fileName.split('/').at(-1) ?? chosen.fileName, stream }
}

const MAX_ENTRIES = 10_000

async function listEntries(path: string): Promise<Entry[]> {
  const zip = await promisify<string, { lazyEntries: boolean }, ZipFile>(yauzl.open as never)(path, { lazyEntries: true })
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

function asProblem(error: unknown): unknown {
  if (error instanceof Problem) return error
  const { code, message } = error as { code?: string; message?: string }
  if (code === 'ENOSPC') return error
  if (
    code?.startsWith('Z_') ||
    code?.startsWith('ERR_ZLIB') ||
    /end of central directory|unexpected end|invalid|corrupt|truncat|signature|out of bounds/i.test(message ?? '')
  )
    return new Problem(
      'archive-truncated',
      { detail: `The compressed file cannot be read to its end (${message}).`, hint: 'Compress it again and check the size that arrives.' },
      { cause: error },
    )
  return error
}
