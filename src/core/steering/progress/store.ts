import type { Kysely, Transaction } from 'kysely'
import type { Store } from '../../../foundation/engines/sqlite/index.ts'
import { OWN_ANSWER, type ProgressKind, type ProgressRecord, type ProgressStatus } from './model.ts'

interface Tables {
  progress_entry: {
    department: string
    action: number
    year: number
    kind: string
    place: number
    position: number
    department_title: string
    number: string | null
    heading: string
    text: string
    status: string
    reason: string | null
    document: string
    evidence: string
  }
}

type Row = Tables['progress_entry']
type Db = Kysely<Tables> | Transaction<Tables>

export interface ProgressFilter {
  department?: string
  year?: number
  kind?: ProgressKind
}

/** Every statement about progress entries. */
export function progressStore(store: Store) {
  const db = store.as<Tables>()
  return {
    transaction: <T>(work: (on: Transaction<Tables>) => Promise<T>) => db.transaction().execute(work),
    list: async ({ department, year, kind }: ProgressFilter): Promise<ProgressRecord[]> => {
      let query = db.selectFrom('progress_entry').selectAll()
      if (department !== undefined) query = query.where('department', '=', department)
      if (year !== undefined) query = query.where('year', '=', year)
      if (kind !== undefined) query = query.where('kind', '=', kind)
      const rows = await query
        .orderBy('position')
        .orderBy('department')
        .orderBy('action')
        .orderBy('year')
        .orderBy('kind', 'desc')
        .orderBy('place')
        .execute()
      return rows.map(toRecord)
    },
    /** Puts the entry whole. */
    put: (on: Db, entry: ProgressRecord) => {
      const row = toRow(entry)
      return on
        .insertInto('progress_entry')
        .values(row)
        .onConflict((conflict) => conflict.columns(address).doUpdateSet(row))
        .execute()
    },
    /** Puts the entry; of one that is there only what a paper says changes: status, reason and evidence stay, and a department's own answer whole. */
    putWords: (on: Db, entry: ProgressRecord) => {
      const { status: _status, reason: _reason, evidence: _evidence, ...words } = toRow(entry)
      return on
        .insertInto('progress_entry')
        .values(toRow(entry))
        .onConflict((conflict) => conflict.columns(address).doUpdateSet(words).where('progress_entry.document', '<>', OWN_ANSWER))
        .execute()
    },
    /** Takes away what the section has beyond `last`, but for the department's own answers. */
    trim: (on: Db, { department, action, year, kind }: Omit<ProgressRecord, 'place'>, last: number) =>
      on
        .deleteFrom('progress_entry')
        .where('department', '=', department)
        .where('action', '=', action)
        .where('year', '=', year)
        .where('kind', '=', kind)
        .where('place', '>', last)
        .where('document', '<>', OWN_ANSWER)
        .execute(),
  }
}
export type ProgressStore = ReturnType<typeof progressStore>

const address = ['department', 'action', 'year', 'kind', 'place'] as const

function toRow({ departmentTitle, evidence, reason, ...rest }: ProgressRecord): Row {
  return { ...rest, department_title: departmentTitle, reason: reason ?? null, evidence: JSON.stringify(evidence) }
}

function toRecord({ department_title, evidence, reason, kind, status, ...rest }: Row): ProgressRecord {
  return {
    ...rest,
    kind: kind as ProgressKind,
    status: status as ProgressStatus,
    departmentTitle: department_title,
    ...(reason !== null && { reason }),
    evidence: JSON.parse(evidence) as ProgressRecord['evidence'],
  }
}
