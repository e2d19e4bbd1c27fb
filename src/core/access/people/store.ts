import { join } from 'node:path'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import type { Person, SessionKind, SignIn } from './model.ts'

interface SessionRow {
  id: string
  person: string
  kind: SessionKind
  created: string
  seen: string
  ends: string
}

/** Tables of people and their sessions. Statements are prepared once: the session of a request is read on every page. */
export function peopleStore(store: Store) {
  store.migrate('people', join(import.meta.dirname, 'migrations'))
  const { raw } = store
  const columns = 'id, issuer, subject, name, birth_date as "birthDate", email'
  const insertPerson = raw.prepare(
    `insert into person (id, issuer, subject, name, birth_date, email, created) values (?, ?, ?, ?, ?, ?, ?)
     on conflict (issuer, subject) do update set name = excluded.name, birth_date = coalesce(excluded.birth_date, birth_date), email = coalesce(excluded.email, email)
     returning ${columns}`,
  )
  const personById = raw.prepare(`select ${columns} from person where id = ?`)
  const personBySubject = raw.prepare(`select ${columns} from person where issuer = ? and subject = ?`)
  const insertSession = raw.prepare(
    'insert into session (secret_hash, id, person, kind, created, seen, ends, provider_session) values (?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const sessionByHash = raw.prepare('select id, person, kind, created, seen, ends from session where secret_hash = ?')
  const touch = raw.prepare('update session set seen = ? where secret_hash = ?')
  const deleteSession = raw.prepare('delete from session where secret_hash = ? returning id, person, kind')
  const deleteOfProvider = raw.prepare('delete from session where provider_session = ?')
  const deleteOfPerson = raw.prepare('delete from session where person = ?')
  const deleteEnded = raw.prepare('delete from session where ends < ?')
  const insertSignIn = raw.prepare('insert into sign_in (id_hash, kind, state, nonce, verifier, onward, ends) values (?, ?, ?, ?, ?, ?, ?)')
  const takeSignIn = raw.prepare('delete from sign_in where id_hash = ? and ends > ? returning kind, state, nonce, verifier, onward')
  const deleteOldSignIns = raw.prepare('delete from sign_in where ends < ?')
  return {
    /** The person of this identity, made or renewed in one statement. */
    upsert: (person: Person, created: string) =>
      insertPerson.get(person.id, person.issuer, person.subject, person.name, person.birthDate, person.email, created) as unknown as Person,
    byId: (id: string) => personById.get(id) as unknown as Person | undefined,
    bySubject: (issuer: string, subject: string) => personBySubject.get(issuer, subject) as unknown as Person | undefined,
    openSession: (hash: string, row: SessionRow, providerSession: string | null) =>
      void insertSession.run(hash, row.id, row.person, row.kind, row.created, row.seen, row.ends, providerSession),
    session: (hash: string) => sessionByHash.get(hash) as unknown as SessionRow | undefined,
    touch: (hash: string, at: string) => void touch.run(at, hash),
    endSession: (hash: string) => deleteSession.get(hash) as unknown as { id: string; person: string; kind: SessionKind } | undefined,
    endOfProvider: (session: string) => Number(deleteOfProvider.run(session).changes),
    endOfPerson: (person: string) => Number(deleteOfPerson.run(person).changes),
    keepSignIn: (hash: string, signIn: SignIn, ends: string) =>
      void insertSignIn.run(hash, signIn.kind, signIn.state, signIn.nonce, signIn.verifier, signIn.onward, ends),
    /** The sign-in, taken away as it is read: coming back a second time finds nothing. */
    takeSignIn: (hash: string, now: string) => takeSignIn.get(hash, now) as unknown as SignIn | undefined,
    forgetBefore: (now: string) => {
      deleteEnded.run(now)
      deleteOldSignIns.run(now)
    },
  }
}
