import type { Columns } from '../../../foundation/engines/duckdb/index.ts'
import type { Column, ColumnType } from '../model.ts'
import { compileSpread } from '../query/profile.ts'
import type { Spread } from './spread.ts'

/** What the Parquet writer noted of each column, by alias: edges as texts, absent where there are none or they are very long. */
export type WriterNotes = Map<string, { nulls: number; min?: string; max?: string }>

/** The notes in the row that a writing statement with `return_stats` answers. */
export function notesOf(written: Record<string, unknown> | undefined): WriterNotes {
  const statistics = written?.column_statistics as Record<string, { null_count: string; min?: string; max?: string }>
  return new Map(
    Object.entries(statistics).map(([name, { null_count, min, max }]) => [
      name.replace(/^"(.*)"$/, '$1'),
      { nulls: Number(null_count), ...(min !== undefined && { min }), ...(max !== undefined && { max }) },
    ]),
  )
}

/** Tables under this many rows have their different values counted here; larger ones have them estimated when somebody first looks. */
const EXACT_COUNT_ROWS = 200_000
/** Each exact count holds a hash table of some megabytes, however few the rows: wide tables have theirs estimated. */
const EXACT_COUNT_COLUMNS = 30

/**
 * The columns of a written table with what their cells are like: filled, edges and, unless the table is large, different values and mean.
 * `known` spares the engine the last two.
 */
export async function describeColumns(
  columns: Columns,
  drafts: ReadonlyArray<Omit<Column, 'profile'>>,
  { rows, notes, data, known }: { rows: number; notes: WriterNotes; data: string; known?: readonly Spread[] | undefined },
): Promise<Column[]> {
  const counted = drafts.length <= EXACT_COUNT_COLUMNS
  const spread = !known && rows < EXACT_COUNT_ROWS ? (await columns.rows(compileSpread(data, drafts, counted)))[0] : undefined
  return drafts.map((draft, i): Column => {
    const { nulls = rows, min, max } = notes.get(draft.alias) ?? {}
    const filled = rows - nulls
    const mean = spread?.[`mean${i}`]
    return {
      ...draft,
      profile: {
        filled,
        empty: nulls,
        ...(spread && { distinct: Math.min(filled, Number(spread[`distinct${i}`])) }),
        min: edgeOf(min, draft.type),
        max: edgeOf(max, draft.type),
        ...(typeof mean === 'number' && { mean }),
        ...known?.[i],
      },
    }
  })
}

const EDGE_CHARS = 200

function edgeOf(text: string | undefined, type: ColumnType): unknown {
  if (text === undefined) return undefined
  if (type === 'number' || (type === 'integer' && Number.isSafeInteger(Number(text)))) return Number(text)
  if (type === 'boolean') return text === 'true'
  return type === 'date-time' ? text.replace(' ', 'T') : text.slice(0, EDGE_CHARS)
}
