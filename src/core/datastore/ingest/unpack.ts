import { createReadStream, createWriteStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { Archive, bounded, type Entry, type InflateLimits } from '../../../foundation/formats/zip.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import { indexOf } from './choose.ts'
import type { Container } from './container.ts'

/** A file taken out of its archive. `name` is the inner name where the archive tells one. */
export interface Unpacked {
  path: string
  name?: string
  /** All files that an archive holds. */
  names?: string[]
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
  wanted?: string,
): Promise<Unpacked> {
  const target = join(folder, `inflated-${container}`)
  const packedBytes = (await stat(path)).size
  try {
    if (container === 'gzip') {
      await pipeline(createReadStream(path), createGunzip(), bounded(packedBytes, limits), createWriteStream(target))
      return { path: target }
    }
    const { stream, ...names } = await openEntry(path, wanted)
    await pipeline(stream, bounded(packedBytes, limits), createWriteStream(target))
    return { path: target, ...names }
  } catch (error) {
    throw asProblem(error)
  }
}

/** A file of a zip: the one wanted, by name or number, else the largest that looks like data. Folders and resource forks are passed over. */
async function openEntry(path: string, wanted?: string): Promise<{ name: string; names: string[]; stream: Readable }> {
  const archive = await Archive.open(path)
  const files = archive.entries.filter((entry) => !/(?:\/|^)(?:\._|__MACOSX|\.DS_Store|Thumbs\.db)|\/$/i.test(entry.fileName))
  const names = files.map(({ fileName }) => fileName.split('/').at(-1) ?? fileName)
  const chosen = wanted === undefined ? largest(files) : files[closing(archive, () => indexOf(names, wanted))]
  if (!chosen) {
    archive.close()
    throw new Problem('archive-empty', { detail: 'The zip file holds no file.' })
  }
  const stream = await archive.stream(chosen).catch((error) => {
    archive.close()
    throw error
  })
  stream.once('close', () => archive.close())
  return { name: names[files.indexOf(chosen)] ?? '', names, stream }
}

/** Notes and licences beside the data are often longer than it, so data goes first. */
function largest(files: readonly Entry[]): Entry | undefined {
  const isData = ({ fileName }: Entry) =>
    /\.(?:csv|tsv|txt|psv|xlsx?|ods|json|ndjson|jsonl|geojson|parquet|xml)$/i.test(fileName) && !/readme|licen[cs]e/i.test(fileName)
  const data = files.filter(isData)
  return (data.length ? data : files).toSorted((a, b) => b.uncompressedSize - a.uncompressedSize)[0]
}

function closing<T>(archive: Archive, work: () => T): T {
  try {
    return work()
  } catch (error) {
    archive.close()
    throw error
  }
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
