import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Columns } from '../../../foundation/engines/duckdb/index.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Column, ColumnType, Decision, Source } from '../model.ts'
import type { SetAside } from './aside.ts'
import { type Container, detectContainer } from './container.ts'
import type { LayoutOverrides } from './dialect.ts'
import { scanEncoding } from './encoding.ts'
import { type Candidate, propose } from './infer.ts'
import { type ColumnNames, nameColumns } from './names.ts'
import type { RowIssue } from './normalise.ts'
import { forcedCandidate } from './override.ts'
import { type Prepared, prepareDelimited, prepareSheet, type Rewritten } from './prepare.ts'
import { prepareJson } from './prepare-json.ts'
import { writeSheet } from './sheet.ts'
import { unpack } from './unpack.ts'
import { type WriteProgress, type Written, writeVersion } from './write.ts'

export type { WriteProgress } from './write.ts'

export interface IngestLimits {
  maxInflatedBytes: number
  maxColumns: number
  maxLineBytes: number
}

export interface Overrides extends LayoutOverrides {
  /** Column name or alias to type. */
  types?: Record<string, ColumnType>
  /** Label of the Encoding standard, or cp850. */
  encoding?: string
  /** Lines of the source to leave out of the table. */
  ignoreRows?: readonly number[]
}

/** A file kept in a work folder, to be read as a table. */
export interface IngestInput {
  path: string
  folder: string
  /** Column names or aliases. */
  key: readonly string[]
  overrides: Overrides
}

export interface Ingested extends Written {
  key: string[]
  source: Pick<Source, 'container' | 'encoding' | 'delimiter' | 'quote' | 'headerRow' | 'dataLine'>
  decisions: Decision[]
  /** Rows that belong to the file and not to its table. */
  setAside: readonly SetAside[]
}

/** Reads a file into data.parquet and rejects.parquet in its folder. The steps, in the order of their names. */
export async function ingestFile(columns: Columns, input: IngestInput, limits: IngestLimits, progress: WriteProgress): Promise<Ingested> {
  const opened = await openContainer(input, limits)
  const scanned = await scanEncoding(opened.path, limits, opened.shape === 'sheet' ? undefined : input.overrides.encoding)
  const text = { path: opened.path, scanned, folder: input.folder, overrides: input.overrides, limits }
  const prepared =
    opened.shape === 'sheet'
      ? await prepareSheet(text)
      : opened.shape === 'delimited'
        ? await prepareDelimited(text)
        : await prepareJson(opened.shape, text)
  const names = nameColumns(prepared.header, prepared.table.width)
  const key = input.key.map((name) => findColumn(names, name, '/key'))
  const candidates = proposeAll(names, prepared)
  const overridden = applyTypes(candidates, names, input.overrides.types ?? {}, prepared)
  let { aside } = prepared
  const write = ({ table, issues }: Rewritten) =>
    writeVersion(
      columns,
      {
        table,
        names,
        candidates,
        overridden,
        sample: prepared.sample,
        complete: prepared.complete,
        strings: prepared.strings,
        allowedMisfits: prepared.allowedMisfits,
        issues: [...issues, ...rowsAside(aside)],
        key: key.map((at) => names[at]?.alias ?? ''),
        folder: input.folder,
      },
      progress,
    )
  const written = await write(prepared).catch(async (error) => {
    if (!prepared.tolerant || error instanceof Problem) throw error
    const again = await prepared.tolerant()
    aside = again.aside
    return write(again)
  })
  await removeWorkFiles(input.folder)
  return {
    ...written,
    key: key.map((at) => names[at]?.alias ?? ''),
    source: { container: opened.container, encoding: scanned.encoding, ...prepared.layout },
    decisions: [
      ...opened.decisions,
      ...(opened.shape === 'sheet' ? [] : [scanned.decision]),
      ...prepared.decisions,
      ...asideDecision(aside),
      ...written.columns.map(typeDecision),
    ],
    setAside: aside,
  }
}

/** Rows set aside as lines of the reject table: their row is 0, since the table does not hold them. */
function rowsAside(aside: readonly SetAside[]): RowIssue[] {
  return aside.map(({ line, rule, text }) => ({ row: 0, column: '', text: `line ${line}: ${text}`, rule }))
}

function asideDecision(aside: readonly SetAside[]): Decision[] {
  if (!aside.length) return []
  const shown = aside.slice(0, 5).map(({ line, rule, text }) => `line ${line} (${asideWords[rule]}: ${text.slice(0, 40)})`)
  const rest = aside.length > 5 ? ` and ${aside.length - 5} more` : ''
  const given = aside.every(({ rule }) => rule === 'ignored-row')
  return [{ what: 'rows set aside', value: aside.length, reason: `${shown.join(', ')}${rest}`, confidence: given ? 1 : 0.85 }]
}

const asideWords: Record<SetAside['rule'], string> = {
  'repeated-header': 'the header again',
  'total-row': 'a total',
  'note-row': 'a note under the table',
  'ignored-row': 'left out by the publisher',
}

interface Opened {
  path: string
  container: string
  shape: (Container & ('delimited' | 'json' | 'ndjson')) | 'sheet'
  decisions: Decision[]
}

/** Takes the file out of its archive where it is in one. An archive inside an archive is refused. */
async function openContainer(input: IngestInput, limits: IngestLimits): Promise<Opened> {
  const outer = await detectContainer(input.path)
  if (outer !== 'gzip' && outer !== 'zip') return openPlain(input.path, outer, outer, [containerDecision(outer)], input, limits)
  const inner = await unpack(input.path, outer, input.folder, limits)
  const shape = await detectContainer(inner.path)
  if (shape === 'gzip' || shape === 'zip')
    throw new Problem('file-not-readable', { detail: `The ${outer} file holds another archive.`, hint: 'Publish the inner file.' })
  const both = `${outer}+${shape}`
  return openPlain(inner.path, shape, both, [containerDecision(both, inner.name)], input, limits)
}

/** A file out of its archive; of a workbook, the text of one sheet. */
async function openPlain(
  path: string,
  shape: Exclude<Container, 'gzip' | 'zip'>,
  container: string,
  decisions: Decision[],
  input: IngestInput,
  limits: IngestLimits,
): Promise<Opened> {
  if (shape !== 'xlsx' && shape !== 'ods') return { path, container, shape, decisions }
  const sheet = await writeSheet(path, shape, input.folder, limits)
  return { path: sheet.path, container, shape: 'sheet', decisions: [...decisions, sheet.decision] }
}

function containerDecision(value: string, name?: string): Decision {
  return { what: 'container', value, reason: name ? `the first bytes; inside: ${name}` : 'the first bytes of the file', confidence: 1 }
}

function proposeAll(names: readonly ColumnNames[], prepared: Prepared): Candidate[] {
  return names.map(({ name }, position) =>
    propose(name, prepared.sample(position), { allowedMisfits: prepared.allowedMisfits, strings: prepared.strings(position) }),
  )
}

/** Puts the publisher's types in place of the proposed ones; returns where. */
function applyTypes(
  candidates: Candidate[],
  names: readonly ColumnNames[],
  types: Record<string, ColumnType>,
  prepared: Prepared,
): Set<number> {
  const overridden = new Set<number>()
  for (const [name, type] of Object.entries(types)) {
    const position = findColumn(names, name, '/type')
    candidates[position] = forcedCandidate(type, candidates[position] as Candidate, prepared.sample(position))
    overridden.add(position)
  }
  return overridden
}

function findColumn(names: readonly ColumnNames[], wanted: string, pointer: string): number {
  const at = names.findIndex(({ name, alias }) => name === wanted || alias === wanted)
  if (at < 0)
    throw new Problem('column-not-found', {
      detail: `The file has no column ${JSON.stringify(wanted)}.`,
      pointer,
      hint: `Its columns are: ${names
        .slice(0, 30)
        .map(({ name }) => name)
        .join(', ')}`,
    })
  return at
}

const typeDecision = (column: Column): Decision => ({
  what: `type of ${column.name}`,
  value: column.type,
  reason: column.reason,
  confidence: column.confidence ?? 0.95,
})

async function removeWorkFiles(folder: string): Promise<void> {
  for (const name of ['inflated-gzip', 'inflated-zip', 'decoded.csv', 'regular.csv', 'sheet.csv'])
    await rm(join(folder, name), { force: true })
}
