import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import type { ServiceInput } from './model.ts'

interface Tables {
  service: { name: string; publisher: string; modified: string; record: string }
  service_history: { seq: number; name: string; at: string; actor: string; record: string | null }
}

/** Every statement about APIs of the catalogue. */
export function serviceStore(store: Store) {
  const db = store.as<Tables>()
  const toService = ({ name, modified, record }: Tables['service']) => ({ name, modified, ...(JSON.parse(record) as ServiceInput) })
  const note = (name: string, at: string, actor: string, record: string | null) =>
    ({ name, at, actor, record }) as Tables['service_history']
  return {
    all: async () => (await db.selectFrom('service').selectAll().orderBy('name').execute()).map(toService),
    one: async (name: string) => {
      const row = await db.selectFrom('service').selectAll().where('name', '=', name).executeTakeFirst()
      return row && toService(row)
    },
    put: (name: string, input: ServiceInput, at: string, actor: string) =>
      db.transaction().execute(async (on) => {
        const row = { name, publisher: input.publisher, modified: at, record: JSON.stringify(input) }
        await on
          .insertInto('service')
          .values(row)
          .onConflict((conflict) => conflict.column('name').doUpdateSet(row))
          .execute()
        await on
          .insertInto('service_history')
          .values(note(name, at, actor, row.record))
          .execute()
      }),
    remove: (name: string, at: string, actor: string) =>
      db.transaction().execute(async (on) => {
        await on.deleteFrom('service').where('name', '=', name).execute()
        await on
          .insertInto('service_history')
          .values(note(name, at, actor, null))
          .execute()
      }),
    history: async (name: string) =>
      (await db.selectFrom('service_history').selectAll().where('name', '=', name).orderBy('seq').execute()).map(
        ({ at, actor, record }) => ({
          at,
          actor,
          service: record === null ? null : (JSON.parse(record) as ServiceInput),
        }),
      ),
  }
}
