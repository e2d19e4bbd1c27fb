import { Problem } from '../../../foundation/kernel/index.ts'
import type { Definition } from '../definition.ts'
import type { Item } from '../log/canonical.ts'
import type { FieldDefinition } from '../model.ts'

const shapes: Partial<Record<FieldDefinition['datatype'], RegExp>> = {
  integer: /^-?\d+$/,
  boolean: /^(true|false)$/,
  datetime: /^\d{4}(-(0[1-9]|1[0-2])(-(0[1-9]|[12]\d|3[01])(T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(Z|[+-]\d\d:\d\d)?)?)?)?$/,
  timestamp: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/,
  period: /^(P(?!$)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(\d+H)?(\d+M)?(\d+S)?)?|\d{4}(-\d\d){0,2}(T[\d:]+Z)?\/\S+)$/,
  curie: /^[a-z][a-z0-9-]*:\S+$/,
  url: /^https?:\/\/\S+$/,
  name: /^[a-z][a-z0-9-]*$/,
  hash: /^(sha-256:[0-9a-f]{64}|1220[0-9a-f]{64})$/,
  point: /^\[-?\d+(\.\d+)?,\s*-?\d+(\.\d+)?\]$/,
}

/**
 * An item fit for a register: only its fields, each with values of its datatype; empty values are left out.
 *
 * @throws {Problem} register-change-refused saying which field is wrong.
 */
export function soundItem(definition: Definition, input: Record<string, unknown>): Item {
  const fields = new Map(definition.fields.map((field) => [field.field, field]))
  const item: Item = {}
  for (const [name, value] of Object.entries(input)) {
    const field = fields.get(name)
    if (!field) throw refused(`${definition.register} has no field ${name}.`, name, `Its fields are ${[...fields.keys()].join(', ')}.`)
    const values = (Array.isArray(value) ? value : [value]).filter((one) => one !== null && one !== undefined && one !== '').map(String)
    if (values.length === 0) continue
    if (field.cardinality === '1' && values.length > 1) throw refused(`${name} takes one value.`, name)
    const shape = shapes[field.datatype]
    const wrong = shape && values.find((one) => !shape.test(one))
    if (wrong !== undefined) throw refused(`${JSON.stringify(wrong)} is no ${field.datatype}.`, name)
    item[name] = field.cardinality === 'n' ? values : values[0]!
  }
  const code = item[definition.register]
  if (typeof code !== 'string' || code.length > 200 || hasControl(code))
    throw refused(`The item has no code in ${definition.register}.`, definition.register)
  return item
}

function hasControl(text: string): boolean {
  for (let at = 0; at < text.length; at += 1) if (text.charCodeAt(at) < 32) return true
  return false
}

const refused = (detail: string, field: string, hint?: string): Problem =>
  new Problem('register-change-refused', { detail, pointer: `/items/${field}`, ...(hint && { hint }) })
