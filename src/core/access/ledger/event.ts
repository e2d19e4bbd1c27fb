import { hash, randomBytes } from 'node:crypto'

export type EventKind = 'grant' | 'grant-revoked' | 'disclosure' | 'refusal' | 'code-burnt' | 'erasure'

/** What happened to somebody's records, before the ledger gives it a place. */
export interface NewLedgerEvent {
  kind: EventKind
  at: string
  /** Whose records; null when the refusal was of something that belongs to nobody. */
  subject: string | null
  /** Who asked, by name of the organisation; null when they did not say who they are. */
  organisation: string | null
  /** The application, or what else of theirs asked. */
  system: string | null
  /** The person there who asked, hashed. */
  user: string | null
  dataset: string | null
  fields: readonly string[]
  purpose: string | null
  basis: string | null
  grant: string | null
  outcome: string
  /** SHA-256 of the answer that left, hex; null when nothing did. */
  responseSha256: string | null
  /** Their own reference. */
  reference: string | null
  /** A purpose that the law lets stand hidden for a while. */
  covert: { reviewer: string; until: string } | null
}

export interface LedgerEvent extends NewLedgerEvent {
  id: string
}

/** The event as the text that the ledger commits to: members in order of their names, nothing between tokens. */
export function eventText(event: LedgerEvent): string {
  return JSON.stringify(
    Object.fromEntries(
      Object.keys(event)
        .sort()
        .map((name) => [name, event[name as keyof LedgerEvent]]),
    ),
  )
}

/** 32 random bytes that keep a commitment from being guessed by who can guess the event. */
export const newSalt = (): Buffer => randomBytes(32)

/** What the log holds of an event: SHA-256 of its salt and its text. Without the salt it says nothing. */
export function commitmentOf(salt: Uint8Array, text: string): Buffer {
  return hash('sha256', Buffer.concat([salt, Buffer.from(text)]), 'buffer')
}
