import { readdir, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import type { Objects } from '../../../foundation/engines/files/index.ts'
import { openRowFile, type RowBuilder, type RowFile } from '../../../foundation/engines/rows/index.ts'
import type { Config } from '../../../foundation/kernel/index.ts'
import type { Column, Manifest } from '../model.ts'
import { compileIndex, compileRowTexts } from '../query/compile.ts'
import { versionPlace } from '../versions/place.ts'
import { firstIndexes, indexName, mayBeUnique } from './columns.ts'

/** Questions about a column that is not indexed, before it counts as hot. */
const HOT_AFTER = 5
/** Columns of a table that are indexed because they are hot. */
const MAX_HOT = 12
/** Files held open; the one opened first goes first. */
const OPEN_FILES = 200
/** A build that is not kept may still be writing into its folder. */
const rmPatiently = { recursive: true, force: true, maxRetries: 5, retryDelay: 100 }
/** Places are kept in 32 bits. */
const MAX_ROWS = 2 ** 32 - 1

/** The row files of current versions: built in the background, opened when asked for, taken away when a version is superseded. */
export interface RowFiles {
  /** Open for reading; undefined where there is none, and everything then goes to the column engine. */
  find(manifest: Manifest): RowFile | undefined
  /** Builds what a current version should have. Resolves when it is there, or will not be. */
  build(manifest: Manifest): Promise<void>
  /** Notes that a question would have been answered from an index of this column. */
  wanted(manifest: Manifest, alias: string): void
  /** Takes the row files of a version away. */
  drop(manifest: Manifest): Promise<void>
  close(): Promise<void>
}

export interface RowFilesOptions {
  builder: RowBuilder
  objects: Objects
  config: Pick<Config, 'rowsMaxMb' | 'rowsMinRows'>
  /** Versions that may have row files now, for the bound on disk. */
  current: () => Promise<Manifest[]>
  /** About how many different values these columns of a version have, by alias. */
  distinct: (manifest: Manifest, columns: readonly Column[]) => Promise<ReadonlyMap<string, number>>
  /** Awaited before each part of a build. */
  ready: () => Promise<void>
  onFailure: (error: unknown, manifest: Manifest) => void
}

export function openRowFiles(options: RowFilesOptions): RowFiles {
  const { builder, objects, config } = options
  const open = new Map<string, RowFile | undefined>()
  const hot = new Map<string, number>()
  const inherited = new Map<string, Set<string>>()
  /** Versions that another has followed: what is still built for them is not kept. */
  const dropped = new Set<string>()
  let closed = false
  const folderOf = (manifest: Manifest) => objects.path(`${versionPlace(manifest.dataset, manifest.distribution, manifest.id)}/rows`)
  const tableOf = (manifest: Manifest) => `${manifest.dataset}/${manifest.distribution}`

  const forget = (manifest: Manifest) => {
    open.get(manifest.id)?.close()
    open.delete(manifest.id)
  }

  const find = (manifest: Manifest) => {
    if (open.has(manifest.id)) return open.get(manifest.id)
    const file = manifest.rows < config.rowsMinRows ? undefined : openRowFile(folderOf(manifest), manifest.rows)
    open.set(manifest.id, file)
    if (open.size > OPEN_FILES) {
      const [oldest] = open.keys()
      open.get(oldest as string)?.close()
      open.delete(oldest as string)
    }
    return file
  }

  const build = async (manifest: Manifest): Promise<void> => {
    if (closed || manifest.rows < Math.max(1, config.rowsMinRows) || manifest.rows > MAX_ROWS || !config.rowsMaxMb) return
    const path = objects.path(`${versionPlace(manifest.dataset, manifest.distribution, manifest.id)}/data.parquet`)
    const table = { path, sorted: manifest.sorted }
    const names = inherited.get(tableOf(manifest)) ?? new Set()
    try {
      const distinct = await options.distinct(manifest, mayBeUnique(manifest))
      const columns = [...new Set([...firstIndexes(manifest, distinct), ...manifest.columns.filter((column) => names.has(column.alias))])]
      if (dropped.has(manifest.id)) return
      const used = await bytesOf((await options.current()).filter((other) => other.id !== manifest.id).map(folderOf))
      const task = {
        folder: folderOf(manifest),
        rows: manifest.rows,
        texts: compileRowTexts(manifest, table),
        indexes: columns.map((column) => ({ name: indexName(column), text: compileIndex(column, path) })),
        maxBytes: config.rowsMaxMb * 1e6 - used,
      }
      await builder.build(task, options.ready)
    } catch (error) {
      if (!closed && !dropped.has(manifest.id)) options.onFailure(error, manifest)
    }
    if (dropped.has(manifest.id)) await rm(folderOf(manifest), rmPatiently)
    if (!closed) forget(manifest)
  }

  return {
    find,
    build,
    wanted: (manifest, alias) => {
      if (!manifest.columns.some((column) => column.alias === alias && column.type !== 'boolean')) return
      const key = `${tableOf(manifest)}/${alias}`
      const times = (hot.get(key) ?? 0) + 1
      hot.set(key, times)
      const names = inherited.get(tableOf(manifest)) ?? new Set()
      if (times !== HOT_AFTER || names.size >= MAX_HOT) return
      inherited.set(tableOf(manifest), names.add(alias))
      void build(manifest)
    },
    drop: async (manifest) => {
      // What was hot in this version will be in the next.
      const file = find(manifest)
      const kept = manifest.columns.filter((column) => file?.indexed(indexName(column))).map((column) => column.alias)
      inherited.set(tableOf(manifest), new Set([...(inherited.get(tableOf(manifest)) ?? []), ...kept].slice(0, MAX_HOT)))
      forget(manifest)
      dropped.add(manifest.id)
      await rm(folderOf(manifest), rmPatiently)
    },
    close: async () => {
      closed = true
      await builder.close()
      for (const file of open.values()) file?.close()
      open.clear()
    },
  }
}

async function bytesOf(folders: readonly string[]): Promise<number> {
  let bytes = 0
  for (const folder of folders)
    for (const name of await readdir(folder).catch(() => []))
      bytes += await stat(join(folder, name)).then(
        (found) => found.size,
        () => 0,
      )
  return bytes
}
