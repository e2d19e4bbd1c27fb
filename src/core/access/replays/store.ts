import { hash } from 'node:crypto'
import { join } from 'node:path'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'

/** What has been seen once: ids of assertions and of proofs of possession. */
export interface Replays {
  /** Whether this is the first time, in whichever process; it is remembered until `expires`, in seconds. */
  first(use: string, id: string, expires: number): boolean
  forgetBefore(seconds: number): void
}

/**
 * Ids that count once. The question is the insert itself: whoever looks first and inserts then can be overtaken by another process.
 *
 * The store may lose its last moment with the power: what it holds is refused for its age by the time a machine is up again.
 */
export function replayStore(store: Store): Replays {
  store.migrate('replays', join(import.meta.dirname, 'migrations'))
  const insert = store.raw.prepare('insert into replay (id, expires) values (?, ?) on conflict do nothing')
  const forget = store.raw.prepare('delete from replay where expires < ?')
  return {
    first: (use, id, expires) => insert.run(hash('sha256', `${use}\n${id}`, 'buffer'), expires).changes === 1,
    forgetBefore: (seconds) => void forget.run(seconds),
  }
}
