import { Problem } from '../../../foundation/kernel/index.ts'
import { parseBbox, parseNear, parsePolygon } from './area.ts'
import {
  type Condition,
  type Filter,
  type InArea,
  type InNamedArea,
  type InnerOperator,
  MAX_LIMIT,
  type MeasureKind,
  type MeasureRequest,
  measureKinds,
  operators,
  type QueryRequest,
  type SortRequest,
  type WordSearch,
} from './model.ts'

const operatorSet = new Set<string>([...operators, 'within'])
const reserved = new Set([
  'columns',
  'sort',
  'limit',
  'cursor',
  'version',
  'distribution',
  'explain',
  'group',
  'measures',
  'excel',
  ...['asOf', 'distinct', 'pivot', 'search', 'searchColumns', 'bbox', 'near', 'within'],
])
/** Depth of nested and/or/not, and conditions in all: enough for any question by hand, too little to exhaust the planner. */
const MAX_DEPTH = 10
const MAX_CONDITIONS = 200

/**
 * The question in a query string: `column__op=value`, repeated parameters all hold, and `columns`, `group`, `measures`, `sort`,
 * `limit`, `cursor`, `version`, `distribution`.
 *
 * @throws {Problem} parameter-unknown, operator-unknown, parameter-invalid, limit-out-of-range, query-too-complex.
 */
export function parseRecordsQuery(parameters: Iterable<[string, string]>): QueryRequest {
  const conditions: Condition[] = []
  const plain: Record<string, string> = {}
  for (const [name, value] of parameters) {
    if (reserved.has(name)) plain[name] = once(plain, name, value)
    else conditions.push(parseCondition(name, value, pointerTo(name)))
  }
  if (conditions.length > MAX_CONDITIONS)
    throw new Problem('query-too-complex', { detail: `At most ${MAX_CONDITIONS} conditions are taken.` })
  const filters: Filter[] = [...conditions, ...plainFilters(plain)]
  return {
    ...(filters.length && { filter: { and: filters } }),
    ...(plain.distinct !== undefined && { distinct: parseTruth(plain.distinct, '/distinct') }),
    ...(plain.pivot && { pivot: plain.pivot }),
    ...(plain.columns !== undefined && { columns: splitList(plain.columns) }),
    ...(plain.group !== undefined && { group: splitList(plain.group).filter(Boolean) }),
    ...(plain.measures !== undefined && { measures: splitList(plain.measures).map((item) => parseMeasure(item, '/measures')) }),
    sort: plain.sort ? splitList(plain.sort).map(parseSort) : [],
    ...(plain.limit !== undefined && { limit: parseLimit(plain.limit) }),
    ...(plain.cursor && { cursor: plain.cursor }),
    ...(plain.version && { version: plain.version }),
    ...(plain.asOf !== undefined && { asOf: parseMoment(plain.asOf) }),
    ...(plain.distribution && { distribution: plain.distribution }),
  }
}

/** What is asked of a row beside its cells one by one. */
function plainFilters(plain: Readonly<Record<string, string>>): Filter[] {
  const filters: Filter[] = []
  if (plain.bbox !== undefined) filters.push({ area: parseBbox(plain.bbox), pointer: '/bbox' })
  if (plain.near !== undefined) filters.push({ area: parseNear(plain.near), pointer: '/near' })
  if (plain.within !== undefined) filters.push(parseWithin(plain.within, '/within'))
  if (plain.search)
    filters.push(wordSearch(plain.search, plain.searchColumns === undefined ? undefined : splitList(plain.searchColumns), '/search'))
  return filters
}

/** A polygon, or the name or code of an area. @throws {Problem} parameter-invalid */
function parseWithin(text: string, pointer: string): InArea | InNamedArea {
  if (/^\s*(?:$|(?:POINT|LINESTRING|POLYGON|MULTI[A-Z]+|GEOMETRYCOLLECTION)\b)/i.test(text))
    return { area: parsePolygon(text, pointer), pointer }
  return { areaNamed: text.trim().slice(0, 200), pointer }
}

const wordSearch = (search: string, columns: string[] | undefined, pointer: string): WordSearch => ({
  search,
  ...(columns && { columns }),
  pointer,
})

function parseMoment(text: string): string {
  if (/^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:\d{2})?)?$/.test(text) && !Number.isNaN(Date.parse(text)))
    return text
  throw new Problem('parameter-invalid', {
    detail: 'asOf is a day or an instant.',
    pointer: '/asOf',
    hint: 'Such as 2026-03-01 or 2026-03-01T12:00:00Z.',
  })
}

function parseTruth(value: unknown, pointer: string): boolean {
  if (value === true || value === 'true' || value === '') return true
  if (value === false || value === 'false') return false
  throw new Problem('parameter-invalid', { detail: 'This is true or false.', pointer })
}

const pointerTo = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`

function once(plain: Record<string, string>, name: string, value: string): string {
  if (plain[name] !== undefined) throw new Problem('parameter-invalid', { detail: `${name} may be given once.`, pointer: `/${name}` })
  return value
}

function parseCondition(name: string, value: unknown, pointer: string): Condition {
  const at = name.lastIndexOf('__')
  if (at <= 0)
    throw new Problem('parameter-unknown', {
      detail: `${JSON.stringify(name)} is no parameter and names no operator.`,
      pointer,
      hint: `Filter with column__operator=value, such as ${name || 'town'}__exact=…; operators: ${operators.join(' ')}.`,
    })
  const op = name.slice(at + 2)
  if (!operatorSet.has(op))
    throw new Problem('operator-unknown', {
      detail: `${JSON.stringify(op)} is not an operator.`,
      pointer,
      hint: `Operators: ${operators.join(' ')}.`,
    })
  return { column: name.slice(0, at), op: op as InnerOperator, value, pointer }
}

/** Parts of a comma list; a part with a comma in it stands in double quotes, as in CSV. */
export function splitList(text: string): string[] {
  const parts = text.match(/(?:"(?:[^"]|"")*"|[^,])+|(?<=,|^)(?=,|$)/g) ?? []
  return parts.map((part) => (/^"(?:[^"]|"")*"$/.test(part.trim()) ? part.trim().slice(1, -1).replaceAll('""', '"') : part))
}

function parseSort(term: string): SortRequest {
  return term.startsWith('-') ? { column: term.slice(1), descending: true } : { column: term, descending: false }
}

function parseLimit(value: unknown): number {
  const limit = typeof value === 'number' ? value : /^\d{1,9}$/.test(String(value)) ? Number(value) : Number.NaN
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT)
    throw new Problem('limit-out-of-range', {
      detail: `limit is a whole number from 1 to ${MAX_LIMIT}.`,
      pointer: '/limit',
      hint: 'For everything at once ask for /records.csv, .ndjson, .json or .parquet, which have no limit.',
    })
  return limit
}

const bodyMembers = [
  'filter',
  'and',
  'or',
  'not',
  'columns',
  'group',
  'measures',
  'distinct',
  'pivot',
  'sort',
  'limit',
  'cursor',
  'version',
  'asOf',
  'distribution',
] as const

/**
 * The question in a JSON body. A filter is `{and: […]}`, `{or: […]}`, `{not: …}`, `{column, op, value}` or `{"column__op": value}`;
 * it stands under `filter`, or its and/or/not at the top.
 *
 * @throws {Problem} as parseRecordsQuery, with JSON pointers into the body.
 */
export function parseQueryBody(body: unknown): QueryRequest {
  const given = asObject(body, '')
  for (const name of Object.keys(given))
    if (!(bodyMembers as readonly string[]).includes(name))
      throw new Problem('parameter-unknown', {
        detail: `The body has no member ${JSON.stringify(name)}.`,
        pointer: pointerTo(name),
        hint: `Members: ${bodyMembers.join(' ')}.`,
      })
  const budget = { left: MAX_CONDITIONS }
  const filters = [
    ...(given.filter === undefined || given.filter === null ? [] : [parseFilter(given.filter, '/filter', 0, budget)]),
    ...(['and', 'or', 'not'] as const)
      .filter((name) => given[name] !== undefined)
      .map((name) => parseFilter({ [name]: given[name] }, '', 0, budget)),
  ]
  return {
    ...(filters.length && { filter: filters.length === 1 ? (filters[0] as Filter) : { and: filters } }),
    ...(given.columns !== undefined && { columns: asTexts(given.columns, '/columns') }),
    ...(given.distinct !== undefined && { distinct: parseTruth(given.distinct, '/distinct') }),
    ...textMember(given, 'pivot'),
    ...(given.group !== undefined && { group: asTexts(given.group, '/group') }),
    ...(given.measures !== undefined && {
      measures: asList(given.measures, '/measures').map((item, i) => parseMeasure(item, `/measures/${i}`)),
    }),
    sort:
      given.sort === undefined
        ? []
        : (typeof given.sort === 'string' ? splitList(given.sort) : asList(given.sort, '/sort')).map((item, i) =>
            parseSortItem(item, `/sort/${i}`),
          ),
    ...(given.limit !== undefined && { limit: parseLimit(given.limit) }),
    ...textMember(given, 'cursor'),
    ...textMember(given, 'version'),
    ...(given.asOf !== undefined && { asOf: parseMoment(String(given.asOf)) }),
    ...textMember(given, 'distribution'),
  }
}

function textMember(given: Record<string, unknown>, name: 'cursor' | 'version' | 'distribution' | 'pivot'): Partial<QueryRequest> {
  const value = given[name]
  if (value === undefined || value === null) return {}
  if (typeof value !== 'string') throw new Problem('parameter-invalid', { detail: `${name} is a text.`, pointer: `/${name}` })
  return { [name]: value }
}

function parseFilter(value: unknown, pointer: string, depth: number, budget: { left: number }): Filter {
  if (depth > MAX_DEPTH) throw new Problem('query-too-complex', { detail: `Filters may nest ${MAX_DEPTH} deep.`, pointer })
  const given = asObject(value, pointer)
  const names = Object.keys(given)
  const below = (item: unknown, at: string) => parseFilter(item, `${pointer}${at}`, depth + 1, budget)
  if ('column' in given && 'op' in given) {
    const op = String(given.op)
    if (!operatorSet.has(op))
      throw new Problem('operator-unknown', {
        detail: `${JSON.stringify(op)} is not an operator.`,
        pointer: `${pointer}/op`,
        hint: `Operators: ${operators.join(' ')}.`,
      })
    return spend(budget, { column: String(given.column), op: op as InnerOperator, value: given.value, pointer })
  }
  if ('search' in given) {
    const columns = given.columns === undefined ? undefined : asTexts(given.columns, `${pointer}/columns`)
    return spend(budget, wordSearch(String(given.search), columns, `${pointer}/search`))
  }
  const parts = names.map((name): Filter => {
    if (name === 'bbox') return spend(budget, { area: parseBbox(listText(given.bbox), `${pointer}/bbox`), pointer: `${pointer}/bbox` })
    if (name === 'near') return spend(budget, { area: parseNear(listText(given.near), `${pointer}/near`), pointer: `${pointer}/near` })
    if (name === 'within') return spend(budget, parseWithin(String(given.within), `${pointer}/within`))
    if (name === 'and') return { and: asList(given.and, `${pointer}/and`).map((item, i) => below(item, `/and/${i}`)) }
    if (name === 'or') return { or: asList(given.or, `${pointer}/or`).map((item, i) => below(item, `/or/${i}`)) }
    if (name === 'not') return { not: below(given.not, '/not') }
    return spend(budget, parseCondition(name, given[name], `${pointer}${pointerTo(name)}`))
  })
  if (!parts.length) throw new Problem('parameter-invalid', { detail: 'A filter holds and, or, not, or a condition.', pointer })
  return parts.length === 1 ? (parts[0] as Filter) : { and: parts }
}

const listText = (value: unknown): string => (Array.isArray(value) ? value.join(',') : String(value))

function spend<T extends { pointer: string }>(budget: { left: number }, condition: T): T {
  budget.left -= 1
  if (budget.left < 0)
    throw new Problem('query-too-complex', { detail: `At most ${MAX_CONDITIONS} conditions are taken.`, pointer: condition.pointer })
  return condition
}

function parseMeasure(item: unknown, pointer: string): MeasureRequest {
  const given = typeof item === 'string' ? measureText(item) : asObject(item, pointer)
  const measure = String(given.measure)
  if (!(measureKinds as readonly string[]).includes(measure) && !/^p(?:\d|[1-9]\d)(?:\.\d)?$/.test(measure))
    throw new Problem('parameter-invalid', {
      detail: `${JSON.stringify(measure)} is not a measure.`,
      pointer: `${pointer}/measure`,
      hint: `Measures: ${measureKinds.join(' ')}, and p0 to p99.9 for a percentile.`,
    })
  if (measure !== 'count' && typeof given.column !== 'string')
    throw new Problem('parameter-invalid', { detail: `${measure} needs a column.`, pointer: `${pointer}/column` })
  return {
    measure: measure as MeasureKind,
    ...(typeof given.column === 'string' && { column: given.column }),
    ...(typeof given.as === 'string' && given.as && { as: given.as }),
    pointer,
  }
}

/** `count`, or `sum:Amount`. */
function measureText(text: string): Record<string, unknown> {
  const at = text.indexOf(':')
  return at < 0 ? { measure: text } : { measure: text.slice(0, at), column: text.slice(at + 1) }
}

function parseSortItem(item: unknown, pointer: string): SortRequest {
  if (typeof item === 'string') return parseSort(item)
  const given = asObject(item, pointer)
  if (typeof given.column !== 'string')
    throw new Problem('parameter-invalid', { detail: 'A sort names a column.', pointer: `${pointer}/column` })
  return { column: given.column, descending: given.descending === true || given.direction === 'desc' }
}

function asObject(value: unknown, pointer: string): Record<string, unknown> {
  if (value === null || typeof value !== 'object' || Array.isArray(value))
    throw new Problem('parameter-invalid', { detail: 'An object is expected here.', pointer })
  return value as Record<string, unknown>
}

function asList(value: unknown, pointer: string): unknown[] {
  if (!Array.isArray(value) || value.length > 1000)
    throw new Problem('parameter-invalid', { detail: 'A list of at most 1,000 is expected here.', pointer })
  return value
}

function asTexts(value: unknown, pointer: string): string[] {
  return asList(typeof value === 'string' ? splitList(value) : value, pointer).map((item, i) => {
    if (typeof item !== 'string')
      throw new Problem('parameter-invalid', { detail: 'A column name is expected here.', pointer: `${pointer}/${i}` })
    return item
  })
}
