/** `admin`: members and everything else. `developer`: applications. `viewer`: reads. */
export type Role = 'admin' | 'developer' | 'viewer'

/** A body that uses the APIs, or publishes, or both. */
export interface Organisation {
  id: string
  name: string
  /** What it is to those whose records it asks for: one of the recipient kinds that purposes name. */
  kind: string
  /** The publisher that it is, where the operator has said so. */
  publisher: string | null
  created: string
}

export interface Member {
  person: string
  role: Role
  name: string
  email: string | null
}
