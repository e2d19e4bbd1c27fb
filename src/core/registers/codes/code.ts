import { type Definition, many, one } from '../definition.ts'
import type { Item } from '../log/canonical.ts'

/** A code of a register, anywhere. */
export interface Ref {
  register: string
  code: string
}

export type LabelKind = 'name' | 'alias' | 'former'

export interface Label {
  text: string
  /** BCP 47. */
  language: string
  kind: LabelKind
}

/** A code as one entry of its register has it. */
export interface Code {
  code: string
  /** Number of the entry. */
  entry: number
  timestamp: string
  item: Item
  name: string
  labels: Label[]
  /** Codes of other lists for the same thing. */
  notations: Array<{ field: string; value: string; register?: string }>
  parents: Ref[]
  successors: Array<Ref & { share?: number }>
  links: Array<Ref & { field: string }>
  start?: string
  end?: string
  /** As the register says it, where it does. */
  statedStatus?: string
}

/** What a code is at a date; the words are those of linked-data registries. */
export type Status = 'valid' | 'reserved' | 'retired' | 'superseded' | 'deprecated' | 'experimental' | 'submitted' | 'invalid'

export const inactive: ReadonlySet<Status> = new Set(['reserved', 'retired', 'superseded', 'invalid', 'submitted'])

const statedStatuses: Record<string, Status> = {
  withdrawn: 'retired',
  retired: 'retired',
  inactive: 'retired',
  deprecated: 'deprecated',
  superseded: 'superseded',
  invalid: 'invalid',
  reserved: 'reserved',
  experimental: 'experimental',
  submitted: 'submitted',
}

/** The state of a code on a day (ISO 8601). Its last day is a day on which it is valid. */
export function statusOn({ start, end, statedStatus, successors }: Code, day: string): Status {
  if (start && firstDay(start) > day) return 'reserved'
  if (end && lastDay(end) < day) return successors.length > 0 ? 'superseded' : 'retired'
  const stated = statedStatuses[statedStatus?.toLowerCase() ?? '']
  return stated ?? 'valid'
}

/** First day of a date that may be a year or a month only. */
export const firstDay = (date: string): string =>
  date.length === 4 ? `${date}-01-01` : date.length === 7 ? `${date}-01` : date.slice(0, 10)

/** Last day of a date that may be a year or a month only. */
export function lastDay(date: string): string {
  if (date.length === 4) return `${date}-12-31`
  if (date.length !== 7) return date.slice(0, 10)
  const [year, month] = date.split('-').map(Number) as [number, number]
  return `${date}-${String(new Date(Date.UTC(year, month, 0)).getUTCDate()).padStart(2, '0')}`
}

/** Reads an item by the roles of its register's fields. */
export function readCode(definition: Definition, key: string, entry: { number: number; timestamp: string }, item: Item): Code {
  const code: Code = {
    code: key,
    entry: entry.number,
    timestamp: entry.timestamp,
    item,
    name: '',
    labels: [],
    notations: [],
    parents: [],
    successors: [],
    links: [],
  }
  for (const { field, role, register, datatype } of definition.fields) {
    const values = many(item[field])
    if (values.length === 0 || field === definition.register) continue
    if (role === 'label') code.labels.push({ text: values[0]!, language: languageOf(field), kind: 'name' })
    else if (role === 'alias' || role === 'former-label')
      for (const text of values) code.labels.push({ text, language: 'en', kind: role === 'alias' ? 'alias' : 'former' })
    else if (role === 'code') for (const value of values) code.notations.push({ field, value, ...(register && { register }) })
    else if (role === 'parent') code.parents.push(...values.map((value) => refOf(value, register ?? definition.register)))
    else if (role === 'successor') code.successors.push(...values.map((value) => refOf(value, register ?? definition.register)))
    else if (register && register !== definition.register) code.links.push(...values.map((value) => ({ field, ...refOf(value, register) })))
    else if (datatype === 'curie')
      code.links.push(...values.filter((value) => value.includes(':')).map((value) => ({ field, ...refOf(value, '') })))
  }
  addShares(code, item)
  const start = one(item['start-date'])
  const end = one(item['end-date'])
  const stated = one(item['status'])
  code.name =
    code.labels.find(({ kind, language }) => kind === 'name' && language === 'en')?.text ?? code.labels[0]?.text ?? textOf(item) ?? key
  return { ...code, ...(start && { start }), ...(end && { end }), ...(stated && { statedStatus: stated }) }
}

/** Shares of a split stand beside the successors, in the same order. */
function addShares(code: Code, item: Item): void {
  const shares = many(item['replaced-by-share']).map(Number)
  if (shares.length === code.successors.length) for (const [at, successor] of code.successors.entries()) successor.share = shares[at]!
}

const textOf = (item: Item): string | undefined => one(item['text'])

/** What `register:code` or a code alone names; a colon that stands after no name of a register belongs to the code. */
export function refOf(value: string, register: string): Ref {
  const [, prefix, rest] = /^([a-z][a-z0-9-]*):(.+)$/.exec(value) ?? []
  return prefix && rest ? { register: prefix, code: rest } : { register, code: value }
}

const languageOf = (field: string): string => /-([a-z]{2})$/.exec(field)?.[1] ?? 'en'

export const curie = ({ register, code }: Ref): string => `${register}:${code}`
