import { join } from 'node:path'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import type { Chunks } from '../../../foundation/merkle/index.ts'

export type Origin = 'shipped' | 'imported' | 'made' | 'mirror'

export interface RegisterRow {
  id: number
  name: string
  owner: string | null
  origin: Origin
  created: string
  /** User entries that readers see. */
  size: number
  systemSize: number
  /** Commands of its RSF that readers see. */
  lines: number
  /** JSON. */
  settings: string
}

export interface EntryRow {
  number: number
  position: number
  key: string
  timestamp: string
  /** SHA-256 of each item's canonical JSON. */
  items: Buffer[]
}

export const logNumbers = { user: 0, system: 1 } as const
export type LogNumber = 0 | 1
/** Trees of the two versions of the API. */
export type TreeNumber = 1 | 2
export const lineKinds = { assertion: 0, repeatedItem: 1 } as const

export type LogStore = ReturnType<typeof logStore>

/** The tables of the logs. Statements run at once, on this thread; what may be long comes in pieces. */
export function logStore(store: Store) {
  store.migrate('registers', join(import.meta.dirname, '../migrations'))
  const { raw } = store
  // A load writes at random places of the index of hashes: it stays in memory, and the log of writes is moved over less often.
  raw.exec('pragma cache_size = -65536; pragma wal_autocheckpoint = 10000')
  const sql = {
    columns: 'select id, name, owner, origin, created, size, system_size as "systemSize", lines, settings from register',
    entry: 'select number, position, key, timestamp, items from entry where register = ? and log = ?',
  }
  const registers = raw.prepare(`${sql.columns} order by name`)
  const register = raw.prepare(`${sql.columns} where name = ?`)
  const insertRegister = raw.prepare('insert into register (name, owner, origin, created, settings) values (?, ?, ?, ?, ?)')
  const insertItem = raw.prepare('insert or ignore into item (register, position, hash, json) values (?, ?, ?, ?)')
  const insertEntry = raw.prepare('insert into entry (register, log, number, position, key, timestamp, items) values (?, ?, ?, ?, ?, ?, ?)')
  const insertLine = raw.prepare('insert into line (register, position, kind, hash) values (?, ?, ?, ?)')
  const readChunk = raw.prepare('select hashes from node where register = ? and tree = ? and level = ? and chunk = ?')
  const writeChunk = raw.prepare('insert or replace into node (register, tree, level, chunk, hashes) values (?, ?, ?, ?, ?)')
  const treeSize = raw.prepare('select size from tree where register = ? and tree = ?')
  const setTreeSize = raw.prepare('insert or replace into tree (register, tree, size) values (?, ?, ?)')
  const setSizes = raw.prepare('update register set size = ?, system_size = ?, lines = ? where id = ?')
  const setOwnership = raw.prepare('update register set owner = ?, settings = ? where id = ?')
  const entryRange = raw.prepare(`${sql.entry} and number between ? and ? order by number`)
  const keyEntries = raw.prepare(`${sql.entry} and key = ? and number <= ? order by number`)
  const latestEntry = raw.prepare(`${sql.entry} and key = ? and number <= ? order by number desc limit 1`)
  const itemByHash = raw.prepare('select json, position from item where register = ? and hash = ? and position <= ?')
  const itemByBlob = raw.prepare('select json, position, hash from item where register = ? and blob_hash = ? and position <= ?')
  const setBlobHash = raw.prepare('update item set blob_hash = ? where register = ? and hash = ?')
  const blobHashOf = raw.prepare('select blob_hash from item where register = ? and hash = ?')
  const setItem = raw.prepare('update item set json = ? where register = ? and hash = ?')
  const renameItem = raw.prepare('update item set hash = ? where register = ? and hash = ?')
  const itemsAfter = raw.prepare(
    'select position, hash, json from item where register = ? and position > ? and position <= ? order by position limit ?',
  )
  const linesAfter = raw.prepare(
    'select position, kind, hash from line where register = ? and position > ? and position <= ? order by position limit ?',
  )
  const countItems = raw.prepare('select count(*) as count from item where register = ? and position <= ?')
  const countKeys = raw.prepare('select count(distinct key) as count from entry where register = ? and log = ? and number <= ?')
  const newest = raw.prepare(
    `${sql.entry} and number <= ? and not exists
      (select 1 from entry later where later.register = entry.register and later.log = entry.log and later.key = entry.key
        and later.number > entry.number and later.number <= ?)
      order by number desc limit ? offset ?`,
  )
  const records = raw.prepare(
    `select entry.number as number, entry.position as position, entry.key as key, entry.timestamp as timestamp, entry.items as items,
      item.json as json
      from entry left join item on item.register = entry.register and item.hash = substr(entry.items, 1, 32)
      where entry.register = ? and entry.log = ? and entry.number between ? and ? order by entry.number`,
  )
  const discard = [
    'delete from entry where register = ? and log = 0 and number > ?',
    'delete from entry where register = ? and log = 1 and number > ?',
    'delete from item where register = ? and position > ?',
    'delete from line where register = ? and position > ?',
  ].map((text) => raw.prepare(text))
  const drop = ['node', 'tree', 'line', 'entry', 'item'].map((table) => raw.prepare(`delete from ${table} where register = ?`))
  const dropRegister = raw.prepare('delete from register where id = ?')

  const toEntry = (row: unknown): EntryRow => {
    const { items, ...rest } = row as Omit<EntryRow, 'items'> & { items: Uint8Array }
    return { ...rest, items: hashesOf(items) }
  }
  return {
    /** Runs the work in one transaction of the registers' own database. What a load writes before its last may be lost with the power. */
    transaction<T>(work: () => T, durable = true): T {
      raw.exec(durable ? 'pragma synchronous = full; begin immediate' : 'pragma synchronous = normal; begin immediate')
      try {
        const result = work()
        raw.exec('commit')
        return result
      } catch (error) {
        raw.exec('rollback')
        throw error
      }
    },
    registers: () => registers.all() as unknown as RegisterRow[],
    register: (name: string) => register.get(name) as unknown as RegisterRow | undefined,
    insertRegister: (row: Pick<RegisterRow, 'name' | 'owner' | 'origin' | 'created' | 'settings'>) =>
      Number(insertRegister.run(row.name, row.owner, row.origin, row.created, row.settings).lastInsertRowid),
    setOwnership: (id: number, owner: string | null, settings: string) => setOwnership.run(owner, settings, id),
    setSizes: (id: number, sizes: { size: number; systemSize: number; lines: number }) =>
      setSizes.run(sizes.size, sizes.systemSize, sizes.lines, id),
    /** False when the register has the item already. */
    insertItem: (id: number, position: number, hash: Uint8Array, json: string) => insertItem.run(id, position, hash, json).changes === 1,
    insertEntry: (id: number, log: LogNumber, entry: Omit<EntryRow, 'items'> & { items: readonly Uint8Array[] }) =>
      insertEntry.run(
        id,
        log,
        entry.number,
        entry.position,
        entry.key,
        entry.timestamp,
        entry.items.length === 1 ? entry.items[0]! : Buffer.concat(entry.items),
      ),
    insertLine: (id: number, position: number, kind: number, hash: Uint8Array) => insertLine.run(id, position, kind, hash),
    chunks: (id: number, tree: TreeNumber): Chunks => ({
      read: (level, chunk) => (readChunk.get(id, tree, level, chunk) as { hashes: Uint8Array } | undefined)?.hashes,
      write: (level, chunk, hashes) => void writeChunk.run(id, tree, level, chunk, hashes),
    }),
    treeSize: (id: number, tree: TreeNumber) => (treeSize.get(id, tree) as { size: number } | undefined)?.size ?? 0,
    setTreeSize: (id: number, tree: TreeNumber, size: number) => setTreeSize.run(id, tree, size),
    entries: (id: number, log: LogNumber, from: number, to: number) => entryRange.all(id, log, from, to).map(toEntry),
    entriesOf: (id: number, log: LogNumber, key: string, size: number) => keyEntries.all(id, log, key, size).map(toEntry),
    latestOf: (id: number, log: LogNumber, key: string, size: number) => {
      const row = latestEntry.get(id, log, key, size)
      return row && toEntry(row)
    },
    /** The newest entry of each key, newest first. */
    newest: (id: number, log: LogNumber, size: number, limit: number, offset: number) =>
      newest.all(id, log, size, size, limit, offset).map(toEntry),
    /** Entries with the JSON of their first item. */
    records: (id: number, log: LogNumber, from: number, to: number) =>
      records.all(id, log, from, to).map((row) => ({ ...toEntry(row), json: (row as { json: string | null }).json })),
    item: (id: number, hash: Uint8Array, lines: number) =>
      itemByHash.get(id, hash, lines) as { json: string; position: number } | undefined,
    itemByBlob: (id: number, hash: Uint8Array, lines: number) =>
      itemByBlob.get(id, hash, lines) as { json: string; position: number; hash: Uint8Array } | undefined,
    blobHashOf: (id: number, hash: Uint8Array) => (blobHashOf.get(id, hash) as { blob_hash: Uint8Array | null } | undefined)?.blob_hash,
    setBlobHash: (id: number, hash: Uint8Array, blob: Uint8Array) => setBlobHash.run(blob, id, hash),
    setItem: (id: number, hash: Uint8Array, json: string) => setItem.run(json, id, hash),
    /** Keeps an item under another hash: that of the item before its values were taken out. */
    rename: (id: number, from: Uint8Array, to: Uint8Array) => renameItem.run(to, id, from),
    itemsAfter: (id: number, position: number, lines: number, limit: number) =>
      itemsAfter.all(id, position, lines, limit) as unknown as Array<{ position: number; hash: Uint8Array; json: string }>,
    linesAfter: (id: number, position: number, lines: number, limit: number) =>
      linesAfter.all(id, position, lines, limit) as unknown as Array<{ position: number; kind: number; hash: Uint8Array }>,
    countItems: (id: number, lines: number) => Number((countItems.get(id, lines) as { count: number }).count),
    countKeys: (id: number, log: LogNumber, size: number) => Number((countKeys.get(id, log, size) as { count: number }).count),
    /** Takes away what a load that broke off has left beyond what readers see. */
    discardBeyond: ({ id, size, systemSize, lines }: RegisterRow) => {
      for (const [at, bound] of [size, systemSize, lines, lines].entries()) discard[at]!.run(id, bound)
    },
    drop: (id: number, withRegister: boolean) => {
      for (const statement of drop) statement.run(id)
      if (withRegister) dropRegister.run(id)
      else setSizes.run(0, 0, 0, id)
    },
  }
}

function hashesOf(items: Uint8Array): Buffer[] {
  return Array.from({ length: items.byteLength / 32 }, (_none, at) => Buffer.from(items.buffer, items.byteOffset + at * 32, 32))
}
