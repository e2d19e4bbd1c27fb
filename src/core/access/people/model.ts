/** Who signs in where: citizens for their own records, members of organisations in the developer hub. Each has a cookie of its own. */
export type SessionKind = 'citizen' | 'member'

/** A person as the platform knows them. The identifier is the platform's own and leaves it for nobody. */
export interface Person {
  id: string
  /** The OpenID provider that knows them, and its identifier of theirs. */
  issuer: string
  subject: string
  name: string
  /** ISO 8601 date, where the provider says it. */
  birthDate: string | null
  email: string | null
}

/** What an OpenID provider said about who signed in. */
export interface Identity {
  issuer: string
  subject: string
  name?: string
  birthDate?: string
  email?: string
  /** The provider's own session (`sid`), for its notice that it has ended. */
  providerSession?: string
}

/** A sign-in under way, kept between leaving for the provider and coming back; used once. */
export interface SignIn {
  kind: SessionKind
  state: string
  nonce: string
  verifier: string
  /** Where the person was going: a path of this site. */
  onward: string
}
