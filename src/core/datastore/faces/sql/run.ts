import type { Columns } from '../../../../foundation/engines/duckdb/index.ts'
import { Problem } from '../../../../foundation/kernel/index.ts'
import type { Manifest } from '../../model.ts'
import { compileBounded, compileDescribe, compileParse, compileTable, compileUnparse } from '../../query/sql.ts'
import { statementOf, tablesIn, withTables } from './tree.ts'

/** How another protocol reads tables in the same way: under its own names and bounds. */
export interface SqlReading {
  /** The current version of a table that the asker may read. @throws {Problem} dataset-not-found and the like */
  current: (dataset: string, distribution?: string) => Promise<Manifest>
  /** What is read for a table; its columns under their aliases by default. */
  tableText?: (path: string, manifest: Manifest) => string
  /** Most rows of an answer; 10,000 by default. */
  maxRows?: number
  /** Whether the answer says which columns it has and of which type. */
  fields?: boolean
}

export interface SqlOptions extends SqlReading {
  columns: Columns
  path: (manifest: Manifest) => string
  timeoutMs: number
}

export interface SqlAnswer {
  records: Record<string, unknown>[]
  /** More rows were there than are given. */
  truncated: boolean
  /** The version that each table was read from. */
  versions: Record<string, string>
  /** Columns and the engine's types of them, where asked for. */
  fields?: Array<{ name: string; type: string }>
}

export const MAX_SQL_ROWS = 10_000
const MAX_TABLES = 10

/**
 * Answers one SELECT over datasets. The engine's parser makes a tree of it without running anything; every node of the tree is looked at; tables
 * become what is read for them; and only a statement made from that tree is run.
 *
 * @throws {Problem} sql-invalid, query-too-complex, busy and what naming a dataset may be refused for
 */
export async function answerSql(text: string, options: SqlOptions, signal?: AbortSignal): Promise<SqlAnswer> {
  const { columns, timeoutMs } = options
  const run = { timeoutMs, ...(signal && { signal }) }
  const [serialised] = await columns.rows(compileParse(text), run)
  const statement = statementOf(String(serialised?.t))
  const named = tablesIn(statement)
  const subqueries = new Map<string, { tree: { [name: string]: unknown }; version: string }>()
  for (const { dataset, distribution } of named) {
    const name = nameOf(dataset, distribution)
    if (subqueries.has(name)) continue
    if (subqueries.size >= MAX_TABLES)
      throw new Problem('query-too-complex', { detail: `At most ${MAX_TABLES} tables are read at once.`, pointer: '/sql' })
    const manifest = await options.current(dataset, distribution)
    const [table] = await columns.rows(compileParse((options.tableText ?? compileTable)(options.path(manifest), manifest)), run)
    subqueries.set(name, { tree: statementOf(String(table?.t)), version: manifest.version })
  }
  const rewritten = withTables(statement, ({ dataset, distribution }) => subqueries.get(nameOf(dataset, distribution))?.tree)
  const [unparsed] = await columns.rows(compileUnparse(rewritten), run)
  const most = options.maxRows ?? MAX_SQL_ROWS
  const checked = String(unparsed?.t)
  const records = await ownWords(columns.rows(compileBounded(checked, most + 1), run))
  const described = options.fields ? await ownWords(columns.rows(compileDescribe(checked), run)) : undefined
  return {
    records: records.slice(0, most),
    truncated: records.length > most,
    versions: Object.fromEntries([...subqueries].map(([name, { version }]) => [name, version])),
    ...(described && { fields: described.map((row) => ({ name: String(row.column_name), type: String(row.column_type) })) }),
  }
}

const nameOf = (dataset: string, distribution?: string): string => (distribution === undefined ? dataset : `${dataset}.${distribution}`)

/** What the engine says of a statement that it cannot run is for whoever wrote it; what it says of files is not. */
async function ownWords<T>(work: Promise<T>): Promise<T> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Problem || !(error instanceof Error)) throw error
    const [first = ''] = error.message.split('\n')
    if (
      !/^(?:Binder|Conversion|Invalid Input|Out of Range|Catalog|Parser|Not implemented|Type|Mismatch) /i.test(first) ||
      /[/\\]|parquet/i.test(first)
    )
      throw /^IO Error|INTERNAL/i.test(first)
        ? error
        : new Problem('sql-invalid', { detail: 'The statement cannot be run.', pointer: '/sql' })
    throw new Problem('sql-invalid', { detail: first.slice(0, 500), pointer: '/sql' })
  }
}
