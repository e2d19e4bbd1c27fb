import { Problem } from '../../../foundation/kernel/index.ts'
import type { ReconcileQuery } from './service.ts'

export const MAX_BATCH = 500
const USUAL_LIMIT = 10
const MAX_LIMIT = 100

/** Texts of a value that may be a text, a number, a flag, a code that was matched before, or several of them. */
export function valueTexts(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(valueTexts)
  if (typeof value === 'object' && value !== null) {
    const { id, name } = value as { id?: unknown; name?: unknown }
    return [id, name].filter((text): text is string => typeof text === 'string')
  }
  return value === undefined || value === null ? [] : [String(value)]
}

const limitOf = (limit: unknown): number => (typeof limit === 'number' && limit >= 1 ? Math.min(MAX_LIMIT, Math.floor(limit)) : USUAL_LIMIT)

/**
 * A query of version 0.1 or 0.2; a text alone is one too.
 *
 * @throws {Problem} parameter-invalid
 */
export function readQueryTwo(query: unknown): ReconcileQuery {
  if (typeof query === 'string') return { text: query, types: [], limit: USUAL_LIMIT, properties: [] }
  if (typeof query !== 'object' || query === null || Array.isArray(query)) throw wrong('A query is an object with the member query.')
  const { query: text, type, limit, properties = [] } = query as Record<string, unknown>
  if (text !== undefined && typeof text !== 'string') throw wrong('The member query is a text.')
  if (!Array.isArray(properties)) throw wrong('The member properties is a list.')
  if (text === undefined && properties.length === 0) throw wrong('A query has the member query, or properties.')
  return {
    text: text ?? '',
    types: valueTexts(type),
    limit: limitOf(limit),
    properties: properties.map((property) => {
      const { pid, p, v } = property as { pid?: unknown; p?: unknown; v?: unknown }
      return { field: String(pid ?? p ?? ''), values: valueTexts(v) }
    }),
  }
}

/**
 * A query of version 1.0.
 *
 * @throws {Problem} parameter-invalid
 */
export function readQueryOne(query: unknown): ReconcileQuery {
  if (typeof query !== 'object' || query === null) throw wrong('A query is an object with the member conditions.')
  const { conditions, type, limit } = query as Record<string, unknown>
  if (!Array.isArray(conditions) || conditions.length === 0) throw wrong('A query has conditions, at least one.')
  const read = conditions.map((condition) => condition as Record<string, unknown>)
  for (const { matchType, propertyValue, propertyId } of read) {
    if (matchType !== 'name' && matchType !== 'property') throw wrong('matchType is name or property.')
    if (propertyValue === undefined) throw wrong('A condition has a propertyValue.')
    if (matchType === 'property' && typeof propertyId !== 'string') throw wrong('A condition on a property has its propertyId.')
  }
  return {
    text: read.flatMap(({ matchType, propertyValue }) => (matchType === 'name' ? valueTexts(propertyValue).slice(0, 1) : [])).join(' '),
    types: valueTexts(type),
    limit: limitOf(limit),
    properties: read.flatMap(({ matchType, propertyId, propertyValue, required }) =>
      matchType === 'property' ? [{ field: String(propertyId), values: valueTexts(propertyValue), required: required === true }] : [],
    ),
  }
}

/**
 * The JSON in a parameter of a form.
 *
 * @throws {Problem} parameter-invalid
 */
export function readJsonParameter(text: string, name: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw wrong(`The parameter ${name} is not JSON.`)
  }
}

const wrong = (detail: string): Problem => new Problem('parameter-invalid', { detail })
