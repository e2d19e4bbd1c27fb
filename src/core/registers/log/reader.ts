import { setImmediate as pause } from 'node:timers/promises'
import { Problem } from '../../../foundation/kernel/index.ts'
import { auditPath, consistencyPath, Growth, leafHash, nodeReader, rootOf } from '../../../foundation/merkle/index.ts'
import { assertLine, entryLine, itemLine } from '../rsf/write.ts'
import type { Item } from './canonical.ts'
import { blobHash, entryHash } from './object-hash.ts'
import { type EntryRow, type LogStore, lineKinds, logNumbers, type RegisterRow } from './store.ts'

const PAGE = 2000

export type LogReader = ReturnType<typeof logReader>

/** Reads logs: entries, items, proofs and RSF, never beyond what the last writer has ended. */
export function logReader(store: LogStore) {
  const row = (name: string): RegisterRow => {
    const found = store.register(name)
    if (!found) throw new Problem('register-not-found', { detail: `There is no register ${name}.` })
    return found
  }
  const nodes = ({ id }: RegisterRow) => nodeReader(store.chunks(id, 1))

  /** The multihash digest of an item, kept once it is known. */
  const blobOf = (register: RegisterRow, hash: Uint8Array): Buffer => {
    const kept = store.blobHashOf(register.id, hash)
    if (kept) return Buffer.from(kept)
    const json = store.item(register.id, hash, register.lines)?.json
    const blob = blobHash(JSON.parse(json ?? '{}') as Item)
    store.setBlobHash(register.id, hash, blob)
    return blob
  }

  /** Grows the second version's tree to `size`, which nobody needs until somebody asks for it. */
  const blobNodes = async (register: RegisterRow, size: number) => {
    for (let from = store.treeSize(register.id, 2); from < size; from = store.treeSize(register.id, 2)) {
      const to = Math.min(size, from + PAGE)
      store.transaction(() => {
        const tree = new Growth(from, store.chunks(register.id, 2))
        for (const { number, key, timestamp, items } of store.entries(register.id, 0, from + 1, to))
          tree.append(leafHash(entryHash({ number, key, timestamp, blob: blobOf(register, items[0] ?? Buffer.alloc(0)) })))
        tree.flush()
        store.setTreeSize(register.id, 2, to)
      })
      await pause()
    }
    return nodeReader(store.chunks(register.id, 2))
  }

  return {
    registers: store.registers,
    row,
    root: (register: RegisterRow, size = register.size) => rootOf(size, nodes(register)),
    /** Siblings of entry `number` (from 1) in the tree of `size` entries. */
    auditPath: (register: RegisterRow, number: number, size: number) => auditPath(number - 1, size, nodes(register)),
    consistencyPath: (register: RegisterRow, small: number, large: number) => consistencyPath(small, large, nodes(register)),
    blobRoot: async (register: RegisterRow, size = register.size) => rootOf(size, await blobNodes(register, size)),
    blobAuditPath: async (register: RegisterRow, number: number, size: number) =>
      auditPath(number - 1, size, await blobNodes(register, size)),
    blobConsistencyPath: async (register: RegisterRow, small: number, large: number) =>
      consistencyPath(small, large, await blobNodes(register, large)),
    blobOf,
    item: (register: RegisterRow, hash: Uint8Array) => store.item(register.id, hash, register.lines)?.json,
    /** The item of a multihash digest. Blobs of entries that nobody has asked for yet are hashed first. */
    itemByBlob: async (register: RegisterRow, blob: Uint8Array) => {
      await blobNodes(register, register.size)
      return store.itemByBlob(register.id, blob, register.lines)?.json
    },
    entry: (register: RegisterRow, number: number) => store.entries(register.id, 0, number, Math.min(number, register.size))[0],
    entries: (register: RegisterRow, from: number, limit: number) =>
      store.entries(register.id, 0, from, Math.min(register.size, from + limit - 1)),
    systemEntries: (register: RegisterRow) => store.entries(register.id, 1, 1, register.systemSize),
    entriesOf: (register: RegisterRow, key: string, size = register.size) => store.entriesOf(register.id, 0, key, size),
    latestOf: (register: RegisterRow, key: string, size = register.size) => store.latestOf(register.id, 0, key, size),
    newest: (register: RegisterRow, size: number, limit: number, offset: number) => store.newest(register.id, 0, size, limit, offset),
    records: (register: RegisterRow, from: number, to: number) => store.records(register.id, 0, from, Math.min(to, register.size)),
    countRecords: (register: RegisterRow, size = register.size) => store.countKeys(register.id, 0, size),
    countItems: (register: RegisterRow) => store.countItems(register.id, register.lines),
    items: (register: RegisterRow, after: number, limit: number) => store.itemsAfter(register.id, after, register.lines, limit),
    rsf: (register: RegisterRow, asReceived: boolean) =>
      wholeRsf(store, register, asReceived, () => rootOf(register.size, nodes(register))),
    /** Entries beyond `from` up to `to` with their items, between the two roots; with those system entries beyond `system`. */
    delta: (register: RegisterRow, from: number, to: number, system: number) =>
      deltaRsf(store, register, { from, to, system }, (size) => rootOf(size, nodes(register))),
  }
}

/** The register's RSF in pieces, its commands in the order they came in; unless `asReceived`, it ends with the root it has. */
function* wholeRsf(store: LogStore, register: RegisterRow, asReceived: boolean, root: () => Buffer): Generator<string> {
  const { id, lines } = register
  const user = entryQueue((from, to) => store.entries(id, logNumbers.user, from, to), register.size)
  const system = entryQueue((from, to) => store.entries(id, logNumbers.system, from, to), register.systemSize)
  const items = queue((after) => store.itemsAfter(id, after, lines, PAGE))
  const extra = queue((after) => store.linesAfter(id, after, lines, PAGE))
  let text = ''
  let assertedAt = -1
  for (let position = 1; position <= lines; position += 1) {
    if (items.peek()?.position === position) text += itemLine(items.next().json)
    else if (user.peek()?.position === position) text += entryLine({ log: 'user', ...user.next() })
    else if (system.peek()?.position === position) text += entryLine({ log: 'system', ...system.next() })
    else if (extra.peek()?.position === position) {
      const { kind, hash } = extra.next()
      if (kind === lineKinds.assertion) assertedAt = position
      text += kind === lineKinds.assertion ? assertLine(hash) : itemLine(store.item(id, hash, lines)?.json ?? '')
    }
    if (text.length > 1 << 16) {
      yield text
      text = ''
    }
  }
  yield asReceived || assertedAt === lines ? text : text + assertLine(root())
}

function* deltaRsf(
  store: LogStore,
  register: RegisterRow,
  { from, to, system }: { from: number; to: number; system: number },
  root: (size: number) => Buffer,
): Generator<string> {
  yield assertLine(root(from))
  const sent = new Set<string>()
  const entryText = (log: 'user' | 'system', entry: EntryRow): string => {
    let text = ''
    for (const hash of entry.items) {
      if (sent.has(hash.toString('latin1'))) continue
      sent.add(hash.toString('latin1'))
      text += itemLine(store.item(register.id, hash, register.lines)?.json ?? '{}')
    }
    return text + entryLine({ log, ...entry })
  }
  for (const entry of store.entries(register.id, logNumbers.system, system + 1, register.systemSize)) yield entryText('system', entry)
  for (let at = from + 1; at <= to; at += PAGE)
    yield store
      .entries(register.id, logNumbers.user, at, Math.min(to, at + PAGE - 1))
      .map((entry) => entryText('user', entry))
      .join('')
  if (to > from || system < register.systemSize) yield assertLine(root(to))
}

/** Rows in order of position, fetched a page at a time. */
function queue<Row extends { position: number }>(fetch: (after: number) => Row[]) {
  let page = fetch(0)
  let at = 0
  return {
    peek: (): Row | undefined => page[at],
    next: (): Row => {
      const row = page[at]!
      at += 1
      if (at === page.length) {
        page = fetch(row.position)
        at = 0
      }
      return row
    },
  }
}

function entryQueue(fetch: (from: number, to: number) => EntryRow[], size: number) {
  let number = 0
  return queue(() => {
    const page = fetch(number + 1, Math.min(size, number + PAGE))
    number += page.length
    return page
  })
}
