/**
 * Scores how folders of real files are read: `npm run score -- <folder> [...]`. Each file is read as publishing would read it, in
 * this process, and compared with a second opinion that shares no code with it. `--markdown <file>` keeps the result.
 */

import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { openColumns } from '../src/foundation/engines/duckdb/index.ts'
import { type Score, scoreFile } from './score/measure.ts'
import { splitRows } from './score/oracle.ts'

const marks = ['loaded', 'header', 'delimiter', 'encoding', 'rows', 'dates', 'amounts', 'mapping'] as const

const asked = process.argv.slice(2)
const markdown = asked.includes('--markdown') ? asked.splice(asked.indexOf('--markdown'), 2)[1] : undefined
if (!asked.length) throw new Error('Give one or more folders: npm run score -- <folder> [...]')

const dataFile = /\.(?:csv|tsv|txt|psv|ssv|xls|xlsx|ods|json|ndjson|geojson|parquet|xml|gz|zip)$/i
const described =
  /(?:^|\/)(?:SOURCES\.md|dialects\.csv|sources\.csv|publishers\.csv|column-map\.csv|pairs\.csv|csv-metadata\.json)$|\.processed\.csv$/

async function filesIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => dataFile.test(path) && !described.test(path))
    .sort()
}

/** Delimiters known of files, by name: dialects.csv in the folder or above it. */
function knownDelimiters(folder: string): Map<string, string> {
  const path = [folder, dirname(folder)].map((each) => join(each, 'dialects.csv')).find(existsSync)
  if (!path) return new Map()
  return new Map(splitRows(readFileSync(path, 'utf8'), ',').map(({ cells }) => [cells[0] ?? '', cells[1] ?? '']))
}

async function scoreFolder(folder: string): Promise<{ scores: Score[]; seconds: number }> {
  const work = await mkdtemp(join(tmpdir(), 'sixteen-score-'))
  const columns = await openColumns({ folder: work, threads: 2, memoryMb: 512, maxWaiting: 100 })
  const known = knownDelimiters(folder)
  const began = performance.now()
  try {
    const scores: Score[] = []
    for (const path of await filesIn(folder)) {
      const delimiter = known.get(basename(path))
      scores.push(await scoreFile(columns, work, path, delimiter ? { delimiter } : {}))
    }
    return { scores, seconds: (performance.now() - began) / 1000 }
  } finally {
    columns.close()
    await rm(work, { recursive: true, force: true })
  }
}

const percent = (part: number, whole: number): string => (whole ? `${((part / whole) * 100).toFixed(1)} %` : '-')

function summary(folder: string, scores: readonly Score[], seconds: number): string[] {
  const of = (mark: (typeof marks)[number]) => {
    const judged = scores.filter((score) => score[mark] !== undefined)
    return `| ${mark} | ${judged.filter((score) => score[mark]).length} | ${judged.length} | ${percent(judged.filter((score) => score[mark]).length, judged.length)} |`
  }
  const all = scores.filter((score) => marks.every((mark) => score[mark] !== false))
  const sum = (pick: (score: Score) => number) => scores.reduce((total, score) => total + pick(score), 0)
  const ms = sum((score) => score.ms)
  return [
    `## ${folder}`,
    '',
    `${scores.length} files, ${sum((score) => score.rowCount).toLocaleString('en-GB')} rows; reading took ${(ms / 1000).toFixed(1)} s of ${seconds.toFixed(1)} s.`,
    '',
    '| Right | files | of | share |',
    '|---|---|---|---|',
    ...marks.map(of),
    `| all of these | ${all.length} | ${scores.length} | ${percent(all.length, scores.length)} |`,
    '',
    `Date cells typed: ${percent(
      sum((score) => score.dateCells[0]),
      sum((score) => score.dateCells[1]),
    )} of ${sum((score) => score.dateCells[1]).toLocaleString('en-GB')}.`,
    `Amount cells typed: ${percent(
      sum((score) => score.amountCells[0]),
      sum((score) => score.amountCells[1]),
    )} of ${sum((score) => score.amountCells[1]).toLocaleString('en-GB')}.`,
    ...mappingLine(scores),
    ...twinLine(scores),
    '',
    '### What is not right, and what was set aside',
    '',
    ...scores.filter((score) => score.notes.length).map((score) => `- ${score.file}: ${score.notes.join('; ')}`),
    '',
  ]
}

function mappingLine(scores: readonly Score[]): string[] {
  const mapped = scores.flatMap((score) => (score.mappedColumns ? [score.mappedColumns] : []))
  const [right, all] = mapped.reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0])
  return mapped.length
    ? [`Columns of the HMT layout found: ${percent(right, all)} of ${all.toLocaleString('en-GB')} in ${mapped.length} files.`]
    : []
}

function twinLine(scores: readonly Score[]): string[] {
  const twins = scores.flatMap((score) => (score.twinRows ? [score.twinRows] : []))
  const [equal, all] = twins.reduce(([a, b], [c, d]) => [a + c, b + d], [0, 0])
  return twins.length
    ? [`Rows equal to those of a normalised twin: ${percent(equal, all)} of ${all.toLocaleString('en-GB')} in ${twins.length} files.`]
    : []
}

const lines: string[] = []
for (const folder of asked) {
  const { scores, seconds } = await scoreFolder(folder)
  for (const score of scores)
    console.log(
      `${score.file.slice(0, 60).padEnd(60)} ${marks.map((mark) => (score[mark] === undefined ? '-' : score[mark] ? 'y' : 'N')).join(' ')}`,
    )
  lines.push(...summary(folder, scores, seconds))
}
console.log(lines.join('\n'))
if (markdown)
  writeFileSync(markdown, `# What Sixteen reads of real folders\n\nCommand: npm run score -- ${asked.join(' ')}\n\n${lines.join('\n')}`)
