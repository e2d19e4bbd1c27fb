import { join } from 'node:path'
import { openStore } from '../../foundation/engines/sqlite/index.ts'
import type { Clock, SixteenBus } from '../../foundation/kernel/index.ts'
import { type Grants, openGrants } from './grants/index.ts'
import { grantStore } from './grants/store.ts'
import { type KeyRing, openKeyRing } from './ledger/keys.ts'
import { type Ledger, openLedger } from './ledger/ledger.ts'
import { ledgerStore } from './ledger/store.ts'
import type { RecordService } from './records/model.ts'
import { type RecordServices, recordServices } from './records/services.ts'

/** People's records: who may see what of them, and what was seen. */
export interface Consent {
  services: RecordServices
  grants: Grants
  ledger: Ledger
  keys: KeyRing
  close(): Promise<void>
}

/**
 * Opens grants and ledger in the data folder, in a file and on a connection of their own: the ledger's writer opens transactions itself, and
 * several processes may use one file.
 */
export function openConsent(options: {
  folder: string
  /** Host name of this server, for the name of its log. */
  host: string
  services: readonly RecordService[]
  clock: Clock
  events: SixteenBus
}): Consent {
  const { clock, events } = options
  const store = openStore(join(options.folder, 'consent.sqlite'))
  const keys = openKeyRing(options.folder, options.host)
  const services = recordServices(options.services)
  const ledger = openLedger(ledgerStore(store), keys)
  const grants = openGrants({ store: grantStore(store), ledger, services, clock, events })
  return { services, grants, ledger, keys, close: () => store.close() }
}
