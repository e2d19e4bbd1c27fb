import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import { type Clock, newId, newSecret, Problem, sha256Hex } from '../../../foundation/kernel/index.ts'
import type { Member, Organisation, Role } from './model.ts'
import { organisationStore } from './store.ts'

export type { Member, Organisation, Role } from './model.ts'

const INVITATION_MS = 7 * 86_400_000
const ranks: Record<Role, number> = { viewer: 0, developer: 1, admin: 2 }

export interface Organisations {
  /** A new organisation with this person as its admin. */
  create(person: string, name: string, kind: string): Organisation
  find(id: string): Organisation | undefined
  all(): Organisation[]
  ofPerson(person: string): Array<Organisation & { role: Role }>
  /**
   * The organisation, when this person may do there what the role may.
   *
   * @throws {Problem} organisation-not-found for those who are no members; permission-denied for members of less.
   */
  demand(organisation: string, person: string, role: Role): Organisation
  members(organisation: string): Member[]
  /** A code that makes who enters it a member, once, within seven days. */
  invite(organisation: string, role: Role, by: string): string
  /** @throws {Problem} invitation-not-valid */
  accept(code: string, person: string): Organisation
  /** @throws {Problem} last-admin */
  setRole(organisation: string, person: string, role: Role): void
  /** @throws {Problem} last-admin */
  removeMember(organisation: string, person: string): void
  setPublisher(organisation: string, publisher: string | null): void
  delete(organisation: string): void
}

export function openOrganisations({ store, clock }: { store: Store; clock: Clock }): Organisations {
  const tables = organisationStore(store)
  const now = () => clock.now().toISOString()
  const found = (id: string): Organisation => {
    const organisation = tables.byId(id)
    if (!organisation) throw notFound()
    return organisation
  }
  const lastAdmin = () => new Problem('last-admin', { detail: 'An organisation keeps one admin at least. Make somebody else admin first.' })
  return {
    create: (person, name, kind) => {
      const organisation = { id: newId(), name, kind, publisher: null, created: now() }
      tables.insert(organisation)
      tables.insertMember(organisation.id, person, 'admin', now())
      return organisation
    },
    find: tables.byId,
    all: tables.all,
    ofPerson: tables.ofPerson,
    demand: (organisation, person, role) => {
      const held = tables.role(organisation, person)
      if (!held) throw notFound()
      if (ranks[held] < ranks[role])
        throw new Problem('permission-denied', { detail: `This needs a member who is ${role} or more; you are ${held}.` })
      return found(organisation)
    },
    members: tables.members,
    invite: (organisation, role, by) => {
      const code = newSecret('invitation')
      tables.invite(sha256Hex(code), organisation, role, by, new Date(clock.now().getTime() + INVITATION_MS).toISOString())
      return code
    },
    accept: (code, person) => {
      const invitation = tables.accept(sha256Hex(code), person, now())
      if (!invitation)
        throw new Problem('invitation-not-valid', { detail: 'The code is not known, was used, or is older than seven days.' })
      tables.insertMember(invitation.organisation, person, invitation.role, now())
      return found(invitation.organisation)
    },
    setRole: (organisation, person, role) => {
      if (!tables.setRole(organisation, person, role)) throw lastAdmin()
    },
    removeMember: (organisation, person) => {
      if (!tables.remove(organisation, person)) throw lastAdmin()
    },
    setPublisher: (organisation, publisher) => {
      if (!tables.setPublisher(organisation, publisher)) throw notFound()
    },
    delete: (organisation) => {
      if (!tables.markDeleted(organisation, now())) throw notFound()
    },
  }
}

function notFound(): Problem {
  return new Problem('organisation-not-found', { detail: 'There is no such organisation of yours.' })
}
