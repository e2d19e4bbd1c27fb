import { join } from 'node:path'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import { sha256Hex } from '../../../foundation/kernel/index.ts'

interface ArtefactRow {
  payload: string
  consumed: number | null
}

export type ArtefactStore = ReturnType<typeof artefactStore>

/**
 * What the authorization server keeps: pushed requests, codes, tokens, sessions. Each by the hash of its identifier, which for most of them is
 * the secret itself; the secret is nowhere in the file.
 */
export function artefactStore(store: Store) {
  store.migrate('server', join(import.meta.dirname, 'migrations'))
  const { raw } = store
  const upsert = raw.prepare(
    `insert into artefact (kind, id, payload, grant_id, uid, expires) values (?, ?, ?, ?, ?, ?)
     on conflict (kind, id) do update set payload = excluded.payload, grant_id = excluded.grant_id, uid = excluded.uid, expires = excluded.expires`,
  )
  const find = raw.prepare('select payload, consumed from artefact where kind = ? and id = ?')
  const findByUid = raw.prepare('select payload, consumed from artefact where kind = ? and uid = ?')
  const consume = raw.prepare('update artefact set consumed = ? where kind = ? and id = ? and consumed is null')
  const destroy = raw.prepare('delete from artefact where kind = ? and id = ?')
  const destroyOfGrant = raw.prepare('delete from artefact where grant_id = ?')
  const forget = raw.prepare('delete from artefact where expires < ?')
  const evidence = raw.prepare('insert into consent_evidence (sha256, shown, created) values (?, ?, ?) on conflict do nothing')
  const read = (row: unknown) => {
    const found = row as ArtefactRow | undefined
    if (!found) return undefined
    const payload = JSON.parse(found.payload) as Record<string, unknown>
    return found.consumed === null ? payload : { ...payload, consumed: found.consumed }
  }
  return {
    upsert: (kind: string, id: string, payload: Record<string, unknown>, expires: number) => {
      const { jti: _secret, consumed: _state, ...kept } = payload
      const text = (value: unknown) => (typeof value === 'string' ? value : null)
      upsert.run(kind, sha256Hex(id), JSON.stringify(kept), text(kept.grantId), text(kept.uid), expires)
    },
    find: (kind: string, id: string) => {
      const payload = read(find.get(kind, sha256Hex(id)))
      return payload && { ...payload, jti: id }
    },
    findByUid: (kind: string, uid: string) => read(findByUid.get(kind, uid)),
    /** Whether it had not been used until now. One statement, so that of any number of processes one hears yes. */
    consume: (kind: string, id: string, at: number) => consume.run(at, kind, sha256Hex(id)).changes === 1,
    destroy: (kind: string, id: string) => void destroy.run(kind, sha256Hex(id)),
    destroyOfGrant: (grant: string) => void destroyOfGrant.run(grant),
    forgetBefore: (seconds: number) => void forget.run(seconds),
    keepEvidence: (sha256: string, shown: string, created: string) => void evidence.run(sha256, shown, created),
  }
}
