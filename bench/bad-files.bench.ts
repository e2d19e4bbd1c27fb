/**
 * How much memory do the worst files take that people publish, and what becomes of each?
 *
 * Every file of the folder is read in turn in this process, with the column engine bounded as a server bounds it; the figure is the largest
 * resident set that the system saw (VmHWM), so nothing between two looks is missed. No baseline: memory of other readers says nothing here.
 */
import { readFileSync } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { extname, join } from 'node:path'
import { ingestFile } from '../src/core/datastore/ingest/index.ts'
import { openColumns } from '../src/foundation/engines/duckdb/index.ts'
import { Problem } from '../src/foundation/kernel/index.ts'
import { saveResult } from './result.ts'

const FOLDER = process.env.FOLDER ?? '../shared/data/open-data'
const COLUMNS_MEMORY_MB = Number(process.env.SIXTEEN_COLUMNS_MEMORY_MB ?? 512)
const limits = { maxInflatedBytes: 4e9, maxColumns: 4096, maxLineBytes: 16e6 }

const peakMb = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]) / 1024

const work = await mkdtemp(join(tmpdir(), 'sixteen-bench-'))
const columns = await openColumns({ folder: work, threads: 2, memoryMb: COLUMNS_MEMORY_MB, maxWaiting: 100 })
const begin = peakMb()
const outcomes = new Map<string, number>()
const entries = await readdir(FOLDER, { withFileTypes: true, recursive: true })
const files = entries.filter((entry) => entry.isFile() && !entry.name.endsWith('.md')).map((entry) => join(entry.parentPath, entry.name))
for (const [index, file] of files.sort().entries()) {
  const folder = join(work, String(index))
  await mkdir(folder)
  const path = join(folder, `source${extname(file)}`)
  await copyFile(file, path)
  const outcome = await ingestFile(columns, { path, folder, key: [], overrides: {} }, limits, () => {}).then(
    () => 'loaded',
    (error) => {
      if (error instanceof Problem) return error.code
      throw error
    },
  )
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1)
  await rm(folder, { recursive: true, force: true })
}
columns.close()
await rm(work, { recursive: true, force: true })
saveResult('bad-files', [
  `Question: how much memory do ${files.length} awkward files take, one after another in one process?`,
  `Outcomes: ${[...outcomes].map(([outcome, count]) => `${outcome} ${count}`).join(', ')}. Anything but a problem would have stopped the run.`,
  `Largest resident set: ${Math.round(peakMb())} MB, of which ${Math.round(begin)} MB stood before the first file; to be under 600 MB.`,
])
