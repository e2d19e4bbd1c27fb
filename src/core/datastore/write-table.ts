import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Columns } from '../../foundation/engines/duckdb/index.ts'
import { compileDerived } from './ingest/compile.ts'
import { describeColumns, notesOf } from './ingest/describe.ts'
import { writeNoRejects } from './ingest/write.ts'
import type { Column } from './model.ts'

/** Writes the rows of a statement, all of which fit, as the files of a version into its folder, and describes its columns. */
export async function writeTable(engine: Columns, rowsOf: string, drafts: readonly Omit<Column, 'profile'>[], folder: string) {
  const data = join(folder, 'data.parquet')
  const [written] = await engine.rows({ text: compileDerived(rowsOf, drafts.length, data) })
  await writeNoRejects(engine, folder)
  const rows = Number(written?.count)
  return {
    rows,
    // Of a table without rows the writer notes nothing.
    columns: await describeColumns(engine, drafts, { rows, notes: rows ? notesOf(written) : new Map(), data }),
    dataBytes: (await stat(data)).size,
  }
}
