import { canonicalJson, type Item } from './log/canonical.ts'
import type { NewEntry } from './log/writer.ts'
import type { FieldDefinition, FieldRole, NewRegister } from './model.ts'

/** What the system log says of a register at its present end. */
export interface Definition {
  register: string
  title: string
  description: string
  custodian: string | null
  licence: string | null
  copyright: string | null
  source: string | null
  registry: string | null
  phase: string
  noticeDays: number
  retired: { date: string; replacement?: string; reason?: string } | undefined
  fields: FieldDefinition[]
  /** The item of the register's own record. */
  record: Item
}

/** Days of notice where a register sets none. */
export const USUAL_NOTICE_DAYS = 28

/** Reads a definition from the newest item under each system key. */
export function readDefinition(register: string, items: ReadonlyMap<string, Item>): Definition {
  const said = (key: string, member = key): string | null => one(items.get(key)?.[member]) ?? null
  const record = items.get(`register:${register}`) ?? {}
  const names = many(record['fields'])
  const described = [...items.keys()].filter((key) => key.startsWith('field:')).map((key) => key.slice('field:'.length))
  const fields = names.length > 0 ? names : described
  return {
    register,
    title: said('register-name') ?? titleOf(register),
    description: one(record['text']) ?? '',
    custodian: said('custodian'),
    licence: said('licence'),
    copyright: one(record['copyright']) ?? null,
    source: said('source'),
    registry: one(record['registry']) ?? null,
    phase: one(record['phase']) ?? 'beta',
    noticeDays: Number(said('notice-days') ?? USUAL_NOTICE_DAYS),
    retired: readRetirement(items.get('status')),
    fields: fields.map((name) => fieldOf(name, items.get(`field:${name}`))),
    record,
  }
}

function readRetirement(item: Item | undefined): Definition['retired'] {
  const date = one(item?.['end-date'])
  if (!item || !date) return undefined
  const replacement = one(item['replacement'])
  const reason = one(item['reason'])
  return { date, ...(replacement && { replacement }), ...(reason && { reason }) }
}

function fieldOf(name: string, item: Item | undefined): FieldDefinition {
  const text = one(item?.['text'])
  const register = one(item?.['register'])
  const role = one(item?.['role']) ?? usualRole(name)
  return {
    field: name,
    datatype: (one(item?.['datatype']) ?? 'string') as FieldDefinition['datatype'],
    cardinality: item?.['cardinality'] === 'n' ? 'n' : '1',
    ...(text && { text }),
    ...(register && { register }),
    ...(role && { role: role as FieldRole }),
  }
}

const usualRoles: Array<[RegExp, FieldRole]> = [
  [/^(name|official-name|title|label)(-[a-z]{2})?$/, 'label'],
  [/^(alias|aliases|alt-names?|alternative-names?|abbreviation|acronym|short-name)$/, 'alias'],
  [/^former-names?$/, 'former-label'],
  [/^(parent|broader|part-of)$/, 'parent'],
  [/^(replaced-by|successors?|superseded-by|replacement)$/, 'successor'],
]

/** The role that a field of this name usually has in registers that do not say. */
export function usualRole(name: string): FieldRole | undefined {
  return usualRoles.find(([shape]) => shape.test(name))?.[1]
}

/** The system entries that define a new register. */
export function definitionEntries(input: NewRegister, timestamp: string): NewEntry[] {
  const entry = (key: string, item: Item): NewEntry => ({ log: 'system', key, timestamp, items: [canonicalJson(item)] })
  const said = (key: string, value: string | number | undefined): NewEntry[] =>
    value === undefined ? [] : [entry(key, { [key]: String(value) })]
  return [
    entry('name', { name: input.register }),
    entry('register-name', { 'register-name': input.title }),
    ...said('custodian', input.custodian),
    ...said('licence', input.licence),
    ...said('source', input.source),
    ...said('notice-days', input.noticeDays),
    ...input.fields.map((field) => entry(`field:${field.field}`, { ...definedField(field), phase: 'beta' })),
    entry(`register:${input.register}`, {
      fields: input.fields.map(({ field }) => field),
      phase: 'beta',
      register: input.register,
      registry: input.owner ?? 'operator',
      text: input.description ?? '',
    }),
  ]
}

function definedField({ field, datatype, cardinality, text, register, role }: FieldDefinition): Item {
  return { field, datatype, cardinality, ...(text && { text }), ...(register && { register }), ...(role && { role }) }
}

/** The one text of a value; the first of several. */
export function one(value: string | string[] | undefined): string | undefined {
  const text = Array.isArray(value) ? value[0] : value
  return text === '' ? undefined : text
}

/** The texts of a value. */
export function many(value: string | string[] | undefined): string[] {
  if (value === undefined || value === '') return []
  return Array.isArray(value) ? value : [value]
}

/** A title made of a name. */
export const titleOf = (name: string): string => `${name[0]?.toUpperCase() ?? ''}${name.slice(1).replaceAll('-', ' ')}`
