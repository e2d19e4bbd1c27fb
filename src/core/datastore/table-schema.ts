import type { Manifest } from './model.ts'

const frictionless = {
  integer: 'integer',
  number: 'number',
  boolean: 'boolean',
  date: 'date',
  'date-time': 'datetime',
  text: 'string',
} as const

/**
 * The version's columns as a Table Schema, with each column's alias, evidence and rejected cells beside.
 *
 * @see Frictionless Table Schema 1.0.
 */
export function tableSchema(manifest: Manifest) {
  const nameOf = new Map(manifest.columns.map((column) => [column.alias, column.name]))
  return {
    $schema: 'https://datapackage.org/profiles/2.0/tableschema.json',
    fields: manifest.columns.map((column) => ({
      name: column.name,
      type: frictionless[column.type],
      alias: column.alias,
      ...(manifest.key.includes(column.alias) && { constraints: { required: true } }),
      rejectedCells: column.rejected,
      reason: column.reason,
      ...(column.profile && { profile: column.profile }),
    })),
    missingValues: [''],
    ...(manifest.key.length && { primaryKey: manifest.key.map((alias) => nameOf.get(alias) ?? alias) }),
    dataset: manifest.dataset,
    distribution: manifest.distribution,
    version: manifest.version,
    rows: manifest.rows,
  }
}
