import { type Clock, Problem } from '../../../foundation/kernel/index.ts'
import type { Grants } from '../grants/index.ts'
import type { Grant } from '../grants/model.ts'
import type { GrantStore } from '../grants/store.ts'
import type { Asker, Discloser, Disclosure } from './disclose.ts'
import type { RecordServices } from './services.ts'
import type { RecordStore } from './store.ts'

/** An application that asks, by its access token. */
export interface Caller {
  client: string
  organisation: string
  /** Its organisation's name, for the person's history. */
  organisationName: string
}

export interface Retrieval {
  grant: string
  fields?: readonly string[]
  /** In the place of `fields`: of these, those that are granted. */
  among?: readonly string[]
  /** What the application knows of the record already; the field must be granted, since an answer confirms it. */
  by?: { field: string; value: string }
  user?: string | null
  reference?: string | null
}

/** A record that was read for a grant and has not left: nothing is counted or recorded yet. */
export interface Prepared {
  grant: Grant
  asker: Asker
  record: Record<string, unknown>
}

export interface Changed {
  grant: string
  changedAt: string
}

export interface Records {
  /**
   * The fields of one record, counted and in the ledger.
   *
   * @throws {Problem} grant-not-found, grant-not-live, fields-not-granted, record-not-found, record-source-failed
   */
  retrieve(dataset: string, caller: Caller, asked: Retrieval): Promise<Disclosure>
  /** The first half of a retrieval, for a source that takes its time; `give` is the other. */
  prepare(dataset: string, caller: Caller, asked: Retrieval): Promise<Prepared>
  /** @throws {Problem} grant-not-live */
  give(prepared: Prepared): Promise<Disclosure>
  /** Each of several retrievals by itself: what it gave, or why it did not. */
  batch(
    dataset: string,
    caller: Caller,
    asked: ReadonlyArray<Retrieval>,
  ): Promise<Array<{ grant: string; disclosure?: Disclosure; problem?: Problem }>>
  /** Live grants of the application whose record has changed since, by id; not how. */
  changes(
    dataset: string,
    caller: Caller,
    page: { since: string; after: string; limit: number },
  ): Promise<{ changes: Changed[]; next: string | null }>
}

export function openRecords(options: {
  services: RecordServices
  grants: Grants
  grantStore: GrantStore
  store: RecordStore
  discloser: Discloser
  clock: Clock
}): Records {
  const { services, grants, grantStore, store, discloser, clock } = options

  const prepare = async (dataset: string, caller: Caller, asked: Retrieval): Promise<Prepared> => {
    services.get(dataset)
    const grant = grants.find(asked.grant)
    // Somebody else's grant, or another dataset's, is no grant at all.
    if (!grant || grant.client !== caller.client || grant.dataset !== dataset) throw noGrant()
    const asker = askerOf(caller, asked)
    if (!grants.live(grant.id, clock.now())) throw await notLive(grant, asker)
    const fields = await granted(grant, asker, namesOf(grant, asked))
    const record = await discloser.read(grant, fields)
    if (asked.by && record[asked.by.field] !== asked.by.value) throw await otherRecord(grant, asker)
    return { grant, asker, record }
  }

  const give = async ({ grant, asker, record }: Prepared): Promise<Disclosure> => {
    const given = await discloser.handOut(grant, record, asker, (now) => grantStore.spend(grant.id, now))
    if (!given) throw await notLive(grant, asker)
    return given
  }

  const retrieve = async (dataset: string, caller: Caller, asked: Retrieval) => give(await prepare(dataset, caller, asked))

  const granted = async (grant: Grant, asker: Asker, fields: readonly string[] | undefined) => {
    try {
      return discloser.granted(grant, fields)
    } catch (error) {
      await discloser.refuse(grant, asker, [], 'fields-not-granted')
      throw error
    }
  }

  const notLive = async (grant: Grant, asker: Asker): Promise<Problem> => {
    await discloser.refuse(grant, asker, [], 'grant-not-live')
    return new Problem('grant-not-live', { detail: 'The grant was revoked, has expired, has not begun or is used up.' })
  }

  const otherRecord = async (grant: Grant, asker: Asker): Promise<Problem> => {
    await discloser.refuse(grant, asker, [], 'other-record')
    return new Problem('record-not-found', { detail: 'There is no such record among what you were granted.' })
  }

  return {
    retrieve,
    prepare,
    give,
    batch: (dataset, caller, asked) =>
      Promise.all(
        asked.map(async (one) => {
          try {
            return { grant: one.grant, disclosure: await retrieve(dataset, caller, one) }
          } catch (error) {
            if (!(error instanceof Problem)) throw error
            return { grant: one.grant, problem: error }
          }
        }),
      ),
    changes: async (dataset, caller, { since, after, limit }) => {
      const service = services.get(dataset)
      const live = grants.listOfClient(caller.client, dataset, { after, limit })
      const found = await Promise.all(
        live.map(async (grant) => {
          const key = store.keyOf(grant.subject, dataset)
          const state = key && (await service.source.version?.(key))
          if (!state) return []
          const changedAt = store.see(dataset, grant.subject, state, clock.now().toISOString())
          return changedAt > since ? [{ grant: grant.id, changedAt }] : []
        }),
      )
      return { changes: found.flat(), next: live.length === limit ? live.at(-1)!.id : null }
    },
  }
}

function namesOf(grant: Grant, { fields, among, by }: Retrieval): readonly string[] | undefined {
  if (!among && !by) return fields
  const named = among ? grant.fields.filter((field) => among.includes(field)) : (fields ?? grant.fields)
  return by ? [by.field, ...named] : named
}

function askerOf(caller: Caller, { user, reference }: Retrieval): Asker {
  return { organisation: caller.organisationName, system: caller.client, user: user ?? null, reference: reference ?? null }
}

function noGrant(): Problem {
  return new Problem('grant-not-found', { detail: 'There is no such grant of yours.' })
}
