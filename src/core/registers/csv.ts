import { CsvParser } from '../../foundation/formats/csv.ts'
import { Problem, slugify } from '../../foundation/kernel/index.ts'
import { usualRole } from './definition.ts'
import type { Item } from './log/canonical.ts'
import type { FieldDefinition, NewRegister } from './model.ts'

export interface CsvTable {
  fields: FieldDefinition[]
  items: Item[]
}

/** Fields that usually have several values, with semicolons between. */
const usuallySeveral = /^(alias|aliases|alt-names?|alternative-names?|replaced-by|successors?|former-.*|former-names?)$/

/**
 * A table of codes as fields and items: the header names the fields, `key` the column that holds the code (the first when left out). That
 * field takes the register's name. Fields that the register has keep their definition.
 *
 * @throws {Problem} register-change-refused for a header without the key, a row without a code, or a cell too many.
 */
export async function readCodesCsv(
  source: AsyncIterable<Uint8Array>,
  options: { register: string; key?: string; known?: readonly FieldDefinition[] },
): Promise<CsvTable> {
  const decoder = new TextDecoder()
  let parser: CsvParser | undefined
  let fields: FieldDefinition[] = []
  const items: Item[] = []
  const take = (records: Array<{ cells: string[]; line: number }>): void => {
    for (const { cells, line } of records) {
      if (cells.every((cell) => cell.trim() === '')) continue
      if (fields.length === 0) fields = readHeader(cells, options)
      else items.push(readItem(cells, line, fields, options.register))
    }
  }
  let head = ''
  const push = (text: string, last: boolean): void => {
    head += text
    if (!parser && !last && !head.includes('\n')) return
    parser ??= new CsvParser({ delimiter: delimiterOf(head), quote: '"', newline: '\n' })
    take(parser.push(head))
    head = ''
    if (last) take(parser.end())
  }
  for await (const chunk of source) push(decoder.decode(chunk, { stream: true }), false)
  push(decoder.decode(), true)
  if (fields.length === 0) throw new Problem('register-change-refused', { detail: 'The file has no header.' })
  return { fields, items }
}

const delimiterOf = (text: string): string => {
  const [line = ''] = text.split('\n')
  return [',', '\t', ';', '|'].reduce((best, one) => (line.split(one).length > line.split(best).length ? one : best), ',')
}

function readHeader(
  cells: readonly string[],
  { register, key, known = [] }: { register: string; key?: string; known?: readonly FieldDefinition[] },
): FieldDefinition[] {
  const names = cells.map((cell) => slugify(cell.replace(/^\uFEFF/, ''), 60))
  const wanted = key === undefined ? (names.includes(register) ? register : names[0]) : slugify(key, 60)
  const at = names.indexOf(wanted ?? '')
  if (at < 0)
    throw new Problem('register-change-refused', {
      detail: `The file has no column ${key}.`,
      hint: `It has ${names.join(', ')}.`,
      pointer: '/key',
    })
  names[at] = register
  const wrong = names.find((name, index) => !/^[a-z][a-z0-9-]*$/.test(name) || names.indexOf(name) !== index)
  if (wrong !== undefined)
    throw new Problem('register-change-refused', { detail: `${JSON.stringify(wrong)} cannot be the name of a field, or stands twice.` })
  return names.map((field): FieldDefinition => {
    const there = known.find((one) => one.field === field)
    if (there) return there
    const role = usualRole(field)
    return {
      field,
      datatype: /(^|-)date$/.test(field) ? 'datetime' : 'string',
      cardinality: usuallySeveral.test(field) ? 'n' : '1',
      ...(role && { role }),
    }
  })
}

function readItem(cells: readonly string[], line: number, fields: readonly FieldDefinition[], register: string): Item {
  if (cells.length > fields.length && cells.slice(fields.length).some((cell) => cell.trim() !== ''))
    throw new Problem('register-change-refused', { detail: `Line ${line} has more cells than the header.` })
  const item: Item = {}
  for (const [at, { field, cardinality }] of fields.entries()) {
    const text = (cells[at] ?? '').trim()
    if (text !== '') item[field] = cardinality === 'n' ? text.split(/\s*;\s*/).filter(Boolean) : text
  }
  if (item[register] === undefined) throw new Problem('register-change-refused', { detail: `Line ${line} has no code.` })
  return item
}

/** The definition that a table of codes makes of a register that is there or not. */
export function csvDefinition(table: CsvTable, about: Omit<NewRegister, 'fields'>, known: readonly FieldDefinition[] = []): NewRegister {
  const missing = known.filter(({ field }) => !table.fields.some((one) => one.field === field))
  return { ...about, fields: [...table.fields, ...missing] }
}
