import { Problem } from '../../../../foundation/kernel/index.ts'
import { type Action, type CkanContext, CkanError, denied, invalid, textOf } from '../../../catalogue/index.ts'
import type { Datastore } from '../../index.ts'
import { compileNamedTable } from '../../query/sql.ts'
import { tableOf } from './search.ts'

type Dict = Record<string, unknown>

const MOST_ROWS = 32_000
const MOST_CHARS = 20_000

/**
 * `datastore_search_sql`: one SELECT over tables that go by the identifiers of their resources. It passes the same check, node by node, as
 * `/v1/sql`; nothing of what was sent is run as it came.
 */
export const sqlAction = (datastore: Datastore): Action => ({ reads: true, run: (given, context) => searchSql(datastore, given, context) })

async function searchSql(datastore: Datastore, given: Dict, context: CkanContext): Promise<Dict> {
  const sql = textOf(given.sql)
  if (!sql.trim()) throw invalid({ sql: ['Missing value'] })
  if (sql.length > MOST_CHARS) throw invalid({ query: [`At most ${MOST_CHARS} characters`] })
  try {
    const answer = await datastore.sql(sql.replace(/;\s*$/, ''), undefined, {
      current: (dataset, distribution) => {
        if (distribution !== undefined || /^(?:pg_|information_schema)/i.test(dataset))
          throw denied(`Not authorized to read table ${distribution ? `${dataset}.${distribution}` : dataset}.`)
        return tableOf(datastore, context, dataset)
      },
      tableText: compileNamedTable,
      maxRows: MOST_ROWS,
      fields: true,
    })
    return {
      sql,
      records: answer.records,
      fields: (answer.fields ?? []).map(({ name, type }) => ({ id: name, type: shownType(type) })),
      ...(answer.truncated && { records_truncated: true }),
    }
  } catch (error) {
    throw refusal(error)
  }
}

function refusal(error: unknown): unknown {
  if (!(error instanceof Problem)) return error
  const detail = error.fields.detail ?? error.message
  if (error.code === 'sql-invalid') {
    const named = /^The function (\S+) is not allowed/.exec(detail)?.[1]
    if (named) return denied(`Not authorized to call function ${named}`)
    return invalid({ query: [detail], info: { orig: [detail] } })
  }
  // CKAN answers a statement that takes too long as a validation error.
  if (error.code === 'query-too-complex' && /time|long/i.test(detail))
    return new CkanError(409, 'Validation Error', { query: ['Query took too long'] })
  return error
}

/** PostgreSQL's name of a type of the engine, as clients map them. */
function shownType(type: string): string {
  if (type.startsWith('DECIMAL') || type === 'HUGEINT') return 'numeric'
  if (type.startsWith('TIMESTAMP')) return 'timestamp'
  const names: Record<string, string> = {
    BIGINT: 'int8',
    INTEGER: 'int4',
    SMALLINT: 'int2',
    TINYINT: 'int2',
    UBIGINT: 'numeric',
    UINTEGER: 'int8',
    DOUBLE: 'float8',
    FLOAT: 'float4',
    BOOLEAN: 'bool',
    DATE: 'date',
    TIME: 'time',
    VARCHAR: 'text',
  }
  return names[type] ?? 'text'
}
