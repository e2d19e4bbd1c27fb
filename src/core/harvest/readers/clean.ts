import { Value } from 'typebox/value'
import { slugify } from '../../../foundation/kernel/index.ts'
import { DatasetInput } from '../../catalogue/index.ts'
import type { RemoteBody, RemoteRecord } from './reader.ts'

export type Dict = Record<string, unknown>

export const textOf = (value: unknown): string =>
  value === undefined || value === null ? '' : typeof value === 'object' ? '' : String(value).trim()

export const listOf = (value: unknown): unknown[] => (value === undefined || value === null ? [] : Array.isArray(value) ? value : [value])

/** A body by its title; "unknown" where a source names none. */
export function bodyOf(title: string, name = ''): RemoteBody {
  const plain = title.trim() || name
  return { name: (slugify(name) || slugify(plain) || 'unknown').slice(0, 100), title: (plain || 'Publisher not named').slice(0, 200) }
}

/** The record, if what was made of it is a description that the catalogue takes; else what is wrong with it. */
export function recordOf(id: string, body: RemoteBody, given: Omit<DatasetInput, 'publisher'>): RemoteRecord {
  const input = compact({ ...given, title: given.title.slice(0, 300), publisher: body.name }) as DatasetInput
  if (input.description) input.description = input.description.slice(0, 20_000)
  if (input.keyword) input.keyword = [...new Set(input.keyword.map((word) => word.slice(0, 100)).filter(Boolean))].slice(0, 50)
  if (input.theme) input.theme = [...new Set(input.theme.map((name) => slugify(name)).filter(Boolean))].slice(0, 20)
  if (!input.title) return { id, problem: 'It has no title' }
  if (Value.Check(DatasetInput, input)) return { id, body, input }
  const [first] = Value.Errors(DatasetInput, input)
  return { id, problem: `${first?.instancePath ?? ''} ${first?.message ?? 'cannot be taken'}`.trim() }
}

const compact = (members: Dict): Dict =>
  Object.fromEntries(Object.entries(members).filter(([, value]) => value !== undefined && value !== ''))

/** An address that can be one; undefined otherwise. */
export const addressOf = (value: unknown): string | undefined => {
  const text = textOf(value)
  return /^https?:\/\//i.test(text) && URL.canParse(text) ? text.slice(0, 2_000) : undefined
}

export const emailOf = (value: unknown): string | undefined => {
  const text = textOf(value).replace(/^mailto:/, '')
  return /^[^@\s]+@[^@\s]+\.[^@\s]+$/.test(text) ? text : undefined
}

/** Licences by what publishers write for them. */
export function licenceOf(value: unknown): DatasetInput['licence'] {
  const text = textOf(value).toLowerCase()
  if (!text) return undefined
  if (/open-government-licence|uk-ogl|\bogl\b/.test(text)) return 'ogl-uk-3.0'
  if (/publicdomain\/zero|cc-?0|cc-zero/.test(text)) return 'cc0-1.0'
  if (/licenses\/by\/|cc-by(?:-[34]\.0)?$|attribution/.test(text) && !/nc|nd|sa\b|share/.test(text)) return 'cc-by-4.0'
  return /odbl/.test(text) ? 'odbl-1.0' : undefined
}
