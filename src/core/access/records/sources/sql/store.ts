import { openReadOnly, type ReadOnly } from '../../../../../foundation/engines/sqlite/index.ts'

const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`

/** Looks rows up in a table of a department's own database, the named columns and no others. */
export function tableReader(path: string, table: string) {
  let database: ReadOnly | undefined
  const all = (columns: readonly string[], where: readonly string[], values: readonly string[]) => {
    database ??= openReadOnly(path)
    const condition = where.map((column) => `${quoted(column)} = ?`).join(' and ')
    const sql = `select ${columns.map(quoted).join(', ')} from ${quoted(table)} where ${condition} limit 2`
    return database.all(sql, values)
  }
  return {
    /** The row where these columns have these values; undefined when there is none, or more than one. */
    one: (columns: readonly string[], by: Readonly<Record<string, string>>): Record<string, unknown> | undefined => {
      const rows = all(columns, Object.keys(by), Object.values(by))
      return rows.length === 1 ? rows[0] : undefined
    },
    close: () => database?.close(),
  }
}
