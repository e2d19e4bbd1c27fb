import { readdir, readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { CsvParser } from '../../../../foundation/formats/csv.ts'
import type { RecordSource } from '../model.ts'
import { cut, versionOf } from './json.ts'
import type { FieldMap } from './model.ts'

/** A line of a file that a department drops: its cells by the names in the header. */
export type DroppedRow = Readonly<Record<string, string>>

export interface FileDropSource {
  /** Folder in which the department puts a whole file each time; the last name in the order of names counts. */
  folder: string
  /** Files that count, by their name; others, and those that are being written, do not. */
  files?: RegExp
  /** The column that tells records apart. */
  key: string
  /** A field from the lines of a record: files of old systems have several lines for one person. */
  fields: FieldMap<readonly DroppedRow[]>
  /** Whether these claims are of the record. The key itself is a claim: `keyOf` takes it from them. */
  keyOf: (claims: Readonly<Record<string, string>>) => string
  matches: (claims: Readonly<Record<string, string>>, rows: readonly DroppedRow[]) => boolean
}

const MOST_BYTES = 256_000_000

/**
 * Records in CSV files that a department drops now and then. A file is read whole when it is first asked for, and again when another takes its
 * place; while that cannot be read, the one before answers.
 */
export function fileDropSource(declared: FileDropSource): RecordSource {
  let kept: { name: string; changed: number; rows: Promise<Map<string, DroppedRow[]>> } | undefined
  const newest = async () => {
    const names = (await readdir(declared.folder)).filter((name) => (declared.files ?? /\.csv$/i).test(name)).sort()
    const name = names.at(-1)
    if (name === undefined) throw new Error('no file was dropped yet')
    const { mtimeMs, size } = await stat(join(declared.folder, name))
    if (size > MOST_BYTES) throw new Error('the dropped file is too large')
    return { name, changed: mtimeMs }
  }
  const current = async (): Promise<Map<string, DroppedRow[]>> => {
    const file = await newest()
    if (kept?.name !== file.name || kept.changed !== file.changed) {
      const rows = readDropped(join(declared.folder, file.name), declared.key)
      if (!kept) kept = { ...file, rows }
      else {
        const before = kept
        await rows.then(
          () => {
            kept = { ...file, rows }
          },
          () => {
            kept = before
          },
        )
      }
    }
    return kept!.rows
  }
  const fetch = async (key: string, fields: readonly string[]) => {
    const rows = (await current()).get(key)
    return rows && cut(declared.fields, rows, fields, (lines, column) => lines[0]?.[column])
  }
  return {
    fetch,
    match: async (claims) => {
      const key = declared.keyOf(claims)
      const rows = (await current()).get(key)
      return rows && declared.matches(claims, rows) ? key : undefined
    },
    version: async (key) => versionOf(await fetch(key, Object.keys(declared.fields))),
  }
}

async function readDropped(path: string, key: string): Promise<Map<string, DroppedRow[]>> {
  const parser = new CsvParser()
  const records = [...parser.push((await readFile(path, 'utf8')).replace(/^\ufeff/, '')), ...parser.end()]
  const [header, ...lines] = records.map(({ cells }) => cells)
  if (!header?.includes(key)) throw new Error('the dropped file has no column of keys')
  const rows = new Map<string, DroppedRow[]>()
  for (const cells of lines) {
    if (cells.length !== header.length) continue
    const row = Object.fromEntries(header.map((name, at) => [name, cells[at] ?? '']))
    const id = row[key]!
    rows.set(id, [...(rows.get(id) ?? []), row])
  }
  return rows
}
