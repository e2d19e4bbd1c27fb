import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Kysely } from 'kysely'
import { nodeSqliteDialect } from './dialect.ts'

/**
 * The transactional store: small tables of every area, one writer. Each area sees it through `as`, with its own table types.
 * `raw` is for what only SQLite has (full text) and is used by store.ts files alone.
 */
export interface Store {
  as<Tables>(): Kysely<Tables>
  raw: DatabaseSync
  /** Runs the area's migrations that have not run here, each in its transaction, by file name. */
  migrate(area: string, folder: string): void
  close(): Promise<void>
}

/**
 * Opens or makes the store at `path` (or ':memory:').
 *
 * WAL with synchronous FULL: an acknowledged write survives the loss of power, and readers do not wait for the writer. `normal` gives up the
 * last moment before a loss of power, for what is worthless a minute later.
 */
export function openStore(path: string, synchronous: 'full' | 'normal' = 'full'): Store {
  const raw = new DatabaseSync(path)
  // How long to wait comes first: turning the journal over waits too when another process opens the file.
  raw.exec(
    `pragma busy_timeout = 5000; pragma journal_mode = wal; pragma synchronous = ${synchronous}; pragma foreign_keys = on; pragma temp_store = memory; pragma cache_size = -16000`,
  )
  raw.exec('create table if not exists migration (area text not null, name text not null, primary key (area, name)) strict')
  const kysely = new Kysely<unknown>({ dialect: nodeSqliteDialect(raw) })
  return {
    as: <Tables>() => kysely as Kysely<Tables>,
    raw,
    migrate: (area, folder) => migrate(raw, area, folder),
    close: () => kysely.destroy(),
  }
}

function migrate(raw: DatabaseSync, area: string, folder: string): void {
  const done = new Set(
    raw
      .prepare('select name from migration where area = ?')
      .all(area)
      .map((row) => row.name),
  )
  const files = readdirSync(folder)
    .filter((name) => name.endsWith('.sql'))
    .sort()
  for (const name of files) if (!done.has(name)) runMigration(raw, area, name, readFileSync(join(folder, name), 'utf8'))
}

function runMigration(raw: DatabaseSync, area: string, name: string, sql: string): void {
  raw.exec('begin immediate')
  try {
    // Another process may have been first between the look and the lock.
    if (!raw.prepare('select 1 from migration where area = ? and name = ?').get(area, name)) {
      raw.exec(sql)
      raw.prepare('insert into migration (area, name) values (?, ?)').run(area, name)
    }
    raw.exec('commit')
  } catch (error) {
    raw.exec('rollback')
    throw error
  }
}
