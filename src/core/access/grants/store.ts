import { join } from 'node:path'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import type { Grant, GrantState } from './model.ts'

interface GrantRow {
  id: string
  subject: string
  acting_for: string | null
  recipient: string
  client: string | null
  dataset: string
  fields: string
  purpose: string
  basis: string
  max_uses: number | null
  used: number
  cadence: string | null
  not_before: string
  expires_at: string
  created_via: string
  evidence_sha256: string
  state: string
  created_at: string
  revoked_at: string | null
  revoked_by: string | null
  revoke_reason: string | null
  ledger_place: number
  version: number
}

export type GrantStore = ReturnType<typeof grantStore>

/** Grants. What writes runs inside a transaction of the ledger's writer. */
export function grantStore(store: Store) {
  store.migrate('grants', join(import.meta.dirname, 'migrations'))
  const { raw } = store
  const insert = raw.prepare(
    `insert into access_grant (id, subject, acting_for, recipient, client, dataset, fields, purpose, basis, max_uses, cadence, not_before, expires_at, created_via, evidence_sha256, state, created_at, ledger_place)
     values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'active', ?, ?)`,
  )
  const byId = raw.prepare('select * from access_grant where id = ?')
  const ofSubject = raw.prepare('select * from access_grant where subject = ? order by created_at desc, id desc limit 1000')
  const ofClient = raw.prepare(
    "select * from access_grant where client = ? and dataset = ? and state = 'active' and not_before <= ? and expires_at > ? and (max_uses is null or used < max_uses) and id > ? order by id limit ?",
  )
  const spend = raw.prepare(
    "update access_grant set used = used + 1 where id = ? and state = 'active' and not_before <= ? and expires_at > ? and (max_uses is null or used < max_uses)",
  )
  const end = raw.prepare(
    "update access_grant set state = ?, revoked_at = ?, revoked_by = ?, revoke_reason = ?, version = version + 1 where id = ? and state = 'active'",
  )
  const eraseSubject = raw.prepare('delete from access_grant where subject = ?')
  const list = (rows: unknown[], now: string) => (rows as GrantRow[]).map((row) => grantOf(row, now))
  return {
    insert: (grant: Omit<Grant, 'state' | 'used' | 'revokedAt' | 'revokedBy' | 'revokeReason' | 'version'>) => {
      const { id, subject, actingFor, recipient, client, dataset, fields, purpose, basis, maxUses, cadence } = grant
      const { notBefore, expiresAt, createdVia, evidenceSha256, createdAt, ledgerIndex } = grant
      const values = [id, subject, actingFor, recipient, client, dataset, JSON.stringify(fields), purpose, basis, maxUses, cadence]
      insert.run(...values, notBefore, expiresAt, createdVia, evidenceSha256, createdAt, ledgerIndex)
    },
    find: (id: string, now: string): Grant | undefined => {
      const row = byId.get(id) as GrantRow | undefined
      return row && grantOf(row, now)
    },
    ofSubject: (subject: string, now: string): Grant[] => list(ofSubject.all(subject), now),
    /** Live grants of an application, by id, after one. */
    ofClient: (client: string, dataset: string, now: string, after: string, limit: number): Grant[] =>
      list(ofClient.all(client, dataset, now, now, after, limit), now),
    /** Whether it was live and has now one retrieval more. */
    spend: (id: string, now: string): boolean => spend.run(id, now, now).changes === 1,
    /** Whether it was active until now. */
    end: (id: string, state: 'revoked' | 'superseded', at: string, by: string, reason: string | null): boolean =>
      end.run(state, at, by, reason, id).changes === 1,
    eraseSubject: (subject: string): number => Number(eraseSubject.run(subject).changes),
  }
}

function grantOf(row: GrantRow, now: string): Grant {
  return {
    id: row.id,
    subject: row.subject,
    actingFor: row.acting_for,
    recipient: row.recipient,
    client: row.client,
    dataset: row.dataset,
    fields: JSON.parse(row.fields) as string[],
    purpose: row.purpose,
    basis: row.basis as Grant['basis'],
    maxUses: row.max_uses,
    used: row.used,
    cadence: row.cadence,
    notBefore: row.not_before,
    expiresAt: row.expires_at,
    createdVia: row.created_via as Grant['createdVia'],
    evidenceSha256: row.evidence_sha256,
    state: (row.state === 'active' && row.expires_at <= now ? 'expired' : row.state) as GrantState,
    createdAt: row.created_at,
    revokedAt: row.revoked_at,
    revokedBy: row.revoked_by,
    revokeReason: row.revoke_reason,
    ledgerIndex: row.ledger_place,
    version: row.version,
  }
}
