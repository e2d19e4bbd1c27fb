import type { Actions } from '../../../catalogue/index.ts'
import type { Datastore } from '../../index.ts'
import { datastoreReads } from './search.ts'
import { sqlAction } from './sql.ts'
import { datastoreWrites } from './write.ts'

/** CKAN's datastore actions over our tables. */
export const datastoreActions = (datastore: Datastore): Actions => ({
  ...datastoreReads(datastore),
  ...datastoreWrites(datastore),
  datastore_search_sql: sqlAction(datastore),
})
