import { newId, Problem, toProblem } from '../../../foundation/kernel/index.ts'
import { Growth, leafHash, rootOf } from '../../../foundation/merkle/index.ts'
import { signCheckpoint } from './checkpoint.ts'
import { commitmentOf, eventText, type LedgerEvent, type NewLedgerEvent, newSalt } from './event.ts'
import type { KeyRing } from './keys.ts'
import type { LedgerStore } from './store.ts'

/** Where an event will stand once its transaction is committed. */
export interface Recorded {
  id: string
  place: number
}

export type Record = (event: NewLedgerEvent) => Recorded

interface Unit {
  work: (record: Record) => unknown
  settle: (outcome: { value: unknown } | { error: unknown }) => void
}

/** Units of one transaction: enough to share its fsync among many, few enough that nobody waits long. */
const BATCH = 256

/** Times that works wait for their turn, some seconds each, before they are told that the store is busy. */
const TURNS = 6
const SQLITE_BUSY = 5

export interface LedgerWriter {
  /**
   * Runs the work in a transaction that it shares with whatever else waits, and appends what it records. Resolves when both are on the
   * disk, with what the work returned. A work that throws leaves nothing, and the others of its transaction unharmed.
   */
  commit<T>(work: (record: Record) => T): Promise<T>
}

/**
 * One fsync costs what dozens of disclosures cost, so works that wait while one transaction ends go together into the next. Other processes
 * may append to the same log: each transaction first takes the writer's lock, and grows the tree from wherever the log stands by then.
 */
export function ledgerWriter(store: LedgerStore, keys: Pick<KeyRing, 'origin' | 'ledger'>): LedgerWriter {
  const waiting: Unit[] = []
  let growth: Growth | undefined
  let scheduled = false
  let missed = 0

  const schedule = () => {
    if (scheduled) return
    scheduled = true
    setImmediate(run)
  }

  const run = () => {
    scheduled = false
    const units = waiting.splice(0, BATCH)
    if (waiting.length > 0) schedule()
    const outcomes: Array<Parameters<Unit['settle']>[0]> = []
    if (!takeTurn(units)) return
    try {
      const { size } = store.head()
      if (growth?.size !== size) growth = new Growth(size, store.chunks)
      const events: LedgerEvent[] = []
      for (const unit of units) outcomes.push(runUnit(unit, size, events))
      if (events.length > 0) append(growth, events)
      store.commit()
    } catch (error) {
      growth = undefined
      store.rollback()
      const failure = { error: toProblem(error) }
      for (const unit of units) unit.settle(failure)
      return
    }
    for (const [at, unit] of units.entries()) unit.settle(outcomes[at]!)
  }

  /** Begins the transaction; where other processes hold the store for too long, the works wait for another turn: nothing was done yet. */
  const takeTurn = (units: Unit[]): boolean => {
    try {
      store.begin()
      missed = 0
      return true
    } catch (error) {
      missed += 1
      const busy = (error as { errcode?: number }).errcode === SQLITE_BUSY
      if (busy && missed < TURNS) {
        waiting.unshift(...units)
        schedule()
        return false
      }
      missed = 0
      const failure = {
        error: busy ? new Problem('busy', { detail: 'Others hold the ledger. Try again.', retryAfter: 5 }) : toProblem(error),
      }
      for (const unit of units) unit.settle(failure)
      return false
    }
  }

  const runUnit = (unit: Unit, size: number, events: LedgerEvent[]) => {
    const before = events.length
    store.savepoint()
    try {
      const value = unit.work((event) => {
        const id = newId()
        events.push({ id, ...event })
        return { id, place: size + events.length - 1 }
      })
      store.release()
      return { value }
    } catch (error) {
      events.length = before
      store.undo()
      return { error }
    }
  }

  const append = (tree: Growth, events: readonly LedgerEvent[]) => {
    for (const event of events) {
      const salt = newSalt()
      const body = eventText(event)
      const commitment = commitmentOf(salt, body)
      store.insert({ place: tree.size, ...rowOf(event), salt, body }, commitment)
      tree.append(leafHash(commitment))
    }
    tree.flush()
    store.setHead(tree.size, signCheckpoint(keys, tree.size, rootOf(tree.size, tree.node)))
  }

  return {
    commit: <T>(work: (record: Record) => T) =>
      new Promise<T>((resolve, reject) => {
        waiting.push({ work, settle: (outcome) => ('error' in outcome ? reject(outcome.error) : resolve(outcome.value as T)) })
        schedule()
      }),
  }
}

function rowOf(event: LedgerEvent) {
  const { id, kind, at, subject, organisation, dataset, grant, covert } = event
  return { id, kind, at, subject, organisation, dataset, grant_id: grant, covert: covert ? 1 : 0, visible_from: covert?.until ?? at }
}
