import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import { type Clock, newId, newSecret, sha256Hex } from '../../../foundation/kernel/index.ts'
import type { Actor } from '../actor.ts'
import type { Identity, Person, SessionKind, SignIn } from './model.ts'
import { peopleStore } from './store.ts'

export type { Identity, Person, SessionKind, SignIn } from './model.ts'

const HOUR_MS = 3_600_000
/** A session ends this long after it began, and earlier when nothing is asked in it. */
const SESSION_MS = { citizen: HOUR_MS, member: 8 * HOUR_MS } as const
const IDLE_MS = { citizen: HOUR_MS / 3, member: HOUR_MS } as const
const SIGN_IN_MS = 10 * 60_000
/** A session is marked as used at most this often, so that a page is a read and no write. */
const TOUCH_MS = 60_000

export interface People {
  /** The person of an identity, made when they come for the first time. */
  welcome(identity: Identity): Person
  person(id: string): Person | undefined
  /** The person that a provider knows by this identifier. */
  known(issuer: string, subject: string): Person | undefined
  /** Opens a session; the secret is for the cookie and is kept as its hash alone. */
  openSession(person: string, kind: SessionKind, providerSession?: string): string
  /** The actor of a session's secret; undefined when it has ended. */
  actorOf(secret: string, kind: SessionKind): Actor | undefined
  endSession(secret: string): void
  /** Ends the sessions that came from one session at the provider; returns how many. */
  endOfProvider(providerSession: string): number
  endOfPerson(person: string): number
  /** Keeps a sign-in under way; the answer names it, for a cookie. */
  beginSignIn(signIn: SignIn): string
  /** The sign-in of that name, once. */
  takeSignIn(name: string): SignIn | undefined
  /** Forgets sessions and sign-ins that have ended. */
  tidy(): void
}

/** Opens people and their sessions over the access store. */
export function openPeople({ store, clock }: { store: Store; clock: Clock }): People {
  const tables = peopleStore(store)
  const later = (ms: number) => new Date(clock.now().getTime() + ms).toISOString()
  const now = () => clock.now().toISOString()
  return {
    welcome: ({ issuer, subject, name, birthDate, email }) =>
      tables.upsert(
        { id: newId(), issuer, subject, name: name ?? 'Name not given', birthDate: birthDate ?? null, email: email ?? null },
        now(),
      ),
    person: tables.byId,
    known: tables.bySubject,
    openSession: (person, kind, providerSession) => {
      const secret = newSecret('session')
      const row = { id: newId(), person, kind, created: now(), seen: now(), ends: later(SESSION_MS[kind]) }
      tables.openSession(sha256Hex(secret), row, providerSession ?? null)
      return secret
    },
    actorOf: (secret, kind) => {
      const hash = sha256Hex(secret)
      const row = tables.session(hash)
      if (row?.kind !== kind || row.ends <= now() || row.seen <= later(-IDLE_MS[kind])) return undefined
      if (row.seen <= later(-TOUCH_MS)) tables.touch(hash, now())
      return { kind, person: row.person, session: row.id }
    },
    endSession: (secret) => void tables.endSession(sha256Hex(secret)),
    endOfProvider: tables.endOfProvider,
    endOfPerson: tables.endOfPerson,
    beginSignIn: (signIn) => {
      const name = newSecret('signin')
      tables.keepSignIn(sha256Hex(name), signIn, later(SIGN_IN_MS))
      return name
    },
    takeSignIn: (name) => tables.takeSignIn(sha256Hex(name), now()),
    tidy: () => tables.forgetBefore(now()),
  }
}
