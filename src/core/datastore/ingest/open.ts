import { join } from 'node:path'
import type { Columns } from '../../../foundation/engines/duckdb/index.ts'
import { Problem } from '../../../foundation/kernel/index.ts'
import type { Decision } from '../model.ts'
import { compileParquetText } from './compile.ts'
import { type Container, detectContainer, readHead } from './container.ts'
import type { RecordShape } from './prepare-records.ts'
import { type SheetContainer, writeSheet } from './sheet.ts'
import { unpack } from './unpack.ts'

/** A file out of its containers: a text of delimited rows, a sheet written as such, or records. */
export interface Opened {
  path: string
  container: string
  shape: 'delimited' | 'sheet' | RecordShape
  decisions: Decision[]
  /** The sheet or inner file that was taken, and all that there are. */
  chosen?: string
  tables?: string[]
}

interface OpenLimits {
  maxInflatedBytes: number
}

/**
 * Takes the file out of its archive where it is in one, and of a workbook one sheet. `wanted` names a sheet, or a file of an archive,
 * or both with # between. An archive inside an archive is refused.
 */
export async function openContainer(columns: Columns, path: string, folder: string, limits: OpenLimits, wanted?: string): Promise<Opened> {
  const outer = await detectContainer(path)
  if (outer !== 'gzip' && outer !== 'zip')
    return openPlain(columns, { path, shape: outer, container: outer, decisions: [containerDecision(outer)] }, folder, limits, wanted)
  const [file, sheet] = outer === 'zip' && wanted ? wanted.split('#') : [undefined, wanted]
  const inner = await unpack(path, outer, folder, limits, file)
  const shape = await detectContainer(inner.path)
  if (shape === 'gzip' || shape === 'zip')
    throw new Problem('file-not-readable', { detail: `The ${outer} file holds another archive.`, hint: 'Publish the inner file.' })
  const container = `${outer}+${shape}`
  const decisions = [containerDecision(container, inner.name), ...fileDecision(inner, file !== undefined)]
  const opened = await openPlain(columns, { path: inner.path, shape, container, decisions }, folder, limits, sheet)
  if (!inner.names) return opened
  return { ...opened, chosen: [inner.name, opened.chosen].filter(Boolean).join('#'), tables: inner.names }
}

interface Plain extends Omit<Opened, 'shape'> {
  shape: Exclude<Container, 'gzip' | 'zip'>
}

async function openPlain(columns: Columns, plain: Plain, folder: string, limits: OpenLimits, wanted?: string): Promise<Opened> {
  const { path, container, shape, decisions } = plain
  if (shape === 'parquet') return { container, decisions, shape: 'sheet', path: await parquetText(columns, path, folder) }
  if (!(await isSheet(path, shape))) return { path, container, decisions, shape: shape as 'delimited' | RecordShape }
  const sheet = await writeSheet(path, shape as SheetContainer, folder, limits, wanted)
  return {
    path: sheet.path,
    container,
    shape: 'sheet',
    decisions: [...decisions, sheet.decision],
    chosen: sheet.name,
    tables: sheet.sheets,
  }
}

async function isSheet(path: string, shape: Container): Promise<boolean> {
  if (shape !== 'xml') return shape === 'xlsx' || shape === 'ods' || shape === 'xls' || shape === 'html'
  return (await readHead(path, 4096)).includes('urn:schemas-microsoft-com:office:spreadsheet')
}

async function parquetText(columns: Columns, path: string, folder: string): Promise<string> {
  const target = join(folder, 'sheet.csv')
  try {
    await columns.run({ text: compileParquetText(path, target) })
    return target
  } catch (cause) {
    if (cause instanceof Problem) throw cause
    throw new Problem(
      'file-not-readable',
      { detail: `The Parquet file cannot be read: ${(cause as Error).message.slice(0, 200)}` },
      { cause },
    )
  }
}

function containerDecision(value: string, name?: string): Decision {
  return { what: 'container', value, reason: name ? `the first bytes; inside: ${name}` : 'the first bytes of the file', confidence: 1 }
}

function fileDecision({ name, names }: { name?: string; names?: string[] }, given: boolean): Decision[] {
  if (!name || !names || names.length < 2) return []
  const others = names.filter((each) => each !== name)
  const reason = given ? 'chosen by the publisher' : 'the largest data file of the archive'
  return [
    {
      what: 'file',
      value: name,
      reason: `${reason}; not read: ${others.slice(0, 10).join(', ')}${others.length > 10 ? ' and more' : ''}`,
      confidence: given ? 1 : 0.7,
    },
  ]
}
