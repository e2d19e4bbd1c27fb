import { join } from 'node:path'
import { openStore } from '../../foundation/engines/sqlite/index.ts'
import type { Clock, SixteenBus } from '../../foundation/kernel/index.ts'
import { openShareCodes, type ShareCodes } from './codes/index.ts'
import type { Limits } from './codes/limits.ts'
import { codeStore } from './codes/store.ts'
import { type Credentials, openCredentials } from './credentials/index.ts'
import { type Erasure, openErasure } from './erasure/index.ts'
import { type Grants, openGrants } from './grants/index.ts'
import { grantStore } from './grants/store.ts'
import { type History, openHistory } from './ledger/history.ts'
import { type KeyRing, openKeyRing } from './ledger/keys.ts'
import { type Ledger, openLedger } from './ledger/ledger.ts'
import { ledgerStore } from './ledger/store.ts'
import { type Links, openLinks } from './records/connect.ts'
import { discloser } from './records/disclose.ts'
import { type LawfulAccess, openLawfulAccess, recordSubject } from './records/lawful/index.ts'
import type { RecordService } from './records/model.ts'
import { openRecords, type Records } from './records/retrieve.ts'
import { type RecordServices, recordServices } from './records/services.ts'
import { recordStore } from './records/store.ts'
import { openWaiting, type Waiting } from './records/waiting.ts'
import { openWitnesses, type Witnesses, type WitnessSetting } from './witnesses/index.ts'

/** People's records: who may see what of them, and what was seen. */
export interface Consent {
  services: RecordServices
  grants: Grants
  codes: ShareCodes
  records: Records
  lawful: LawfulAccess
  waiting: Waiting
  links: Links
  ledger: Ledger
  history: History
  erasure: Erasure
  credentials: Credentials
  witnesses: Witnesses
  keys: KeyRing
  /** What people read of an organisation: the name of one that is registered, and of others what they said. */
  organisationName: (organisation: string) => string
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
  organisationName?: (organisation: string) => string
  limits?: Limits
  /** Who cosigns the log, and keys of the logs that this server cosigns. */
  witnesses?: readonly WitnessSetting[]
  witnessedLogs?: readonly string[]
  /** Fetches addresses of witnesses. */
  fetch?: (url: string, options: RequestInit) => Promise<Response>
}): Consent {
  const { clock, events, organisationName = (organisation) => organisation } = options
  const store = openStore(join(options.folder, 'consent.sqlite'))
  const keys = openKeyRing(options.folder, options.host)
  const services = recordServices(options.services, clock)
  const ledger = openLedger(ledgerStore(store), keys)
  const granted = grantStore(store)
  const linked = recordStore(store)
  const grants = openGrants({ store: granted, ledger, services, clock, events })
  const giving = discloser({ services, store: linked, ledger, clock })
  const codes = openShareCodes({
    store: codeStore(store),
    grants,
    ledger,
    services,
    discloser: giving,
    keys,
    clock,
    ...(options.limits && { limits: options.limits }),
  })
  const records = openRecords({ services, grants, grantStore: granted, store: linked, discloser: giving, clock })
  const links = openLinks({ store: linked, services, ledger, clock })
  /** The person, and the records that are theirs: what a law lets others see is kept under the record. */
  const subjectsOf = (person: string) => [
    person,
    ...linked.linksOf(person).map(({ dataset }) => recordSubject(keys.pepper, dataset, linked.keyOf(person, dataset) ?? '')),
  ]
  return {
    services,
    grants,
    codes,
    records,
    waiting: openWaiting({ clock, give: records.give }),
    lawful: openLawfulAccess({ services, ledger, pepper: keys.pepper, clock }),
    links,
    ledger,
    history: openHistory({ ledger, services, organisationName, clock, subjectsOf }),
    witnesses: openWitnesses({
      store,
      ledger,
      keys,
      clock,
      witnesses: options.witnesses ?? [],
      logs: options.witnessedLogs ?? [],
      fetch: options.fetch ?? fetch,
    }),
    credentials: openCredentials({ store, grants, services, discloser: giving, keys, clock }),
    erasure: openErasure({ grants: granted, records: linked, ledger, clock, events }),
    keys,
    organisationName,
    close: () => store.close(),
  }
}
