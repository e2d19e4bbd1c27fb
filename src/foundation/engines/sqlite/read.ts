import { DatabaseSync, type SQLInputValue } from 'node:sqlite'

/** A database of somebody else, to read only. */
export interface ReadOnly {
  all(sql: string, values: readonly string[]): Record<string, unknown>[]
  close(): void
}

const KEPT_STATEMENTS = 100

/** Opens a SQLite file that others write, for reading; nothing is made or changed in it. */
export function openReadOnly(path: string): ReadOnly {
  const database = new DatabaseSync(path, { readOnly: true })
  database.exec('pragma busy_timeout = 1000; pragma query_only = on; pragma trusted_schema = off')
  const kept = new Map<string, ReturnType<DatabaseSync['prepare']>>()
  return {
    all: (sql, values) => {
      let statement = kept.get(sql)
      if (!statement) {
        statement = database.prepare(sql)
        if (kept.size < KEPT_STATEMENTS) kept.set(sql, statement)
      }
      return statement.all(...(values as SQLInputValue[])).map((row) => ({ ...row }))
    },
    close: () => database.close(),
  }
}
