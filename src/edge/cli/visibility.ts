import type { Command } from 'commander'
import { type Visibility, visibilities } from '../../core/access/index.ts'
import { type State, states, type VisibilityInput } from '../../core/catalogue/index.ts'
import { Problem } from '../../foundation/kernel/index.ts'
import { type Connection, connect } from './connect.ts'
import { run } from './exit.ts'
import { type WhereOptions, whereOptions } from './options.ts'

/** Who may see a dataset and its columns, as options of commands say it. */
export interface VisibilityOptions {
  visibility?: string
  draft?: boolean
  column?: string[]
}

interface Options extends WhereOptions, VisibilityOptions {
  state?: string
  reason?: string
  planned?: string
  obstacle?: string
}

interface Shown extends VisibilityInput {
  dataset: string
  words: string
  unknownColumns: string[]
}

const collect = (value: string, before: string[] = []): string[] => [...before, value]

/** Adds the options that publishing has as well. */
export const visibilityOptions = (command: Command): Command =>
  command
    .option('--visibility <tier>', 'who may see it: public, licensed, government, organisation or personal')
    .option('--draft', 'only its publisher sees it until its state is published')
    .option('--column <column=tier>', 'who may see a column; may be repeated', collect)

export function visibilityCommand(program: Command): void {
  visibilityOptions(whereOptions(program.command('visibility <dataset>').description('Show or change who sees a dataset and its columns')))
    .option('--state <state>', 'published, draft, deleted, unpublished, nothing-to-open, planned or closed')
    .option('--reason <text>', 'why there is nothing to open')
    .option('--planned <day>', 'the day by which it is to be published')
    .option('--obstacle <text>', 'what keeps it closed')
    .option('--json', 'as JSON')
    .action((dataset: string, options: Options) => run(() => visibility(dataset, options), options.json))
}

async function visibility(dataset: string, options: Options): Promise<void> {
  const connection = await connect(options)
  try {
    const before = await shownOf(connection, dataset)
    const change = changeOf(options, before)
    const shown = Object.keys(change).length === 0 ? before : await putVisibility(connection, dataset, change)
    console.log(options.json ? JSON.stringify(shown) : report(shown))
  } finally {
    await connection.close()
  }
}

const pathOf = (dataset: string): string => `/v1/datasets/${encodeURIComponent(dataset)}/visibility`

async function shownOf(connection: Connection, dataset: string): Promise<Shown> {
  return (await (await connection.request('GET', pathOf(dataset))).json()) as Shown
}

async function putVisibility(connection: Connection, dataset: string, change: VisibilityInput): Promise<Shown> {
  return (await (await connection.request('PUT', pathOf(dataset), { json: change })).json()) as Shown
}

/** Sets who may see a dataset that is there, before a file is sent to it. */
export async function limitBefore(connection: Connection, dataset: string, options: VisibilityOptions): Promise<void> {
  const change = changeOf(options)
  if (Object.keys(change).length === 0) return
  await putVisibility(connection, dataset, changeOf(options, options.column ? await shownOf(connection, dataset) : undefined))
}

/**
 * What the options say, columns added to those of before.
 *
 * @throws {Problem} parameter-invalid for a tier or state that there is not.
 */
export function changeOf(options: Options, before?: VisibilityInput): VisibilityInput {
  const { visibility: tier, draft, state = draft ? 'draft' : undefined, column, reason, planned, obstacle } = options
  return {
    ...(tier !== undefined && { visibility: oneOf(visibilities, tier, '/visibility') as Visibility }),
    ...(state !== undefined && { state: oneOf(states, state, '/state') as State }),
    ...(column && { columnVisibility: { ...before?.columnVisibility, ...Object.fromEntries(column.map(columnOf)) } }),
    ...(reason !== undefined && { reason }),
    ...(planned !== undefined && { planned }),
    ...(obstacle !== undefined && { obstacle }),
  }
}

function columnOf(text: string): [string, Visibility] {
  const at = text.lastIndexOf('=')
  if (at < 1)
    throw new Problem('parameter-invalid', { detail: `--column ${text} is not of the form COLUMN=TIER.`, pointer: '/columnVisibility' })
  return [text.slice(0, at), oneOf(visibilities, text.slice(at + 1), '/columnVisibility') as Visibility]
}

function oneOf(known: readonly string[], given: string, pointer: string): string {
  if (known.includes(given)) return given
  throw new Problem('parameter-invalid', { detail: `${given} is none of ${known.join(', ')}.`, pointer })
}

function report({ dataset, state, visibility: tier, words, columnVisibility = {}, unknownColumns }: Shown): string {
  return [
    `${dataset}: ${state}, ${tier}. ${words}`,
    ...Object.entries(columnVisibility).map(
      ([column, each]) => `  ${column}: ${each}${unknownColumns.includes(column) ? ' (no current table has this column)' : ''}`,
    ),
  ].join('\n')
}
