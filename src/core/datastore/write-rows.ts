import { createHash } from 'node:crypto'
import { open, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { nameColumns } from './ingest/names.ts'
import type { Column, ColumnType } from './model.ts'
import { announce, commit, type Parts, type Published } from './publish.ts'
import { compileTypedRows, type UnionColumn } from './query/union.ts'
import { writeTable } from './write-table.ts'

/** Rows that come one by one with their types, as programs send them, and not as a file. */
export interface WrittenRows {
  dataset: string
  distribution: string
  columns: ReadonlyArray<{ name: string; type: ColumnType; reason: string }>
  /** Names of the key columns; the caller sees to it that they name each row once. */
  key: readonly string[]
  /** The cells of each row in the order of the columns, as texts that their types can read. */
  rows: Iterable<ReadonlyArray<string | null>>
}

/** Makes these rows the current version of a table, under the types given. No row at all is a table too. */
export async function writeRows(parts: Parts, input: WrittenRows): Promise<Published> {
  const began = parts.clock.now().getTime()
  const { publisher } = await parts.catalogue.dataset(input.dataset)
  const folder = await parts.objects.workFolder()
  try {
    const path = join(folder, 'source.ndjson')
    const { bytes, sha256, scales } = await keepRows(path, input)
    const names = nameColumns(
      input.columns.map(({ name }) => name),
      input.columns.length,
    )
    const columns = input.columns.map((column, i) => {
      const scale = column.type === 'number' ? scales[i] : undefined
      return { ...column, ...names[i], name: column.name, alias: names[i]?.alias ?? '', ...(scale !== undefined && { scale }) }
    })
    const written = await writeTable(parts.columns.patient, compileTypedRows(columns, path), draftsOf(columns), folder)
    const key = input.key.map((name) => columns.find((column) => column.name === name)?.alias ?? name)
    const received = { path, filename: 'source.ndjson', bytes, sha256 }
    const manifest = await commit(parts, input, received, { ...ORIGIN, ...written, key }, folder)
    announce(parts, publisher, manifest, began)
    return { manifest, unchanged: false }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const ORIGIN = {
  sorted: false,
  rejectedCells: 0,
  setAside: [],
  tables: [],
  source: { container: 'ndjson', encoding: 'utf-8' },
  decisions: [{ what: 'origin', value: 'rows', reason: 'written row by row, with types, by a program', confidence: 1 }],
}

const BLOCK_CHARS = 1 << 20
const MOST_DIGITS = 18

/** Writes the rows as lines of JSON, and finds how many digits the numbers of each column have; undefined where no decimal holds them. */
async function keepRows(path: string, { columns, rows }: WrittenRows) {
  const file = await open(path, 'w')
  const hash = createHash('sha256').update(JSON.stringify(columns))
  const whole = columns.map(() => 0)
  const scales: Array<number | undefined> = columns.map(() => 0)
  let bytes = 0
  let block = ''
  const flush = async () => {
    hash.update(block)
    bytes += (await file.write(block)).bytesWritten
    block = ''
  }
  try {
    for (const row of rows) {
      for (const [i, cell] of row.entries()) if (cell !== null && columns[i]?.type === 'number') measure(cell, i, whole, scales)
      block += `{"r":${JSON.stringify(row)}}\n`
      if (block.length > BLOCK_CHARS) await flush()
    }
    await flush()
  } finally {
    await file.close()
  }
  return { bytes, sha256: hash.digest('hex'), scales }
}

function measure(cell: string, i: number, whole: number[], scales: Array<number | undefined>): void {
  const [, digits = '', fraction = ''] = /^[-+]?(\d+)(?:\.(\d*))?$/.exec(cell) ?? []
  if (scales[i] === undefined) return
  whole[i] = Math.max(whole[i] ?? 0, digits.length)
  const scale = Math.max(scales[i] ?? 0, fraction.length)
  scales[i] = digits && (whole[i] ?? 0) + scale <= MOST_DIGITS ? scale : undefined
}

function draftsOf(columns: ReadonlyArray<UnionColumn & { name: string; reason: string }>) {
  return columns.map(
    ({ name, alias, type, scale, reason }, position): Omit<Column, 'profile'> => ({
      name,
      alias,
      position,
      type,
      reading: scale === undefined ? {} : { scale },
      rejected: 0,
      overridden: true,
      reason,
    }),
  )
}
