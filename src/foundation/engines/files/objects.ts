import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises'
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

/** Writes a stream to a new file, hashing on the way. */
export async function keepStream(
  source: AsyncIterable<Uint8Array>,
  path: string,
  onBytes: (total: number) => void = () => {},
): Promise<Kept> {
  const handle = await open(path, 'wx')
  const hash = createHash('sha256')
  let bytes = 0
  // One write is under way while the next chunk is hashed: the two take different threads.
  let writing: Promise<void> = Promise.resolve()
  try {
    for await (const chunk of source) {
      const before = writing
      writing = before.then(() => handle.writeFile(chunk))
      hash.update(chunk)
      bytes += chunk.byteLength
      onBytes(bytes)
      await before
    }
    await writing
  } finally {
    await writing.catch(() => {})
    await handle.close()
  }
  return { bytes, sha256: hash.digest('hex') }
}
