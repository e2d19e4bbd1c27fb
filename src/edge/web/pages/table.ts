import { type Column, type Datastore, type Manifest, type PageInfo, parseRecordsQuery } from '../../../core/datastore/index.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import { questionOf, type ShownCondition, type TableState } from '../view/table-state.ts'

/** Rows on a page of the preview. */
export const SHOWN_ROWS = 25

/** Columns shown where none were chosen. */
const SHOWN_COLUMNS = 50

export interface ReadTable {
  manifest: Manifest
  columns: Column[]
  records: Record<string, unknown>[]
  page: PageInfo
  /** The state that was answered: of a state that could not be, what is left of it. */
  state: TableState
  /** Why a part of the state was left out, and the condition that was at fault. */
  refused?: { problem: Problem; condition?: ShownCondition }
}

/**
 * The rows that a state asks for. A condition, order or cursor that cannot be answered is left out and told, so that a slip in a form
 * shows the form again with the table still there.
 */
export async function readTable(datastore: Datastore, dataset: string, state: TableState): Promise<ReadTable> {
  try {
    return await ask(datastore, dataset, state)
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 400) throw error
    const condition = state.conditions.find(({ column, op }) => error.fields.pointer?.includes(`${column}__${op}`))
    const left: TableState = condition
      ? { ...state, conditions: state.conditions.filter((each) => each !== condition), cursor: undefined, after: 0 }
      : { conditions: [], sort: '', columns: [], after: 0, ...(state.distribution && { distribution: state.distribution }) }
    const read = await readTable(datastore, dataset, left)
    return { ...read, refused: { problem: error, ...(condition && { condition }) } }
  }
}

async function ask(datastore: Datastore, dataset: string, state: TableState): Promise<ReadTable> {
  const parameters = questionOf(state)
  parameters.set('limit', String(SHOWN_ROWS))
  if (state.cursor) parameters.set('cursor', state.cursor)
  const { records, page, manifest } = await datastore.page(dataset, parseRecordsQuery(parameters))
  return { manifest, columns: shownColumns(manifest, state.columns), records, page, state }
}

function shownColumns(manifest: Manifest, wanted: string[]): Column[] {
  if (!wanted.length) return manifest.columns.slice(0, SHOWN_COLUMNS)
  return wanted.flatMap((name) => manifest.columns.find((column) => column.alias === name || column.name === name) ?? [])
}
