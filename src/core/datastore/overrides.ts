import { Problem } from '../../foundation/kernel/index.ts'
import type { Overrides } from './ingest/index.ts'
import { type ColumnType, columnTypes, type DateOrder, dateOrders } from './model.ts'

/** Overrides as they come in an address, a form or on a command line. */
export interface OverrideTexts {
  /** column=type, or column=date:mdy with the order of day and month. */
  type?: readonly string[] | undefined
  delimiter?: string | undefined
  headerRow?: string | number | undefined
  encoding?: string | undefined
  sheet?: string | undefined
  /** Lines to leave out: 5,12-14 */
  ignoreRows?: string | undefined
}

const MAX_IGNORED = 5000

/** What the publisher said of a file. @throws {Problem} parameter-invalid */
export function parseOverrides(texts: OverrideTexts): Overrides {
  const columns = (texts.type ?? []).map(parseType)
  const orders = columns.flatMap(({ name, order }) => (order ? [[name, order] as const] : []))
  return {
    ...(columns.length && { types: Object.fromEntries(columns.map(({ name, type }) => [name, type])) }),
    ...(orders.length && { dateOrders: Object.fromEntries(orders) }),
    ...(texts.delimiter && { delimiter: parseDelimiter(texts.delimiter) }),
    ...(texts.headerRow !== undefined && texts.headerRow !== '' && { headerRow: parseLine(texts.headerRow, '/headerRow') }),
    ...(texts.encoding && { encoding: texts.encoding }),
    ...(texts.sheet && { sheet: texts.sheet }),
    ...(texts.ignoreRows?.trim() && { ignoreRows: parseLines(texts.ignoreRows) }),
  }
}

function parseType(text: string): { name: string; type: ColumnType; order?: DateOrder } {
  const at = text.lastIndexOf('=')
  const [type = '', order] = text.slice(at + 1).split(':')
  const known = (columnTypes as readonly string[]).includes(type)
  if (at < 1 || !known || (order !== undefined && !(dateOrders as readonly string[]).includes(order)))
    throw new Problem('parameter-invalid', {
      detail: `${JSON.stringify(text)} is not column=type.`,
      pointer: '/type',
      hint: `Types: ${columnTypes.join(' ')}. A date may say its order: date:dmy, date:mdy, date:ymd.`,
    })
  return { name: text.slice(0, at), type: type as ColumnType, ...(order && { order: order as DateOrder }) }
}

const namedDelimiters: Record<string, string> = { comma: ',', tab: '\t', t: '\t', '\\t': '\t', semicolon: ';', pipe: '|' }

function parseDelimiter(text: string): string {
  const delimiter = namedDelimiters[text.toLowerCase()] ?? text
  if (delimiter.length !== 1)
    throw new Problem('parameter-invalid', {
      detail: `${JSON.stringify(text)} is no single character.`,
      pointer: '/delimiter',
      hint: 'Or one of: comma tab semicolon pipe.',
    })
  return delimiter
}

function parseLine(text: string | number, pointer: string): number {
  const line = Number(text)
  if (Number.isInteger(line) && line >= 0) return line
  throw new Problem('parameter-invalid', { detail: `${JSON.stringify(text)} is no number of a line.`, pointer })
}

function parseLines(text: string): number[] {
  const lines = text.split(',').flatMap((part) => {
    const [from = '', to = from] = part.trim().split('-')
    const first = parseLine(from, '/ignoreRows')
    const last = parseLine(to, '/ignoreRows')
    return Array.from({ length: Math.min(MAX_IGNORED + 1, Math.max(0, last - first + 1)) }, (_, i) => first + i)
  })
  if (lines.length > MAX_IGNORED)
    throw new Problem('parameter-invalid', { detail: `At most ${MAX_IGNORED} rows can be left out.`, pointer: '/ignoreRows' })
  return lines
}
