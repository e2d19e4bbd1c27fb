import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Archive, bounded, type InflateLimits } from '../../../foundation/formats/zip.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Container } from './container.ts'

/** A file taken out of its archive. `name` is the inner name where the archive tells one. */
export interface Unpacked {
  path: string
  name?: string
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
  limits: InflateLimits,
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

/** The one data file of a zip: the largest entry that looks like one. Folders and resource forks are passed over. */
async function openEntry(path: string): Promise<{ name: string; stream: Readable }> {
  const archive = await Archive.open(path)
  const [chosen] = archive.entries
    .filter((entry) => !/(?:\/|^)(?:\._|__MACOSX)|\/$/.test(entry.fileName))
    .toSorted((a, b) => b.uncompressedSize - a.uncompressedSize)
  if (!chosen) {
    archive.close()
    throw new Problem('archive-empty', { detail: 'The zip file holds no file.' })
  }
  const stream = await archive.stream(chosen).catch((error) => {
    archive.close()
    throw error
  })
  stream.once('close', () => archive.close())
  return { name: chosen.fileName.split('/').at(-1) ?? chosen.fileName, stream }
}

/** The errors of damaged archives as problems; others as they are. */
export function asProblem(error: unknown): unknown {
  if (error instanceof Problem) return error
  const { code, message } = error as { code?: string; message?: string }
  if (code === 'ENOSPC') return error
  if (
    code?.startsWith('Z_') ||
    code?.startsWith('ERR_ZLIB') ||
    /end of central directory|unexpected end|invalid|corrupt|truncat|signature|out of bounds|bytes in the stream|mismatch|expected|exceeds|not supported|unsupported|absolute path/i.test(
      message ?? '',
    )
  )
    return new Problem(
      'archive-truncated',
      { detail: `The compressed file cannot be read to its end (${message}).`, hint: 'Compress it again and check the size that arrives.' },
      { cause: error },
    )
  return error
}
