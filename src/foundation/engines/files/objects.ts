import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { type FileHandle, mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
import { dirname, join, resolve, sep } from 'node:path'
import { newId } from '../../kernel/ids.ts'

/** Bytes kept: how many, and their SHA-256 in hex. */
export interface Kept {
  bytes: number
  sha256: string
}

/**
 * Immutable objects in a folder. Work is done in `workFolder()`s, which a start empties, and becomes visible by one rename.
 * Paths inside are relative with forward slashes; `path` is for engines that read files by name.
 */
export interface Objects {
  /** A new private folder for unfinished work. */
  workFolder(): Promise<string>
  /** Moves a finished work folder to its place, durably: when this returns, a power cut cannot undo it. */
  settle(workFolder: string, key: string): Promise<void>
  path(key: string): string
  exists(key: string): Promise<boolean>
  read(key: string, range?: { start: number; end: number }): AsyncIterable<Uint8Array>
  bytes(key: string): Promise<number>
  /** Names directly under a key; empty when there is none. */
  list(key: string): Promise<string[]>
  remove(key: string): Promise<void>
  /** Removes work left over by a process that died. */
  clearWork(): Promise<void>
}

export async function openObjects(root: string): Promise<Objects> {
  const base = resolve(root)
  const work = join(base, 'work')
  await mkdir(work, { recursive: true })
  const path = (key: string) => inside(base, key)
  return {
    path,
    workFolder: async () => {
      const folder = join(work, newId())
      await mkdir(folder)
      return folder
    },
    settle: (folder, key) => settle(folder, path(key)),
    exists: (key) =>
      stat(path(key)).then(
        () => true,
        () => false,
      ),
    read: (key, range) => createReadStream(path(key), { highWaterMark: 1 << 18, ...range }),
    bytes: async (key) => (await stat(path(key))).size,
    list: (key) => readdir(path(key)).catch(() => []),
    remove: (key) => rm(path(key), { recursive: true, force: true }),
    clearWork: async () => {
      for (const name of await readdir(work)) await rm(join(work, name), { recursive: true, force: true })
    },
  }
}

function inside(base: string, key: string): string {
  const full = resolve(base, key)
  if (!full.startsWith(base + sep)) throw new RangeError('key leaves the folder')
  return full
}

async function settle(folder: string, target: string): Promise<void> {
  for (const name of await readdir(folder)) await sync(join(folder, name))
  await sync(folder)
  await mkdir(dirname(target), { recursive: true })
  await rename(folder, target)
  await sync(dirname(target))
}

/** Flushes a file or folder to the disk itself. Windows cannot open folders for this and does not need it. */
async function sync(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(path, 'r')
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/**
 * The bytes of a file in chunks of 1 MB. A chunk is overwritten when the next but one is asked for: take what you need before.
 * A read stream makes a new buffer for each chunk, and collecting those costs as much as reading does.
 */
export async function* readChunks(path: string, start = 0): AsyncGenerator<Buffer> {
  const handle = await open(path, 'r')
  try {
    const buffers = [Buffer.allocUnsafeSlow(1 << 20), Buffer.allocUnsafeSlow(1 << 20), Buffer.allocUnsafeSlow(1 << 20)] as const
    let at = start
    for (let turn = 0; ; turn += 1) {
      const buffer = buffers[turn % 3] as Buffer
      const { bytesRead } = await handle.read(buffer, 0, buffer.byteLength, at)
      if (!bytesRead) return
      at += bytesRead
      yield buffer.subarray(0, bytesRead)
    }
  } finally {
    await handle.close()
  }
}

/** Writes all of a chunk in as few calls as the system allows; `writeFile` would cut it up first. */
async function writeAll(handle: FileHandle, chunk: Uint8Array): Promise<void> {
  for (let at = 0; at < chunk.byteLength; ) at += (await handle.write(chunk, at)).bytesWritten
}

const BLOCK_BYTES = 1 << 20

/** Writes a stream to a new file, hashing on the way. Chunks are gathered into blocks, since each write costs a turn of the thread pool. */
export async function keepStream(
  source: AsyncIterable<Uint8Array>,
  path: string,
  onBytes: (total: number) => void = () => {},
): Promise<Kept> {
  const handle = await open(path, 'wx')
  const hash = createHash('sha256')
  let bytes = 0
  let block = Buffer.allocUnsafeSlow(BLOCK_BYTES)
  let spare = Buffer.allocUnsafeSlow(BLOCK_BYTES)
  let filled = 0
  // One block is written while the next is gathered and hashed: the two take different threads.
  let writing: Promise<void> = Promise.resolve()
  const flush = async () => {
    const full = block.subarray(0, filled)
    await writing
    writing = writeAll(handle, full)
    hash.update(full)
    bytes += filled
    filled = 0
    ;[block, spare] = [spare, block]
    onBytes(bytes)
  }
  try {
    for await (const chunk of source)
      for (let at = 0; at < chunk.byteLength; ) {
        const part = chunk.subarray(at, at + BLOCK_BYTES - filled)
        block.set(part, filled)
        filled += part.byteLength
        at += part.byteLength
        if (filled === BLOCK_BYTES) await flush()
      }
    await flush()
    await writing
  } finally {
    await writing.catch(() => {})
    await handle.close()
  }
  return { bytes, sha256: hash.digest('hex') }
}
