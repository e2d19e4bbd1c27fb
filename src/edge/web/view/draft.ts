import { columnTypes, type Datastore, type Draft, type OverrideTexts } from '../../../core/datastore/index.ts'

type Checked = Awaited<ReturnType<Datastore['check']>>

/** What the address of a draft asks. */
export interface DraftAsked extends OverrideTexts {
  type: string[]
  dataset?: string
}

/** What the form of the last step holds. */
export interface PublishFields {
  dataset?: string
  publisher?: string
  title?: string
  key?: string
  /** Who may see a new dataset: public, draft or organisation. */
  seenBy?: string
}

const textNames = ['delimiter', 'headerRow', 'encoding', 'sheet', 'ignoreRows', 'dataset'] as const

export function overridesIn(parameters: URLSearchParams): DraftAsked {
  const asked: DraftAsked = { type: parameters.getAll('type').filter(Boolean) }
  for (const name of textNames) {
    const text = parameters.get(name)?.trim()
    if (text) asked[name] = text
  }
  return asked
}

const ROWS = 10
const delimiters = ['comma', 'tab', 'semicolon', 'pipe']
const encodings = ['utf-8', 'windows-1252', 'iso-8859-15', 'utf-16le', 'macintosh', 'cp850']
const orders = [
  ['dmy', 'date, day first'],
  ['mdy', 'date, month first'],
  ['ymd', 'date, year first'],
] as const

/** Everything the page of a draft shows; without a result only what can be changed. */
export function draftView(draft: Draft, asked: DraftAsked, result: Checked | undefined) {
  return {
    draft,
    asked,
    choices: {
      delimiters: choices(delimiters, asked.delimiter),
      encodings: choices(encodings, asked.encoding),
      sheets: choices(result?.tables ?? (asked.sheet ? [asked.sheet] : []), asked.sheet),
    },
    carried: carriedFields(asked),
    address: `/publish/${draft.id}${asQuery(asked)}`,
    result: result && resultView(result, asked),
  }
}

const choices = (values: readonly string[], chosen: string | undefined) => values.map((value) => ({ value, selected: value === chosen }))

function asQuery(asked: DraftAsked): string {
  const query = new URLSearchParams(carriedFields(asked).map(({ name, value }): [string, string] => [name, value]))
  return query.size ? `?${query}` : ''
}

function carriedFields(asked: DraftAsked): { name: string; value: string }[] {
  const texts = textNames.flatMap((name) => (asked[name] ? [{ name, value: String(asked[name]) }] : []))
  return [...texts, ...asked.type.map((value) => ({ name: 'type', value }))]
}

function resultView(result: Checked, asked: DraftAsked) {
  const { rows, rejectedCells, columns, preview, rejects, decisions } = result
  return {
    rows,
    rejectedCells,
    decisions: decisions
      .filter(({ what }) => !what.startsWith('type of '))
      .map(({ what, value, reason, confidence }) => ({
        what,
        value: String(value),
        reason,
        sure: sureText(confidence),
        doubtful: confidence < 0.8,
      })),
    columns: columns.map((column) => ({
      name: column.name,
      type: column.type,
      reason: column.reason,
      sure: sureText(column.confidence ?? 0.95),
      doubtful: (column.confidence ?? 0.95) < 0.8,
      rejected: column.rejected,
      options: typeOptions(column.name, asked),
    })),
    names: columns.map(({ name }) => name),
    preview: preview.slice(0, ROWS).map((record) => columns.map(({ name }) => String(record[name] ?? ''))),
    rejects: rejects.map(({ row, column, text, rule }) => ({ row: row || '', column, text, rule })),
  }
}

function typeOptions(name: string, asked: DraftAsked) {
  const values = [...columnTypes.map((type) => [type, type] as const), ...orders.map(([order, text]) => [`date:${order}`, text] as const)]
  return values.map(([type, text]) => {
    const value = `${name}=${type}`
    return { value, text, selected: asked.type.includes(value) }
  })
}

/** A confidence in words, with the figure. */
function sureText(confidence: number): string {
  const percent = `${Math.round(confidence * 100)} %`
  if (confidence >= 1) return 'certain'
  if (confidence >= 0.9) return `sure, ${percent}`
  return confidence >= 0.8 ? `likely, ${percent}` : `please check, ${percent}`
}
