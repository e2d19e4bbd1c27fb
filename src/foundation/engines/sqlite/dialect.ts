import type { DatabaseSync, SQLInputValue } from 'node:sqlite'
import { type Dialect, SqliteDialect } from 'kysely'

/** Statements kept prepared, oldest dropped first: preparing costs ten times a small read. */
const KEPT_STATEMENTS = 500

/** Kysely's SQLite dialect over Node's own driver, which it does not know yet. */
export function nodeSqliteDialect(database: DatabaseSync): Dialect {
  const kept = new Map<string, ReturnType<typeof wrap>>()
  const prepare = (sql: string) => {
    const known = kept.get(sql)
    if (known) return known
    const statement = wrap(database, sql)
    if (kept.size >= KEPT_STATEMENTS) kept.delete(kept.keys().next().value as string)
    kept.set(sql, statement)
    return statement
  }
  return new SqliteDialect({ database: { close: () => database.close(), prepare } })
}

function wrap(database: DatabaseSync, sql: string) {
  const statement = database.prepare(sql)
  const values = (parameters: readonly unknown[]) => parameters.map(toSql)
  return {
    reader: statement.columns().length > 0,
    all: (parameters: readonly unknown[]) => statement.all(...values(parameters)),
    iterate: (parameters: readonly unknown[]) => statement.iterate(...values(parameters)) as IterableIterator<unknown>,
    run: (parameters: readonly unknown[]) => statement.run(...values(parameters)),
  }
}

function toSql(value: unknown): SQLInputValue {
  if (value === undefined) return null
  if (typeof value === 'boolean') return value ? 1 : 0
  if (value instanceof Date) return value.toISOString()
  return value as SQLInputValue
}
