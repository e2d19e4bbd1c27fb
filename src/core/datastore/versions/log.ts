import { type Clock, newId, Problem, type SixteenBus, toProblem } from '../../../foundation/kernel/index.ts'
import type { Manifest } from '../model.ts'
import type { QueryRequest } from '../query/model.ts'
import { parseQueryBody } from '../query/parse.ts'
import type { NoteStore, Notice, VersionNote } from './store.ts'

/** How a saved query went with a version. */
export interface QueryCheck {
  version: string
  checked: string
  works: boolean
  /** Why it does not, in words. */
  problem?: { code: string; detail: string; pointer?: string }
}

export interface SavedQuery {
  id: string
  dataset: string
  created: string
  request: Record<string, unknown>
  /** Newest first; a version that changed nothing of it adds none. */
  checks: QueryCheck[]
}

/** What is said of versions beside what they are: notes, withdrawals, notices; and the queries that people saved. */
export interface VersionLog {
  note(manifest: Manifest): Promise<VersionNote>
  /** Adds notes, or withdraws a version for a reason; an empty reason takes that back. */
  amend(manifest: Manifest, change: { notes?: string; withdrawn?: string }): Promise<VersionNote>
  /** @throws {Problem} version-withdrawn with the reason */
  demandOffered(manifest: Manifest): Promise<void>
  notices(dataset: string): Promise<Notice[]>
  announce(notice: Omit<Notice, 'announced'>): Promise<Notice>
  callOff(dataset: string, distribution: string): Promise<boolean>
  saveQuery(dataset: string, request: Record<string, unknown>, current: Manifest): Promise<SavedQuery>
  /** @throws {Problem} query-not-found */
  savedQuery(id: string): Promise<SavedQuery>
  close(): void
}

export const queryNotFound = (): Problem => new Problem('query-not-found', { detail: 'No saved query has this id.' })

const MAX_QUERIES = 100_000

export function openVersionLog(options: {
  store: NoteStore
  clock: Clock
  events: SixteenBus
  current: (dataset: string, distribution?: string) => Promise<Manifest>
  /** Plans a question, as answering it would. */
  plan: (manifest: Manifest, request: QueryRequest) => Promise<unknown>
}): VersionLog {
  const { store, clock, events, current, plan } = options
  let withdrawn: Promise<Set<string>> | undefined
  const now = () => clock.now().toISOString()

  const recheck = async (dataset: string) => {
    for (const row of await store.savedQueries(dataset)) {
      const request = JSON.parse(row.request) as Record<string, unknown>
      const manifest = await current(dataset, (request as { distribution?: string }).distribution).catch(() => undefined)
      if (!manifest) continue
      const checks = JSON.parse(row.checks) as QueryCheck[]
      const check = await checkQuery(plan, request, manifest, now())
      const [last] = checks
      if (last?.works !== check.works || last.problem?.code !== check.problem?.code)
        await store.noteChecks(row.id, JSON.stringify([check, ...checks].slice(0, 100)))
    }
  }
  const stop = [
    events.on('version-published', ({ dataset }) => recheck(dataset)),
    events.on('dataset-deleted', ({ dataset }) => store.forget(dataset)),
  ]

  return {
    note: (manifest) => store.note(manifest.id),
    amend: async (manifest, change) => {
      const before = await store.note(manifest.id)
      const notes = change.notes ?? before.notes
      const reason = change.withdrawn ?? before.reason
      const after: VersionNote = {
        ...(notes && { notes }),
        ...(reason && { reason, withdrawn: before.withdrawn ?? now() }),
      }
      await store.write(manifest.id, after)
      withdrawn = undefined
      return after
    },
    demandOffered: async (manifest) => {
      withdrawn ??= store.withdrawn()
      if (!(await withdrawn).has(manifest.id)) return
      const { reason, withdrawn: since } = await store.note(manifest.id)
      throw new Problem('version-withdrawn', {
        detail: `Version ${manifest.version} was withdrawn: ${reason}`,
        withdrawn: since,
        hint: 'Its description stays; leave version out for the newest.',
      })
    },
    notices: store.notices,
    announce: async (notice) => {
      const announced = { ...notice, announced: now() }
      await store.announce(announced)
      return announced
    },
    callOff: store.callOff,
    saveQuery: async (dataset, request, manifest) => {
      if ((await store.savedQueryCount()) >= MAX_QUERIES) throw new Problem('busy', { detail: 'No more queries are kept here.' })
      await plan(manifest, parseQueryBody(request))
      const check = { version: manifest.version, checked: now(), works: true }
      const saved = { id: newId(clock.now().getTime()), dataset, created: now(), request, checks: [check] }
      await store.saveQuery({ ...saved, request: JSON.stringify(request), checks: JSON.stringify(saved.checks) })
      return saved
    },
    savedQuery: async (id) => {
      const row = await store.savedQuery(id)
      if (!row) throw queryNotFound()
      return { ...row, request: JSON.parse(row.request) as Record<string, unknown>, checks: JSON.parse(row.checks) as QueryCheck[] }
    },
    close: () => {
      for (const each of stop) each()
    },
  }
}

async function checkQuery(
  plan: (manifest: Manifest, request: QueryRequest) => Promise<unknown>,
  request: Record<string, unknown>,
  manifest: Manifest,
  checked: string,
): Promise<QueryCheck> {
  try {
    await plan(manifest, parseQueryBody(request))
    return { version: manifest.version, checked, works: true }
  } catch (error) {
    const { code, message, fields } = toProblem(error)
    return {
      version: manifest.version,
      checked,
      works: false,
      problem: { code, detail: message, ...(fields.pointer && { pointer: fields.pointer }) },
    }
  }
}
