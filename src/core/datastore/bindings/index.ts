import { Problem } from '../../../foundation/kernel/index.ts'
import { findAncestor, liesWithin, type Registers, recognise, type Use } from '../../registers/index.ts'
import { findArea, listAreas, type NamedArea } from '../areas/find.ts'
import type { Datastore, Manifest } from '../index.ts'
import type { Filter, QueryRequest, Resolved } from '../query/model.ts'
import { mapFilter, namesIn, someFilter } from '../query/names.ts'
import { bindColumn, type Counted } from './bind.ts'
import { type JoinName, joinField, readJoinName } from './join.ts'

/** Columns with more different texts than this hold no codes. */
const MAX_TEXTS = 3000

/** What a question asks beyond its table: names of codes, and codes as at another date. */
export interface CodeQuestions {
  /** The parameters that are left, for the table. */
  parameters: URLSearchParams
  /** Columns whose names are wanted. */
  labels: Use[]
  /** Columns whose codes are wanted as at another date. */
  translations: Array<{ use: Use; at: string }>
  /** Whether the answer depends on registers, so that it must not be kept as the table's. */
  bound: boolean
}

export type Bindings = ReturnType<typeof openBindings>

/** Which columns of published tables hold codes of which registers, and questions that use this. */
export function openBindings({ registers, datastore }: { registers: Registers; datastore: Datastore }) {
  const countsOf = async (manifest: Manifest, column: string): Promise<Counted[]> => {
    const { records } = await datastore.page(manifest.dataset, {
      group: [column],
      measures: [{ measure: 'count', as: 'rows', pointer: '' }],
      sort: [{ column: 'rows', descending: true }],
      limit: MAX_TEXTS + 1,
      version: manifest.version,
      distribution: manifest.distribution,
    })
    if (records.length > MAX_TEXTS) return []
    return records.flatMap((record): Counted[] => {
      const value = record[column]
      return value === null || value === undefined || value === '' ? [] : [{ text: String(value), rows: Number(record['rows']) }]
    })
  }

  const boundTo = (uses: readonly Use[], column: string, parameter: string): Use => {
    const use = uses.find((one) => one.column === column)
    if (use) return use
    throw new Problem('parameter-invalid', {
      detail: `The column ${column} is not known to hold codes of a register.`,
      pointer: `/${parameter}`,
      hint: `Columns that do: ${uses.map((one) => one.column).join(', ') || 'none'}.`,
    })
  }

  /** The bindings of a table; for a version other than the newest with its own texts. */
  const usesOf = async (manifest: Manifest): Promise<Use[]> => {
    const uses = await registers.changes.usesOf(manifest.dataset, manifest.distribution)
    const day = registers.codes.today()
    return Promise.all(
      uses.map(async (use) => {
        if (use.version === manifest.version || !manifest.columns.some(({ name }) => name === use.column)) return use
        const list = registers.codes.list(use.register)
        const texts = (await countsOf(manifest, use.column)).map(({ text }) => [text, recognise(list, text, day)?.code.code] as const)
        return { ...use, texts: Object.fromEntries(texts.filter((pair): pair is readonly [string, string] => pair[1] !== undefined)) }
      }),
    )
  }

  const areaOf = (text: string, pointer = '/area'): NamedArea => {
    const found = findArea(registers, text)
    if (found) return found
    throw new Problem('area-not-found', {
      detail: `No area with a boundary is known for certain by ${JSON.stringify(text)}.`,
      pointer,
      hint: 'GET /v1/areas lists them by code and name.',
    })
  }

  const resolvePart = (part: Filter, uses: readonly Use[], columnOf: (text: string) => string | undefined): Filter => {
    if ('areaNamed' in part) {
      const { areaNamed, pointer } = part
      const { name, districts } = areaOf(areaNamed, pointer)
      return { area: { districts, name }, pointer }
    }
    if (!('op' in part) || part.op !== 'within') return part
    const column = columnOf(part.column)
    // A column that is not there is told of by the plan.
    if (column === undefined) return part
    const parameter = part.pointer.slice(1)
    return { ...part, op: 'in', own: true, value: textsWithin(boundTo(uses, column, parameter), String(part.value), parameter) }
  }

  const textsWithin = ({ register, texts }: Use, code: string, parameter: string): string[] => {
    const list = registers.codes.list(register)
    const ancestor = findAncestor(registers.codes.lists, list, code)
    if (!ancestor)
      throw new Problem('register-code-not-found', {
        detail: `No code ${JSON.stringify(code)} is in ${register} or in what its codes lie in.`,
        pointer: `/${parameter}`,
      })
    return Object.entries(texts).flatMap(([text, own]) => {
      const found = list.codes.get(own)
      return found && liesWithin(registers.codes.lists, register, found, ancestor) ? [text] : []
    })
  }

  return {
    /** Looks at every column of the newest version of a table, and records which hold codes. */
    bind: async (dataset: string, distribution: string): Promise<Use[]> => {
      if (registers.names().length === 0) return []
      const manifest = await datastore.current(dataset, distribution)
      const uses: Use[] = []
      for (const column of manifest.columns) {
        if (column.type !== 'text' && column.type !== 'integer') continue
        const use = bindColumn(registers, manifest, column, await countsOf(manifest, column.name))
        if (use) uses.push(use)
      }
      await registers.changes.recordUses(dataset, distribution, uses)
      return uses
    },
    uses: (dataset: string, distribution: string) => registers.changes.usesOf(dataset, distribution),
    /**
     * Takes what is added to rows out of a question: `labels` and `translate=column:date`.
     *
     * @throws {Problem} parameter-invalid
     */
    takeQuestions: async (dataset: string, given: URLSearchParams): Promise<CodeQuestions> => {
      const parameters = new URLSearchParams()
      const asks = [...given.keys()].some((name) => name === 'labels' || name === 'translate')
      if (!asks) return { parameters: given, labels: [], translations: [], bound: false }
      const { distribution, columns } = await datastore.current(dataset, given.get('distribution') ?? undefined)
      const uses = await registers.changes.usesOf(dataset, distribution)
      const nameOf = (text: string): string => columns.find(({ name, alias }) => name === text || alias === text)?.name ?? text
      const labels: Use[] = []
      const translations: CodeQuestions['translations'] = []
      for (const [name, value] of given) {
        if (name === 'labels')
          labels.push(
            ...value
              .split(',')
              .filter(Boolean)
              .map((column) => boundTo(uses, nameOf(column), 'labels')),
          )
        else if (name === 'translate')
          for (const part of value.split(',').filter(Boolean)) {
            const at = part.lastIndexOf(':')
            if (at < 1) throw new Problem('parameter-invalid', { detail: 'translate is column:date.', pointer: '/translate' })
            translations.push({ use: boundTo(uses, nameOf(part.slice(0, at)), 'translate'), at: part.slice(at + 1) })
          }
        else parameters.append(name, value)
      }
      return { parameters, labels, translations, bound: true }
    },
    /**
     * A question whose names of areas and codes are answered: areas as their districts, codes that lie in another as texts of their column,
     * and the fields of registers that are asked for beside the table's own columns.
     *
     * @throws {Problem} parameter-invalid, column-not-found, register-code-not-found
     */
    resolve: async (manifest: Manifest, request: QueryRequest): Promise<Resolved> => {
      const columnOf = (text: string) => manifest.columns.find(({ name, alias }) => name === text || alias === text)?.name
      const joins = new Map<string, JoinName>()
      for (const name of namesIn(request)) {
        const read = columnOf(name) === undefined ? readJoinName(name, columnOf) : undefined
        if (read) joins.set(name, read)
      }
      const { filter } = request
      const asksWithin = filter !== undefined && someFilter(filter, (part) => 'op' in part && part.op === 'within')
      const asksArea = filter !== undefined && someFilter(filter, (part) => 'areaNamed' in part)
      if (!joins.size && !asksWithin && !asksArea) return { request, joined: [], bound: false }
      const uses = joins.size || asksWithin ? await usesOf(manifest) : []
      const joined = [...joins].map(([name, join]) =>
        joinField(registers, boundTo(uses, join.column, 'columns'), manifest, name, join, '/columns'),
      )
      const changed = filter && mapFilter(filter, (part) => resolvePart(part, uses, columnOf))
      return { request: { ...request, ...(changed && { filter: changed }) }, joined, bound: true }
    },
    /** The area of a name or code. @throws {Problem} area-not-found */
    area: (text: string): NamedArea => areaOf(text),
    /** Areas of today that have a boundary, in the order of their codes. */
    areas: () => listAreas(registers),
    /** Names of the fields that can be asked for beside a column: `column.field`. */
    fields: (register: string): string[] => [
      'code',
      ...registers
        .definition(register)
        .fields.map(({ field }) => field)
        .filter((field) => field !== register),
    ],
    /** Rows, the inside of a JSON array, with the names and translations that were asked for: `{column}_label`, `{column}_at_{date}`. */
    answer: (rows: Buffer | string, { labels, translations }: CodeQuestions): Buffer | string => {
      if (labels.length + translations.length === 0) return rows
      const kept = new Map<string, string | null>()
      const remembered = (key: string, make: () => string | null): string | null => {
        if (!kept.has(key)) kept.set(key, make())
        return kept.get(key) ?? null
      }
      const read = JSON.parse(`[${rows.toString()}]`) as Record<string, unknown>[]
      for (const row of read) {
        for (const use of labels)
          row[`${use.column}_label`] = remembered(`l ${use.column} ${row[use.column]}`, () => labelOf(registers, use, row[use.column]))
        for (const { use, at } of translations)
          row[`${use.column}_at_${at}`] = remembered(`t ${use.column} ${at} ${row[use.column]}`, () =>
            translated(registers, use, row[use.column], at),
          )
      }
      return JSON.stringify(read).slice(1, -1)
    },
  }
}

function labelOf(registers: Registers, { register, texts }: Use, value: unknown): string | null {
  const code = texts[String(value)]
  return (code !== undefined && registers.codes.list(register).codes.get(code)?.name) || null
}

/** The codes that stand for a text's code as at a date, semicolons between; null when none do. */
function translated(registers: Registers, { register, texts }: Use, value: unknown, at: string): string | null {
  const code = texts[String(value)]
  if (code === undefined) return null
  const { matches } = registers.codes.translate(register, code, { at })
  return matches.length > 0 ? matches.map((match) => match.code).join(';') : null
}
