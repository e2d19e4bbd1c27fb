import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import type { Claim, StandardInput } from './model.ts'

interface Tables {
  standard: { id: string; record: string }
  standard_claim: { standard: string; dataset: string; claimed: string; result: string | null }
}

type Result = Pick<Claim, 'measured' | 'conforms' | 'version' | 'rows' | 'faults'>
const unmeasured: Result = { measured: null, conforms: null, version: null, rows: 0, faults: 0 }

/** Every statement about standards and who keeps to them. */
export function standardStore(store: Store) {
  const db = store.as<Tables>()
  const toClaim = ({ dataset, claimed, result }: Tables['standard_claim']): Claim => ({
    dataset,
    claimed,
    ...(result === null ? unmeasured : (JSON.parse(result) as Result)),
  })
  return {
    all: async () =>
      (await db.selectFrom('standard').selectAll().orderBy('id').execute()).map(({ id, record }) => ({
        id,
        input: JSON.parse(record) as StandardInput,
      })),
    one: async (id: string) => {
      const row = await db.selectFrom('standard').select('record').where('id', '=', id).executeTakeFirst()
      return row && (JSON.parse(row.record) as StandardInput)
    },
    put: (id: string, input: StandardInput) => {
      const record = JSON.stringify(input)
      return db
        .insertInto('standard')
        .values({ id, record })
        .onConflict((conflict) => conflict.column('id').doUpdateSet({ record }))
        .execute()
    },
    claims: async (standard: string) =>
      (await db.selectFrom('standard_claim').selectAll().where('standard', '=', standard).orderBy('dataset').execute()).map(toClaim),
    claimedBy: async (dataset: string) =>
      (await db.selectFrom('standard_claim').select('standard').where('dataset', '=', dataset).execute()).map(({ standard }) => standard),
    putClaim: (standard: string, dataset: string, claimed: string) =>
      db
        .insertInto('standard_claim')
        .values({ standard, dataset, claimed, result: null })
        .onConflict((conflict) => conflict.doNothing())
        .execute(),
    setResult: (standard: string, dataset: string, result: Result) =>
      db
        .updateTable('standard_claim')
        .set({ result: JSON.stringify(result) })
        .where('standard', '=', standard)
        .where('dataset', '=', dataset)
        .execute(),
    removeClaim: async (dataset: string, standard?: string) => {
      const query = db.deleteFrom('standard_claim').where('dataset', '=', dataset)
      await (standard === undefined ? query : query.where('standard', '=', standard)).execute()
    },
  }
}
