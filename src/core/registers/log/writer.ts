import { setImmediate as pause } from 'node:timers/promises'
import { Problem, Turns } from '../../../foundation/kernel/index.ts'
import { Growth, rootOf, sha256 } from '../../../foundation/merkle/index.ts'
import type { Log } from '../rsf/commands.ts'
import { orphanEntry, orphanItem, rootMismatch } from '../rsf/errors.ts'
import type { HashedCommand } from '../rsf/hashed.ts'
import { readHashed } from '../rsf/read-hashed.ts'
import { applyCertificate, certified, isCertificate } from './certificate.ts'
import { entryLeaf } from './leaf.ts'
import { type LogStore, lineKinds, logNumbers, type RegisterRow } from './store.ts'

/** An entry to append. */
export interface NewEntry {
  log: Log
  key: string
  /** RFC 3339, UTC, to the second. */
  timestamp: string
  /** Canonical JSON of its items. */
  items: readonly string[]
}

/** Where a register's log stands. */
export interface LogState {
  size: number
  systemSize: number
  lines: number
  /** Root of the first version's tree. */
  root: Buffer
}

/**
 * Commands written in one transaction of a load; between two, other requests have their turn. Each transaction writes again the pages of
 * the index of hashes that it touched, which with few commands are as many as with these.
 */
const BATCH = 30_000

/**
 * Writes one register at a time. Whatever a load writes lies beyond the sizes that readers see until its last transaction moves
 * them, so that a load that fails or is cut off leaves nothing.
 */
export function logWriter(store: LogStore) {
  const turns = new Turns<number>()

  /** Runs the work when every earlier work on this register has ended. */
  const alone = <T>(name: string, work: (row: RegisterRow) => Promise<T> | T): Promise<T> => {
    const found = store.register(name)
    if (!found) throw new Problem('register-not-found', { detail: `There is no register ${name}.` })
    return turns.take(found.id, () => work(fresh(name)))
  }
  const fresh = (name: string): RegisterRow => {
    const row = store.register(name)
    if (!row) throw new Problem('register-not-found', { detail: `There is no register ${name}.` })
    return row
  }

  return {
    alone,
    /**
     * Appends entries in one transaction, with the assertion of the new root.
     *
     * @throws {Problem} register-moved when `expectedSize` is given and is not the size.
     */
    append: (name: string, entries: readonly NewEntry[], expectedSize?: number): Promise<LogState> =>
      alone(name, (row) => {
        demandSize(row, expectedSize)
        return store.transaction(() => {
          store.discardBeyond(row)
          const cursor = new Cursor(store, row)
          for (const entry of entries) {
            const hashes = entry.items.map((json) => ({ json, hash: sha256(json) }))
            for (const { json, hash } of hashes) cursor.item(json, hash, false)
            cursor.entry({ ...entry, items: hashes.map(({ hash }) => hash) })
          }
          cursor.assertion(cursor.root())
          return cursor.end()
        })
      }),
    /** Replaces an item by what `edit` makes of it, under the hash it has, and appends the certificate; in one transaction. */
    redact: (
      name: string,
      item: Buffer,
      timestamp: string,
      edit: (json: string | undefined) => { json: string; certificate: { key: string; json: string } },
    ): Promise<LogState> =>
      alone(name, (row) =>
        store.transaction(() => {
          store.discardBeyond(row)
          const { json, certificate } = edit(store.item(row.id, item, row.lines)?.json)
          store.setItem(row.id, item, json)
          const cursor = new Cursor(store, row)
          const hash = sha256(certificate.json)
          cursor.item(certificate.json, hash, false)
          cursor.entry({ log: 'system', key: certificate.key, timestamp, items: [hash] })
          return cursor.end()
        }),
      ),
    /**
     * Takes RSF in, whole or as a delta, all or nothing.
     *
     * @throws {RsfError} when a line is wrong, a root does not match where it is asserted, or an item or entry is an orphan.
     */
    load: (name: string, source: AsyncIterable<Uint8Array>, report: (entries: number) => void = () => {}): Promise<LogState> =>
      alone(name, (row) => load(store, row, readHashed(source, row.size), report)),
  }
}

function demandSize(row: RegisterRow, expected: number | undefined): void {
  if (expected !== undefined && expected !== row.size)
    throw new Problem('register-moved', {
      detail: `The register ${row.name} has ${row.size} entries, not ${expected}: somebody wrote in between.`,
      hint: 'Read it again and send the change for the size it has now.',
    })
}

async function load(
  store: LogStore,
  row: RegisterRow,
  commands: AsyncIterable<HashedCommand[]>,
  report: (entries: number) => void,
): Promise<LogState> {
  store.transaction(() => store.discardBeyond(row))
  const loading = new Loading(store, row)
  try {
    for await (const batch of batchesOf(commands)) {
      store.transaction(() => {
        for (const command of batch) loading.take(command)
        loading.cursor.flush()
      }, false)
      report(loading.cursor.size)
      await pause()
    }
    return store.transaction(() => loading.end())
  } catch (error) {
    store.transaction(() => store.discardBeyond(row))
    throw error
  }
}

async function* batchesOf(commands: AsyncIterable<HashedCommand[]>): AsyncGenerator<HashedCommand[]> {
  let batch: HashedCommand[] = []
  for await (const arrived of commands) {
    batch.push(...arrived)
    if (batch.length < BATCH) continue
    yield batch
    batch = []
  }
  if (batch.length > 0) yield batch
}

/** Checks what the grammar cannot: that items and entries belong together and that asserted roots hold. */
class Loading {
  readonly cursor: Cursor
  #store: LogStore
  #row: RegisterRow
  #unused = new Map<string, number>()
  #missing = new Map<string, number>()
  #certificates = new Map<string, string>()

  constructor(store: LogStore, row: RegisterRow) {
    this.#store = store
    this.#row = row
    this.cursor = new Cursor(store, row)
  }

  take(command: HashedCommand): void {
    if (command.command === 'add-item') {
      const { json, hash, line } = command
      if (this.cursor.item(json, hash, true)) this.#unused.set(hash.toString('latin1'), line)
    } else if (command.command === 'append-entry') this.#takeEntry(command)
    else {
      const root = this.cursor.root()
      if (!root.equals(command.hash)) throw rootMismatch(command.line, command.hash, root)
      this.cursor.assertion(command.hash)
    }
  }

  end(): LogState {
    this.#useCertificates()
    for (const line of this.#missing.values()) throw orphanEntry(line)
    for (const line of this.#unused.values()) throw orphanItem(line)
    return this.cursor.end()
  }

  #takeEntry(command: HashedCommand & { command: 'append-entry' }): void {
    for (const item of command.items) {
      const hash = item.toString('latin1')
      if (!this.#unused.delete(hash) && !this.#store.item(this.#row.id, item, this.cursor.lines)) this.#missing.set(hash, command.line)
      if (command.log === 'system' && isCertificate(command.key)) this.#certificates.set(command.key, hash)
    }
    this.cursor.entry(command)
  }

  /** Puts redacted items under the hashes that entries know them by. */
  #useCertificates(): void {
    for (const [key, itemHash] of this.#certificates) {
      const found = this.#store.item(this.#row.id, Buffer.from(itemHash, 'latin1'), this.cursor.lines)
      const { original, redacted, fields } = certified(key, found?.json)
      const name = original.toString('latin1')
      const own = this.#missing.has(name) ? undefined : this.#store.item(this.#row.id, original, this.cursor.lines)
      const taken = own && applyCertificate(own.json, { redacted, fields })
      if (taken) this.#store.setItem(this.#row.id, original, taken) // a mirror takes out what its source has
      const item = this.#missing.has(name) && this.#store.item(this.#row.id, redacted, this.cursor.lines)
      if (!item) continue
      this.#missing.delete(name)
      this.#unused.delete(redacted.toString('latin1'))
      this.#store.rename(this.#row.id, redacted, original)
    }
  }
}

/** The end of a register's log while it grows. */
class Cursor {
  size: number
  systemSize: number
  lines: number
  #store: LogStore
  #row: RegisterRow
  #tree: Growth

  constructor(store: LogStore, row: RegisterRow) {
    this.#store = store
    this.#row = row
    this.size = row.size
    this.systemSize = row.systemSize
    this.lines = row.lines
    this.#tree = new Growth(row.size, store.chunks(row.id, 1))
  }

  /** Adds an item; false when the register has it. `always`: a repeated one is remembered as a line of its own. */
  item(json: string, hash: Buffer, always: boolean): boolean {
    if (this.#store.insertItem(this.#row.id, this.lines + 1, hash, json)) {
      this.lines += 1
      return true
    }
    if (always) {
      this.lines += 1
      this.#store.insertLine(this.#row.id, this.lines, lineKinds.repeatedItem, hash)
    }
    return false
  }

  /** `leaf`: its hash in the tree where that is known. */
  entry({ log, key, timestamp, items, leaf }: Omit<NewEntry, 'items'> & { items: readonly Buffer[]; leaf?: Buffer }): void {
    this.lines += 1
    const number = log === 'user' ? (this.size += 1) : (this.systemSize += 1)
    this.#store.insertEntry(this.#row.id, logNumbers[log], { number, position: this.lines, key, timestamp, items })
    if (log === 'user') this.#tree.append(leaf ?? entryLeaf({ number, key, timestamp, items }))
  }

  assertion(root: Buffer): void {
    this.lines += 1
    this.#store.insertLine(this.#row.id, this.lines, lineKinds.assertion, root)
  }

  root(): Buffer {
    return rootOf(this.#tree.size, this.#tree.node)
  }

  flush(): void {
    this.#tree.flush()
  }

  end(): LogState {
    this.flush()
    const { size, systemSize, lines } = this
    this.#store.setSizes(this.#row.id, { size, systemSize, lines })
    this.#store.setTreeSize(this.#row.id, 1, size)
    return { size, systemSize, lines, root: this.root() }
  }
}
