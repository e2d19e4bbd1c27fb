import { join } from 'node:path'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import type { Member, Organisation, Role } from './model.ts'

export function organisationStore(store: Store) {
  store.migrate('organisations', join(import.meta.dirname, 'migrations'))
  const { raw } = store
  const insert = raw.prepare('insert into organisation (id, name, kind, created) values (?, ?, ?, ?)')
  const insertMember = raw.prepare(
    'insert into membership (organisation, person, role, created) values (?, ?, ?, ?) on conflict (organisation, person) do nothing',
  )
  const byId = raw.prepare('select id, name, kind, publisher, created from organisation where id = ? and deleted is null')
  const ofPerson = raw.prepare(
    `select o.id, o.name, o.kind, o.publisher, o.created, m.role from organisation o join membership m on m.organisation = o.id
     where m.person = ? and o.deleted is null order by o.created`,
  )
  const all = raw.prepare('select id, name, kind, publisher, created from organisation where deleted is null order by created limit 10000')
  const members = raw.prepare(
    `select m.person, m.role, p.name, p.email from membership m join person p on p.id = m.person where m.organisation = ? order by m.created`,
  )
  const role = raw.prepare(
    'select m.role from membership m join organisation o on o.id = m.organisation where m.organisation = ? and m.person = ? and o.deleted is null',
  )
  // The last admin stays: both rules in the statement, so that two who leave at once cannot both be the last but one.
  const another = "exists (select 1 from membership where organisation = ? and role = 'admin' and person <> ?)"
  const setRole = raw.prepare(`update membership set role = ? where organisation = ? and person = ? and (? = 'admin' or ${another})`)
  const remove = raw.prepare(`delete from membership where organisation = ? and person = ? and (role <> 'admin' or ${another})`)
  const setPublisher = raw.prepare('update organisation set publisher = ? where id = ?')
  const markDeleted = raw.prepare('update organisation set deleted = ? where id = ? and deleted is null')
  const invite = raw.prepare('insert into invitation (code_hash, organisation, role, made_by, ends) values (?, ?, ?, ?, ?)')
  const accept = raw.prepare(
    'update invitation set used_by = ? where code_hash = ? and used_by is null and ends > ? returning organisation, role',
  )
  return {
    insert: (organisation: Organisation) => void insert.run(organisation.id, organisation.name, organisation.kind, organisation.created),
    insertMember: (organisation: string, person: string, as: Role, created: string) =>
      insertMember.run(organisation, person, as, created).changes === 1,
    byId: (id: string) => byId.get(id) as unknown as Organisation | undefined,
    ofPerson: (person: string) => ofPerson.all(person) as unknown as Array<Organisation & { role: Role }>,
    all: () => all.all() as unknown as Organisation[],
    members: (organisation: string) => members.all(organisation) as unknown as Member[],
    role: (organisation: string, person: string) => (role.get(organisation, person) as { role: Role } | undefined)?.role,
    setRole: (organisation: string, person: string, to: Role) =>
      setRole.run(to, organisation, person, to, organisation, person).changes === 1,
    remove: (organisation: string, person: string) => remove.run(organisation, person, organisation, person).changes === 1,
    setPublisher: (id: string, publisher: string | null) => setPublisher.run(publisher, id).changes === 1,
    markDeleted: (id: string, at: string) => markDeleted.run(at, id).changes === 1,
    invite: (hash: string, organisation: string, as: Role, by: string, ends: string) => void invite.run(hash, organisation, as, by, ends),
    accept: (hash: string, person: string, now: string) =>
      accept.get(person, hash, now) as unknown as { organisation: string; role: Role } | undefined,
  }
}
