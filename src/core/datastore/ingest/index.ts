import { readdir, unlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { Columns } from '../../../foundation/engines/duckdb/index.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Column, Decision, Recipe, Source } from '../model.ts'
import type { SetAside } from './aside.ts'
import { scanEncoding } from './encoding.ts'
import { type Candidate, propose } from './infer.ts'
import { type ColumnNames, nameColumns } from './names.ts'
import type { RowIssue } from './normalise.ts'
import { type Opened, openContainer } from './open.ts'
import { forcedCandidate } from './override.ts'
import { type Prepared, prepareDelimited, prepareSheet, type Rewritten, type TextInput } from './prepare.ts'
import { prepareRecords } from './prepare-records.ts'
import { followed, headerFits, type InheritedRecipe, recipeOf, unfit, unfitTypes } from './recipe.ts'
import { type WriteProgress, type Written, writeVersion } from './write.ts'

export type { WriteProgress } from './write.ts'

export interface IngestLimits {
  maxInflatedBytes: number
  maxColumns: number
  maxLineBytes: number
}

/** What the publisher says of this file. */
export interface Overrides extends Recipe {
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
  /** What holds unless the overrides say otherwise, as far as it fits. */
  inherited?: InheritedRecipe
}

export interface Ingested extends Written {
  key: string[]
  /** What the next file of the series inherits. */
  recipe?: Recipe
  source: Pick<Source, 'container' | 'encoding' | 'delimiter' | 'quote' | 'headerRow' | 'dataLine' | 'sheet'>
  /** Sheets, or files of the archive, from which one was taken. */
  tables: readonly string[]
  decisions: Decision[]
  /** Rows that belong to the file and not to its table. */
  setAside: readonly SetAside[]
}

/** Reads a file into data.parquet and rejects.parquet in its folder. The steps, in the order of their names. */
export async function ingestFile(columns: Columns, input: IngestInput, limits: IngestLimits, progress: WriteProgress): Promise<Ingested> {
  const notes: Decision[] = []
  const { overrides, inherited } = input
  const opened = await openFitting(columns, input, limits, notes)
  const scanned = await scanEncoding(
    opened.path,
    limits,
    opened.shape === 'sheet' ? undefined : (overrides.encoding ?? inherited?.recipe.encoding),
  )
  const prepared = await prepareFitting(opened, { path: opened.path, scanned, folder: input.folder, overrides, limits }, inherited, notes)
  const names = nameColumns(prepared.header, prepared.table.width)
  const key = input.key.map((name) => findColumn(names, name, '/key'))
  const candidates = proposeAll(names, prepared)
  const kept = applyInherited(candidates, names, input, prepared, notes)
  const overridden = applyTypes(candidates, names, overrides, prepared)
  for (const position of kept) overridden.add(position)
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
  const recipe = recipeOf(overrides, inherited?.recipe)
  return {
    ...written,
    key: key.map((at) => names[at]?.alias ?? ''),
    source: {
      container: opened.container,
      encoding: scanned.encoding,
      ...(opened.chosen && { sheet: opened.chosen }),
      ...prepared.layout,
    },
    tables: opened.tables ?? [],
    decisions: [
      ...opened.decisions,
      ...(opened.shape === 'sheet' ? [] : [scanned.decision]),
      ...prepared.decisions,
      ...asideDecision(aside),
      ...(inherited ? followed(inherited.recipe) : []),
      ...notes,
      ...unfitTypes(written.columns, kept, written.rows),
      ...written.columns.map(typeDecision),
    ],
    setAside: aside,
    ...(recipe && { recipe }),
  }
}

/** Opens the file; a sheet that the recipe names and the file does not have is reported. */
async function openFitting(columns: Columns, input: IngestInput, limits: IngestLimits, notes: Decision[]): Promise<Opened> {
  const given = input.overrides.sheet
  const kept = input.inherited?.recipe.sheet
  const open = (sheet: string | undefined) => openContainer(columns, input.path, input.folder, limits, sheet)
  if (given !== undefined || kept === undefined) return open(given)
  return open(kept).catch((error) => {
    if (!(error instanceof Problem) || error.fields.pointer !== '/sheet') throw error
    notes.push(unfit('sheet', error.message))
    return open(undefined)
  })
}

/** Finds the layout; a header row or delimiter of the recipe that leads to other columns than before is reported and left. */
async function prepareFitting(
  opened: Opened,
  text: TextInput,
  inherited: InheritedRecipe | undefined,
  notes: Decision[],
): Promise<Prepared> {
  const prepare = (input: TextInput) =>
    opened.shape === 'sheet'
      ? prepareSheet(input)
      : opened.shape === 'delimited'
        ? prepareDelimited(input)
        : prepareRecords(opened.shape, input)
  const { headerRow, delimiter } = inherited?.recipe ?? {}
  const kept = { ...(headerRow !== undefined && { headerRow }), ...(delimiter && { delimiter }) }
  if (!inherited || !Object.keys(kept).length) return prepare(text)
  const prepared = await prepare({ ...text, overrides: { ...kept, ...text.overrides } }).catch((error) => {
    if (error instanceof Problem) return undefined
    throw error
  })
  if (prepared && headerFits(prepared.header, inherited)) return prepared
  const found = await prepare(text)
  const parts = Object.keys(kept).map((name) => (name === 'headerRow' ? 'header row' : name))
  notes.push(unfit(parts.join(' and '), 'they would not give the columns of the version before; found anew'))
  return found
}

/** Puts the types of the recipe in place where their columns are; returns where. */
function applyInherited(
  candidates: Candidate[],
  names: readonly ColumnNames[],
  { inherited, overrides }: IngestInput,
  prepared: Prepared,
  notes: Decision[],
): Set<number> {
  if (!inherited) return new Set()
  const { types = {}, dateOrders } = inherited.recipe
  const has = (wanted: string) => names.some(({ name, alias }) => name === wanted || alias === wanted)
  const gone = Object.keys(types).filter((name) => !has(name))
  notes.push(...gone.map((name) => unfit(`type of ${name}`, 'the file has no such column')))
  const still = Object.entries(types).filter(([name]) => has(name) && !overrides.types?.[name])
  return applyTypes(candidates, names, { types: Object.fromEntries(still), ...(dateOrders && { dateOrders }) }, prepared)
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

function proposeAll(names: readonly ColumnNames[], prepared: Prepared): Candidate[] {
  return names.map(({ name }, position) =>
    propose(name, prepared.sample(position), { allowedMisfits: prepared.allowedMisfits, strings: prepared.strings(position) }),
  )
}

/** Puts the publisher's types in place of the proposed ones; returns where. */
function applyTypes(
  candidates: Candidate[],
  names: readonly ColumnNames[],
  { types = {}, dateOrders = {} }: Recipe,
  prepared: Prepared,
): Set<number> {
  const overridden = new Set<number>()
  for (const [name, type] of Object.entries(types)) {
    const position = findColumn(names, name, '/type')
    candidates[position] = forcedCandidate(type, candidates[position] as Candidate, prepared.sample(position), dateOrders[name])
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

const workFiles = new Set(['inflated-gzip', 'inflated-zip', 'decoded.csv', 'regular.csv', 'sheet.csv'])

async function removeWorkFiles(folder: string): Promise<void> {
  for (const name of await readdir(folder)) if (workFiles.has(name)) await unlink(join(folder, name))
}
