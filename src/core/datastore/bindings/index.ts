import { Problem } from '../../../foundation/kernel/index.ts'
import { findAncestor, liesWithin, type Registers, type Use } from '../../registers/index.ts'
import type { Datastore, Manifest } from '../index.ts'
import { bindColumn, type Counted } from './bind.ts'

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
     * Takes what asks about codes out of a question: `labels`, `translate=column:date` and `column__within=code`, which becomes the
     * texts of the column whose codes lie in that code.
     *
     * @throws {Problem} parameter-invalid, register-code-not-found
     */
    takeQuestions: async (dataset: string, given: URLSearchParams): Promise<CodeQuestions> => {
      const parameters = new URLSearchParams()
      const asks = [...given.keys()].some((name) => name === 'labels' || name === 'translate' || name.endsWith('__within'))
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
        else if (name.endsWith('__within')) {
          const column = nameOf(name.slice(0, -'__within'.length))
          const texts = textsWithin(boundTo(uses, column, name), value, name)
          parameters.append(`${column}__in`, texts.map((text) => `"${text.replaceAll('"', '""')}"`).join(',') || '""')
        } else parameters.append(name, value)
      }
      return { parameters, labels, translations, bound: true }
    },
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
