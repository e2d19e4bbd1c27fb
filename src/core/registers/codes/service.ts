import { type Clock, Problem } from '../../../foundation/kernel/index.ts'
import type { Definition } from '../definition.ts'
import type { LogReader } from '../log/reader.ts'
import type { RegisterRow } from '../log/store.ts'
import { type Answered, type EntryProof, proveEntry } from '../proof.ts'
import { readAt } from './at.ts'
import { type Code, type Label, type Ref, type Status, statusOn } from './code.ts'
import { type ExpandedCode, expandCodes } from './expand.ts'
import { findCode } from './find.ts'
import { type CodeList, readCodeList } from './list.ts'
import { ancestorsOf, findAncestor, type Lists, liesWithin, type Subsumption, subsumption } from './relations.ts'
import { type Translation, translateCode } from './translate.ts'
import { type Validation, validateCode } from './validate.ts'

/** Where the answers of this moment come from: the day they are about and the size of each log. */
interface Moment {
  list: CodeList
  lists: Lists
  day: string
}

export interface Lookup {
  register: string
  code: string
  display: string
  status: Status
  inactive: boolean
  start?: string
  end?: string
  labels: Label[]
  notations: Array<{ field: string; value: string }>
  parents: Ref[]
  ancestors: Ref[]
  children: Ref[]
  replacedBy: Array<Ref & { share?: number }>
  replaces: Ref[]
  properties: Record<string, string | string[]>
  entry: number
  updated: string
}

export interface ValidateInput {
  code: string
  display?: string
  at?: string
  activeOnly?: boolean
  strict?: boolean
  within?: string
}

export interface ExpandInput {
  filter?: string
  within?: string
  activeOnly?: boolean
  nested?: boolean
  at?: string
  offset?: number
  limit?: number
}

export type CodeService = ReturnType<typeof codeService>

/** What can be asked of codes. Lists are read once for each state of their log and kept. */
export function codeService(options: {
  reader: LogReader
  definitionOf: (row: RegisterRow) => Definition
  clock: Clock
  maxKept?: number
}) {
  const { reader, definitionOf, clock, maxKept = 120 } = options
  const kept = new Map<string, CodeList>()
  const today = () => clock.now().toISOString().slice(0, 10)

  const listAt = (row: RegisterRow, size: number): CodeList => {
    const key = `${row.id} ${size} ${row.systemSize}`
    const known = kept.get(key)
    if (known) {
      kept.delete(key)
      kept.set(key, known)
      return known
    }
    const list = readCodeList(reader, row, definitionOf(row), size)
    kept.set(key, list)
    for (const oldest of kept.keys()) {
      if (kept.size <= maxKept) break
      kept.delete(oldest)
    }
    return list
  }
  const find = (name: string): RegisterRow | undefined => reader.registers().find((row) => row.name === name)
  const current = (name: string): CodeList | undefined => {
    const row = find(name)
    return row && listAt(row, row.size)
  }
  const correlations = (): CodeList[] =>
    reader
      .registers()
      .filter((row) => isCorrelation(definitionOf(row)))
      .map((row) => listAt(row, row.size))
  const lists: Lists & { correlations: () => CodeList[] } = Object.assign(current, { correlations })

  /** @throws {Problem} register-not-found, parameter-invalid */
  const moment = (register: string, at: string | undefined): Moment => {
    const row = reader.row(register)
    const { size = row.size, day = today() } = readAt(at)
    if (size > row.size)
      throw new Problem('parameter-invalid', { detail: `The log of ${register} has ${row.size} entries, not ${size}.`, pointer: '/at' })
    const list = listAt(row, size)
    const own: Lists = Object.assign((name: string) => (name === register ? list : current(name)), { correlations })
    return { list, lists: own, day }
  }

  const demandCode = ({ list, day }: Moment, text: string): Code => {
    const found = findCode(list, text, day)
    if (!found)
      throw new Problem('register-code-not-found', { detail: `${list.register} has no code ${JSON.stringify(text)}.`, pointer: '/code' })
    return found.code
  }
  const demandAncestor = ({ lists: all, list }: Moment, text: string): Ref => {
    const found = findAncestor(all, list, text)
    if (!found)
      throw new Problem('register-code-not-found', {
        detail: `No code ${JSON.stringify(text)} is in ${list.register} or in what its codes lie in.`,
        pointer: '/within',
      })
    return found
  }

  return {
    lists,
    moment,
    today,
    /** The codes of a register, now or at the size or date of `at`. */
    list: (register: string, at?: string): CodeList => moment(register, at).list,
    validate: (register: string, { code, at, within, ...rest }: ValidateInput): Validation => {
      const now = moment(register, at)
      const ancestor = within === undefined ? undefined : demandAncestor(now, within)
      return validateCode(now.list, code, {
        ...rest,
        day: now.day,
        ...(ancestor && { within, isWithin: (one: Code) => liesWithin(now.lists, register, one, ancestor) }),
      })
    },
    /** @throws {Problem} register-code-not-found */
    lookup: (register: string, text: string, at?: string): Lookup => {
      const now = moment(register, at)
      return lookupOf(now, demandCode(now, text))
    },
    expand: (register: string, input: ExpandInput): { total: number; codes: ExpandedCode[]; size: number; day: string } => {
      const now = moment(register, input.at)
      const within = input.within === undefined ? undefined : demandAncestor(now, input.within)
      const { total, codes } = expandCodes(now.lists, now.list, {
        day: now.day,
        offset: input.offset ?? 0,
        limit: input.limit ?? 100,
        ...(input.filter !== undefined && { filter: input.filter }),
        ...(within && { within }),
        ...(input.activeOnly !== undefined && { activeOnly: input.activeOnly }),
        ...(input.nested !== undefined && { nested: input.nested }),
      })
      return { total, codes, size: now.list.size, day: now.day }
    },
    /** @throws {Problem} register-not-found, register-code-not-found */
    translate: (register: string, text: string, { to, at }: { to?: string; at?: string } = {}): Translation & { source: string } => {
      const now = moment(register, at)
      if (to !== undefined && !find(to)) throw new Problem('register-not-found', { detail: `There is no register ${to}.`, pointer: '/to' })
      const code = demandCode(now, text)
      return { source: code.code, ...translateCode(now.lists, now.list, code, { to: to ?? register, day: now.day }) }
    },
    subsumes: (register: string, a: string, b: string, at?: string): Subsumption => {
      const now = moment(register, at)
      return subsumption(now.lists, now.list, demandCode(now, a), demandCode(now, b))
    },
    /** The proofs that entries are in the logs as they are now. */
    prove: (entries: readonly Answered[]): EntryProof[] => {
      const seen = new Set<string>()
      return entries.flatMap(({ register, entry }) => {
        if (seen.has(`${register} ${entry}`)) return []
        seen.add(`${register} ${entry}`)
        return [proveEntry(reader, reader.row(register), entry)]
      })
    },
  }
}

/** A register of pairs has a field for the source and one for the target. */
export function isCorrelation({ fields }: Definition): boolean {
  const curies = fields.filter(({ datatype }) => datatype === 'curie').map(({ field }) => field)
  return curies.includes('source') && curies.includes('target')
}

function lookupOf({ list, lists, day }: Moment, code: Code): Lookup {
  const status = statusOn(code, day)
  const ref = `${list.register}:${code.code}`
  return {
    register: list.register,
    code: code.code,
    display: code.name,
    status,
    inactive: status !== 'valid' && status !== 'deprecated' && status !== 'experimental',
    ...(code.start && { start: code.start }),
    ...(code.end && { end: code.end }),
    labels: code.labels,
    notations: code.notations.map(({ field, value }) => ({ field, value })),
    parents: code.parents,
    ancestors: ancestorsOf(lists, code),
    children: (list.children.get(ref) ?? []).map((child) => ({ register: list.register, code: child.code })),
    replacedBy: code.successors,
    replaces: (list.predecessors.get(ref) ?? []).map((before) => ({ register: list.register, code: before.code })),
    properties: code.item,
    entry: code.entry,
    updated: code.timestamp,
  }
}
