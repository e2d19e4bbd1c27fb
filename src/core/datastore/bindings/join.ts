import { Problem } from '../../../foundation/kernel/index.ts'
import { type Code, type CodeList, type FieldDefinition, type Registers, recognise, type Use } from '../../registers/index.ts'
import type { Manifest } from '../model.ts'
import type { JoinedColumn } from '../query/model.ts'

/** What `Council.region.name@2019-04-01` asks: fields of the register, each from the entry of the code that the field before holds, as at a date. */
export interface JoinName {
  column: string
  fields: string[]
  at?: string
}

/** The parts of a name that the table has no column of; undefined when it asks for no field. The longest column that fits is meant. */
export function readJoinName(name: string, columnOf: (name: string) => string | undefined): JoinName | undefined {
  const [, path = '', at] = /^(.*?)(?:@(\d{4}(?:-\d{2}(?:-\d{2})?)?))?$/s.exec(name) ?? []
  for (let dot = path.lastIndexOf('.'); dot > 0; dot = path.lastIndexOf('.', dot - 1)) {
    const column = columnOf(path.slice(0, dot))
    if (column !== undefined) return { column, fields: path.slice(dot + 1).split('.'), ...(at !== undefined && { at }) }
  }
  return undefined
}

/**
 * A field of the register for each text of a column, several values with semicolons between; texts without one are left out.
 *
 * @throws {Problem} column-not-found when the register has no such field
 */
export function joinField(
  registers: Registers,
  use: Use,
  manifest: Manifest,
  name: string,
  { fields, at }: JoinName,
  pointer: string,
): JoinedColumn {
  const alias = manifest.columns.find((column) => column.name === use.column)?.alias ?? use.column
  demandFields(registers, use.register, fields, pointer)
  const values = new Map<string, string>()
  for (const [text, own] of Object.entries(use.texts)) {
    const codes = at === undefined ? [own] : registers.codes.translate(use.register, own, { at }).matches.map((match) => match.code)
    const found = [...new Set(codes.flatMap((code) => valuesOf(registers, use.register, code, fields, at)))]
    if (found.length) values.set(text, found.join(';'))
  }
  return { name, of: alias, values }
}

function demandFields(registers: Registers, register: string, [field = '', ...rest]: readonly string[], pointer: string): void {
  const { fields } = registers.definition(register)
  const found = fieldOf(registers.codes.list(register), field)
  if (!found)
    throw new Problem('column-not-found', {
      detail: `The register ${register} has no field ${JSON.stringify(field)}.`,
      pointer,
      hint: `Fields: code, ${fields.map((each) => each.field).join(', ')}`,
    })
  if (!rest.length) return
  const next = targetOf(register, found)
  if (!next || !registers.names().includes(next))
    throw new Problem('column-not-found', { detail: `The field ${field} of ${register} holds no codes of a register.`, pointer })
  demandFields(registers, next, rest, pointer)
}

const fieldOf = ({ register, definition }: CodeList, field: string): Pick<FieldDefinition, 'field' | 'register' | 'role'> | undefined =>
  field === 'code' ? { field: register } : definition.fields.find((each) => each.field === field)

/** The register whose codes a field holds; of parents and successors the register itself, where no other is named. */
const targetOf = (register: string, field: Pick<FieldDefinition, 'register' | 'role'>): string | undefined =>
  field.register ?? (field.role === 'parent' || field.role === 'successor' ? register : undefined)

function valuesOf(
  registers: Registers,
  register: string,
  text: string,
  [field = '', ...rest]: readonly string[],
  at: string | undefined,
): string[] {
  const list = registers.codes.list(register, at)
  const code = list.codes.get(text) ?? recognise(list, text, registers.codes.today())?.code
  if (!code) return []
  const held = field === 'code' ? [code.code] : itemValues(code, field)
  if (!rest.length) return held
  const found = fieldOf(list, field)
  const next = found && targetOf(register, found)
  return next ? held.flatMap((value) => valuesOf(registers, next, value.replace(/^[a-z][a-z0-9-]*:/, ''), rest, at)) : []
}

function itemValues(code: Code, field: string): string[] {
  const value = field === 'name' ? (code.item.name ?? code.name) : code.item[field]
  return (Array.isArray(value) ? value : [value]).filter((each): each is string => typeof each === 'string' && each !== '')
}
