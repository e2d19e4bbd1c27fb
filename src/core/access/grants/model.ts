/** Why the recipient may see the fields. The words of the GDPR's article 6, and `licence` for data opened under terms. */
export type LawfulBasis = 'consent' | 'public-task' | 'legal-obligation' | 'contract' | 'licence'

export type GrantState = 'active' | 'revoked' | 'expired' | 'superseded'

/** What a person allows, or what the law does: whom, which fields of which records, for which purpose, how often and until when. */
export interface NewGrant {
  /** Whose records. */
  subject: string
  /** Who acts for the subject, when that is somebody else. */
  actingFor: string | null
  /** The organisation that may see them. */
  recipient: string
  /** The application; null for a share code or an arrangement between bodies. */
  client: string | null
  dataset: string
  /** At least one, all among those that the purpose allows. */
  fields: string[]
  /** A code of the register of purposes. */
  purpose: string
  basis: LawfulBasis
  /** How many retrievals it allows; null for any number. */
  maxUses: number | null
  /** ISO 8601 duration of a periodic check (`P1M`), when there is one. */
  cadence: string | null
  notBefore: string
  expiresAt: string
  createdVia: 'oauth' | 'code' | 'paper' | 'assisted'
  /** SHA-256 of what the person saw and agreed to. */
  evidenceSha256: string
}

export interface Grant extends NewGrant {
  id: string
  used: number
  state: GrantState
  createdAt: string
  revokedAt: string | null
  revokedBy: string | null
  revokeReason: string | null
  /** Place of its commitment in the ledger. */
  ledgerIndex: number
  version: number
}
