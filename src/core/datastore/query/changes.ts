import { quoteName, quoteText, type Statement } from '../../../foundation/engines/duckdb/index.ts'
import type { Column, Manifest } from '../model.ts'
import { rowTextOf } from './row-texts.ts'

/** A version's table, as comparisons read it. */
export interface ComparedTable {
  path: string
  manifest: Manifest
}

/**
 * Writes what changed between two tables with the same key: for each row that was added, removed or changed its kind, the key, and the
 * row before and after as JSON, in the order of the key.
 */
export function compileKeyedChanges(before: ComparedTable, after: ComparedTable, target: string): string {
  const { key } = after.manifest
  const shared = after.manifest.columns.filter(({ name }) => before.manifest.columns.some((column) => column.name === name))
  const pairs = shared.map((column) => [before.manifest.columns.find(({ name }) => name === column.name) as Column, column] as const)
  const differs = pairs
    .filter(([, column]) => !key.includes(column.alias))
    .map(([old, now]) => `${comparable('a', old, now)} is distinct from ${comparable('b', now, old)}`)
  const on = key.map((alias) => `a.${quoteName(alias)} = b.${quoteName(alias)}`).join(' and ')
  const first = quoteName(key[0] as string)
  const kind = `case when a.${first} is null then 'added' when b.${first} is null then 'removed' else 'changed' end`
  const keyText = rowTextOf(
    key.map((alias) => {
      const column = after.manifest.columns.find((each) => each.alias === alias) as Column
      return { sql: `coalesce(b.${quoteName(alias)}, a.${quoteName(alias)})`, name: column.name, type: column.type }
    }),
    'json',
  )
  const order = key.map((alias) => `coalesce(b.${quoteName(alias)}, a.${quoteName(alias)})`).join(', ')
  const where = [`a.${first} is null`, `b.${first} is null`, ...differs].join(' or ')
  return `copy (select ${kind} as kind, ${keyText} as key, case when a.${first} is not null then ${objectOf('a', before.manifest)} end as before, case when b.${first} is not null then ${objectOf('b', after.manifest)} end as after from read_parquet(${quoteText(before.path)}) a full join read_parquet(${quoteText(after.path)}) b on ${on} where ${where} order by ${order}) to ${quoteText(target)} (format parquet, compression zstd, row_group_size 20480)`
}

/** The same of tables without a key: whole rows that are in one and not, or not as often, in the other. */
export function compileWholeChanges(before: ComparedTable, after: ComparedTable, target: string): string {
  const rows = ({ path, manifest }: ComparedTable) => `select ${objectOf('t', manifest)} as row from read_parquet(${quoteText(path)}) t`
  const only = (kind: string, these: ComparedTable, those: ComparedTable) => {
    const [old, now] = kind === 'removed' ? ['row', 'null'] : ['null', 'row']
    return `select '${kind}' as kind, cast(null as varchar) as key, cast(${old} as varchar) as before, cast(${now} as varchar) as after from (${rows(these)} except all ${rows(those)})`
  }
  return `copy (from (${only('removed', before, after)} union all ${only('added', after, before)}) order by kind, coalesce(before, after)) to ${quoteText(target)} (format parquet, compression zstd, row_group_size 20480)`
}

/** Values of a column in both tables, as texts where its type changed. */
function comparable(side: 'a' | 'b', column: Column, other: Column): string {
  const name = `${side}.${quoteName(column.alias)}`
  return column.type === other.type ? name : `cast(${name} as varchar)`
}

function objectOf(side: string, manifest: Manifest): string {
  return rowTextOf(
    manifest.columns.map((column) => ({ sql: `${side}.${quoteName(column.alias)}`, name: column.name, type: column.type })),
    'json',
  )
}

export function compileChangeCounts(path: string): Statement {
  return { text: `select kind, count(*) as rows from read_parquet(${quoteText(path)}) group by kind` }
}

export function compileChangesPage(path: string, from: number, limit: number): Statement {
  return {
    text: `select kind, key, before, after from read_parquet(${quoteText(path)}, file_row_number=true) where file_row_number >= ${Math.trunc(from)} and file_row_number < ${Math.trunc(from + limit)} order by file_row_number`,
  }
}
