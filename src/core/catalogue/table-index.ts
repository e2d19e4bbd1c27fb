import { tableId } from './ckan/ids.ts'
import type { CatalogueStore } from './store.ts'

/**
 * Finds tables by their identifiers as resources. The identifiers are made from names, so the index is kept in memory and brought up to
 * date with what changed since it was last asked: an entry may be of a table that has gone since.
 */
export function tableIndex(store: CatalogueStore): (identifier: string) => Promise<{ dataset: string; table: string } | undefined> {
  const homes = new Map<string, { dataset: string; table: string }>()
  let seen = 0
  return async (identifier) => {
    for (const row of await store.tablesAfter(seen)) {
      seen = Math.max(seen, row.change)
      if (row.distribution !== null) homes.set(tableId(row.identifier, row.distribution), { dataset: row.name, table: row.distribution })
    }
    return homes.get(identifier)
  }
}
