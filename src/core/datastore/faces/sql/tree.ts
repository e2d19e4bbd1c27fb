import { Problem } from '../../../../foundation/kernel/index.ts'
import { allowedClasses, allowedFunctions, allowedNodes } from './functions.ts'

type Tree = { [name: string]: unknown }

/** A table that a statement names. */
export interface NamedTable {
  dataset: string
  distribution?: string
}

const MAX_NODES = 5000
const refuse = (detail: string, hint?: string): Problem => new Problem('sql-invalid', { detail, pointer: '/sql', ...(hint && { hint }) })

/**
 * The statement's own part of what the engine's parser made of it.
 *
 * @throws {Problem} sql-invalid when it is not one SELECT.
 */
export function statementOf(serialised: string): Tree {
  // Numbers beyond what JavaScript holds exactly stay as they were written.
  const parsed = JSON.parse(serialised, ((_: string, value: unknown, { source }: { source?: string }) =>
    typeof value === 'number' && !Number.isSafeInteger(value) && source
      ? (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON(source)
      : value) as never) as Tree & {
    statements?: Tree[]
  }
  if (parsed.error) throw refuse(String(parsed.error_message).split('\n')[0] as string, 'One SELECT over datasets is answered here.')
  const [statement, second] = parsed.statements ?? []
  if (!statement || second) throw refuse('One SELECT is answered here, and nothing beside it.')
  return statement
}

/**
 * Goes through the whole tree, refuses every node, function and table that is not allowed, and gives the tables named.
 *
 * @throws {Problem} sql-invalid naming what is refused, query-too-complex
 */
export function tablesIn(statement: Tree): NamedTable[] {
  let nodes = 0
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const each of value) visit(each)
      return
    }
    if (value === null || typeof value !== 'object') return
    nodes += 1
    if (nodes > MAX_NODES) throw new Problem('query-too-complex', { detail: 'The statement has too many parts.', pointer: '/sql' })
    const node = value as Tree
    // What a constant holds is a value; what a cast names is a type.
    if (node.class === 'CONSTANT') return
    demandAllowed(node)
    for (const [name, child] of Object.entries(node)) if (name !== 'cast_type') visit(child)
  }
  visit(statement)
  const tables: NamedTable[] = []
  withTables(statement, (table) => {
    tables.push(table)
    return undefined
  })
  return tables
}

function demandAllowed(node: Tree): void {
  if (typeof node.class === 'string') {
    if (!allowedClasses.has(node.class)) throw refuse(`${node.class.toLowerCase()} is not allowed here.`)
    if (node.class === 'FUNCTION' || node.class === 'WINDOW') demandFunction(node)
  } else if (typeof node.type === 'string' && !allowedNodes.has(node.type)) {
    throw refuse(
      `${node.type.toLowerCase().replaceAll('_', ' ')} is not allowed here.`,
      'Tables are named like their datasets: from "price-paid".',
    )
  }
  if (node.sample || node.at_clause || node.sample_size) throw refuse('Samples are not taken here.')
}

function demandFunction({ function_name: name, schema, catalog }: Tree): void {
  if (schema || catalog || !allowedFunctions.has(String(name).toLowerCase()))
    throw refuse(
      `The function ${String(name)} is not allowed here.`,
      'Functions of numbers, texts, dates and groups are; docs/reference/sql.md lists them.',
    )
}

function namedTable({ catalog_name: catalog, schema_name: schema, table_name: table }: Tree): NamedTable {
  if (catalog) throw refuse('A table is named by its dataset, or by dataset and table.')
  return schema ? { dataset: String(schema), distribution: String(table) } : { dataset: String(table) }
}

/** The statement with each table replaced by what is read for it. */
export function withTables(statement: Tree, find: (table: NamedTable) => Tree | undefined): Tree {
  return replaced(statement, new Set(), find) as Tree
}

/**
 * `scope` holds the names of common table expressions that can be seen from a node: those defined around it and before it. Any other name
 * of a table must be replaced, since the engine would look for it among its own views and files.
 */
function replaced(value: unknown, scope: ReadonlySet<string>, find: (table: NamedTable) => Tree | undefined): unknown {
  if (Array.isArray(value)) return value.map((each) => replaced(each, scope, find))
  // Raw numbers are objects without a prototype.
  if (value === null || typeof value !== 'object' || Object.getPrototypeOf(value) === null) return value
  const node = value as Tree
  if (node.type === 'BASE_TABLE') return replacedTable(node, scope, find)
  const { seen, map } = commonTables(node, scope, find)
  return Object.fromEntries(
    Object.entries(node).map(([name, child]) => {
      if (name === 'query_location') return [name, 0]
      return [name, name === 'cte_map' && map ? { ...(child as Tree), map } : replaced(child, seen, find)]
    }),
  )
}

function commonTables(node: Tree, scope: ReadonlySet<string>, find: (table: NamedTable) => Tree | undefined) {
  const entries = (node.cte_map as { map?: { key: string; value: unknown }[] } | undefined)?.map
  if (!entries?.length) return { seen: scope }
  const seen = new Set(scope)
  const map = entries.map(({ key, value }) => {
    const definition = replaced(value, new Set(seen), find)
    seen.add(key.toLowerCase())
    return { key, value: definition }
  })
  return { seen, map }
}

function replacedTable(node: Tree, scope: ReadonlySet<string>, find: (table: NamedTable) => Tree | undefined): Tree {
  const table = namedTable(node)
  if (table.distribution === undefined && scope.has(table.dataset.toLowerCase())) return { ...node, query_location: 0 }
  const subquery = find(table)
  if (!subquery) return node
  const alias = node.alias || table.distribution || table.dataset
  return { type: 'SUBQUERY', alias, sample: null, query_location: 0, subquery, column_name_alias: node.column_name_alias ?? [] }
}
