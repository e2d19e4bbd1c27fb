import type { Store } from '../../foundation/engines/sqlite/index.ts'

export interface TokenTable {
  id: string
  publisher: string
  name: string
  /** SHA-256 of the secret, hex. The secret itself is never kept. */
  secret_hash: string
  created: string
  revoked: string | null
}

export function tokenStore(store: Store) {
  const db = store.as<{ token: TokenTable }>()
  return {
    insert: (row: TokenTable) => db.insertInto('token').values(row).execute(),
    byHash: (hash: string) =>
      db.selectFrom('token').selectAll().where('secret_hash', '=', hash).where('revoked', 'is', null).executeTakeFirst(),
    revoke: async (id: string, at: string) => {
      const result = await db.updateTable('token').set({ revoked: at }).where('id', '=', id).where('revoked', 'is', null).executeTakeFirst()
      return result.numUpdatedRows > 0n
    },
    list: (publisher?: string) => {
      const query = db.selectFrom('token').select(['id', 'publisher', 'name', 'created', 'revoked']).orderBy('created')
      return publisher ? query.where('publisher', '=', publisher).execute() : query.execute()
    },
  }
}
