import { Problem } from '../../../foundation/kernel/index.ts'
import type { Actor } from '../actor.ts'
import type { Disclosure } from './disclose.ts'
import type { Records, Retrieval } from './retrieve.ts'

/** Records for a face that a profile has of its own, such as the shape of an older API. */
export interface RecordGiver {
  /**
   * What the grant of the caller's token allows, counted and in the ledger as any retrieval.
   *
   * @throws {Problem} token-missing, permission-denied when the token is not of one grant, and whatever a retrieval throws.
   */
  give(actor: Actor, dataset: string, asked: Omit<Retrieval, 'grant' | 'fields'>): Promise<Disclosure>
}

export function recordGiver(options: { records: Records; organisationName: (organisation: string) => string }): RecordGiver {
  return {
    give: async (actor, dataset, asked) => {
      if (actor.kind !== 'client') throw new Problem('token-missing', { detail: "This request needs an application's access token." })
      const { client, organisation, grant } = actor
      if (grant === undefined) throw new Problem('permission-denied', { detail: 'The token is not of one grant.' })
      const caller = { client, organisation, organisationName: options.organisationName(organisation) }
      return options.records.retrieve(dataset, caller, { ...asked, grant })
    },
  }
}
