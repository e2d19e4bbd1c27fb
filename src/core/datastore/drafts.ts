import { createReadStream } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { keepStream, type Objects } from '../../foundation/engines/files/index.ts'
import { type Clock, capped, newSecret, Problem } from '../../foundation/kernel/index.ts'
import { safeName } from './publish.ts'

/** A file that a publisher looks at before it is published. Nobody else sees it. */
export interface Draft {
  /** Cannot be guessed: whoever holds the address may look. */
  id: string
  filename: string
  bytes: number
  sha256: string
  /** When it was received, in milliseconds. */
  received: number
}

interface Kept extends Draft {
  folder: string
}

export interface Drafts {
  /** Takes a file in. @throws {Problem} body-too-large, file-empty */
  receive(source: AsyncIterable<Uint8Array>, filename: string): Promise<Draft>
  /** @throws {Problem} draft-not-found */
  get(id: string): Draft
  /** Its bytes. @throws {Problem} draft-not-found */
  read(id: string): AsyncIterable<Uint8Array>
  remove(id: string): Promise<void>
}

const LIFETIME_MS = 2 * 3_600_000
const MAX_DRAFTS = 50

/** Drafts in the work folder: they go after two hours, when there are too many, and when the server starts anew. */
export function openDrafts(options: { objects: Objects; clock: Clock; maxBytes: number }): Drafts {
  const kept = new Map<string, Kept>()
  const remove = async (id: string) => {
    const draft = kept.get(id)
    kept.delete(id)
    if (draft) await rm(draft.folder, { recursive: true, force: true })
  }
  const expire = async () => {
    const oldest = options.clock.now().getTime() - LIFETIME_MS
    for (const { id, received } of kept.values()) if (received < oldest || kept.size > MAX_DRAFTS) await remove(id)
  }
  const find = (id: string): Kept => {
    const draft = kept.get(id)
    if (draft && draft.received >= options.clock.now().getTime() - LIFETIME_MS) return draft
    throw new Problem('draft-not-found', {
      detail: 'The file is not here any more: drafts are kept for two hours.',
      hint: 'Send the file again.',
    })
  }
  return {
    receive: async (source, filename) => {
      const folder = await options.objects.workFolder()
      try {
        const { bytes, sha256 } = await keepStream(capped(source, options.maxBytes), join(folder, 'source'))
        if (!bytes) throw new Problem('file-empty', { detail: 'The file holds no bytes.' })
        const draft = {
          id: newSecret('draft'),
          filename: safeName(filename),
          bytes,
          sha256,
          received: options.clock.now().getTime(),
          folder,
        }
        kept.set(draft.id, draft)
        await expire()
        return draft
      } catch (error) {
        await rm(folder, { recursive: true, force: true })
        throw error
      }
    },
    get: find,
    read: (id) => createReadStream(join(find(id).folder, 'source'), { highWaterMark: 1 << 18 }),
    remove,
  }
}
